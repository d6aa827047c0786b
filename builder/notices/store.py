"""Every query of notices."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from builder.db import to_milliseconds
from builder.kit.ids import new_id
from builder.notices.schemas import KindSetting, LetterRow, Notice
from builder.notices.tables import letter_table, notice_table, setting_table

notice, setting, letter = notice_table.c, setting_table.c, letter_table.c

WAITING, SENDING, SENT, UNSURE, FAILED, DROPPED = "waiting", "sending", "sent", "unsure", "failed", "dropped"
"""The life of a letter. `unsure`: nobody knows whether the server took it, so it is not sent again."""


def insert_notice(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a new notice, unread."""
    session.execute(insert(notice_table).values(**values))


def read_together(session: Session, person_id: int, kind: str, topic: str, since: datetime) -> Any | None:
    """The unread notice of a kind and topic that began after a moment: what happens now belongs to it."""
    same = (notice.person_id == person_id, notice.kind == kind, notice.topic == topic, notice.read_at.is_(None))
    query = select(notice_table).where(*same, notice.made_at > since).order_by(notice.id.desc()).limit(1)
    return session.execute(query.with_for_update()).first()


def lock_topic(session: Session, person_id: int, kind: str, topic: str) -> None:
    """Lets one transaction at a time begin a notice of a topic. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        key = hashlib.sha256(f"{person_id}/{kind}/{topic}".encode()).digest()[:8]
        session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(key, "big", signed=True))))


def read_notice(session: Session, number: int) -> Notice | None:
    """One notice."""
    row = session.execute(select(notice_table).where(notice.id == number)).first()
    return None if row is None else _notice_of(row)


def update_notice(session: Session, number: int, values: Mapping[str, Any]) -> None:
    """Changes a notice that goes on."""
    session.execute(update(notice_table).where(notice.id == number).values(**values))


def read_page(session: Session, person_id: int, before: int | None, limit: int) -> list[Notice]:
    """A person's notices, the newest first."""
    query = select(notice_table).where(notice.person_id == person_id, notice.shown.is_(True))
    if before is not None:
        query = query.where(notice.id < before)
    return [_notice_of(row) for row in session.execute(query.order_by(notice.id.desc()).limit(limit))]


def read_new_notices(session: Session, since: int) -> list[tuple[int, int, datetime]]:
    """Every notice with this id or a larger one: its id, whose it is, and when it was last added to."""
    query = select(notice.id, notice.person_id, notice.at).where(notice.id >= since, notice.shown.is_(True))
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


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


def mark_settled(session: Session, kind: str, topic: str, link: str, now: datetime) -> None:
    """Marks everybody's notices of a kind and topic that lead to one place as read."""
    same = (notice.kind == kind, notice.topic == topic, notice.link == link, notice.read_at.is_(None))
    session.execute(update(notice_table).where(*same).values(read_at=now))


def delete_old(session: Session, notices: datetime, letters: datetime) -> None:
    """Deletes notices and letters from before two moments."""
    session.execute(delete(notice_table).where(notice.at < notices))
    session.execute(delete(letter_table).where(letter.made_at < letters))


# ---------------------------------------------------------------- letters


def insert_letter(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a letter that is to leave."""
    number = new_id(to_milliseconds(values["made_at"]))
    session.execute(
        insert(letter_table).values(**{"id": number, "state": WAITING, "tries": 0, "problem": "", **values})
    )


def claim_letter(session: Session, now: datetime, until: datetime) -> LetterRow | None:
    """Takes the letter that is due longest, for a while; None when none is. Of those who try at once one gets it."""
    due = (letter.state.in_((WAITING, SENDING)), letter.due_at <= now)
    query = select(letter_table).where(*due).order_by(letter.due_at, letter.id).limit(1)
    row = session.execute(query.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    mine = (letter.id == row.id, letter.tries == row.tries, *due)
    taken = update(letter_table).where(*mine).values(state=SENDING, tries=row.tries + 1, due_at=until)
    if session.execute(taken.returning(letter.id)).first() is None:
        return None
    return LetterRow(row.id, row.person_id, row.notice_id, row.sealed, row.tries + 1, row.made_at)


def move_letter(session: Session, row: LetterRow, before: str, values: Mapping[str, Any]) -> bool:
    """Changes a letter that is still in the hands of who took it; whether it was."""
    mine = (letter.id == row.id, letter.tries == row.tries, letter.state == before)
    changed = update(letter_table).where(*mine).values(**values).returning(letter.id)
    return session.execute(changed).first() is not None


# ---------------------------------------------------------------- settings


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
