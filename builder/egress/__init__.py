"""A Client is the one guarded way out: every call to another machine leaves through it, or not at all."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.egress.client import Client
    from builder.egress.dial import Resolve
    from builder.egress.rules import Allowed, AllowListError, HostError, read_host, read_port

__all__ = ["AllowListError", "Allowed", "Client", "HostError", "Resolve", "read_host", "read_port"]

# Loaded on first use: the HTTP library costs a tenth of a second, and checking a file never needs it.
_HOMES = {
    "AllowListError": "builder.egress.rules",
    "Allowed": "builder.egress.rules",
    "Client": "builder.egress.client",
    "HostError": "builder.egress.rules",
    "Resolve": "builder.egress.dial",
    "read_host": "builder.egress.rules",
    "read_port": "builder.egress.rules",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
