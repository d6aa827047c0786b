"""Telling people that a budget is nearly, or all, spent: once for each budget and period."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import timedelta

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.governance import store
from builder.governance.budget import look_at_budgets
from builder.governance.rules import share_of
from builder.governance.schemas import Budget, BudgetState, Scope, Standing
from builder.kit.ids import show_id
from builder.notices import tell_people
from builder.teams import find_admins, find_team_people

FindKeepers = Callable[[Session, int], Iterable[int]]
"""A workflow → the people who answer for it."""

_LONGEST = timedelta(days=31)


def find_untold(session: Session) -> list[BudgetState]:
    """The budgets of which people are not yet told how they stand."""
    today = read_clock(session).date()
    states = look_at_budgets(session, store.list_all_budgets(session, None), today)
    told = store.find_marks(session, today - _LONGEST)
    return [
        each
        for each in states
        if each.standing is not Standing.OPEN and (each.budget.id, each.span.begins, each.standing) not in told
    ]


def tell_of_budgets(session: Session, untold: Iterable[BudgetState], find_keepers: FindKeepers) -> None:
    """Tells whoever spends from them, and whoever can raise them. Of several that do this at once, one does."""
    now = read_clock(session)
    for each in untold:
        budget, begins = each.budget, each.span.begins
        if store.read_budget(session, budget.id, None, lock=True) != budget:
            continue  # changed or gone meanwhile: it is looked at again
        used_up = each.standing is Standing.USED_UP
        near = store.take_mark(session, budget.id, begins, Standing.NEAR, now)
        if not (store.take_mark(session, budget.id, begins, Standing.USED_UP, now) if used_up else near):
            continue
        tell_people(
            session, [budget.wanted.owner_id, *_find_concerned(session, budget, find_keepers)],
            "budget_used_up" if used_up else "budget_near", topic=f"budget {show_id(budget.id)}", link="/budgets",
            now=now, budget=budget.wanted.name, percent=math.floor(share_of(budget, each.spent) * 100),
            until=each.span.ends.isoformat(),
        )  # fmt: skip


def _find_concerned(session: Session, budget: Budget, find_keepers: FindKeepers) -> Iterable[int]:
    """The owners of a team, who answers for a workflow; for the rest the admins."""
    if budget.scope is Scope.TEAM:
        return [each.id for each in find_team_people(session, int(budget.about), "owner")]
    if budget.scope is Scope.WORKFLOW:
        return find_keepers(session, int(budget.about))
    return find_admins(session)
