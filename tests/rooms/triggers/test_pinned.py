"""What is held to a version starts no other, and says so: webhooks and programs, as schedules do."""

from __future__ import annotations

from builder.kit.ids import show_id
from tests.rooms.triggers.sender import BODY, Sender, publish_again
from tests.rooms.workflows.cases import make_workflow
from tests.rooms.world import World


def test_a_pinned_webhook_pauses_when_another_version_goes_live(world: World) -> None:
    sender = Sender(world, on=False)
    client, path = world.client("builder"), f"/api/triggers/{sender.id}"
    tag = client.get(path).headers["etag"]
    assert client.patch(path, json={"pinned": 1}, headers={"If-Match": tag}).json()["pinned"] == 1
    assert client.put(f"{path}/switch", json={"on": True}).status_code == 200
    assert sender.send().status_code == 202
    publish_again(world, sender.trigger.workflow_id)
    assert (sender.send().status_code, sender.log()[0]["reason"]) == (409, "version_gone")
    assert client.get(path).json()["paused"]["code"] == "version_gone"
    switched = client.put(f"{path}/switch", json={"on": True})
    assert (switched.status_code, switched.json()["params"]["reason"]) == (409, "version_gone")
    tag = client.get(path).headers["etag"]
    assert client.patch(path, json={"pinned": None}, headers={"If-Match": tag}).status_code == 200
    assert client.put(f"{path}/switch", json={"on": True}).status_code == 200
    assert sender.send().status_code == 202


def test_a_program_may_ask_for_the_version_it_was_written_for(world: World) -> None:
    workflow = make_workflow(world, live=True)
    client, path = world.client("builder"), f"/api/workflows/{show_id(workflow)}/runs"
    assert client.post(path, json={"input": BODY, "version": 1}).status_code == 202
    publish_again(world, workflow)
    refused = client.post(path, json={"input": BODY, "version": 1})
    assert (refused.status_code, refused.json()["params"]["reason"]) == (409, "version_gone")
    assert "version 2" in refused.json()["sentence"]
    assert [client.post(path, json={"input": BODY, **more}).status_code for more in ({"version": 2}, {})] == [202, 202]
    assert client.post(path, json={"input": BODY, "version": 0}).status_code == 422


def test_a_program_is_told_what_is_wrong_with_what_it_sends(world: World) -> None:
    workflow = make_workflow(world, live=True)
    client, path = world.client("builder"), f"/api/workflows/{show_id(workflow)}/runs"
    for content, said in ((b"{", "no JSON, from character"), (b"[1]", "must be a record"), (b'{"input": 1}', "record")):
        refused = client.post(path, content=content, headers={"content-type": "application/json"})
        assert (refused.status_code, said in refused.json()["sentence"]) == (422, True), refused.text
    keys = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    twice = client.post(path, json={"input": BODY}, headers=keys)
    assert (twice.status_code, twice.json()["code"]) == (422, "bad_key")
