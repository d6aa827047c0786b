"""Webhooks through their public address: what starts a run, what does not and why, and that nothing starts twice."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from builder.db import read_clock
from builder.kit.ids import show_id
from builder.kit.pace import Pace
from builder.runs.tables import run_table
from builder.triggers import deliver, pause_trigger, sweep_deliveries
from builder.triggers.reasons import LARGEST
from builder.triggers.store.hooks import end_secrets, read_delivery
from builder.triggers.tables import delivery_table, hook_secret_table, hook_table, trigger_key_table
from builder.workflows import archive_workflow
from tests.rooms.triggers.cases import add_hook, add_trigger
from tests.rooms.triggers.sender import BODY, Sender, count_runs, numbers
from tests.rooms.world import World


def test_a_signed_delivery_starts_a_run_and_is_answered_at_once_with_its_address(world: World) -> None:
    sender = Sender(world)
    answer = sender.send(own="msg_1")
    assert answer.status_code == 202, answer.text
    run = answer.json()["run"]
    assert answer.headers["location"] == f"/api/runs/{run}"
    assert answer.json()["page"] == f"https://handrail.example/runs/{run}"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    seen = world.client("owner").get(f"/api/runs/{run}").json()
    assert (seen["input"], seen["started_by"]["kind"], seen["starter"]["name"]) == (BODY, "webhook", "builder")
    assert [(each["state"], each["key"], each["run"]) for each in sender.log()] == [("started", "msg_1", run)]


def test_what_comes_twice_starts_once_and_something_else_under_the_same_key_is_refused(world: World) -> None:
    sender = Sender(world)
    first, again = sender.send(own="msg_1"), sender.send(own="msg_1")
    assert (again.status_code, again.json()["run"], again.json()["again"]) == (202, first.json()["run"], True)
    other = sender.send({"text": "Something else"}, own="msg_1")
    assert (other.status_code, other.json()["code"]) == (409, "delivery_refused")
    assert count_runs(world) == 1
    assert [each["state"] for each in sender.log()] == ["refused", "again", "started"]
    assert sender.log(state="refused")[0]["reason"] == "key_reused"


def test_what_started_nothing_does_not_use_its_key_up(world: World) -> None:
    sender = Sender(world)
    assert sender.send({"wrong": 1}, own="msg_1").status_code == 422
    assert sender.send(own="msg_1").status_code == 202
    assert [(each["state"], each["reason"]) for each in sender.log()] == [("started", ""), ("refused", "input")]


@pytest.mark.parametrize("key", ["", "short", "A" * 43, "A" * 200, "é" * 43, "%00", "..%2f..%2fapi%2fhealth"])
@pytest.mark.parametrize("method", ["POST", "GET", "HEAD", "PUT", "OPTIONS"])
def test_an_unknown_address_says_nothing_and_only_post_starts(world: World, key: str, method: str) -> None:
    answer = world.client().request(method, f"/hooks/{key}", content=b"{}")
    assert answer.status_code in (404, 405), answer.text
    assert count_runs(world) == 0


def test_looking_at_an_address_starts_nothing(world: World) -> None:
    sender = Sender(world)
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        signed = sender.sign(b"", "msg_1")
        assert sender.client.request(method, sender.path, headers=signed).status_code == 405
    assert count_runs(world) == 0
    assert sender.log() == []


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"webhook-signature": ""}, 401, "no_signature"),
        ({"webhook-id": ""}, 401, "no_id"),
        ({"webhook-timestamp": ""}, 401, "no_time"),
        ({"webhook-id": "a.b"}, 401, "bad_id"),
        ({"webhook-signature": "v2,AAAA"}, 401, "bad_signature"),
        ({"webhook-timestamp": "1"}, 401, "too_old"),
        ({"webhook-timestamp": "99999999999"}, 401, "too_new"),
        ({"webhook-timestamp": "soon"}, 401, "bad_time"),
        ({"webhook-signature": "v1,AAAA"}, 401, "wrong_signature"),
        ({"content-type": "text/plain"}, 415, "content_type"),
        ({"content-type": "multipart/form-data; boundary=x"}, 415, "content_type"),
        ({"content-type": "application/json; charset=utf-16"}, 415, "content_type"),
        ({"content-type": ""}, 415, "content_type"),
        ({"content-encoding": "gzip"}, 415, "packed"),
    ],
)
def test_every_refusal_has_its_status_and_its_reason_in_the_log(
    world: World, change: dict[str, str], status: int, reason: str
) -> None:
    sender = Sender(world)
    answer = sender.send(**change)
    assert (answer.status_code, answer.json()["code"]) == (status, "delivery_refused"), answer.text
    assert reason not in answer.text
    assert answer.json()["way_out"]
    line = sender.log()[0]
    assert (line["state"], line["reason"], line["run"]) == ("refused", reason, None)
    detail = world.client("owner").get(f"/api/deliveries/{line['id']}").json()
    assert detail["payload"] is False, "nothing is kept of what nobody answers for"
    assert count_runs(world) == 0


@pytest.mark.parametrize(
    ("body", "reason", "said"),
    [
        (b"", "no_body", "empty"), (b" ", "no_body", "empty"), (b"{", "bad_body", "line 1, column 2"),
        (b'{\x00"\x00}\x00', "bad_body", "line 1"), (b'{"text": "a", "text": "b"}', "same_name", "twice"),
        (b"[" * 100_000, "bad_body", "no JSON"), (b"[" * 200 + b"]" * 200, "bad_body", "deeper"),
        (b'{"text": NaN}', "bad_body", "NaN"), (b"1" * 5000, "bad_body", "no JSON"),
        (b'{"text": "\\ud800"}', "bad_body", "surrogate"), (b'{"text": "\\u0000"}', "bad_body", "NUL"),
        (b"\xef\xbb\xbf{}", "bad_body", "line 1, column 1"), (b'{"text": "Gr\xfcn"}', "not_utf8", "UTF-8"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_plain_data_is_refused_and_said_why(
    world: World, body: bytes, reason: str, said: str
) -> None:
    sender = Sender(world)
    answer = sender.send(body=body)
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["sentence"]
    assert answer.json()["way_out"]
    assert sender.log()[0]["reason"] == reason


def test_more_types_of_json_are_json(world: World) -> None:
    sender = Sender(world)
    for kind in (
        "application/json", "Application/JSON; charset=UTF-8", "application/cloudevents+json",
        "application/json; version=1", 'application/json; v=2; charset="utf-8"', "application/json;charset=utf8",
    ):  # fmt: skip
        assert sender.send(**{"content-type": kind}).status_code == 202


def test_a_body_that_is_too_large_is_not_read_to_its_end(world: World) -> None:
    sender = Sender(world)
    for size in (LARGEST, 5 * LARGEST):
        answer = sender.send(body=b'{"text": "' + b"a" * size + b'"}')
        assert answer.status_code == 413
    assert [each["reason"] for each in sender.log()] == ["too_large", "too_large"]


def test_a_header_that_decides_comes_once(world: World) -> None:
    sender = Sender(world)
    body = json.dumps(BODY).encode()
    signed = [*sender.sign(body, "msg_1").items(), ("webhook-id", "msg_2")]
    assert sender.client.post(sender.path, content=body, headers=signed).status_code == 400


def test_secrets_change_over_and_end(world: World) -> None:
    sender, body = Sender(world), json.dumps(BODY).encode()
    client = world.client("builder")
    place = f"/api/triggers/{sender.id}/webhook"
    old = sender.secret
    made = client.post(f"{place}/secrets", json={"hours": 24}).json()
    held = client.get(place).json()["secrets"]
    assert [each["ends_at"] is None for each in held] == [True, False]
    assert made["secret"] not in str(held)
    for secret in (old, made["secret"]):
        signed = sender.sign(body, f"msg_{next(numbers)}", secret)
        assert sender.client.post(sender.path, content=body, headers=signed).status_code == 202
    assert client.delete(f"{place}/secrets/{held[1]['id']}").status_code == 204
    assert client.delete(f"{place}/secrets/{held[1]['id']}").status_code == 404
    assert sender.send().status_code == 401, "the old one no longer holds"
    sender.secret = made["secret"]
    assert sender.send().status_code == 202
    for _ in range(4):
        assert client.post(f"{place}/secrets", json={"hours": 720}).status_code == 201
    assert client.post(f"{place}/secrets", json={"hours": 720}).status_code == 409


def test_neither_secret_nor_address_nor_what_arrived_lies_open_in_the_database(world: World) -> None:
    sender = Sender(world)
    sender.send({"text": "canary-7f3a"})
    key = sender.path.removeprefix("/hooks/")
    with world.transaction() as session:
        rows = [session.execute(select(table)).all() for table in (hook_table, hook_secret_table, delivery_table)]
        run = session.scalar(select(run_table.c.id))
    text = str(rows)
    assert all(each not in text for each in (sender.secret, sender.secret[6:40], key, "canary-7f3a"))
    assert rows[0][0].key_hash == hashlib.sha256(key.encode()).hexdigest()
    exported = world.client("owner").get(f"/api/workflows/{show_id(sender.trigger.workflow_id)}/export").text
    assert "webhook" in exported
    assert all(each not in exported for each in (sender.secret, key))
    assert run is not None


def test_an_unsigned_webhook_needs_an_admin_and_signing_again_takes_that_back(world: World) -> None:
    sender = Sender(world, signed=False)
    send = lambda **more: sender.client.post(sender.path, json=BODY, headers=more)  # noqa: E731  # the same call, again
    assert send().status_code == 403
    assert sender.log()[0]["reason"] == "unsigned"
    place = f"/api/triggers/{sender.id}/webhook/unsigned"
    assert world.client("owner").put(place, json={"allowed": True}).status_code == 403
    assert world.client("admin").put(place, json={"allowed": True}).status_code == 204
    assert world.client("builder").get(f"/api/triggers/{sender.id}/webhook").json()["unsigned_by"]["name"] == "admin"
    assert (send().status_code, send().status_code) == (202, 202), "without a key each is another"
    keyed = [send(**{"Idempotency-Key": "order-7"}).json()["run"] for _ in range(2)]
    assert keyed[0] == keyed[1]
    client = world.client("builder")
    for settings in ({}, {"signed": False}):
        tag = client.get(f"/api/triggers/{sender.id}").headers["etag"]
        changed = client.patch(f"/api/triggers/{sender.id}", json={"settings": settings}, headers={"If-Match": tag})
        assert changed.status_code == 200, changed.text
    assert send().status_code == 403, "an admin says so anew"


def test_headers_that_open_doors_are_not_shown_to_a_workflow(world: World) -> None:
    sender = Sender(world)
    sender.send(**{"authorization": "Bearer x", "cookie": "a=b", "x-order": "7"})
    line = sender.log()[0]
    seen = world.client("owner").get(f"/api/deliveries/{line['id']}").json()
    assert seen["headers"]["x-order"] == "7"
    assert not {"authorization", "cookie", "webhook-signature"} & set(seen["headers"])
    assert seen["body"] == BODY


def test_a_webhook_that_is_called_too_often_says_when_to_come_again(world: World) -> None:
    sender = Sender(world, per_minute=6)
    answers = [sender.send() for _ in range(7)]
    assert [each.status_code for each in answers] == [202] * 5 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) >= 9
    assert sender.log()[0]["reason"] == "too_fast"
    other = Sender(world)
    assert other.send().status_code == 202


def test_nobody_fills_the_log(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "LOGGED", (0.001, 3))
    sender = Sender(world)
    for _ in range(8):
        assert sender.send(**{"webhook-signature": "v1,AAAA"}).status_code == 401
    assert len(sender.log()) == 3
    monkeypatch.setattr(deliver._LOG, "pace", Pace())
    sender.send(**{"webhook-signature": "v1,AAAA"})
    assert sender.log()[0]["more"] == 5


def test_a_webhook_that_is_off_starts_nothing_and_one_that_cannot_pauses(world: World) -> None:
    sender = Sender(world, on=False)
    assert sender.send().status_code == 409
    assert sender.log()[0]["reason"] == "off"
    sender = Sender(world)
    with world.transaction() as session:
        archive_workflow(session, world.caller("owner"), sender.trigger.workflow_id)
    assert sender.send().status_code == 409
    client = world.client("builder")
    assert client.get(f"/api/triggers/{sender.id}").json()["paused"]["code"] == "archived"
    assert sender.send().status_code == 409
    assert [each["reason"] for each in sender.log()] == ["off", "archived"]
    assert count_runs(world) == 0


def test_a_delivery_is_sent_in_again_by_hand(world: World) -> None:
    sender = Sender(world, when='body.text == "yes"')
    sender.send({"text": "no"})
    line = sender.log()[0]
    place = f"/api/deliveries/{line['id']}/replay"
    assert world.client("viewer").post(place).status_code == 403
    run = world.client("builder").post(place).json()["run"]
    assert world.client("owner").get(f"/api/runs/{run}").json()["input"] == {"text": "no"}
    assert [(each["state"], each["replay_of"]) for each in sender.log()] == [
        ("started", line["id"]),
        ("filtered", None),
    ]
    refused = sender.send(**{"webhook-signature": "v1,AAAA"})
    assert refused.status_code == 401
    empty = f"/api/deliveries/{sender.log()[0]['id']}/replay"
    assert world.client("builder").post(empty).status_code == 409


def test_old_deliveries_are_emptied_and_old_keys_and_secrets_forgotten(world: World) -> None:
    sender = Sender(world)
    sender.send(own="msg_1")
    sender.send(**{"webhook-signature": "v1,AAAA"})
    with world.transaction() as session:
        now = read_clock(session)
        session.execute(update(delivery_table).values(at=now - timedelta(days=400)))
        session.execute(update(trigger_key_table).values(at=now - timedelta(days=31)))
        end_secrets(session, sender.trigger.id, now)
        assert sweep_deliveries(session, None) is None
        assert session.scalar(select(func.count()).select_from(delivery_table)) == 2
        assert sweep_deliveries(session, timedelta(days=365)) is None
        row = session.execute(select(delivery_table)).one()
        assert (row.state, row.sealed) == ("started", None)
        assert not session.execute(select(trigger_key_table)).all()
        assert not session.execute(select(hook_secret_table)).all()
        assert read_delivery(session, row.id) is not None


def test_a_webhook_that_is_gone_leads_nowhere(world: World) -> None:
    sender = Sender(world)
    assert world.client("builder").delete(f"/api/triggers/{sender.id}").status_code == 204
    assert sender.send().status_code == 404
    with world.transaction() as session:
        assert not session.execute(select(hook_table)).all()


def test_a_webhook_is_judged_when_it_is_saved(world: World) -> None:
    client = world.client("builder")
    place = f"/api/workflows/{show_id(add_hook(world)[0].workflow_id)}/triggers/check"
    for settings, field in (
        ({"per_minute": 0}, "settings.per_minute"), ({"answer": "later"}, "settings.answer"),
        ({"secret": "x"}, "settings.secret"), ({"when": "body."}, "settings.when"),
        ({"when": "input.x == 1"}, "settings.when"), ({"signed": "no"}, "settings.signed"),
        ({"signed": False}, "settings.signed"),
    ):  # fmt: skip
        wanted = {"kind": "webhook", "name": "W", "settings": settings}
        found = client.post(place, json=wanted).json()["findings"]
        assert [each["field"] for each in found] == [field], found


def test_only_who_may_change_a_trigger_sees_its_address(world: World) -> None:
    sender = Sender(world)
    key = sender.path.removeprefix("/hooks/")
    for name in ("viewer", "reviewer", "admin", "auditor"):
        client = world.client(name)
        assert client.get(f"/api/triggers/{sender.id}/webhook").status_code == 403
        for path in (f"/api/triggers/{sender.id}", f"/api/triggers/{sender.id}/deliveries"):
            assert key not in client.get(path).text
    assert world.client("other").get(f"/api/triggers/{sender.id}/webhook").status_code == 404


def test_a_paused_webhook_says_no_more_than_that_it_is_off(world: World) -> None:
    sender = Sender(world)
    with world.transaction() as session:
        pause_trigger(session, sender.trigger, "x", "Because of a canary.", read_clock(session))
    answer = sender.send()
    assert answer.status_code == 409
    assert "canary" not in answer.text


def test_secrets_are_for_webhooks_only(world: World) -> None:
    trigger = add_trigger(world)
    answer = world.client("builder").post(f"/api/triggers/{show_id(trigger.id)}/webhook/secrets", json={})
    assert answer.status_code == 409
