"""An AuditEvent is a row that says who did what; written with what it tells, chained afterwards, changed never.

A verb appends an event in its own transaction. The keeper chains committed events, one writer for an organisation,
builds the RFC 6962 tree over them and signs its head. Anybody can verify a database or an exported file, and is told
the first event that is not as it was.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.audit.append import ORGANISATION, append_event
    from builder.audit.chain import chain_events
    from builder.audit.export import export_audit, read_export
    from builder.audit.look import Sight, is_signed_by, look_at_events
    from builder.audit.rules import AuditReport, verify_audit

_DOORS = {
    "ORGANISATION": "append",
    "append_event": "append",
    "chain_events": "chain",
    "export_audit": "export",
    "read_export": "export",
    "Sight": "look",
    "is_signed_by": "look",
    "look_at_events": "look",
    "AuditReport": "rules",
    "verify_audit": "rules",
}

__all__ = [
    "ORGANISATION", "AuditReport", "Sight", "append_event", "chain_events", "export_audit", "is_signed_by",
    "look_at_events", "read_export", "verify_audit",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (SQLAlchemy is heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.audit has no {name!r}")
    return getattr(import_module(f"builder.audit.{_DOORS[name]}"), name)
