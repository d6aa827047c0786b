"""Budgets: what models may cost a team, a workflow, through a connection, or all together, in a period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock, to_milliseconds
from builder.governance import store
from builder.governance.rules import judge_spent, span_of
from builder.governance.schemas import (
    Budget,
    BudgetChangedError,
    BudgetError,
    BudgetState,
    BudgetWanted,
    Scope,
    UnknownBudgetError,
)
from builder.kit.ids import new_id, show_id
from builder.providers import PRACTICE
from builder.sdk import JSON
from builder.teams import (
    Caller,
    Installation,
    Person,
    expect_team,
    find_admins,
    read_people,
    require,
    teams_where,
)

MOST = 1_000
"""Budgets that there may be."""


def list_budgets(session: Session, caller: Caller) -> list[BudgetState]:
    """The budgets that a caller may see as they stand now, by name: those of his teams and of their workflows, and all
    of them for who has a role in the organisation.
    """
    found = store.list_all_budgets(session, teams_where(caller, "budget.read"))
    return look_at_budgets(session, found, read_clock(session).date())


def find_budget(session: Session, caller: Caller, budget_id: int) -> BudgetState:
    """One budget as it stands now.

    Raises:
        UnknownBudgetError: there is none that this caller may see.
    """
    found = _expect_budget(session, caller, budget_id)
    return look_at_budgets(session, [found], read_clock(session).date())[0]


def list_budget_owners(session: Session, caller: Caller) -> list[Person]:
    """The admins, by name: one of them is asked about a budget."""
    require(caller, "budget.write", None)
    return sorted(read_people(session, find_admins(session)).values(), key=lambda one: (one.name.casefold(), one.id))


def look_at_budgets(session: Session, budgets: list[Budget], today: date) -> list[BudgetState]:
    """How far budgets are spent on a day."""
    spans = [span_of(each.wanted.period, today) for each in budgets]
    wanted = [(each.place, span.begins) for each, span in zip(budgets, spans, strict=True)]
    spent = store.read_spent(session, wanted)
    return [
        BudgetState(each, span, spent[key], judge_spent(each, spent[key]))
        for each, span, key in zip(budgets, spans, wanted, strict=True)
    ]


def make_budget(
    session: Session, caller: Caller, scope: Scope, about: int | str | None, wanted: BudgetWanted, site: Installation
) -> int:
    """Sets a budget; its id. What was spent in this period before it was set counts.

    Args:
        session: the caller's transaction.
        caller: who sets it.
        scope: what it is about.
        about: the team's or the workflow's id, or the connection's name; None for the organisation.
        wanted: the rest.
        site: knows the workflows and the model connections.

    Raises:
        BudgetError: it cannot be so, or there are too many.
        HandrailError: there is no such team or workflow.
    """
    require(caller, "budget.write", None)
    if store.count_budgets(session) >= MOST:
        raise BudgetError(f"There are {MOST:,} budgets already.", way_out="Take some away that nobody needs.")
    _judge(session, wanted)
    place, team_id = _find_place(session, caller, scope, about, site)
    now = read_clock(session)
    made = Budget(new_id(to_milliseconds(now)), scope, place, team_id, wanted, 1)
    store.insert_budget(session, made, caller.person, now)
    _tell(session, caller, "budget_made", made)
    return made.id


def change_budget(session: Session, caller: Caller, budget_id: int, wanted: BudgetWanted, seen: int) -> None:
    """Changes what is said of a budget; what it is about stays.

    Args:
        session: the caller's transaction.
        caller: who changes it.
        budget_id: which.
        wanted: how it is to be.
        seen: the revision that the caller has seen.

    Raises:
        UnknownBudgetError: there is none.
        BudgetChangedError: somebody else changed it since.
        BudgetError: it cannot be so.
    """
    require(caller, "budget.write", None)
    found = _expect_budget(session, caller, budget_id, lock=True)
    if found.revision != seen:
        raise BudgetChangedError(
            f"Somebody else changed the budget “{found.wanted.name}” meanwhile.", way_out="Look at it again."
        )
    _judge(session, wanted)
    changed = Budget(found.id, found.scope, found.about, found.team_id, wanted, found.revision + 1)
    store.update_budget(session, budget_id, wanted, changed.revision, read_clock(session))
    _tell(session, caller, "budget_changed", changed)


def end_budget(session: Session, caller: Caller, budget_id: int) -> None:
    """Takes a budget away: it stops nothing any more.

    Raises:
        UnknownBudgetError: there is none.
    """
    require(caller, "budget.write", None)
    found = _expect_budget(session, caller, budget_id, lock=True)
    store.delete_budget(session, budget_id)
    _tell(session, caller, "budget_ended", found)


def _expect_budget(session: Session, caller: Caller, budget_id: int, *, lock: bool = False) -> Budget:
    found = store.read_budget(session, budget_id, teams_where(caller, "budget.read"), lock=lock)
    if found is None:
        raise UnknownBudgetError("There is no such budget.")
    return found


def _judge(session: Session, wanted: BudgetWanted) -> None:
    if wanted.money is None and wanted.tokens is None:
        raise BudgetError(
            "A budget needs a limit.", field="money", way_out="Say how much money, how many tokens, or both."
        )
    if wanted.owner_id not in find_admins(session):
        raise BudgetError(
            "Only an admin can be asked about a budget.", field="owner", way_out="Choose somebody who can raise it."
        )


def _find_place(
    session: Session, caller: Caller, scope: Scope, about: int | str | None, site: Installation
) -> tuple[str, int | None]:
    """How what a budget is about is written down, and the team whose people may see it."""
    if scope is Scope.TEAM and isinstance(about, int):
        expect_team(session, about)
        return str(about), about
    if scope is Scope.WORKFLOW and isinstance(about, int):
        return str(about), site.workflows.find_team(session, caller, about)
    if scope is Scope.CONNECTION and isinstance(about, str):
        there = dict(site.models.items()).get(about)
        if there is None or site.models.find_true_name(about) != about:
            raise BudgetError("There is no such model connection.", field="connection", way_out="Choose another one.")
        if there.provider == PRACTICE:
            raise BudgetError("Practice costs nothing.", field="connection", way_out="Choose another one.")
        return about, None
    if scope is Scope.ORGANISATION and about is None:
        return "", None
    raise BudgetError("It is not said what the budget is about.", field=scope.value, way_out="Choose it.")


def _tell(session: Session, caller: Caller, kind: str, budget: Budget) -> None:
    said = budget.wanted
    record: Mapping[str, JSON] = {
        "name": said.name, "scope": budget.scope.value, "about": budget.about, "period": said.period.value,
        "money": said.money, "tokens": said.tokens, "warn_at": said.warn_at, "owner": show_id(said.owner_id),
    }  # fmt: skip
    subject = f"budget {show_id(budget.id)}"
    append_event(session, kind, actor=caller.actor, subject=subject, now=read_clock(session), record=record)
