"""Where somebody comes from is believed only of the proxies that IT named."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from builder.cli.serve import make_server


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

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.append(scope["client"][0])

    config = make_server(app, proxies).config
    config.load()
    scope = {
        "type": "http", "client": (comes_from, 5), "scheme": "http",
        "headers": [(b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-proto", b"https")],
    }  # fmt: skip
    asyncio.run(config.loaded_app(scope, None, None))
    assert found == [seen]
