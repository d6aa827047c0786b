"""The stream of live events: one for each browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import StreamingResponse

from builder.kit.ids import show_id
from builder.live.feed import Feed, Told
from builder.live.look import look
from builder.live.rules import Sight, may_hear
from builder.teams import Call, Caller, Calling, Installation, find_caller, permit

router = APIRouter(tags=["live"])

HEARTBEAT = 15.0
"""Seconds after which silence is broken, and the session looked at again."""


class EventStream(StreamingResponse):
    """Server-sent events."""

    media_type = "text/event-stream"


@router.get(
    "/api/events",
    operation_id="listen",
    dependencies=[Depends(permit("self"))],
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def get_events(
    request: Request, call: Calling, last_event_id: Annotated[str | None, Header(max_length=100)] = None
) -> EventStream:
    """What changes from now on, as far as one may hear of it: `run`, `draft`, `review`, `notice`, each with an id, and
    `again` when something was missed. It ends with the session, and when the process does.
    """
    return EventStream(_tell(_feed_of(request), call, last_event_id), headers={"X-Accel-Buffering": "no"})


def _feed_of(request: Request) -> Feed:
    """The one feed of this process, made when somebody listens first."""
    state = request.app.state
    if not hasattr(state, "feed"):
        site = cast("Installation", state.application)
        state.feed = Feed(lambda: _look_at(site), lambda: bool(getattr(state, "leaving", bool)()))
    return cast("Feed", state.feed)


def _look_at(site: Installation) -> Sight:
    with site.database.read() as session:
        return look(session)


async def _tell(feed: Feed, call: Call, last: str | None) -> AsyncIterator[str]:
    if feed.leaving:
        return
    caller, loop = call.caller, asyncio.get_running_loop()
    with feed.listen(last) as listener:
        yield "retry: 3000\n\n"
        beat = loop.time() + HEARTBEAT
        while True:
            try:
                told = await asyncio.wait_for(listener.queue.get(), max(0.0, beat - loop.time()))
            except TimeoutError:
                found = await asyncio.to_thread(_still, call)
                if found is None:
                    return
                caller, beat = found, loop.time() + HEARTBEAT
                yield ":\n\n"
                continue
            if told is None:
                return
            if told.news is None or may_hear(caller, told.news.seen):
                yield _write(feed, told)


def _still(call: Call) -> Caller | None:
    """Whoever listens, with what he may at this moment; None when his session has ended. Listening keeps none alive."""
    with call.read() as session:
        found = find_caller(session, call.token)
    return None if found is None else found.caller


def _write(feed: Feed, told: Told) -> str:
    news = told.news
    if news is None:
        return f"id: {feed.mark(told)}\nevent: again\ndata: {{}}\n\n"
    record = {**news.seen.facts, "id": show_id(news.key.id), **({"over": True} if news.over else {})}
    return f"id: {feed.mark(told)}\nevent: {news.key.kind}\ndata: {json.dumps(record)}\n\n"
