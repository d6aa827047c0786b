"""Lists of runs, and the emptying of old ones, on both back ends: what is shown is what an oracle would show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from builder.db import Database, open_database, read_clock, to_milliseconds
from builder.engine.state import FINAL_RUNS, RunStatus
from builder.kit.ids import first_id
from builder.live.look import look
from builder.live.rules import Key
from builder.notices.store import insert_notice
from builder.reviews import open_review
from builder.runs.schemas import STEP, Row, RunFacts
from builder.runs.store import insert_plan, insert_rows, lists
from builder.runs.store.lists import (
    Wanted,
    empty_rows,
    find_full,
    find_uncertain,
    find_used,
    read_facts,
    read_moving,
    read_page,
)
from builder.runs.tables import run_table, step_table, wait_table
from builder.sdk import Mode, Question
from builder.workflows.store import insert_draft
from builder.workflows.tables import workflow_table
from tests.backends import Backend

NAMES = ("Letters", "letters 100%", "A_b", "Axb")
STATES = (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.WAITING, RunStatus.RUNNING)


@pytest.fixture
def runs(database: Database) -> list[RunFacts]:
    return add_runs(database)


@pytest.fixture(scope="module")
def listed(shared_backend: Backend) -> Iterator[tuple[Database, list[RunFacts]]]:
    """A database with runs in it, which nobody changes."""
    database = open_database(shared_backend.address)
    yield database, add_runs(database)
    database.close()


def add_runs(database: Database) -> list[RunFacts]:
    """Sixty runs of three teams and of none, the newest first."""
    with database.transaction() as session:
        now = read_clock(session)
        for number, name in enumerate(NAMES):
            insert_plan(session, f"{number:064x}", name, {})
        for number in range(60):
            status = STATES[number % 7 % 4]
            ended = now - timedelta(days=number) if status in FINAL_RUNS else None
            values: dict[str, Any] = {
                "id": first_id(1_000 + number), "plan_hash": f"{number % 4:064x}", "name": NAMES[number % 4],
                "stage": "pilot", "mode": "live" if number % 3 else "dry", "team_id": (None, 1, 2, 3)[number % 4],
                "starter": "x", "workflow_id": number % 5 or None, "version": 1, "status": status.value, "made_at": now,
                "ended_at": ended, "input": '"in"', "given": "{}", "input_ref": f"{number:064x}",
            }  # fmt: skip
            session.execute(insert(run_table).values(**values))
        facts = read_facts(session, session.scalars(select(run_table.c.id)).all())
    return [facts[number] for number in sorted(facts, reverse=True)]


@pytest.mark.parametrize("teams", [None, frozenset(), frozenset({2}), frozenset({1, 3}), frozenset({1, 2, 3, 4})])
@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"team": 1},
        {"workflow": 2},
        {"status": RunStatus.FAILED},
        {"status": RunStatus.WAITING},
        {"mode": Mode.DRY},
        {"text": "LETTERS"},
        {"text": "100%"},
        {"text": "a_B"},
        {"text": "e", "mode": Mode.LIVE},
        {"text": "letters", "workflow": 2},
        {"text": "in no name"},
        {"since": first_id(1_040)},
        {"number": first_id(1_007)},
        {"team": 3, "status": RunStatus.SUCCEEDED, "mode": Mode.LIVE, "since": first_id(1_010)},
    ],
)
@pytest.mark.parametrize("few", [20, 1])
def test_every_page_is_what_an_oracle_shows(
    listed: tuple[Database, list[RunFacts]],
    teams: frozenset[int] | None,
    filters: dict[str, Any],
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lists, "FEW_NAMES", few)
    database, runs = listed

    def fits(run: RunFacts) -> bool:
        seen = teams is None or run.team_id in teams
        same = all(
            getattr(run, {"team": "team_id", "workflow": "workflow_id", "number": "id"}.get(name, name)) == value
            for name, value in filters.items()
            if name not in ("text", "since")
        )
        return (
            seen and same and filters.get("text", "").lower() in run.name.lower() and run.id >= filters.get("since", 0)
        )

    found: list[RunFacts] = []
    with database.read() as session:
        while page := read_page(session, Wanted(teams, **filters, before=found[-1].id if found else None), 7):
            found += page
    assert found == [run for run in runs if fits(run)]


def test_what_moves_is_what_has_not_ended_or_is_new(database: Database, runs: list[RunFacts]) -> None:
    since = first_id(1_050)
    with database.transaction() as session:
        session.execute(
            insert(step_table).values(
                run_id=next(run.id for run in runs if run.status is RunStatus.RUNNING), seq=4, epoch=1,
                at=read_clock(session), kind=STEP, path="a", status="running", attempt=1, record="{}",
            )
        )  # fmt: skip
        moving = read_moving(session, since)
    assert {each.id for each in moving} == {run.id for run in runs if run.status not in FINAL_RUNS or run.id >= since}
    assert len({each.id for each in moving}) == len(moving)
    assert sorted(each.seq for each in moving)[-2:] == [0, 4]


def test_who_waits_for_somebody_to_clarify_is_known(database: Database, runs: list[RunFacts]) -> None:
    with database.transaction() as session:
        for token, (run, kind, is_open) in enumerate(
            [(runs[0], "uncertain", True), (runs[1], "uncertain", False), (runs[2], "ask", True)]
        ):
            session.execute(
                insert(wait_table).values(
                    token=token, run_id=run.id, path="a", attempt=1, kind=kind, open=is_open,
                    opened_at=read_clock(session),
                )
            )  # fmt: skip
        assert find_uncertain(session, [run.id for run in runs]) == {runs[0].id}
        assert find_uncertain(session, []) == frozenset()


def test_old_runs_are_emptied_oldest_first_and_once(database: Database, runs: list[RunFacts]) -> None:
    with database.transaction() as session:
        now = read_clock(session)
        old = [
            run for run in runs if run.mode is Mode.LIVE and run.ended_at and run.ended_at < now - timedelta(days=20)
        ]
        assert old
        oldest = sorted(old, key=lambda run: run.ended_at or now)
        before = now - timedelta(days=20)
        first = find_full(session, Mode.LIVE, before, 2)
        assert first == [run.id for run in oldest[:2]]
        empty_rows(session, first, now)
        rest = find_full(session, Mode.LIVE, before, 100)
        assert rest == [run.id for run in oldest[2:]]
        row = session.execute(select(run_table).where(run_table.c.id == first[0])).mappings().one()
        assert (row["input"], row["given"], row["input_ref"], row["emptied_at"]) == (None, None, None, now)
        assert find_full(session, Mode.LIVE, before, 0) == []


def test_a_payload_is_used_as_long_as_a_run_names_it(database: Database, runs: list[RunFacts]) -> None:
    keys = {name: name * 64 for name in "abc"}
    with database.transaction() as session:
        insert_rows(session, runs[0].id, 1, [Row(1, STEP, "a", "succeeded", 1, "{}", None, keys["a"], None)])
        assert find_used(session, [*keys.values(), f"{3:064x}"]) == {keys["a"], f"{3:064x}"}
        empty_rows(session, [runs[0].id], read_clock(session))
        assert find_used(session, keys.values()) == frozenset()


def test_a_look_sees_runs_drafts_reviews_and_notices(database: Database, runs: list[RunFacts]) -> None:
    with database.transaction() as session:
        now = read_clock(session)
        session.execute(insert(workflow_table).values(
            id=1, team_id=2, key="a", name="A", purpose="", stage="sandbox", origin={}, made_by="x", made_at=now,
            changed_at=now,
        ))  # fmt: skip
        insert_draft(session, 1, {}, "x", now)
        fresh = first_id(to_milliseconds(now))
        insert_notice(session, {
            "id": fresh, "person_id": 7, "kind": "k", "topic": "t", "params": {}, "link": "/", "made_at": now,
            "at": now, "shown": True,
        })  # fmt: skip
        open_review(
            session, run_id=runs[0].id, path="a", token=5, question=Question("Good?", {}), mode=Mode.LIVE, starter="x"
        )
        sight = look(session)
    assert {key.id for key in sight if key.kind == "run"} == {r.id for r in runs if r.status not in FINAL_RUNS}
    assert (sight[Key("draft", 1)].state, sight[Key("draft", 1)].team) == ((1,), 2)
    assert sight[Key("review", 5)].permission == "run.read"
    assert sight[Key("notice", fresh)].person == 7
