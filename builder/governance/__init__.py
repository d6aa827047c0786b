"""A GovernanceTemplate is a file of rules that a team did not write but its workflows obey.

Its versions are kept here: written by one governor, approved by a second, enforced from a day on. What binds a workflow
is the set of those that name its team and stage on that day. A Budget bounds what models may cost in a period: when it
is used up, nothing that would spend from it starts.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.governance.admit import AdmitExempt, BudgetAdmit, ExemptionOverError
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
    from builder.governance.read import NotGovernanceError, read_template
    from builder.governance.schemas import (
        ExemptionError,
        ExemptionStanding,
        ExemptNameError,
        GovernanceError,
        NotSoundError,
        SecondPersonError,
        Spent,
        TemplateState,
        TemplateVersion,
        UnknownExemptionError,
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
    "admit": ("AdmitExempt", "BudgetAdmit", "ExemptionOverError"),
    "api": ("router",),
    "budget": ("list_budgets", "make_budget"),
    "examples": ("LoadExample", "check_template"),
    "exemptions": (
        "ask_exemption", "expect_free_name", "grant_exemption", "list_exemptions", "refuse_exemption", "stand_all",
        "withdraw_exemption",
    ),
    "read": ("NotGovernanceError", "read_template"),
    "schemas": (
        "ExemptNameError", "ExemptionError", "ExemptionStanding", "GovernanceError", "NotSoundError",
        "SecondPersonError", "Spent", "TemplateState", "TemplateVersion", "UnknownExemptionError",
        "UnknownTemplateError",
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
    "AdmitExempt", "BudgetAdmit", "ExemptNameError", "ExemptionError", "ExemptionOverError", "ExemptionStanding",
    "GovernanceError", "LoadExample", "NotGovernanceError", "NotSoundError", "SecondPersonError", "Spender",
    "SpendingBook", "Spent", "TemplateState", "TemplateVersion", "UnknownExemptionError", "UnknownTemplateError",
    "approve_template", "ask_exemption", "assign_template", "check_template", "enforce_template",
    "expect_free_name", "find_rules", "find_template", "find_untold", "grant_exemption", "import_template",
    "judge_template", "list_budgets", "list_exemptions", "list_templates", "make_budget", "read_template",
    "refuse_exemption", "retire_template", "router", "stand_all", "sweep_spending", "tell_of_budgets",
    "withdraw_exemption",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (SQLAlchemy is heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.governance has no {name!r}")
    return getattr(import_module(f"builder.governance.{_DOORS[name]}"), name)
