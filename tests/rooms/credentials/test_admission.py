"""A workflow that names a credential: found by the checker, refused at the start, named by an import."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from builder.audit.tables import audit_event_table
from builder.credentials import end_credential
from builder.credentials.tables import credential_table
from builder.db import read_clock
from builder.kit.ids import read_id, show_id
from builder.publishing import publish_workflow
from builder.workflows import create_blank, save_draft
from tests.rooms.credentials.cases import CANARY, lend
from tests.rooms.workflows.cases import press
from tests.rooms.world import World


def graph(name: str, method: str = "GET", url: str = "https://crm.example/x") -> dict[str, Any]:
    return {
        "inputs": {"type": "object", "properties": {}},
        "nodes": {"ask": {"type": "tool.http_request@1", "config": {"method": method, "url": url, "credential": name}}},
        "result": {"status": {"from": "ask.status"}},
    }


def make(world: World, source: dict[str, Any], *, live: bool = True) -> str:
    with world.transaction() as session:
        number = create_blank(
            session, world.caller("builder"), world.ours, f"Asks {source['nodes']['ask']['config']}"[:90]
        )
        save_draft(session, world.caller("builder"), number, 1, source)
        if live:
            publish_workflow(session, world.caller("owner"), number, press(world), seen=2, note="", stage=None)
    return show_id(number)


def findings(world: World, source: dict[str, Any], number: str) -> list[str]:
    answer = world.client("builder").post(f"/api/workflows/{number}/check", json={"graph": source})
    assert answer.status_code == 200, answer.text
    return [each["code"] for each in answer.json()["findings"] if each["code"].startswith("credential")]


def test_the_checker_says_what_will_not_do(world: World) -> None:
    made, name = lend(world)
    _, wrong = lend(world, "api_key", fields={"key": CANARY})
    _, theirs = lend(world, teams=frozenset({world.theirs}))
    number = make(world, graph(name), live=False)
    assert findings(world, graph(name), number) == []
    assert findings(world, graph(""), number) == []
    assert findings(world, graph("nothing"), number) == ["credential_unknown"]
    assert findings(world, graph(wrong), number) == ["credential_kind"]
    assert findings(world, graph(theirs), number) == ["credential_not_granted"]
    assert findings(world, graph(name, url="https://evil.example/{{ a }}"), number) == ["credential_host"]
    with world.transaction() as session:
        end_credential(session, world.caller("admin"), made, off=True)
    assert findings(world, graph(name), number) == ["credential_over"]


def start(world: World, number: str) -> Any:
    return world.client("builder").post(f"/api/workflows/{number}/form", json={"input": {}})


def test_an_expired_credential_stops_the_next_run_and_starts_none_halfway(world: World) -> None:
    _, name = lend(world)
    number = make(world, graph(name))
    assert start(world, number).status_code == 201
    with world.transaction() as session:
        session.execute(update(credential_table).values(ends_at=read_clock(session) - timedelta(days=1)))
    refused = start(world, number)
    assert (refused.status_code, refused.json()["code"]) == (409, "credential_refused")
    assert "ended on" in refused.json()["sentence"]
    assert refused.json()["way_out"] == "Ask IT to renew it."
    assert refused.json()["node"] == "ask"
    with world.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM run")).scalar_one() == 1
        said = str(session.execute(audit_event_table.select()).all())
    assert "start_refused" in said
    tried = world.client("builder").post(f"/api/workflows/{number}/try", json={"graph": graph(name)})
    assert (tried.status_code, tried.json()["code"]) == (409, "credential_refused"), "a dry run reads for real"
    tried = world.client("builder").post(f"/api/workflows/{number}/try", json={"graph": graph(name, "POST")})
    assert tried.status_code == 201, "a write is only recorded, so it needs no credential"


def test_a_file_carries_the_name_and_an_import_says_what_is_missing(world: World) -> None:
    _, name = lend(world)
    number = make(world, graph(name), live=False)
    exported = world.client("builder").get(f"/api/workflows/{number}/export").text
    assert name in exported
    assert CANARY not in exported
    for who, team, missing in (("builder", world.ours, []), ("other", world.theirs, [name])):
        sent = {"team": show_id(team), "content": exported, "filename": "a.yaml", "name": "Another"}
        plan = world.client(who).post("/api/imports/plan", json=sent)
        assert plan.status_code == 200, plan.text
        assert plan.json()["missing_credentials"] == missing
    with world.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM credential")).scalar_one() == 1


@pytest.mark.parametrize("field", ["name", "note"])
def test_no_secret_stands_in_what_is_said(world: World, field: str) -> None:
    made, _ = lend(world)
    shown = world.client("admin").get(f"/api/credentials/{show_id(made)}").json()["credential"]
    assert CANARY not in str(shown[field])
    assert read_id(shown["id"]) == made
