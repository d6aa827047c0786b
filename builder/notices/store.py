"""Every query of notices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from builder.notices.schemas import KindSetting, Notice
from builder.notices.tables import notice_table, setting_table

notice, setting = notice_table.c, setting_table.c


def insert_notice(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a new notice, unread."""
    session.execute(insert(notice_table).values(**values))


def read_together(session: Session, person_id: int, topic: str, since: datetime) -> Any | None:
    """The unread notice of a topic that began after a moment: what happens now belongs to it."""
    same = (notice.person_id == person_id, notice.topic == topic, notice.made_at > since, notice.read_at.is_(None))
    query = select(notice_table).where(*same).order_by(notice.id.desc()).limit(1)
    return session.execute(query.with_for_update()).first()


def update_notice(session: Session, number: int, values: Mapping[str, Any]) -> None:
    """Changes a notice that goes on."""
    session.execute(update(notice_table).where(notice.id == number).values(**values))


def read_page(session: Session, person_id: int, before: int | None, limit: int) -> list[Notice]:
    """A person's notices, the newest first."""
    query = select(notice_table).where(notice.person_id == person_id, notice.shown.is_(True))
    if before is not None:
        query = query.where(notice.id < before)
    return [_notice_of(row) for row in session.execute(query.order_by(notice.id.desc()).limit(limit))]


def count_unread(session: Session, person_id: int) -> int:
    """How many notices a person has not read."""
    query = select(func.count()).select_from(notice_table)
    unread = (notice.person_id == person_id, notice.read_at.is_(None), notice.shown.is_(True))
    return session.scalar(query.where(*unread)) or 0


def mark_read(session: Session, person_id: int, ids: Collection[int] | None, now: datetime) -> None:
    """Marks a person's notices as read; None: all."""
    statement = update(notice_table).where(notice.person_id == person_id, notice.read_at.is_(None))
    if ids is not None:
        statement = statement.where(notice.id.in_(ids))
    session.execute(statement.values(read_at=now))


def delete_notices(session: Session, before: datetime) -> None:
    """Deletes what is too old to matter."""
    session.execute(delete(notice_table).where(notice.at < before))


def read_settings(session: Session, people: Collection[int]) -> dict[tuple[int, str], KindSetting]:
    """What people said about kinds of notices, by person and kind."""
    rows = session.execute(select(setting_table).where(setting.person_id.in_(people)))
    return {
        (row.person_id, row.kind): KindSetting(kind=row.kind, in_product=row.in_product, by_email=row.by_email)
        for row in rows
    }


def save_setting(session: Session, person_id: int, one: KindSetting) -> None:
    """Keeps what a person says about a kind."""
    same = (setting.person_id == person_id, setting.kind == one.kind)
    session.execute(delete(setting_table).where(*same))
    session.execute(insert(setting_table).values(person_id=person_id, **one.model_dump()))


def _notice_of(row: Any) -> Notice:
    return Notice(row.id, row.person_id, row.kind, row.params, row.link, row.at, row.read_at is not None)
