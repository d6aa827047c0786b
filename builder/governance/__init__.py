"""A GovernanceTemplate is a file of rules that a team did not write but its workflows obey.

Its versions are kept here: written by one governor, approved by a second, enforced from a day on. What binds a workflow
is the set of those that name its team and stage on that day. A Budget bounds what models may cost in a period: when it
is used up, nothing that would spend from it starts. A Halt stops what a team, a workflow, or whatever uses something
does, until it is lifted.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.governance.admit import (
        AdmitExempt,
        AdmitUnhalted,
        BudgetAdmit,
        ExemptionOverError,
        HaltedError,
        name_halter,
    )
    from builder.governance.api import router
    from builder.governance.budget import list_budgets, make_budget
    from builder.governance.examples import LoadExample, check_template
    from builder.governance.exemptions import (
        ask_exemption,
        expect_free_name,
        grant_exemption,
        list_exemptions,
        refuse_exemption,
        stand_all,
        withdraw_exemption,
    )
    from builder.governance.halts import (
        find_facet,
        find_halt,
        find_halts,
        lift_halt,
        list_halts,
        list_rules,
        make_halt,
        name_halted,
        standing_halts,
    )
    from builder.governance.read import NotGovernanceError, read_template
    from builder.governance.rules import explain_halt, facets_of, facets_of_owner, find_stop
    from builder.governance.schemas import (
        ExemptionError,
        ExemptionStanding,
        ExemptNameError,
        Facet,
        GovernanceError,
        Halt,
        HaltError,
        HaltScope,
        NotSoundError,
        SecondPersonError,
        Spent,
        TemplateState,
        TemplateVersion,
        UnknownExemptionError,
        UnknownHaltError,
        UnknownTemplateError,
    )
    from builder.governance.spend import Spender, SpendingBook, sweep_spending
    from builder.governance.warn import find_untold, tell_of_budgets
    from builder.governance.write import (
        approve_template,
        assign_template,
        enforce_template,
        find_rules,
        find_template,
        import_template,
        judge_template,
        list_templates,
        retire_template,
    )

_NAMES = {
    "admit": ("AdmitExempt", "AdmitUnhalted", "BudgetAdmit", "ExemptionOverError", "HaltedError", "name_halter"),
    "api": ("router",),
    "budget": ("list_budgets", "make_budget"),
    "examples": ("LoadExample", "check_template"),
    "exemptions": (
        "ask_exemption", "expect_free_name", "grant_exemption", "list_exemptions", "refuse_exemption", "stand_all",
        "withdraw_exemption",
    ),
    "halts": (
        "find_facet", "find_halt", "find_halts", "lift_halt", "list_halts", "list_rules", "make_halt", "name_halted",
        "standing_halts",
    ),
    "rules": ("explain_halt", "facets_of", "facets_of_owner", "find_stop"),
    "read": ("NotGovernanceError", "read_template"),
    "schemas": (
        "ExemptNameError", "ExemptionError", "ExemptionStanding", "Facet", "GovernanceError", "Halt", "HaltError",
        "HaltScope", "NotSoundError", "SecondPersonError", "Spent", "TemplateState", "TemplateVersion",
        "UnknownExemptionError", "UnknownHaltError", "UnknownTemplateError",
    ),
    "spend": ("Spender", "SpendingBook", "sweep_spending"),
    "warn": ("find_untold", "tell_of_budgets"),
    "write": (
        "approve_template", "assign_template", "enforce_template", "find_rules", "find_template",
        "import_template", "judge_template", "list_templates", "retire_template",
    ),
}  # fmt: skip
_DOORS = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "AdmitExempt", "AdmitUnhalted", "BudgetAdmit", "ExemptNameError", "ExemptionError", "ExemptionOverError",
    "ExemptionStanding", "Facet", "GovernanceError", "Halt", "HaltError", "HaltScope", "HaltedError",
    "LoadExample", "NotGovernanceError", "NotSoundError", "SecondPersonError", "Spender", "SpendingBook",
    "Spent", "TemplateState", "TemplateVersion", "UnknownExemptionError", "UnknownHaltError",
    "UnknownTemplateError", "approve_template", "ask_exemption", "assign_template", "check_template",
    "enforce_template", "expect_free_name", "explain_halt", "facets_of", "facets_of_owner", "find_facet",
    "find_halt", "find_halts", "find_rules", "find_stop", "find_template", "find_untold", "grant_exemption",
    "import_template", "judge_template", "lift_halt", "list_budgets", "list_exemptions", "list_halts",
    "list_rules", "list_templates", "make_budget", "make_halt", "name_halted", "name_halter", "read_template",
    "refuse_exemption", "retire_template", "router", "stand_all", "standing_halts", "sweep_spending",
    "tell_of_budgets", "withdraw_exemption",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (SQLAlchemy is heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.governance has no {name!r}")
    return getattr(import_module(f"builder.governance.{_DOORS[name]}"), name)
