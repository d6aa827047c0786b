"""The one way to a model: by the name of a connection, whoever stands behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
    """The gateway over this installation's connections, as they are at each question. One for each event loop, as its
    HTTP clients.

    A client may reach its connection's own host, loopback included, because IT wrote it down; nodes have another
    client, so that a workflow cannot reach a model server around the gateway.
    """

    def __init__(
        self,
        connections: Mapping[str, Connection],
        *,
        sender: Sender | None = None,
        now: Callable[[], datetime] = SYSTEM_CLOCK.now,
    ) -> None:
        """Args:
        connections: by name; may change while it is used.
        sender: sends HTTP requests; by default guarded clients that may reach the connections' hosts.
        now: the clock, for a `Retry-After` that is a date.
        """
        self._connections = connections
        self._sender = sender
        self._now = now
        self._ways: dict[str, _Way] = {}
        self._turnstiles: dict[tuple[str, int], asyncio.Semaphore] = {}

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
        turnstile = (request.connection, connection.max_concurrency)
        async with self._turnstiles.setdefault(turnstile, asyncio.Semaphore(connection.max_concurrency)):
            if connection.lends is not None:
                connection = replace(connection, key=await connection.lends(request.asker))
            return await converse(self._way_to(connection), connection, request)

    def _way_to(self, connection: Connection) -> Adapter:
        place = place_of_model(connection)
        way = self._ways.get(place)
        if way is None:
            client = Client(Allowed.of(*([place] if place else [])), stall_seconds=60.0)
            chosen = self._sender if self._sender is not None else client
            way = self._ways[place] = _Way(client, OpenAICompatible(chosen, self._now), Vendors(chosen, self._now))
        return way.plain if connection.provider in _PLAIN else way.vendors

    def worst_cost(self, request: ModelRequest) -> float:
        """The most that this question can cost, repairs included; nothing where the connection is unknown."""
        connection = self._connections.get(request.connection)
        return 0.0 if connection is None else worst_cost(connection, request)

    async def aclose(self) -> None:
        """Closes the clients' connections."""
        for way in self._ways.values():
            await way.client.aclose()


@dataclass(frozen=True, slots=True)
class _Way:
    """What leads to one host: a client that may reach it, and both ways to speak."""

    client: Client
    plain: Adapter
    vendors: Adapter


def place_of_model(connection: Connection) -> str:
    """`host:port` of a connection's own server; empty for a provider's usual address."""
    if not connection.base_url:
        return ""
    url = urlsplit(connection.base_url)
    has_port = url.netloc.rpartition(":")[2].isdecimal()
    return url.netloc if has_port else f"{url.netloc}:{443 if url.scheme == 'https' else 80}"
