"""Another wrapping key: every version's key is wrapped anew; what is sealed is not touched."""

from __future__ import annotations

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.credentials import store
from builder.credentials.seal import bind_context
from builder.db import read_clock
from builder.kit.sealing import LocalWrapping, Wrapping


def rewrap_credentials(session: Session, wrapping: Wrapping, actor: str) -> int:
    """Wraps the key of every version that an earlier key wraps; how many. All of them, or (on an error) none.

    Raises:
        builder.kit.sealing.SealError: an earlier key is not here.
    """
    rows = store.list_other_wraps(session, wrapping.name)
    for credential_id, number, wrapped, name in rows:
        context = bind_context(credential_id, number)
        key = wrapping.unwrap(name, wrapped, context)
        store.update_wrap(session, credential_id, number, wrapping.wrap(key, context), wrapping.name)
    if rows:
        now = read_clock(session)
        append_event(
            session, "credentials_rewrapped", actor=actor, subject="credentials", now=now, record={"count": len(rows)}
        )
    return len(rows)


def count_foreign_seals(session: Session, wrapping: LocalWrapping) -> int:
    """How many versions of credentials open with none of the keys that are here."""
    return store.count_foreign_wraps(session, wrapping.names)
