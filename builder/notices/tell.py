"""Telling: a notice for each of some people, in the transaction of what it tells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from builder.db import to_milliseconds
from builder.kit.ids import new_id
from builder.notices.rules import TOGETHER
from builder.notices.settings import settings_of
from builder.notices.store import insert_notice, read_together, update_notice


def tell_people(
    session: Session,
    people: Iterable[int],
    kind: str,
    *,
    topic: str,
    link: str,
    now: datetime,
    many: str | None = None,
    **params: str | int,
) -> None:
    """Tells some people something. What is told of one topic within ten minutes is one notice, until it is read.

    Args:
        session: the transaction of what it tells.
        people: whom; somebody named twice is told once.
        kind: a word of `KINDS`.
        topic: what it is about, for telling several together: `workflow 0k3…`.
        link: where it leads, inside the product.
        now: when.
        many: where it leads once it tells of several; None: to the newest.
        params: the names and numbers in its sentence; never a payload.
    """
    for person, setting in settings_of(session, sorted(set(people)), kind).items():
        if not setting.in_product and not setting.by_email:
            continue
        topic = f"{kind} {topic}"[:120] if not topic.startswith(kind) else topic
        before = read_together(session, person, topic, now - TOGETHER)
        if before is not None:
            count = int(before.params.get("count", 1)) + 1
            update_notice(
                session,
                before.id,
                {"params": {**params, "count": count}, "link": many or link, "at": now},
            )
            continue
        values = {"id": new_id(to_milliseconds(now)), "person_id": person, "kind": kind, "topic": topic}
        values |= {"params": params, "link": link, "made_at": now, "at": now, "shown": setting.in_product}
        insert_notice(session, values)
