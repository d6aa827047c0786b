"""Telling: a notice for each of some people, in the transaction of what it tells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from builder.db import to_milliseconds
from builder.kit.ids import new_id
from builder.notices.rules import GATHER, TOGETHER
from builder.notices.settings import settings_of
from builder.notices.store import (
    insert_letter,
    insert_notice,
    lock_topic,
    mark_settled,
    read_together,
    update_notice,
)


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

    By mail it leaves a little later, so that what comes at once is in one letter.

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
        before = read_together(session, person, kind, topic, now - TOGETHER)
        if before is None:
            lock_topic(session, person, kind, topic)
            before = read_together(session, person, kind, topic, now - TOGETHER)
        if before is not None:
            counted = {**params, "count": int(before.params.get("count", 1)) + 1}
            update_notice(session, before.id, {"params": counted, "link": many or link, "at": now})
            continue
        number = new_id(to_milliseconds(now))
        values = {"id": number, "person_id": person, "kind": kind, "topic": topic, "params": params, "link": link}
        insert_notice(session, {**values, "made_at": now, "at": now, "shown": setting.in_product})
        if setting.by_email:
            insert_letter(session, {"person_id": person, "notice_id": number, "due_at": now + GATHER, "made_at": now})


def settle_notices(session: Session, kind: str, *, topic: str, link: str, now: datetime) -> None:
    """What asked people for something that is over no longer waits to be read, nor leaves by mail.

    Args:
        session: the transaction of what is over.
        kind: the kind that asked.
        topic: what it was about.
        link: where it led; a notice that tells of several leads elsewhere, and stays.
        now: when.
    """
    mark_settled(session, kind, topic, link, now)
