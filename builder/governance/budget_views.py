"""What budgets look like over the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from builder.governance.rules import share_of
from builder.governance.schemas import BudgetState, BudgetWanted, Period, Scope, Standing
from builder.kit.wire import Id, Line
from builder.teams import Installation, read_people, read_teams

Money = Annotated[float, Field(gt=0, le=1_000_000_000, allow_inf_nan=False)]
Tokens = Annotated[int, Field(ge=1, le=1_000_000_000_000_000)]
Percent = Annotated[int, Field(ge=1, le=100)]


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid")


class BudgetIn(Wire):
    """A new budget. `owner` is the admin who is asked about it; not said: whoever sets it. Of `team`, `workflow` and
    `connection` the one is said that `scope` names. `money` is in the organisation's currency.
    """

    name: Line
    scope: Scope
    team: Id | None = None
    workflow: Id | None = None
    connection: Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] | None = None
    period: Period = Period.MONTH
    money: Money | None = None
    tokens: Tokens | None = None
    warn_at: Percent = 80
    owner: Id | None = None


class BudgetChange(Wire):
    """What changes of a budget; what is not said, or is null, stays. But `money` or `tokens` null: no limit of that
    kind any more.
    """

    name: Line | None = None
    period: Period | None = None
    money: Money | None = None
    tokens: Tokens | None = None
    warn_at: Percent | None = None
    owner: Id | None = None


class Thing(Wire):
    """Something by its id and name."""

    id: Id
    name: str


class BudgetView(Wire):
    """A budget as it stands: from `begins` until before `ends` (days in `zone`), so much of its limits is spent.

    `share` is how much, 1 being all.
    """

    id: Id
    name: str
    scope: Scope
    team: Thing | None
    workflow: Thing | None
    connection: str | None
    period: Period
    begins: date
    ends: date
    zone: Literal["UTC"] = "UTC"
    money: float | None
    tokens: int | None
    spent_money: float
    spent_tokens: int
    share: float
    warn_at: int
    standing: Standing
    owner: Thing
    revision: int


def read_budget_wanted(sent: BudgetIn, caller: int) -> BudgetWanted:
    """What was sent."""
    owner = caller if sent.owner is None else sent.owner
    return BudgetWanted(sent.name, sent.period, sent.money, sent.tokens, sent.warn_at, owner)


def apply_budget_change(there: BudgetWanted, sent: BudgetChange) -> BudgetWanted:
    """What is there, with what was sent."""
    said: dict[str, Any] = {key: value for key in sent.model_fields_set if (value := getattr(sent, key)) is not None}
    said |= {key: getattr(sent, key) for key in ("money", "tokens") if key in sent.model_fields_set}
    said["owner_id"] = said.pop("owner", there.owner_id)
    return replace(there, **said)


def show_budgets(session: Session, states: Sequence[BudgetState], site: Installation) -> list[BudgetView]:
    """Budgets with the names of what they are about and of who is asked."""
    budgets = [each.budget for each in states]
    numbers = {scope: {int(each.about) for each in budgets if each.scope is scope} for scope in _NUMBERED}
    teams = read_teams(session, frozenset(numbers[Scope.TEAM]))
    workflows = site.workflows.find_names(session, numbers[Scope.WORKFLOW])
    people = read_people(session, [each.wanted.owner_id for each in budgets])
    owners = {number: each.name for number, each in people.items()}
    return [
        BudgetView(
            id=one.id, name=one.wanted.name, scope=one.scope,
            team=_thing(int(one.about), teams) if one.scope is Scope.TEAM else None,
            workflow=_thing(int(one.about), workflows) if one.scope is Scope.WORKFLOW else None,
            connection=one.about if one.scope is Scope.CONNECTION else None,
            period=one.wanted.period, begins=each.span.begins, ends=each.span.ends,
            money=one.wanted.money, tokens=one.wanted.tokens, spent_money=each.spent.money,
            spent_tokens=each.spent.tokens, share=share_of(one, each.spent), warn_at=one.wanted.warn_at,
            standing=each.standing, revision=one.revision,
            owner=_thing(one.wanted.owner_id, owners),
        )
        for each in states
        for one in [each.budget]
    ]  # fmt: skip


_NUMBERED = (Scope.TEAM, Scope.WORKFLOW)


def _thing(number: int, names: Mapping[int, str]) -> Thing:
    return Thing(id=number, name=names.get(number, ""))
