"""A Connection is a model that IT has opened to this installation; the Gateway asks it, and counts what that costs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.providers.cassettes import Cassettes
    from builder.providers.connections import (
        DEFAULT,
        PRACTICE,
        Connection,
        ConnectionsError,
        connection_facts,
        connections_from_environment,
    )
    from builder.providers.gateway import Gateway, Models, place_of_model
    from builder.providers.prices import worst_cost
    from builder.providers.watched import WatchedGateway

# Loaded on first use: facts about connections are needed to check a file, the HTTP client is not.
_HOMES = {
    "DEFAULT": "builder.providers.connections",
    "PRACTICE": "builder.providers.connections",
    "place_of_model": "builder.providers.gateway",
    "Cassettes": "builder.providers.cassettes",
    "Connection": "builder.providers.connections",
    "ConnectionsError": "builder.providers.connections",
    "Gateway": "builder.providers.gateway",
    "Models": "builder.providers.gateway",
    "WatchedGateway": "builder.providers.watched",
    "connection_facts": "builder.providers.connections",
    "connections_from_environment": "builder.providers.connections",
    "worst_cost": "builder.providers.prices",
}

__all__ = [
    "DEFAULT", "PRACTICE", "Cassettes", "Connection", "ConnectionsError", "Gateway", "Models", "WatchedGateway",
    "connection_facts", "connections_from_environment", "place_of_model", "worst_cost",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
