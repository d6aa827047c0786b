"""Every query of the audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from builder.audit.rules import FIRST_LINK
from builder.audit.tables import audit_chain_table, audit_event_table, audit_head_table
from builder.db import HotInsert, to_milliseconds
from builder.kit.ids import new_id, show_id

_PAGE = 500
_EVENTS = HotInsert(audit_event_table)  # every run that ends adds one


def add_event(session: Session, organisation: str, at: datetime, body: Mapping[str, Any]) -> None:
    """Inserts an unchained event."""
    identity = new_id(to_milliseconds(at))
    _EVENTS.add(session, {"id": identity, "organisation": organisation, "at": at, **body})


def lock_chain(session: Session, organisation: str) -> tuple[int, str, list[str]] | None:
    """Size, last link and frontier of an organisation's chain; nobody else chains until the session's end.

    None when somebody else is chaining: to wait would hold up whatever else a keeper does.
    """
    table = audit_chain_table
    fresh = {"organisation": organisation, "size": 0, "link": FIRST_LINK.hex(), "frontier": []}
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(table).values(fresh).on_conflict_do_nothing())
    query = select(table.c.size, table.c.link, table.c.frontier).where(table.c.organisation == organisation)
    row = session.execute(query.with_for_update(skip_locked=True)).first()
    return None if row is None else (row.size, row.link, row.frontier)


def find_unchained(session: Session, organisation: str, limit: int) -> Sequence[Any]:
    """The oldest committed events that are not chained."""
    table = audit_event_table
    query = select(table).where(table.c.organisation == organisation, table.c.position.is_(None))
    return session.execute(query.order_by(table.c.id).limit(limit)).all()


def has_unchained(session: Session, organisation: str) -> bool:
    """Whether there is anything to chain."""
    table = audit_event_table
    query = select(table.c.id).where(table.c.organisation == organisation, table.c.position.is_(None)).limit(1)
    return session.execute(query).first() is not None


def save_links(session: Session, links: Sequence[Mapping[str, Any]]) -> None:
    """Gives events (`event`) their `place` and `hash`."""
    table = audit_event_table
    statement = update(table).where(table.c.id == bindparam("event"), table.c.position.is_(None))
    session.connection().execute(statement.values(position=bindparam("place"), link=bindparam("hash")), list(links))


def save_chain(session: Session, organisation: str, size: int, link: str, frontier: Sequence[str]) -> None:
    """Moves the end of the chain."""
    table = audit_chain_table
    statement = update(table).where(table.c.organisation == organisation)
    session.execute(statement.values(size=size, link=link, frontier=list(frontier)))


def save_head(session: Session, organisation: str, size: int, at: datetime, note: str) -> None:
    """Keeps a signed head."""
    session.execute(insert(audit_head_table).values(organisation=organisation, size=size, signed_at=at, note=note))


def read_size(session: Session, organisation: str) -> int:
    """How many events are chained, as the end of the chain says."""
    table = audit_chain_table
    return session.scalar(select(table.c.size).where(table.c.organisation == organisation)) or 0


def read_notes(session: Session, organisation: str) -> Iterator[str]:
    """Every signed head, the oldest first."""
    table = audit_head_table
    yield from session.scalars(select(table.c.note).where(table.c.organisation == organisation).order_by(table.c.size))


def read_last_note(session: Session, organisation: str) -> str | None:
    """The newest signed head."""
    table = audit_head_table
    chosen = select(table.c.note).where(table.c.organisation == organisation).order_by(table.c.size.desc()).limit(1)
    return session.scalar(chosen)


def read_events(session: Session, organisation: str) -> Iterator[Any]:
    """Every event, chained ones first in their order, a page at a time."""
    table = audit_event_table
    of_this = select(table).where(table.c.organisation == organisation)
    chained = of_this.where(table.c.position.is_not(None)).order_by(table.c.position, table.c.id)
    place, number = 0, -1
    while page := session.execute(
        chained.where((table.c.position > place) | ((table.c.position == place) & (table.c.id > number))).limit(_PAGE)
    ).all():
        yield from page
        place, number = page[-1].position, page[-1].id
    number = -1
    loose = of_this.where(table.c.position.is_(None)).order_by(table.c.id)
    while page := session.execute(loose.where(table.c.id > number).limit(_PAGE)).all():
        yield from page
        number = page[-1].id


def find_events(
    session: Session,
    organisation: str,
    words: tuple[str, str, str],
    times: tuple[datetime | None, datetime | None],
    before: int | None,
    limit: int,
) -> Sequence[Any]:
    """Events, the newest first: of a kind, with a text in their actor and subject, between two moments."""
    table, (kind, who, subject), (since, until) = audit_event_table.c, words, times
    query = select(audit_event_table).where(table.organisation == organisation)
    if kind:
        query = query.where(table.kind == kind)
    if who:
        query = query.where(table.actor.icontains(who, autoescape=True))
    if subject:
        query = query.where(table.subject.icontains(subject, autoescape=True))
    if since is not None:
        query = query.where(table.at >= since)
    if until is not None:
        query = query.where(table.at < until)
    if before is not None:
        query = query.where(table.id < before)
    return session.execute(query.order_by(table.id.desc()).limit(limit)).all()


def event_record(row: Any) -> dict[str, Any]:
    """An event as the plain data that is hashed and exported."""
    return {
        "id": show_id(row.id),
        "organisation": row.organisation,
        "at": row.at.isoformat(timespec="milliseconds"),
        "kind": row.kind,
        "actor": row.actor,
        "subject": row.subject,
        "record": row.record,
    }
