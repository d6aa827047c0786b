"""Every query of governance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from builder.db import to_milliseconds
from builder.governance.schemas import TemplateState, TemplateVersion
from builder.governance.tables import governance_template_table, governance_version_table
from builder.kit.ids import new_id

template = governance_template_table.c
version = governance_version_table.c


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
