"""What the browser of a journey received is searched for canaries, as the answers to the suite's own client are."""

from __future__ import annotations

import re
from contextlib import suppress

from playwright.sync_api import BrowserContext, Request
from playwright.sync_api import Error as PlaywrightError

from tests.canaries import watch_answer

_MOST = 4 * 1024 * 1024
_TEXTS = re.compile(r"application/([a-z.-]+\+)?(json|xml|yaml)|text/(?!javascript|css|event-stream)")
_ROUNDS = 100
_under_way: set[Request] = set()


def watch_context(context: BrowserContext) -> None:
    """Looks at every answer that people could read: not at scripts, styles, fonts, pictures, nor at what is huge."""
    context.on("request", _expect_answer)
    context.on("requestfinished", _look_at_answer)
    context.on("requestfailed", _expect_no_more)


def close_context(context: BrowserContext) -> None:
    """Closes it when what came last has been looked at too, or after a second."""
    for _ in range(_ROUNDS):
        if not context.pages:
            break
        context.pages[0].wait_for_timeout(10)  # what was told meanwhile is only heard here
        if not _under_way:
            break
    _under_way.clear()
    context.close()


def _expect_answer(request: Request) -> None:
    if request.resource_type != "eventsource":  # which ends with its page
        _under_way.add(request)


def _expect_no_more(request: Request) -> None:
    _under_way.discard(request)


def _look_at_answer(request: Request) -> None:
    with suppress(PlaywrightError):  # another page came in its place meanwhile, and the browser let go of it
        got = request.response()
        if (
            got is not None
            and _TEXTS.match(got.headers.get("content-type", ""))
            and int(got.headers.get("content-length", 0)) <= _MOST
        ):
            watch_answer(request.method, request.url, got.body())
    _under_way.discard(request)
