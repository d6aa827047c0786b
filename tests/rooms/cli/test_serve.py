"""Serving: whose word on where somebody comes from is believed, and that streams end when the process is to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from builder.cli.serve import make_server


class Listening:
    """An application that notes where somebody comes from."""

    def __init__(self, found: list[str]) -> None:
        self.state = SimpleNamespace()
        self._found = found

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._found.append(scope["client"][0])


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, what in before.items():
        signal.signal(number, what)


@pytest.mark.parametrize(
    ("comes_from", "proxies", "seen"),
    [
        ("127.0.0.1", ("127.0.0.1",), "203.0.113.9"),
        ("10.3.4.5", ("10.0.0.0/8",), "203.0.113.9"),
        ("10.3.4.5", ("127.0.0.1",), "10.3.4.5"),
        ("198.51.100.7", ("10.0.0.0/8", "::1"), "198.51.100.7"),
    ],
)
def test_who_may_say_where_somebody_comes_from(comes_from: str, proxies: tuple[str, ...], seen: str) -> None:
    found: list[str] = []

    config = make_server(Listening(found), proxies).config
    config.load()
    scope = {
        "type": "http", "client": (comes_from, 5), "scheme": "http",
        "headers": [(b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-proto", b"https")],
    }  # fmt: skip
    asyncio.run(config.loaded_app(scope, None, None))
    assert found == [seen]


def test_streams_are_told_to_end_with_the_process() -> None:
    app = Listening([])
    make_server(app, ("127.0.0.1",))
    assert not app.state.leaving()
    signal.raise_signal(signal.SIGTERM)
    assert app.state.leaving()
