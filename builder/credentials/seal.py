"""Sealing a version: a fresh key for each, which another key wraps; both are bound to whose it is and which."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from builder.credentials import store
from builder.db import write_json
from builder.kit.sealing import Wrapping, new_key, open_sealed, seal

TENANT = "default"
"""The one organisation of an installation."""


def bind_context(credential_id: int, number: int) -> bytes:
    """What a version is bound to: moved to another row, it does not open."""
    return f"credential|{TENANT}|{credential_id}|{number}".encode()


def seal_version(
    session: Session,
    credential_id: int,
    number: int,
    fields: Mapping[str, str],
    wrapping: Wrapping,
    by: str,
    now: datetime,
) -> None:
    """Keeps a version sealed, and forgets what those before it held."""
    context, key = bind_context(credential_id, number), new_key()
    store.insert_secret(
        session,
        {
            "credential_id": credential_id,
            "number": number,
            "sealed": seal(key, write_json(dict(fields)).encode(), context),
            "wrapped": wrapping.wrap(key, context),
            "wrapped_by": wrapping.name,
            "made_by": by,
            "made_at": now,
        },
    )
    store.empty_secrets(session, credential_id, number)


def open_version(session: Session, credential_id: int, number: int, wrapping: Wrapping) -> dict[str, str]:
    """What a version holds.

    Raises:
        builder.kit.sealing.SealError: it does not open with the keys that are here.
        KeyError: there is no such version.
    """
    found = store.read_secret(session, credential_id, number)
    if found is None:
        raise KeyError(f"version {number} of credential {credential_id}")
    sealed, wrapped, name = found
    context = bind_context(credential_id, number)
    fields: dict[str, str] = json.loads(open_sealed(wrapping.unwrap(name, wrapped, context), sealed, context))
    return fields
