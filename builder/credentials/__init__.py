"""A Credential is a secret that IT lends: sealed, granted to teams and node types, opened only just before it is used.

Beside it stand the model connections that admins write in the product. What a credential holds is never shown again;
each use leaves a row and an event.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.credentials.admit import ConnectionAdmit, CredentialAdmit
    from builder.credentials.api import router
    from builder.credentials.book import ConnectionBook, find_true_connections
    from builder.credentials.connections import (
        change_connection,
        choose_default,
        find_refused_of,
        make_connection,
        switch_connection,
    )
    from builder.credentials.grants import read_credential_facts
    from builder.credentials.lend import Lender
    from builder.credentials.make import (
        change_credential,
        end_credential,
        find_credential,
        list_credentials,
        make_credential,
        rotate_credential,
    )
    from builder.credentials.rewrap import count_foreign_seals, rewrap_credentials

_DOORS = {
    "router": "api",
    "ConnectionAdmit": "admit",
    "ConnectionBook": "book",
    "CredentialAdmit": "admit",
    "find_true_connections": "book",
    "change_connection": "connections",
    "choose_default": "connections",
    "find_refused_of": "connections",
    "make_connection": "connections",
    "switch_connection": "connections",
    "Lender": "lend",
    "read_credential_facts": "grants",
    "change_credential": "make",
    "end_credential": "make",
    "find_credential": "make",
    "list_credentials": "make",
    "make_credential": "make",
    "rotate_credential": "make",
    "count_foreign_seals": "rewrap",
    "rewrap_credentials": "rewrap",
}

__all__ = [
    "ConnectionAdmit",
    "ConnectionBook",
    "CredentialAdmit",
    "Lender",
    "change_connection",
    "change_credential",
    "choose_default",
    "count_foreign_seals",
    "end_credential",
    "find_credential",
    "find_refused_of",
    "find_true_connections",
    "list_credentials",
    "make_connection",
    "make_credential",
    "read_credential_facts",
    "rewrap_credentials",
    "rotate_credential",
    "router",
    "switch_connection",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for."""
    if name not in _DOORS:
        raise AttributeError(f"builder.credentials has no {name!r}")
    return getattr(import_module(f"builder.credentials.{_DOORS[name]}"), name)
