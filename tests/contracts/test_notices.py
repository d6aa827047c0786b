"""Notices and letters on both back ends: what happens at once is one notice, and each letter has one sender."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import select

from builder.db import Database, read_clock
from builder.notices import tell_people
from builder.notices.store import claim_letter
from builder.notices.tables import letter_table, notice_table
from builder.teams import make_owner_link


def at_once(count: int, act: object) -> None:
    threads = [threading.Thread(target=act) for _ in range(count)]  # type: ignore[arg-type]  # a function of nothing
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_failures_at_once_are_one_notice_and_one_letter(database: Database) -> None:
    with database.transaction() as session:
        person, _ = make_owner_link(session, read_clock(session))
    together = threading.Barrier(8)

    def tell() -> None:
        together.wait(10)
        with database.transaction() as session:
            tell_people(
                session, [person], "run_failed", topic="w1", link="/runs/1", now=read_clock(session), workflow="Letters"
            )

    at_once(8, tell)
    with database.read() as session:
        (notice,) = session.execute(select(notice_table)).all()
        assert notice.params["count"] == 8
        assert len(session.execute(select(letter_table)).all()) == 1


def test_a_letter_is_taken_by_one(database: Database) -> None:
    with database.transaction() as session:
        person, _ = make_owner_link(session, read_clock(session))
        for number in range(10):
            now = read_clock(session) - timedelta(minutes=1)
            tell_people(session, [person], "run_failed", topic=str(number), link="/", now=now, workflow="Letters")
    together, taken = threading.Barrier(4), []

    def take() -> None:
        together.wait(10)
        while True:
            with database.transaction() as session:
                now = read_clock(session)
                row = claim_letter(session, now, now + timedelta(minutes=5))
            if row is None:
                return
            taken.append(row.id)

    at_once(4, take)
    assert len(taken) == len(set(taken))
    with database.read() as session:
        left = session.scalars(select(letter_table.c.id).where(letter_table.c.state == "waiting")).all()
    assert len(taken) + len(left) == 10
