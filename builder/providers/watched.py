"""A gateway whose questions are watched: who was asked, how it went, what it used; never what was said."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from builder.providers.connections import Connection
from builder.providers.gateway import Gateway
from builder.sdk import ModelAnswer, ModelRequest, NodeError
from builder.telemetry import ModelSeen, Telemetry


class WatchedGateway:
    """Passes questions on, and tells telemetry of them."""

    def __init__(self, gateway: Gateway, connections: Mapping[str, Connection], telemetry: Telemetry) -> None:
        self._gateway = gateway
        self._connections = connections
        self._telemetry = telemetry

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        """One answer from the connection that the request names. Raises NodeError."""
        with self._telemetry.watch_model(self._describe(request)) as watch:
            try:
                answer = await self._gateway.ask(request)
            except NodeError as problem:
                watch.outcome, watch.error, watch.usage = "failed", problem.failed.code, problem.failed.usage
                raise
            watch.outcome, watch.usage = "answered", answer.usage
            return answer

    def worst_cost(self, request: ModelRequest) -> float:
        """The most that this question can cost, in the organisation's currency."""
        return self._gateway.worst_cost(request)

    async def aclose(self) -> None:
        """Closes what it holds open."""
        await self._gateway.aclose()

    def _describe(self, request: ModelRequest) -> ModelSeen:
        found = self._connections.get(request.connection)
        if found is None:  # a name that nobody opened is not a label of its own
            return ModelSeen("unknown", "unknown", "unknown", "", request.max_tokens, request.temperature)
        host = urlsplit(found.base_url).hostname or ""
        return ModelSeen(found.name, found.provider, found.model, host, request.max_tokens, request.temperature)
