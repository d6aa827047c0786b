"""Halts: made by governors and admins, in the way of every start that they concern, told, seen, and lifted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from builder.db import read_clock
from builder.governance.schemas import HaltScope
from builder.governance.tables import halt_table
from builder.kit.ids import read_id, show_id
from builder.live.look import look
from builder.live.rules import Key
from builder.runs import HaltKeeper
from tests.rooms.credentials.cases import connect
from tests.rooms.credentials.test_connections import publish, start
from tests.rooms.governance.cases import stop
from tests.rooms.world import World


def post(world: World, **said: Any) -> Any:
    return world.client("governor").post("/api/halts", json={"because": "Letters went to the wrong people.", **said})


def told(world: World, name: str) -> list[tuple[str, dict[str, Any]]]:
    notices = world.client(name).get("/api/notices").json()["items"]
    return [(each["kind"], each["params"]) for each in notices if "halt" in each["kind"]]


def test_every_kind_of_halt_refuses_the_starts_that_it_concerns_and_no_other(world: World) -> None:
    _, name = connect(world, price_in=1.0)
    number = publish(world, name)
    for said in (
        {"scope": "organisation"},
        {"scope": "team", "team": show_id(world.ours)},
        {"scope": "workflow", "workflow": number},
        {"scope": "node_type", "name": "prompt.complete"},
        {"scope": "connection", "name": name},
    ):
        made = post(world, **said)
        assert made.status_code == 201, made.text
        refused = start(world, number)
        assert (refused.status_code, refused.json()["code"]) == (409, "halted"), said
        assert "Letters went to the wrong people." in refused.json()["sentence"]
        assert "governor" in refused.json()["way_out"].lower()
        lifted = world.client("admin").post(f"/api/halts/{made.json()['id']}/lift")
        assert lifted.status_code == 200
        assert not lifted.json()["stands"]
        assert start(world, number).status_code == 201
    for said in (
        {"scope": "team", "team": show_id(world.theirs)},
        {"scope": "node_type", "name": "tool.http_request"},
    ):
        assert post(world, **said).status_code == 201
    assert start(world, number).status_code == 201


def test_what_is_under_way_is_foreseen_held_told_and_let_go(world: World) -> None:
    _, name = connect(world)
    number = publish(world, name)
    runs = [start(world, number).json()["run"] for _ in range(2)]
    reach = world.client("governor").post("/api/halts/reach", json={"scope": "connection", "name": name}).json()
    assert (reach["runs"], [each["id"] for each in reach["workflows"]]) == (2, [number])
    made = post(world, scope="connection", name=name).json()
    assert made["halted"] == 2
    assert made["name"] == name
    for run in runs:
        row = world.client("builder").get(f"/api/runs/{run}").json()
        assert row["halted"]["because"] == "Letters went to the wrong people."
        assert row["halted"]["case"] == "connection"
    listed = world.client("builder").get("/api/runs").json()["items"]
    assert all(each["halted"] for each in listed)
    HaltKeeper(world.application).keep()
    assert [kind for kind, _ in told(world, "owner")] == ["runs_halted"], "once for all of its runs"
    assert [kind for kind, _ in told(world, "admin")] == ["halt_made"]
    assert told(world, "governor") == []
    world.client("admin").post(f"/api/halts/{made['id']}/lift")
    assert world.client("builder").get(f"/api/runs/{runs[0]}").json()["halted"] is None
    assert [kind for kind, _ in told(world, "governor")] == ["halt_lifted"]
    kinds = [each["kind"] for each in world.client("auditor").get("/api/audit").json()["items"]]
    assert kinds.count("halt_made") == kinds.count("halt_lifted") == 1
    assert "start_refused" not in kinds


def test_whoever_looks_at_a_run_hears_of_its_halt(world: World) -> None:
    number = publish(world, connect(world)[1])
    run = start(world, number).json()["run"]

    def seen() -> object:
        with world.application.database.read() as session:
            return look(session)[Key("run", read_id(run))].state

    before = seen()
    made = post(world, scope="workflow", workflow=number).json()
    assert seen() != before
    world.client("admin").post(f"/api/halts/{made['id']}/lift")
    assert seen() == before


@pytest.mark.parametrize(
    ("said", "status", "sentence"),
    [
        ({"scope": "organisation", "because": "  "}, 409, "A halt needs a reason."),
        ({"scope": "organisation", "until": "2020-01-01T00:00:00Z"}, 409, "A halt ends in the future, within a year."),
        ({"scope": "organisation", "until": "2120-01-01T00:00:00Z"}, 409, "A halt ends in the future, within a year."),
        ({"scope": "organisation", "until": "2120-01-01T00:00:00"}, 422, None),
        ({"scope": "organisation", "name": "x"}, 409, "There is no such organisation."),
        ({"scope": "node_type", "name": "tool.nothing"}, 409, "There is no such node type."),
        ({"scope": "node_type"}, 409, "There is no such node type."),
        ({"scope": "connection", "name": "nobody"}, 409, "There is no such model connection."),
        ({"scope": "credential", "name": "nobody"}, 409, "There is no such credential."),
        ({"scope": "rule", "name": "No/rule"}, 409, "There is no such rule."),
        ({"scope": "team", "team": "0" * 13}, 404, "There is no such team."),
        ({"scope": "team"}, 409, "There is no such team."),
        ({"scope": "everything"}, 422, None),
    ],
)
def test_what_cannot_be_meant_stops_nothing(
    world: World, said: dict[str, Any], status: int, sentence: str | None
) -> None:
    answer = post(world, **said)
    assert answer.status_code == status, answer.text
    assert sentence is None or answer.json()["sentence"] == sentence
    assert world.client("governor").get("/api/halts").json() == []


def test_a_halt_is_lifted_once_and_one_that_is_over_stops_nothing(world: World) -> None:
    _, name = connect(world)
    number = publish(world, name)
    with world.transaction() as session:
        soon = read_clock(session) + timedelta(hours=1)
    stop(world, HaltScope.CONNECTION, name, until=soon)
    assert start(world, number).json()["params"]["until"] == soon.isoformat(timespec="minutes")
    with world.transaction() as session:
        session.execute(update(halt_table).values(until=read_clock(session)))
    assert start(world, number).status_code == 201
    (seen,) = world.client("auditor").get("/api/halts").json()
    assert (seen["stands"], seen["lifted_at"]) == (False, None)
    over = world.client("admin").post(f"/api/halts/{seen['id']}/lift")
    assert (over.status_code, over.json()["sentence"]) == (409, "This halt is over already.")
    assert world.client("admin").post(f"/api/halts/{'0' * 13}/lift").status_code == 404


def test_a_program_may_stop_things_and_only_a_person_lets_them_go(world: World) -> None:
    by_hand = world.client("governor")
    asked = {"name": "Alarm", "permissions": ["halt.read", "halt.write"], "days": 1}
    token = by_hand.post("/api/tokens", json=asked).json()["token"]
    assert by_hand.post("/api/tokens", json={**asked, "permissions": ["halt.lift"]}).status_code == 409
    program = world.client(headers={"Authorization": f"Bearer {token}"})
    made = program.post("/api/halts", json={"scope": "node_type", "name": "flow.stop", "because": "An alarm."})
    assert made.status_code == 201, made.text
    assert program.post(f"/api/halts/{made.json()['id']}/lift").status_code == 403
    assert by_hand.post(f"/api/halts/{made.json()['id']}/lift").status_code == 200


def test_a_name_that_is_gone_is_still_listed(world: World) -> None:
    number = publish(world, connect(world)[1])
    made = stop(world, HaltScope.WORKFLOW, str(read_id(number)))
    with world.transaction() as session:
        session.execute(text("DELETE FROM workflow"))
    (seen,) = [each for each in world.client("admin").get("/api/halts").json() if each["id"] == show_id(made.id)]
    assert seen["name"] == ""
