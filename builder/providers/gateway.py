"""The one way to a model: by the name of a connection, whoever stands behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from builder.egress import Allowed, Client
from builder.kit.clock import SYSTEM_CLOCK
from builder.providers.connections import PRACTICE, Connection
from builder.providers.converse import converse
from builder.providers.openai_compatible import OpenAICompatible
from builder.providers.practice import practise
from builder.providers.prices import worst_cost
from builder.providers.speech import Adapter, Sender, fail
from builder.providers.vendors import Vendors
from builder.sdk import FailureClass, ModelAnswer, ModelRequest

_SHORT = 2_000  # the practice model works on longer texts beside the loop: a tenth of a second and more
_PLAIN = frozenset(("openai", "ollama", "openai-compatible"))


class Gateway(Protocol):
    """Asks models."""

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        """One answer from the connection that the request names. Raises NodeError."""
        ...

    def worst_cost(self, request: ModelRequest) -> float:
        """The most that this question can cost, in the organisation's currency."""
        ...

    async def aclose(self) -> None:
        """Closes what it holds open."""
        ...


class Models:
    """The gateway over this installation's connections. One for each event loop, as its HTTP client.

    The client may reach the connections' own hosts, loopback included, because IT wrote them down; nodes have
    another client, so that a workflow cannot reach a model server around the gateway.
    """

    def __init__(
        self,
        connections: Mapping[str, Connection],
        *,
        sender: Sender | None = None,
        now: Callable[[], datetime] = SYSTEM_CLOCK.now,
    ) -> None:
        """Args:
        connections: by name.
        sender: sends HTTP requests; by default a guarded client that may reach the connections' hosts.
        now: the clock, for a `Retry-After` that is a date.
        """
        self._connections = dict(connections)
        self._client = Client(_hosts(self._connections), stall_seconds=60.0)
        chosen = sender if sender is not None else self._client
        self._plain: Adapter = OpenAICompatible(chosen, now)
        self._vendors: Adapter = Vendors(chosen, now)
        self._turnstiles = {
            name: asyncio.Semaphore(connection.max_concurrency) for name, connection in self._connections.items()
        }

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        """One answer; waits while the connection is busy with as many questions as IT allows.

        Raises:
            NodeError: no such connection, or what the model's server did.
        """
        connection = self._connections.get(request.connection)
        if connection is None:
            known = ", ".join(sorted(self._connections))
            raise fail(
                FailureClass.PERMANENT,
                "connection_unknown",
                f"There is no model connection {request.connection!r}; there are: {known}.",
            )
        if connection.provider == PRACTICE:
            if len(request.text) <= _SHORT:
                return practise(request)
            return await asyncio.to_thread(practise, request)
        adapter = self._plain if connection.provider in _PLAIN else self._vendors
        async with self._turnstiles[request.connection]:
            return await converse(adapter, connection, request)

    def worst_cost(self, request: ModelRequest) -> float:
        """The most that this question can cost, repairs included; nothing where the connection is unknown."""
        connection = self._connections.get(request.connection)
        return 0.0 if connection is None else worst_cost(connection, request)

    async def aclose(self) -> None:
        """Closes the client's connections."""
        await self._client.aclose()


def _hosts(connections: Mapping[str, Connection]) -> Allowed:
    """The hosts that IT's connections name, each at its port."""
    places = []
    for connection in connections.values():
        if connection.base_url:
            url = urlsplit(connection.base_url)
            has_port = url.netloc.rpartition(":")[2].isdecimal()
            places.append(url.netloc if has_port else f"{url.netloc}:{443 if url.scheme == 'https' else 80}")
    return Allowed.of(*places)
