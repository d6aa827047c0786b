"""Which deliveries are meant for a run, and what a sample shows of what arrives."""

from __future__ import annotations

import json
from typing import Any

import pytest

from builder.teams.store import save_membership
from tests.rooms.triggers.sender import Sender
from tests.rooms.world import World


def test_what_is_not_wanted_is_written_down_and_starts_nothing(world: World) -> None:
    sender = Sender(world, when='body.text == "yes" || headers["x-kind"] == "order"')
    assert sender.send({"text": "yes"}).status_code == 202
    assert sender.send({"text": "no"}, **{"x-kind": "order"}).status_code == 202
    answer = sender.send({"text": "no"}, **{"x-kind": "other"})
    assert (answer.status_code, answer.json()) == (200, {"run": None, "state": "filtered"})
    assert [each["state"] for each in sender.log()] == ["filtered", "started", "started"]


@pytest.mark.parametrize("body", [{}, {"amount": None}, {"amount": {}}, [1], "x", None])
def test_what_lacks_what_the_condition_reads_is_not_meant_for_a_run(world: World, body: Any) -> None:
    sender = Sender(world, when="body.amount.value > 10")
    answer = sender.send(body=json.dumps(body).encode())
    assert (answer.status_code, answer.json()) == (200, {"run": None, "state": "filtered"})
    line = sender.log()[0]
    assert (line["state"], line["reason"], bool(line["sentence"])) == ("filtered", "lacks", True)


def test_a_condition_that_does_not_work_over_what_came_is_told(world: World) -> None:
    sender = Sender(world, when="body.amount > 10")
    broken = sender.send({"amount": "canary"})
    assert (broken.status_code, sender.log()[0]["reason"]) == (422, "condition")
    assert "canary" not in sender.log()[0]["sentence"]


def test_a_webhook_that_is_off_listens_for_a_sample(world: World) -> None:
    sender = Sender(world, on=False)
    client, place = world.client("builder"), f"/api/triggers/{sender.id}/webhook"
    assert client.get(f"{place}/sample").json() is None
    assert client.put(f"{place}/listen", json={"on": True}).status_code == 204
    assert client.get(place).json()["listens_until"] is not None
    answer = sender.send({"order": 7, "customer": {"name": "Kim"}, "lines": [{"sku": "a"}]})
    assert (answer.status_code, answer.json()["state"]) == (200, "sample")
    sample = client.get(f"{place}/sample").json()
    assert sample["body"]["properties"]["customer"]["properties"] == {"name": {"type": "string"}}
    assert "Kim" not in str(sample)
    assert client.get(place).json()["listens_until"] is None, "one delivery is enough"
    assert sender.send().status_code == 409
    client.put(f"{place}/listen", json={"on": True})
    assert client.put(f"{place}/listen", json={"on": False}).status_code == 204
    assert sender.send().status_code == 409


def test_a_sample_says_what_may_come_and_not_only_what_came(world: World) -> None:
    sender = Sender(world, on=False)
    client, place = world.client("builder"), f"/api/triggers/{sender.id}/webhook"
    client.put(f"{place}/listen", json={"on": True})
    sender.send({"lines": [], "note": None, "customer": {"name": "Kim", "tags": [{"id": 1}]}})
    customer = {"name": {"type": "string"}, "tags": {"type": "array", "items": {"type": "object", "properties": {
        "id": {"type": "integer"}}}}}  # fmt: skip
    assert client.get(f"{place}/sample").json()["body"] == {
        "type": "object",
        "properties": {"lines": {"type": "array"}, "note": {}, "customer": {"type": "object", "properties": customer}},
    }


def test_a_sender_is_not_told_who_may_not_start_what(world: World) -> None:
    sender = Sender(world)
    with world.transaction() as session:
        save_membership(session, world.ours, world.people["builder"], ("viewer",))
    answer = sender.send()
    assert (answer.status_code, answer.json()["sentence"]) == (409, "Nothing can be started here now.")
    line = sender.log()[0]
    assert (line["reason"], "builder" in line["sentence"]) == ("owner_gone", True)
