"""Webhooks on both back ends: however often a delivery comes, one run; and who waits is answered and holds nothing."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from builder import wiring
from builder.kit.ids import show_id
from builder.runs import look_for_answers
from builder.runs.tables import run_table
from builder.sdk import Context, Done, Effect, Effects, Kind, NodeConfig, NodeType, Outcome, free_record
from builder.settings import read_settings
from builder.triggers import deliver
from builder.triggers.deliver import take_delivery
from builder.triggers.schemas import HookRefusal
from builder.triggers.tables import trigger_key_table
from builder.wiring import build_embedded, open_application
from tests.backends import Backend
from tests.contracts.hooks import Hook, graph, publish
from tests.rooms.world import URL, World, people_world


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "_expect_pace", lambda _: None)
    monkeypatch.setattr(deliver, "_LOG", deliver.Log())


def environment(backend: Backend) -> dict[str, str]:
    return {"HANDRAIL_HOME": str(backend.folder), "HANDRAIL_DATABASE_URL": backend.address, "HANDRAIL_URL": URL}


class ReplyConfig(NodeConfig):
    """What is replied."""

    status: int = 201


class Reply(NodeType):
    """Answers whoever called."""

    name = "test.reply"
    title = "Reply"
    summary = "Answers the caller."
    kind = Kind.TOOL
    replies = True
    effects = Effects(Effect.WRITE, external=True)
    Config = ReplyConfig
    Out = free_record({"status": {"type": "integer"}, "headers": {"type": "object"}, "body": {}})

    async def run(self, config: ReplyConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """What it was given, as the answer."""
        said = {"x-order": "7", "set-cookie": "a=b", "content-type": "text/html"}
        return Done({"status": config.status, "headers": said, "body": f"<b>{inputs['text']}</b>"})


@pytest.fixture
def world(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    types = {**wiring.discover_types(), Reply.key(): Reply()}
    monkeypatch.setattr(wiring, "discover_types", lambda: types)
    with build_embedded(read_settings(environment(backend))) as opened:
        yield people_world(opened)


# ---------------------------------------------------------------- one run for each key


def storm(backend: Backend, keys: int, copies: int, threads: int) -> None:
    """Every key so many times, shuffled, from so many threads and two processes' worth of installations."""
    sites = [open_application(read_settings(environment(backend))) for _ in range(2)]
    world = people_world(sites[0])
    hook = Hook(world, publish(world, graph()))
    sent = [number for number in range(keys) for _ in range(copies)]
    random.Random(7).shuffle(sent)
    runs: dict[int, set[int]] = {number: set() for number in range(keys)}
    firsts: list[int] = []
    lock = threading.Lock()

    def send(at: int) -> None:
        number = sent[at]
        taken = take_delivery(sites[at % 2], hook.key, hook.delivery(f"msg_{number}", {"text": str(number)}))
        assert taken.started is not None
        with lock:
            runs[number].add(taken.started.run_id)
            if not taken.started.again:
                firsts.append(number)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(send, range(len(sent))))
    assert sorted(firsts) == list(range(keys)), "each starts once, and says so once"
    assert all(len(each) == 1 for each in runs.values()), "every copy is answered with the same run"
    with sites[0].database.read() as session:
        assert session.scalar(select(func.count()).select_from(run_table)) == keys
        assert session.scalar(select(func.count()).select_from(trigger_key_table)) == keys
        inputs = session.scalars(select(run_table.c.input)).all()
    assert sorted(json.loads(each or "")["text"] for each in inputs) == sorted(str(number) for number in range(keys))
    for site in sites:
        site.close()


def test_copies_of_a_delivery_make_one_run(backend: Backend) -> None:
    storm(backend, keys=15, copies=8, threads=8)


@pytest.mark.storms
@pytest.mark.timeout(1500)
def test_fifty_copies_of_a_thousand_deliveries_make_a_thousand_runs(backend: Backend) -> None:
    storm(backend, keys=1_000, copies=50, threads=16)


def test_of_two_bodies_under_one_key_one_starts_and_the_other_is_refused(backend: Backend) -> None:
    with open_application(read_settings(environment(backend))) as site:
        world = people_world(site)
        hook = Hook(world, publish(world, graph()))

        def send(at: int) -> str:
            try:
                taken = take_delivery(site, hook.key, hook.delivery("msg_1", {"text": str(at % 2)}))
            except HookRefusal as refusal:
                return refusal.reason
            return taken.state

        with ThreadPoolExecutor(8) as pool:
            said = list(pool.map(send, range(24)))
        assert said.count("started") == 1
        assert (said.count("again"), said.count("key_reused")) == (11, 12)


def test_what_came_while_nobody_worked_is_kept_and_consumed_once(backend: Backend) -> None:
    """The persistent trigger (WCP-24): it outlives the process that took it in, and starts one run, once."""
    with open_application(read_settings(environment(backend))) as site:
        world = people_world(site)
        hook = Hook(world, publish(world, graph()))
        taken = [take_delivery(site, hook.key, hook.delivery("msg_1", {"text": "Hello"})) for _ in range(2)]
    runs = {each.started.run_id for each in taken if each.started is not None}
    with build_embedded(read_settings(environment(backend))) as opened:
        end = time.monotonic() + 20
        while True:
            with opened.database.read() as session:
                found = look_for_answers(session, dict.fromkeys(runs, ()), opened.payloads)
            if found:
                break
            assert time.monotonic() < end, "the run was not taken up"
            time.sleep(0.02)
        with opened.database.read() as session:
            assert session.scalar(select(func.count()).select_from(run_table)) == 1
    assert [(each.status, each.value) for each in found.values()] == [("succeeded", {"text": "Hello"})]


# ---------------------------------------------------------------- waiting for the result


def client(world: World) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=world.app), base_url=URL, timeout=60)  # type: ignore[arg-type]  # an ASGI app


async def call(caller: httpx.AsyncClient, hook: Hook, own: str, value: Any) -> httpx.Response:
    body = json.dumps(value).encode()
    return await caller.post(f"/hooks/{hook.key}", content=body, headers=hook.headers(own, body))


def test_who_waits_is_answered_with_the_result(world: World) -> None:
    hook = Hook(world, publish(world, graph()), answer="wait", wait_seconds=30)

    async def go() -> list[httpx.Response]:
        async with client(world) as caller:
            return [await call(caller, hook, "msg_1", {"text": "Hello"}) for _ in range(2)]

    first, again = asyncio.run(go())
    assert (first.status_code, first.json()) == (200, {"text": "Hello"}), first.text
    assert first.headers["location"].startswith("/api/runs/")
    assert (again.status_code, again.json(), again.headers["location"]) == (
        200,
        first.json(),
        first.headers["location"],
    )


def test_whoever_waited_long_enough_gets_the_address(world: World) -> None:
    drawn = graph(rest={"type": "flow.wait@1", "config": {"wait_for": "PT60S"}})
    hook = Hook(world, publish(world, drawn), answer="wait", wait_seconds=1)

    async def go() -> httpx.Response:
        async with client(world) as caller:
            return await call(caller, hook, "msg_1", {"text": "Hello"})

    answer = asyncio.run(go())
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/runs/{answer.json()['run']}"


def test_a_run_that_came_to_no_good_end_says_so_and_no_more(world: World) -> None:
    drawn = graph(stop={"type": "flow.transform@1", "inputs": {"x": {"expr": "[1, 2][size(input.text)]"}}})
    hook = Hook(world, publish(world, drawn), answer="wait", wait_seconds=30)

    async def go() -> httpx.Response:
        async with client(world) as caller:
            return await call(caller, hook, "msg_1", {"text": "canary-canary"})

    answer = asyncio.run(go())
    assert (answer.status_code, answer.json()["code"]) == (502, "run_failed"), answer.text
    assert "canary" not in answer.text


def test_a_hundred_who_wait_hold_no_thread_each(world: World) -> None:
    drawn = graph(rest={"type": "flow.wait@1", "config": {"wait_for": "PT2S"}})
    hook = Hook(world, publish(world, drawn), answer="wait", wait_seconds=50)
    most: list[int] = []

    async def watch() -> None:
        while True:
            most.append(threading.active_count())
            await asyncio.sleep(0.05)

    async def go() -> list[httpx.Response]:
        before = threading.active_count()
        async with client(world) as caller:
            watching = asyncio.create_task(watch())
            answers = await asyncio.gather(*(call(caller, hook, f"msg_{n}", {"text": str(n)}) for n in range(100)))
            watching.cancel()
        assert max(most) <= before + 60, "the route's own threads and the loop's, and none for each who waits"
        return list(answers)

    answers = asyncio.run(go())
    assert [each.json() for each in answers] == [{"text": str(number)} for number in range(100)]


def test_a_program_starts_a_run_and_waits_for_it(world: World) -> None:
    workflow = publish(world, graph())
    with world.client("builder") as person:
        place = f"/api/workflows/{show_id(workflow)}/runs"
        keyed = {"Idempotency-Key": "order 7"}
        first = person.post(place, json={"input": {"text": "Hello"}}, headers=keyed)
        assert (first.status_code, first.json()["again"]) == (202, False), first.text
        again = person.post(place, json={"input": {"text": "Hello"}}, headers={**keyed, "Prefer": "wait=30"})
        assert (again.status_code, again.json()["again"], again.json()["run"]) == (200, True, first.json()["run"])
        assert (again.json()["state"], again.json()["result"]) == ("succeeded", {"text": "Hello"})
        other = person.post(place, json={"input": {"text": "Other"}}, headers=keyed)
        assert (other.status_code, other.json()["code"]) == (409, "key_reused")
        assert person.post(place, json={"input": {}}, headers={"Idempotency-Key": "order 8"}).status_code == 422
        waited = person.post(place, params={"wait": 30}, json={"input": {"text": "Hello"}})
        assert (waited.status_code, waited.json()["result"]) == (200, {"text": "Hello"})
        bad = person.post(place, json={"input": {"text": "Hello"}}, headers={"Idempotency-Key": "\x7f"})
        assert bad.status_code == 422
    with world.client("owner") as person:
        mine = person.post(place, json={"input": {"text": "Hello"}}, headers=keyed).json()
        assert mine["run"] != first.json()["run"], "a key is one person's"


def test_the_first_step_that_replies_answers(world: World) -> None:
    reply = {"type": "test.reply@1", "config": {"status": 201}, "inputs": {"text": {"from": "input.text"}}}
    rest = {"type": "flow.wait@1", "config": {"wait_for": "PT60S"}}
    drawn = graph(reply=reply, rest=rest)
    hook = Hook(world, publish(world, drawn), answer="wait", wait_seconds=30)

    async def go() -> httpx.Response:
        async with client(world) as caller:
            return await call(caller, hook, "msg_1", {"text": "Hello"})

    answer = asyncio.run(go())
    assert (answer.status_code, answer.json()) == (201, "<b>Hello</b>"), answer.text
    assert answer.headers["x-order"] == "7"
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-type"] == "application/json", "never what a browser would show as a page"


def test_the_reply_step_on_the_palette_answers_who_waits_while_the_run_goes_on(world: World) -> None:
    config = {"status": 202, "headers": {"X-Order": "7"}}
    reply = {"type": "tool.webhook_reply@1", "config": config, "inputs": {"body": {"expr": "{'taken': input.text}"}}}
    rest = {"type": "flow.wait@1", "config": {"signal": "paid"}}
    hook = Hook(world, publish(world, graph(reply=reply, rest=rest)), answer="wait", wait_seconds=30)

    async def go() -> list[httpx.Response]:
        async with client(world) as caller:
            return [await call(caller, hook, "msg_1", {"text": "Hello"}) for _ in range(2)]

    first, again = asyncio.run(go())
    assert (first.status_code, first.json(), first.headers["x-order"]) == (202, {"taken": "Hello"}, "7"), first.text
    assert (again.status_code, again.json()) == (202, {"taken": "Hello"}), "the same delivery, the same answer"
    run = first.headers["location"].removeprefix("/api/runs/")
    with world.client("owner") as owner:
        assert owner.get(f"/api/runs/{run}").json()["state"] in ("running", "waiting"), "the caller is not kept waiting"


def test_the_list_of_runs_names_what_started_them_and_shows_those_of_one_trigger(backend: Backend) -> None:
    with open_application(read_settings(environment(backend))) as site:
        world = people_world(site)
        workflow = publish(world, graph())
        hook, other = Hook(world, workflow), Hook(world, publish(world, graph()))
        for each, count in ((hook, 2), (other, 1)):
            for number in range(count):
                take_delivery(site, each.key, each.delivery(f"msg_{number}", {"text": "Hello"}))
        world.client("builder").post(f"/api/workflows/{show_id(workflow)}/form", json={"input": {"text": "Hello"}})

        def listed(**asked: str) -> list[tuple[str, str | None]]:
            found = world.client("owner").get("/api/runs", params=asked).json()["items"]
            return [(each["started_by"]["kind"], each["started_by"]["name"]) for each in found]

        assert listed() == [("form", None), *[("webhook", "The shop")] * 3]
        assert listed(trigger=show_id(hook.trigger.id)) == [("webhook", "The shop")] * 2
        assert listed(trigger=show_id(other.trigger.id), q="Hooked") == [("webhook", "The shop")]
        assert listed(trigger=show_id(workflow)) == []
        with world.client("other") as stranger:
            assert stranger.get("/api/runs", params={"trigger": show_id(hook.trigger.id)}).json()["items"] == []
