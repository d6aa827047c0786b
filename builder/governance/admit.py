"""Whether the budgets that a run would spend from have anything left: one of those who may refuse a start."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar, Protocol

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.engine.plan import Plan
from builder.governance import store
from builder.governance.rules import find_limit, span_of
from builder.governance.schemas import Budget, Scope, Span
from builder.providers import PRACTICE, Connection
from builder.teams import NotAdmittedError, Wish, find_admins, read_people


class Book(Protocol):
    """The model connections, live."""

    def find_true_name(self, name: str) -> str:
        """The name under which a connection was opened."""
        ...

    def get(self, name: str, /) -> Connection | None:
        """A connection by its name."""
        ...


class BudgetUsedUpError(NotAdmittedError):
    """A budget that the run would spend from is used up; the sentence says which, and who can help."""

    code: ClassVar[str] = "budget_used_up"

    def __init__(self, budget: Budget, span: Span, how_much: str, people: str) -> None:
        name, until = budget.wanted.name, span.ends.isoformat()
        super().__init__(
            f"The budget “{name}” is used up: {how_much} since {span.begins.isoformat()}. "
            f"It is full again on {until} at 0:00 UTC.",
            way_out=f"Wait until then, or ask {people} to raise it.",
            budget=name, how_much=how_much, begins=span.begins.isoformat(), ends=until, people=people,
        )  # fmt: skip


class BudgetAdmit:
    """Asks for each budget that a run would spend from. A dry run asks models for real, so it is refused alike.

    A run that is under way is not asked again: it goes on to its end, and its own limits bound what it costs.
    """

    def __init__(self, book: Book) -> None:
        self._book = book

    def concerns(self, plan: Plan) -> bool:
        """Whether it asks a model that costs anything. Practice costs nothing."""
        return any(name != PRACTICE for name in plan.models)

    def check(self, session: Session, plan: Plan, wish: Wish) -> None:
        """Raises BudgetUsedUpError."""
        costs = self._find_costs(plan.models)
        if not costs:
            return
        places: list[store.Place] = [(Scope.ORGANISATION, ""), *((Scope.CONNECTION, name) for name in costs)]
        if wish.team_id is not None:
            places.append((Scope.TEAM, str(wish.team_id)))
        if wish.workflow_id is not None:
            places.append((Scope.WORKFLOW, str(wish.workflow_id)))
        budgets = store.find_budgets_about(session, places)
        if not budgets:
            return
        today = read_clock(session).date()
        spans = {each.id: span_of(each.wanted.period, today) for each in budgets}
        spent = store.read_spent(session, [(each.place, spans[each.id].begins) for each in budgets])
        for each in budgets:
            costly = costs[each.about] if each.scope is Scope.CONNECTION else any(costs.values())
            limit = find_limit(each, spent[each.place, spans[each.id].begins], costs=costly)
            if limit is not None:
                raise BudgetUsedUpError(each, spans[each.id], limit, _name_helpers(session, each))

    def _find_costs(self, names: Collection[str]) -> Mapping[str, bool]:
        """True name → whether a question to it costs money; one that is not here any more might. Without practice."""
        found: dict[str, bool] = {}
        for name in names:
            connection = self._book.get(name)
            if connection is None:
                found[name] = True
            elif connection.provider != PRACTICE:
                found[self._book.find_true_name(name)] = connection.price_in > 0 or connection.price_out > 0
        return found


def _name_helpers(session: Session, budget: Budget) -> str:
    """Who can raise a budget: its owner; when he is no admin any more, those who are."""
    admins = find_admins(session)
    owner = budget.wanted.owner_id
    asked = [owner] if owner in admins else admins[:3]
    people = read_people(session, asked)
    return " or ".join(people[each].name for each in asked) or "an admin"
