"""Live events: what is news, that nobody is told twice or not at all, and that nobody hears of what he may not see."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.db import read_clock
from builder.kit.ids import show_id
from builder.live import api, feed
from builder.live.feed import Feed, Listener, Told
from builder.live.rules import Key, Seen, Sight, find_news
from builder.notices.store import insert_notice
from builder.teams.gate import COOKIE
from builder.workflows import save_draft
from tests.rooms.letters import GRAPH
from tests.rooms.runs.cases import make_run
from tests.rooms.workflows.cases import make_workflow
from tests.rooms.world import World, find_caller_of

KEYS = st.builds(Key, st.sampled_from(["run", "draft"]), st.integers(0, 5))
SIGHTS = st.dictionaries(KEYS, st.builds(lambda state, fleeting: Seen((state,), {}, fleeting=fleeting),
                                         st.integers(0, 2), st.booleans()))  # fmt: skip


@given(SIGHTS, SIGHTS)
def test_what_is_news_is_what_differs(before: dict[Key, Seen], now: dict[Key, Seen]) -> None:
    news = find_news(before, now)
    assert len({each.key for each in news}) == len(news)
    for key in before.keys() | now.keys():
        told = [each for each in news if each.key == key]
        if key in now:
            assert bool(told) == (key not in before or before[key].state != now[key].state)
            assert not any(each.over for each in told)
        else:
            assert [each.over for each in told] == ([] if before[key].fleeting else [True])


class Scene:
    """A feed over a sight that the test changes, and whose looks it waits for."""

    def __init__(self) -> None:
        self.sight: dict[Key, Seen] = {}
        self.leaving = False
        self.begun: asyncio.Queue[None] = asyncio.Queue()
        self.loop = asyncio.get_running_loop()
        self.feed = Feed(self.look, lambda: self.leaving)

    def look(self) -> dict[Key, Seen]:
        self.loop.call_soon_threadsafe(self.begun.put_nowait, None)
        return dict(self.sight)

    async def after_a_look(self) -> None:
        """Waits for a look that begins from now on, and until what it saw was told: the next one begins then."""
        while not self.begun.empty():
            self.begun.get_nowait()
        for _ in range(3):
            await self.begun.get()

    async def end(self) -> None:
        self.leaving = True
        assert self.feed._looking is not None
        await self.feed._looking

    def change(self, number: int, state: int) -> None:
        self.sight[Key("run", number)] = Seen((state,), {})


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "EVERY", 0)
    monkeypatch.setattr(feed, "SHARE", 0)
    monkeypatch.setattr(feed, "LINGER", 1_000_000)


def numbers(listener: Listener) -> list[int | None]:
    """What a listener was told so far, by id; None: to look anew."""
    told = []
    while not listener.queue.empty():
        each = listener.queue.get_nowait()
        assert each is not None
        told.append(None if each.news is None else each.news.key.id)
    return told


@pytest.mark.usefixtures("quick")
def test_who_comes_again_is_told_what_he_missed_and_only_that() -> None:
    async def go() -> None:
        scene = Scene()
        with scene.feed.listen(None) as first, scene.feed.listen(None) as second:
            await scene.after_a_look()
            scene.change(1, 0)
            await scene.after_a_look()
            told = await first.queue.get()
            assert told is not None
            last = scene.feed.mark(told)
            scene.change(2, 0)
            await scene.after_a_look()
            assert numbers(second) == [1, 2]
        scene.change(1, 1)
        await scene.after_a_look()
        with scene.feed.listen(last) as again, scene.feed.listen(None) as new:
            assert numbers(again) == [2, 1]
            assert numbers(new) == []
        with scene.feed.listen("elsewhere-1") as stranger, scene.feed.listen("nonsense") as confused:
            assert (numbers(stranger), numbers(confused)) == ([None], [None])
        await scene.end()

    asyncio.run(go())


@pytest.mark.usefixtures("quick")
def test_a_leaving_process_ends_every_stream() -> None:
    async def go() -> None:
        scene = Scene()
        with scene.feed.listen(None) as listener:
            scene.leaving = True
            assert await listener.queue.get() is None

    asyncio.run(go())


@pytest.mark.usefixtures("quick")
def test_a_look_that_fails_loses_nothing() -> None:
    async def go() -> None:
        scene = Scene()
        with scene.feed.listen(None) as listener:
            await scene.after_a_look()
            works = scene.feed._look
            fails = asyncio.Event()

            def fail() -> dict[Key, Seen]:
                fails.set()
                raise OSError("gone")

            scene.feed._look = fail
            await fails.wait()
            scene.change(7, 0)
            scene.feed._look = works
            told = await listener.queue.get()
            assert told is not None
            assert told.news is not None
            assert told.news.key.id == 7
            await scene.end()

    asyncio.run(go())


def test_who_falls_behind_looks_anew() -> None:
    async def go() -> None:
        listener = Listener()
        for number in range(feed.AHEAD + 1):
            listener.put(Told(number, None))
        assert listener.queue.qsize() == 2

    asyncio.run(go())


# ---------------------------------------------------------------- over the wire


@asynccontextmanager
async def stream(world: World, token: str) -> AsyncIterator[Callable[[], Any]]:
    """An open stream; what it gives awaits the next event, as (name, record), or None at its end."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200
        else:
            for block in message["body"].decode().split("\n\n"):
                lines.put_nowait(block)
            if not message.get("more_body"):
                lines.put_nowait(None)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": "/api/events", "raw_path": b"/api/events", "query_string": b"", "client": ("192.0.2.7", 1),
        "server": ("handrail.example", 443), "headers": [(b"cookie", f"{COOKIE}={token}".encode())],
    }  # fmt: skip

    async def following() -> tuple[str, Any] | None:
        while (block := await lines.get()) is not None:
            said = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if "event" in said:
                assert said["id"]
                return said["event"], json.loads(said["data"])
        return None

    calling = asyncio.create_task(world.app(scope, receive, send))  # type: ignore[operator]  # an ASGI application
    assert (await lines.get() or "").startswith("retry:")
    try:
        yield following
    finally:
        gone.set()
        await calling


@pytest.fixture
def lasting(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose streams last, and that looks often."""
    monkeypatch.setattr(feed, "EVERY", 0.01)
    monkeypatch.setattr(feed, "SHARE", 0)
    world.app.state.leaving = lambda: False  # type: ignore[attr-defined]  # an application of FastAPI
    return world


async def looked(world: World) -> None:
    """Waits until the feed of a world has looked."""
    seen, loop = asyncio.Event(), asyncio.get_running_loop()
    here = api._feed_of(SimpleNamespace(app=world.app))  # type: ignore[arg-type]  # all of a request that is asked for
    look = here._look

    def tell() -> Sight:
        found = look()
        loop.call_soon_threadsafe(seen.set)
        return found

    here._look = tell
    await seen.wait()


def test_each_hears_of_what_he_may_see(lasting: World) -> None:
    world = lasting
    tokens = {name: world.token(name) for name in ("viewer", "other", "nobody")}
    workflow, builder = make_workflow(world), world.caller("builder")

    def act() -> list[str]:
        run = make_run(world)
        with world.transaction() as session:
            save_draft(session, builder, workflow, 2, {**GRAPH, "tags": ["new"]})
            now = read_clock(session)
            insert_notice(session, {
                "id": run + 1, "person_id": world.people["other"], "kind": "run_failed", "topic": "t", "params": {},
                "link": "/", "made_at": now, "at": now, "shown": True,
            })  # fmt: skip
        return [show_id(run), show_id(workflow), show_id(run + 1)]

    async def go() -> None:
        async with stream(world, tokens["viewer"]) as viewer, stream(world, tokens["other"]) as other:
            await looked(world)
            run, draft, notice = await asyncio.to_thread(act)
            heard: set[tuple[str, str]] = set()
            while not {("run", run), ("draft", draft)} <= heard:
                name, record = await viewer()
                assert name != "notice"
                heard.add((name, record["id"]))
            assert await other() == ("notice", {"id": notice})
            world.app.state.leaving = lambda: True  # type: ignore[attr-defined]  # an application of FastAPI
            assert await other() is None

    asyncio.run(go())


def test_a_stream_ends_with_its_session(lasting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "HEARTBEAT", 0.02)
    world, token = lasting, lasting.token("viewer")

    async def go() -> None:
        async with stream(world, token) as following:
            await looked(world)
            with world.transaction() as session:
                now = read_clock(session)
            world.age(token, ends_at=now - timedelta(seconds=1))
            assert await following() is None

    assert find_caller_of(world, token)
    asyncio.run(go())
