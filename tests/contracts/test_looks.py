"""Looking inside runs on both back ends: clicks at once are one look, and its end is the database's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from builder.audit.tables import audit_event_table
from builder.db import read_clock
from builder.kit.ids import show_id
from builder.notices.tables import letter_table, notice_table
from builder.runs.look import look_inside_run
from builder.runs.tables import run_look_table
from builder.settings import read_settings
from builder.teams.store import save_org_roles
from builder.wiring import open_application
from tests.backends import Backend
from tests.rooms.runs.cases import REASON, make_run
from tests.rooms.world import URL, World, people_world


@pytest.fixture
def world(backend: Backend) -> Iterator[World]:
    said = {"HANDRAIL_HOME": str(backend.folder), "HANDRAIL_DATABASE_URL": backend.address, "HANDRAIL_URL": URL}
    made = people_world(open_application(read_settings(said)))
    yield made
    made.application.close()


def look_at_once(world: World, run: int, names: list[str]) -> list[Any]:
    """Several clicks at the same moment; what each came to."""
    together, answers = threading.Barrier(len(names)), list[Any]()
    browsers = [world.client(name) for name in names]

    def click(place: int) -> None:
        together.wait(20)
        answers.append(browsers[place].post(f"/api/runs/{show_id(run)}/look", json=REASON))

    threads = [threading.Thread(target=click, args=(place,)) for place in range(len(names))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.status_code for each in answers] == [200] * len(names)
    return answers


def rows_of(world: World, table: Any, **same: Any) -> list[Any]:
    with world.application.database.read() as session:
        rows = session.execute(select(table)).mappings().all()
    return [each for each in rows if all(each[name] == value for name, value in same.items())]


def sees(world: World, run: int, name: str = "admin") -> bool:
    found = world.client(name).get(f"/api/runs/{show_id(run)}").json()
    step = world.client(name).get(f"/api/runs/{show_id(run)}/steps/answer").json()
    assert found["payload"] is step["payload"]
    return bool(found["payload"])


def test_clicks_at_once_are_one_look_one_event_and_one_notice(world: World) -> None:
    run = make_run(world, "owner")
    answers = look_at_once(world, run, ["admin"] * 6)
    assert len({each.json()["id"] for each in answers}) == 1
    assert len(rows_of(world, run_look_table)) == 1
    (event,) = rows_of(world, audit_event_table, kind="run_looked_inside")
    assert event["record"]["reason"] == REASON["reason"]
    owner = world.people["owner"]
    (notice,) = rows_of(world, notice_table, person_id=owner, kind="run_looked_inside")
    assert "count" not in notice["params"]
    assert len(rows_of(world, letter_table, person_id=owner, notice_id=notice["id"])) == 1


def test_two_admins_at_once_are_two_looks_and_each_is_told(world: World) -> None:
    world.add_person("second", org=("admin",))
    run = make_run(world, "owner")
    look_at_once(world, run, ["admin", "second"] * 2)
    assert {each["person_id"] for each in rows_of(world, run_look_table)} == {
        world.people["admin"], world.people["second"]
    }  # fmt: skip
    told = rows_of(world, notice_table, person_id=world.people["owner"], kind="run_looked_inside")
    assert {each["params"]["person"] for each in told} == {"admin", "second"}


def test_a_look_ends_by_the_clock_of_the_database_and_with_the_role(world: World) -> None:
    run, other = make_run(world, "owner"), make_run(world, "owner")
    look_at_once(world, run, ["admin"])
    assert (sees(world, run), sees(world, other)) == (True, False)
    with world.transaction() as session:
        until = update(run_look_table).values(until=read_clock(session) + timedelta(seconds=30))
        session.execute(until)
    assert sees(world, run)
    with world.transaction() as session:
        save_org_roles(session, world.people["admin"], ("governor",))
    assert not sees(world, run)
    with world.transaction() as session:
        save_org_roles(session, world.people["admin"], ("admin",))
        session.execute(update(run_look_table).values(until=read_clock(session)))
    assert not sees(world, run)
    look_at_once(world, run, ["admin"] * 2)
    assert sees(world, run)
    assert len(rows_of(world, run_look_table)) == 2


def test_of_an_answer_that_fails_nothing_stays(world: World) -> None:
    run, caller = make_run(world, "owner"), world.caller("admin")

    def look_and_fall() -> None:
        with world.transaction() as session:
            look_inside_run(session, caller, run, REASON["reason"])
            raise ConnectionError("the process ends here")

    with pytest.raises(ConnectionError):
        look_and_fall()
    assert not sees(world, run)
    for table in (run_look_table, notice_table, letter_table):
        assert rows_of(world, table) == []
    assert rows_of(world, audit_event_table, kind="run_looked_inside") == []
