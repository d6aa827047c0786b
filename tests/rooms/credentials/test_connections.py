"""Model connections that admins write: live at once, granted, switched off, moved, tested; their keys lent."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import text

from builder.credentials import change_connection, choose_default, switch_connection
from builder.credentials.schemas import ConnectionWanted, ModelConnectionError
from builder.engine.facts import ConnectionFacts
from builder.kit.ids import show_id
from builder.publishing import publish_workflow
from builder.sdk import ModelRequest, NodeError
from builder.wiring import Application, open_application
from builder.workflows import create_blank, save_draft
from tests.rooms.credentials.cases import CANARY, SAID, connect, lend
from tests.rooms.credentials.test_outside import serving
from tests.rooms.letters import GRAPH
from tests.rooms.loopback import Seen, answer
from tests.rooms.workflows.cases import press
from tests.rooms.world import World


def asks(model: str) -> dict[str, Any]:
    node = GRAPH["nodes"]["answer"]
    return {**GRAPH, "nodes": {"answer": {**node, "config": {**node["config"], "model": model}}}}


def publish(world: World, model: str) -> str:
    with world.transaction() as session:
        number = create_blank(session, world.caller("builder"), world.ours, f"Asks {model}")
        save_draft(session, world.caller("builder"), number, 1, asks(model))
        publish_workflow(session, world.caller("owner"), number, press(world), seen=2, note="", stage=None)
    return show_id(number)


def start(world: World, number: str) -> Any:
    return world.client("builder").post(f"/api/workflows/{number}/form", json={"input": {"text": "Hello"}})


def change(world: World, number: int, **said: Any) -> None:
    with world.transaction() as session:
        change_connection(session, world.caller("admin"), number, ConnectionWanted(**{**SAID, **said}))
    world.application.models.forget()


def test_it_is_known_to_every_process_without_a_restart(world: World) -> None:
    with open_application(world.application.settings) as other:
        assert "small-eu" not in other.connections
        connect(world, name="small-eu", region="eu", hosted="internal")
        other.models._looked_at = float("-inf")  # a second has passed
        assert other.connections["small-eu"] == ConnectionFacts("small", "internal", "eu")


def test_a_model_that_moved_refuses_the_next_run_until_it_is_back(world: World) -> None:
    made, name = connect(world, region="eu")
    number = publish(world, name)
    assert start(world, number).status_code == 201
    change(world, made, region="us")
    refused = start(world, number)
    assert (refused.status_code, refused.json()["code"]) == (409, "model_refused")
    assert refused.json()["sentence"] == f"The model behind '{name}' moved from eu to us."
    with world.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM run")).scalar_one() == 1
    change(world, made, region="eu")
    assert start(world, number).status_code == 201


def test_off_and_not_granted_refuse_the_next_run(world: World) -> None:
    made, name = connect(world)
    number = publish(world, name)
    with world.transaction() as session:
        switch_connection(session, world.caller("admin"), made, off=True)
    assert start(world, number).json()["sentence"] == f"The model connection “{name}” was switched off."
    with world.transaction() as session:
        switch_connection(session, world.caller("admin"), made, off=False)
    change(world, made, teams=frozenset({world.theirs}))
    assert start(world, number).json()["sentence"] == f"Your team may not ask the model connection “{name}”."
    check = world.client("builder").post(f"/api/workflows/{number}/check", json={"graph": asks(name)}).json()
    assert "connection_not_granted" in [each["code"] for each in check["findings"]]
    usable = world.client("viewer").get(f"/api/teams/{show_id(world.ours)}/connections").json()
    assert name not in [each["name"] for each in usable]
    theirs = world.client("other").get(f"/api/teams/{show_id(world.theirs)}/connections").json()
    assert name in [each["name"] for each in theirs]


def test_an_admin_chooses_the_default(world: World) -> None:
    _, name = connect(world, region="eu", model="chosen")
    number = publish(world, "default")
    with world.transaction() as session:
        choose_default(session, world.caller("admin"), name, frozenset({name}))
    world.application.models.forget()
    assert world.application.connections["default"].model == "chosen"
    assert "behind 'default'" in start(world, number).json()["sentence"]
    shown = world.client("auditor").get("/api/connections").json()
    assert [each["name"] for each in shown if each["is_default"]] == [name]


def ask(world: World, name: str) -> str:
    application = Application(world.application.settings, world.application.doorbell)
    application.work()
    try:
        assert application.worker is not None
        gateway = application.worker.reach.gateway
        question = gateway.ask(ModelRequest(name, "complete", "Be short.", "Hello", asker="run 7, answer"))
        return asyncio.run_coroutine_threadsafe(question, application.worker._loop).result().text
    finally:
        application.drain(1.0)
        application.worker.stop()
        application.database.close()


def reply(seen: Seen) -> bytes:
    if seen.headers.get("authorization") != f"Bearer {CANARY}":
        return answer(b"{}", "401 Unauthorized", **{"Content-Type": "application/json"})
    body = {"choices": [{"message": {"content": "I am here."}, "finish_reason": "stop"}], "model": "small",
            "usage": {"prompt_tokens": 7, "completion_tokens": 3}}  # fmt: skip
    return answer(json.dumps(body).encode(), **{"Content-Type": "application/json"})


def test_its_key_is_lent_for_each_question(world: World) -> None:
    with serving(reply) as server:
        key, held = lend(world, "api_key", fields={"key": CANARY}, hosts=(server.place,))
        _, name = connect(world, base_url=f"http://{server.place}/v1", credential_id=key)
        assert ask(world, name) == "I am here."
        tried = world.client("admin").post("/api/connections/test", json={"name": name})
        assert tried.json() == {"ok": True, "said": "small answered, with 7 tokens in and 3 out."}
        uses = world.client("auditor").get(f"/api/credentials/{show_id(key)}/uses").json()["items"]
        assert [(each["way"], each["host"]) for each in uses] == [("model", server.place)] * 2
        assert uses[1]["who"] == "run 7, answer"
        elsewhere, _ = lend(world, "api_key", fields={"key": CANARY}, hosts=("other.example",))
        _, wrong = connect(world, base_url=f"http://{server.place}/v1", credential_id=elsewhere)
        with pytest.raises(NodeError):
            ask(world, wrong)
    shown = world.client("admin").get("/api/connections").text
    assert CANARY not in shown
    assert held in shown


@pytest.mark.parametrize(
    "said",
    [
        {"provider": "practice"},
        {"base_url": "ftp://x/"},
        {"base_url": "http://user:secret@host/v1"},
        {"base_url": "http://169.254.169.254/v1"},
        {"base_url": ""},
        {"name": "Has Spaces"},
        {"credential_id": 5},
        {"teams": frozenset({5})},
    ],
)
def test_what_no_connection_can_be(world: World, said: dict[str, Any]) -> None:
    with pytest.raises(ModelConnectionError) as caught:
        connect(world, **said)
    assert "secret" not in caught.value.sentence


def test_who_could_reach_a_credential(world: World) -> None:
    from tests.rooms.credentials.test_admission import graph, make

    made, name = lend(world)
    live, draft = make(world, graph(name)), make(world, graph(name, "POST"), live=False)
    make(world, graph("another"), live=False)
    found = world.client("auditor").get(f"/api/credentials/{show_id(made)}/reach").json()
    assert {(each["workflow"], each["node"], each["live"], each["granted"]) for each in found} == {
        (live, "ask", 1, True), (live, "ask", None, True), (draft, "ask", None, True)
    }  # fmt: skip
