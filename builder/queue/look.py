"""Looking at the broker without sending anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kombu.connection import Connection

_PATIENCE = 4


@dataclass(frozen=True, slots=True)
class BrokerSeen:
    """What a broker says of itself.

    Attributes:
        problem: why it does not answer, in a word; None when it does.
        version: of Redis.
        evicts: its policy, where it drops keys to make room; empty where it does not.
    """

    problem: str | None = None
    version: str = ""
    evicts: str = ""


def look_at_broker(broker_url: str) -> BrokerSeen:
    """Asks a broker how it is."""
    patience = {"socket_timeout": _PATIENCE, "socket_connect_timeout": _PATIENCE, "max_retries": 1, "interval_start": 0}
    try:
        connection = Connection(broker_url, transport_options=patience, connect_timeout=_PATIENCE)  # type: ignore[no-untyped-call]  # Kombu's
        with connection:
            channel: Any = connection.default_channel
            told = channel.client.info()
            full = int(told.get("maxmemory") or 0) > 0
            policy = str(told.get("maxmemory_policy", "noeviction"))
    except Exception as problem:  # each library below has errors of its own; none may quote an address with a password
        return BrokerSeen(problem=type(problem).__name__)
    return BrokerSeen(
        version=str(told.get("redis_version", "")), evicts=policy if full and policy != "noeviction" else ""
    )
