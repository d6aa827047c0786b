"""Those of governance who may refuse a start: somebody halted it, a budget of the run is used up, or an exemption of
its plan has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from builder.credentials import find_true_connections
from builder.db import read_clock
from builder.engine.plan import Plan
from builder.governance import store
from builder.governance.rules import explain_halt, facets_of, facets_of_owner, find_limit, find_stop, span_of
from builder.governance.schemas import Budget, Halt, Limit, Scope, Span
from builder.governance.store.halts import list_standing_halts
from builder.kit.ids import read_id
from builder.providers import PRACTICE, Connection
from builder.sdk import NodeType
from builder.teams import NotAdmittedError, Wish, find_admins, read_people


class BudgetUsedUpError(NotAdmittedError):
    """A budget that the run would spend from is used up; the sentence says which, and who can help."""

    code: ClassVar[str] = "budget_used_up"

    def __init__(self, budget: Budget, span: Span, limit: Limit, people: str) -> None:
        name, begins, until = budget.wanted.name, span.begins.isoformat(), span.ends.isoformat()
        said: dict[str, Any] = {"budget": name, "begins": begins, "ends": until, "people": people}
        super().__init__(
            f"The budget “{name}” is used up: {limit.sentence} since {begins}. "
            f"It is full again on {until} at 0:00 UTC.",
            way_out=f"Wait until then, or ask {people} to raise it.",
            **said, case=limit.kind, spent=limit.spent, limit=limit.limit,
        )  # fmt: skip


class BudgetAdmit:
    """Asks for each budget that a run would spend from. A dry run asks models for real, so it is refused alike.

    A run that is under way is not asked again: it goes on to its end, and its own limits bound what it costs.
    """

    def __init__(self, own: Mapping[str, Connection]) -> None:
        """Takes the model connections of the environment; the others are read where they are kept."""
        self._own = own

    def concerns(self, plan: Plan) -> bool:
        """Whether it asks a model that costs anything. Practice costs nothing."""
        return any(name != PRACTICE for name in plan.models)

    def check(self, session: Session, plan: Plan, wish: Wish) -> None:
        """Raises BudgetUsedUpError."""
        places: list[store.Place] = [(Scope.ORGANISATION, "")]
        if wish.team_id is not None:
            places.append((Scope.TEAM, str(wish.team_id)))
        if wish.workflow_id is not None:
            places.append((Scope.WORKFLOW, str(wish.workflow_id)))
        budgets = store.find_budgets_about(session, places)
        costs = self._find_costs(session, plan.models) if budgets else {}
        budgets = [each for each in budgets if each.scope is not Scope.CONNECTION or each.about in costs]
        if not budgets or not costs:
            return
        today = read_clock(session).date()
        spans = {each.id: span_of(each.wanted.period, today) for each in budgets}
        spent = store.read_spent(session, [(each.place, spans[each.id].begins) for each in budgets])
        for each in budgets:
            costly = costs[each.about] if each.scope is Scope.CONNECTION else any(costs.values())
            limit = find_limit(each, spent[each.place, spans[each.id].begins], costs=costly)
            if limit is not None:
                raise BudgetUsedUpError(each, spans[each.id], limit, _name_helpers(session, each))

    def _find_costs(self, session: Session, names: Collection[str]) -> Mapping[str, bool]:
        """Connection, by the name under which it was opened → whether a question to it costs money."""
        asked = find_true_connections(session, self._own, names)
        return {
            name: each.price_in > 0 or each.price_out > 0 for name, each in asked.items() if each.provider != PRACTICE
        }


def _name_helpers(session: Session, budget: Budget) -> str:
    """Who can raise a budget: its owner; when he is no admin any more, those who are."""
    admins = find_admins(session)
    owner = budget.wanted.owner_id
    asked = [owner] if owner in admins else admins[:3]
    people = read_people(session, asked)
    return " or ".join(people[each].name for each in asked) or "an admin"


class ExemptionOverError(NotAdmittedError):
    """The exemption with which a workflow was published has ended; the rule binds again."""

    code: ClassVar[str] = "exemption_over"


class AdmitExempt:
    """Refuses a start where an exemption of the plan has ended."""

    def concerns(self, plan: Plan) -> bool:
        """Whether the plan lives by an exemption."""
        return bool(plan.free_until)

    def check(self, session: Session, plan: Plan, wish: Wish) -> None:
        """Looks at the day. Raises ExemptionOverError: one has ended."""
        today = read_clock(session).date()
        for key, until in plan.free_until.items():
            if until < today:
                template, _, rule = key.rpartition("/")
                raise ExemptionOverError(
                    f"The exemption from the rule {rule} of “{template}” ended on {until}; the rule binds again.",
                    way_out="Publish the workflow anew, so that the rule is woven in; or ask for another exemption.",
                    template=template, rule=rule,
                )  # fmt: skip


class HaltedError(NotAdmittedError):
    """Somebody halted what would start; the sentence says who and why."""

    code: ClassVar[str] = "halted"


class AdmitUnhalted:
    """Refuses a start while a halt concerns it. Only starts ask: to a worker nothing that is halted is given."""

    def __init__(self, find_true_name: Callable[[str], str], types: Mapping[str, NodeType]) -> None:
        """Takes who says which model connection `default` is, and the installed node types."""
        self._find_true_name, self._types = find_true_name, types

    def concerns(self, plan: Plan) -> bool:
        """Everything can be halted."""
        return True

    def check(self, session: Session, plan: Plan, wish: Wish) -> None:
        """Raises HaltedError."""
        standing = list_standing_halts(session)
        if not standing:
            return
        facets = facets_of(plan, self._types, self._find_true_name)
        found = find_stop(standing, facets | facets_of_owner(wish.team_id, wish.workflow_id))
        if found is not None:
            who = name_halter(session, found)
            until = None if found.until is None else found.until.isoformat(timespec="minutes")
            raise HaltedError(
                explain_halt(found, who), way_out=f"Ask {who}, or wait until it is lifted.",
                case=found.scope.value, about=found.about, because=found.because, people=who, until=until,
            )  # fmt: skip


def name_halter(session: Session, found: Halt) -> str:
    """Who stopped something."""
    people = read_people(session, [read_id(found.made_by)])
    return next((each.name for each in people.values()), "An admin")
