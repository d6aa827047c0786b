"""The audit on both back ends: appended with what it tells, chained by one writer at a time, never changed unseen."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from builder.audit import append_event, chain_events, export_audit, read_export, verify_audit
from builder.audit.tables import audit_chain_table, audit_event_table
from builder.db import Database
from builder.kit.sealing import SigningKey

NOW = datetime(2026, 11, 23, 12, 0, 0, 123_000, tzinfo=UTC)


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate()


def append(session: Session, number: int, **record: Any) -> None:
    append_event(
        session,
        "review.decided",
        actor="Renée",
        subject=f"review {number}",
        now=NOW + timedelta(seconds=number),
        record={"number": number, "share": 0.1, "hash": None, **record},
    )


def fill(database: Database, key: SigningKey, count: int, batches: int = 1) -> None:
    for batch in range(batches):
        with database.transaction() as session:
            for number in range(count):
                append(session, batch * count + number)
        with database.transaction() as session:
            assert chain_events(session, key, NOW) == count


def verify(database: Database, key: SigningKey) -> Any:
    with database.read() as session:
        return verify_audit(export_audit(session, key.public), key.public)


def test_an_event_goes_with_its_transaction(database: Database, key: SigningKey) -> None:
    def fail_after_appending() -> None:
        with database.transaction() as session:
            append(session, 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_appending()
    report = verify(database, key)
    assert (report.holds, report.chained, report.unchained) == (True, 0, 0)


def test_what_is_not_chained_yet_is_shown_as_such(database: Database, key: SigningKey) -> None:
    fill(database, key, 3)
    with database.transaction() as session:
        append(session, 9)
    report = verify(database, key)
    assert (report.holds, report.chained, report.unchained, report.signed) == (True, 3, 1, 3)
    assert "1 newer event" in report.sentence


def test_chaining_with_nothing_new_writes_nothing(database: Database, key: SigningKey) -> None:
    fill(database, key, 2)
    with database.transaction() as session:
        assert chain_events(session, key, NOW) == 0
    assert verify(database, key).signed == 2


def test_four_keepers_chain_every_event_once(database: Database, key: SigningKey) -> None:
    with database.transaction() as session:
        for number in range(200):
            append(session, number)
    counts: list[int] = []

    def keep() -> None:
        with database.transaction() as session:
            counts.append(chain_events(session, key, NOW))

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 200
    assert verify(database, key).chained == 200


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "review.opened"},
        {"actor": "Mallory"},
        {"subject": "review 8"},
        {"at": NOW},
        {"record": {"number": 4, "share": 0.2, "hash": None}},
        {"organisation": "other"},
        {"id": 1},
        {"link": "0" * 64},
        {"position": 99},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_field_is_found_at_its_event(database: Database, key: SigningKey, change: dict[str, Any]) -> None:
    fill(database, key, 5, batches=2)
    with database.transaction() as session:
        session.execute(update(audit_event_table).where(audit_event_table.c.position == 4).values(**change))
    report = verify(database, key)
    assert not report.holds
    assert report.position == 4


def test_a_deleted_event_is_found(database: Database, key: SigningKey) -> None:
    fill(database, key, 5)
    with database.transaction() as session:
        session.execute(delete(audit_event_table).where(audit_event_table.c.position == 3))
    assert verify(database, key).position == 3


def test_events_that_changed_places_are_found(database: Database, key: SigningKey) -> None:
    fill(database, key, 5)
    table = audit_event_table
    with database.transaction() as session:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            session.execute(update(table).where(table.c.position == old).values(position=new))
    assert verify(database, key).position == 2


def test_a_cut_end_is_found(database: Database, key: SigningKey) -> None:
    fill(database, key, 5)
    with database.transaction() as session:
        session.execute(delete(audit_event_table).where(audit_event_table.c.position > 3))
        session.execute(update(audit_chain_table).values(size=3))
    report = verify(database, key)
    assert not report.holds
    assert report.position == 4
    assert "missing at the end" in report.sentence


def test_an_inserted_event_is_found(database: Database, key: SigningKey) -> None:
    fill(database, key, 5)
    with database.transaction() as session:
        append(session, 7)
        session.execute(
            update(audit_event_table).where(audit_event_table.c.position.is_(None)).values(position=6, link="0" * 64)
        )
    assert verify(database, key).position == 6


def test_an_export_says_the_same_as_the_database(database: Database, key: SigningKey, tmp_path: Path) -> None:
    fill(database, key, 4, batches=3)
    file = tmp_path / "audit.jsonl"
    with database.read() as session:
        lines = [json.dumps(line) for line in export_audit(session, key.public)]
        events = len(session.execute(select(audit_event_table.c.id)).all())
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = verify_audit(read_export(file), key.public)
    assert report == verify(database, key)
    assert (report.holds, report.chained, report.signed) == (True, events, 12)
