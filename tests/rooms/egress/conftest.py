"""A network that opens nothing and notes what it would have opened."""

from __future__ import annotations

import httpcore
import pytest


class NoNetwork(httpcore.AsyncNetworkBackend):
    """Opens nothing; notes what it was asked to open."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, int]] = []

    async def connect_tcp(self, host, port, *_, **__):
        self.opened.append((host, port))
        raise httpcore.ConnectError("the test has no network")


@pytest.fixture
def no_network() -> NoNetwork:
    return NoNetwork()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
