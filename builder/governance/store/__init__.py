"""Every query of governance."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from builder.db import to_milliseconds
from builder.governance.schemas import (
    AskState,
    Budget,
    BudgetWanted,
    ExemptionRequest,
    Period,
    Scope,
    Spent,
    Standing,
    TemplateState,
    TemplateVersion,
)
from builder.governance.tables import (
    budget_mark_table,
    budget_table,
    exemption_table,
    governance_template_table,
    governance_version_table,
    spending_table,
)
from builder.kit.ids import new_id

template = governance_template_table.c
version = governance_version_table.c
budget, spending, mark = budget_table.c, spending_table.c, budget_mark_table.c
exemption = exemption_table.c

Place = tuple[Scope, str]
"""What is counted: a scope, and which of it."""


def take_template(session: Session, name: str, now: Any) -> int:
    """The id of a template, which is made when it is not there; nobody else adds to it until this transaction ends."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"id": new_id(to_milliseconds(now)), "name": name, "made_at": now}
    session.execute(dialect.insert(governance_template_table).values(values).on_conflict_do_nothing())
    number: int = session.scalars(select(template.id).where(template.name == name).with_for_update()).one()
    return number


def next_number(session: Session, template_id: int) -> int:
    """The number that a template's next version gets."""
    last: int | None = session.scalar(select(func.max(version.number)).where(version.template_id == template_id))
    return (last or 0) + 1


def insert_template_version(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a new version."""
    session.execute(insert(governance_version_table).values(**values))


def update_template_version(session: Session, template_id: int, number: int, values: Mapping[str, Any]) -> None:
    """Changes the state of a version."""
    chosen = update(governance_version_table).where(version.template_id == template_id, version.number == number)
    session.execute(chosen.values(**values))


def read_template_version(
    session: Session, template_id: int, number: int, *, lock: bool = False
) -> TemplateVersion | None:
    """One version; with `lock`, nobody else changes it until this transaction ends."""
    query = _versions().where(version.template_id == template_id, version.number == number)
    row = session.execute(query.with_for_update(of=governance_version_table) if lock else query).first()
    return None if row is None else _version_of(row)


def list_template_versions(session: Session, states: Iterable[TemplateState] | None = None) -> list[TemplateVersion]:
    """Every version (in one of these states), by name, the newest first."""
    query = _versions()
    if states is not None:
        query = query.where(version.state.in_([each.value for each in states]))
    return [_version_of(row) for row in session.execute(query.order_by(template.name, version.number.desc()))]


def _versions() -> Select[Any]:
    return select(governance_version_table, template.name).join(
        governance_template_table, template.id == version.template_id
    )


def _version_of(row: Any) -> TemplateVersion:
    return TemplateVersion(
        row.template_id, row.name, row.number, TemplateState(row.state), row.source, row.hash, row.files, row.note,
        row.made_by, row.made_at, row.approved_by, row.approved_at, row.enforced_by,
        None if row.enforced_from is None else date.fromisoformat(row.enforced_from), row.retired_by, row.retired_at,
    )  # fmt: skip


# ---------------------------------------------------------------------- budgets


def insert_budget(session: Session, made: Budget, made_by: str, now: datetime) -> None:
    """Keeps a new budget."""
    values: dict[str, Any] = {"id": made.id, "scope": made.scope.value, "about": made.about, "team_id": made.team_id}
    values |= {"revision": made.revision, "made_by": made_by, "made_at": now, "changed_at": now}
    session.execute(insert(budget_table).values(**values, **_columns_of(made.wanted)))


def update_budget(session: Session, budget_id: int, wanted: BudgetWanted, revision: int, now: datetime) -> None:
    """Changes what is said of a budget. People are told anew of what holds under it."""
    values = {**_columns_of(wanted), "revision": revision, "changed_at": now}
    session.execute(update(budget_table).where(budget.id == budget_id).values(**values))
    session.execute(delete(budget_mark_table).where(mark.budget_id == budget_id))


def delete_budget(session: Session, budget_id: int) -> None:
    """Takes a budget away; what was spent stays."""
    session.execute(delete(budget_mark_table).where(mark.budget_id == budget_id))
    session.execute(delete(budget_table).where(budget.id == budget_id))


def read_budget(
    session: Session, budget_id: int, within: frozenset[int] | None, *, lock: bool = False
) -> Budget | None:
    """One budget, if it is of one of these teams (None: whatever it is about)."""
    query = _budgets(within).where(budget.id == budget_id)
    row = session.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _budget_of(row)


def list_all_budgets(session: Session, within: frozenset[int] | None) -> list[Budget]:
    """The budgets of these teams and their workflows (None: every budget), by name."""
    return [_budget_of(row) for row in session.execute(_budgets(within).order_by(budget.name, budget.id))]


def find_budgets_about(session: Session, places: Collection[Place]) -> list[Budget]:
    """The budgets about any of these, and those about any connection, the first made first."""
    about = or_(_any_of(budget, places), budget.scope == Scope.CONNECTION.value)
    query = select(budget_table).where(about).order_by(budget.id)
    return [_budget_of(row) for row in session.execute(query)]


def count_budgets(session: Session) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(budget_table)) or 0


def add_spent(session: Session, day: date, part: int, amounts: Mapping[Place, Spent]) -> None:
    """Adds to what was spent on a day. Always in one order, so that two who add never wait for each other in a ring."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = [
        {"scope": scope.value, "about": about, "day": day.isoformat(), "slice": part, "money": spent.money,
         "tokens": spent.tokens}
        for (scope, about), spent in sorted(amounts.items())
    ]  # fmt: skip
    adding = dialect.insert(spending_table).values(values)
    more = {"money": spending.money + adding.excluded.money, "tokens": spending.tokens + adding.excluded.tokens}
    keys = [spending.scope, spending.about, spending.day, spending.slice]
    session.execute(adding.on_conflict_do_update(index_elements=keys, set_=more))


def read_spent(session: Session, wanted: Collection[tuple[Place, date]]) -> dict[tuple[Place, date], Spent]:
    """What was spent on each of these from a day on until now."""
    found = dict.fromkeys(wanted, Spent())
    by_day: dict[date, list[Place]] = {}
    for place, day in found:
        by_day.setdefault(day, []).append(place)
    for day, places in by_day.items():
        about = _any_of(spending, places, spending.day >= day.isoformat())
        query = select(spending.scope, spending.about, func.sum(spending.money), func.sum(spending.tokens))
        query = query.where(about).group_by(spending.scope, spending.about)
        for scope, name, money, tokens in session.execute(query):
            found[(Scope(scope), name), day] = Spent(float(money), int(tokens))
    return found


def take_mark(session: Session, budget_id: int, begins: date, standing: Standing, now: datetime) -> bool:
    """Whether it falls to this transaction to tell people of a budget's standing in a period: it does once."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"budget_id": budget_id, "begins": begins.isoformat(), "standing": standing.value, "told_at": now}
    made = dialect.insert(budget_mark_table).values(values).on_conflict_do_nothing().returning(mark.budget_id)
    return session.execute(made).first() is not None


def find_marks(session: Session, since: date) -> set[tuple[int, date, Standing]]:
    """Of what people were told, for periods that began on a day or later."""
    query = select(mark.budget_id, mark.begins, mark.standing).where(mark.begins >= since.isoformat())
    return {(row[0], date.fromisoformat(row[1]), Standing(row[2])) for row in session.execute(query)}


def forget_spent(session: Session, before: date) -> None:
    """Takes away what is older than any period."""
    session.execute(delete(spending_table).where(spending.day < before.isoformat()))
    session.execute(delete(budget_mark_table).where(mark.begins < before.isoformat()))


def _budgets(within: frozenset[int] | None) -> Select[Any]:
    query = select(budget_table)
    return query if within is None else query.where(budget.team_id.in_(within))


def _any_of(table: Any, places: Collection[Place], *also: ColumnElement[bool]) -> ColumnElement[bool]:
    """That a row is about one of these, in words that find it by its index: a part for each scope, each with `also`."""
    names: dict[str, list[str]] = {}
    for scope, name in places:
        names.setdefault(scope.value, []).append(name)
    return or_(*(and_(table.scope == scope, table.about.in_(about), *also) for scope, about in names.items()))


def _columns_of(wanted: BudgetWanted) -> dict[str, Any]:
    return {
        "name": wanted.name, "period": wanted.period.value, "money": wanted.money, "tokens": wanted.tokens,
        "warn_at": wanted.warn_at, "owner_id": wanted.owner_id,
    }  # fmt: skip


def _budget_of(row: Any) -> Budget:
    wanted = BudgetWanted(row.name, Period(row.period), row.money, row.tokens, row.warn_at, row.owner_id)
    return Budget(row.id, Scope(row.scope), row.about, row.team_id, wanted, row.revision)


# ---------------------------------------------------------------------- exemptions


def insert_exemption(session: Session, values: Mapping[str, Any]) -> bool:
    """Keeps a new request; False when one for the same rule and workflow waits already."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    made = dialect.insert(exemption_table).values(**values, state=AskState.ASKED.value, answer="")
    return session.execute(made.on_conflict_do_nothing().returning(exemption.id)).first() is not None


def read_exemption(session: Session, exemption_id: int) -> ExemptionRequest | None:
    """One request."""
    row = session.execute(select(exemption_table).where(exemption.id == exemption_id)).first()
    return None if row is None else _exemption_of(row)


def end_asking(session: Session, exemption_id: int, values: Mapping[str, Any]) -> bool:
    """Ends a request that waits; False when it no longer does."""
    waits = update(exemption_table).where(exemption.id == exemption_id, exemption.state == AskState.ASKED.value)
    return session.execute(waits.values(**values).returning(exemption.id)).first() is not None


def list_exemption_rows(
    session: Session, teams: frozenset[int] | None, *, workflow_id: int | None = None, limit: int = 500
) -> list[ExemptionRequest]:
    """Requests of teams (None: of all), the newest first; only about one workflow, when one is named."""
    query = select(exemption_table)
    if teams is not None:
        query = query.where(exemption.team_id.in_(teams))
    if workflow_id is not None:
        query = query.where(exemption.workflow_id == workflow_id)
    return [_exemption_of(row) for row in session.execute(query.order_by(exemption.id.desc()).limit(limit))]


def list_granted(
    session: Session, *, template_id: int | None = None, team_id: int | None = None
) -> list[ExemptionRequest]:
    """What was granted, by template or by team, the oldest first."""
    query = select(exemption_table).where(exemption.state == AskState.GRANTED.value)
    if template_id is not None:
        query = query.where(exemption.template_id == template_id)
    if team_id is not None:
        query = query.where(exemption.team_id == team_id)
    return [_exemption_of(row) for row in session.execute(query.order_by(exemption.id))]


def find_template_named(session: Session, name: str) -> list[TemplateVersion]:
    """Every version of the template of a name, the newest first."""
    query = _versions().where(template.name == name).order_by(version.number.desc())
    return [_version_of(row) for row in session.execute(query)]


def list_versions_of(session: Session, template_ids: Iterable[int]) -> list[TemplateVersion]:
    """Every version of some templates, the newest first."""
    query = _versions().where(version.template_id.in_(sorted(set(template_ids)))).order_by(version.number.desc())
    return [_version_of(row) for row in session.execute(query)]


def _exemption_of(row: Any) -> ExemptionRequest:
    return ExemptionRequest(
        row.id, row.template_id, row.rule, row.workflow_id, row.team_id, row.subject, row.because,
        date.fromisoformat(row.until), row.asked_by, row.asked_at, AskState(row.state), row.decided_by, row.decided_at,
        row.answer, row.version,
    )  # fmt: skip
