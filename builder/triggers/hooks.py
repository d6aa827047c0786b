"""A webhook's own things: its address, its secrets, and whether it may go without.

The address holds 32 random bytes. It is kept sealed, so that it can be shown again to whoever may change the trigger,
and found by its hash. A secret is shown once, when it is made; several hold while one takes over from another.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from builder.db import read_clock, to_milliseconds
from builder.kit.ids import new_id, show_id
from builder.kit.sealing import open_sealed, seal
from builder.teams import Caller, require
from builder.triggers.read import append_trigger_event, expect_trigger
from builder.triggers.schemas import Trigger, TriggerError, UnknownTriggerError
from builder.triggers.signatures import new_secret
from builder.triggers.store.hooks import (
    delete_hook,
    end_secrets,
    insert_hook,
    insert_secret,
    list_secrets,
    read_hook,
    update_hook,
)

MOST_SECRETS = 5
"""Secrets of one webhook that hold at a time."""
LISTENS = timedelta(minutes=15)
"""How long a webhook listens for a sample."""
_KEY_TEXT = 43  # letters of 32 bytes in base 64 without padding


@dataclass(frozen=True, slots=True)
class MadeSecret:
    """A secret that was made; its text is known to nobody else, and never again."""

    id: int
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HookState:
    """A webhook as whoever may change it sees it.

    Attributes:
        key: the last part of its address; None while it has none: it is made with the first secret.
        secrets: rows of those that hold, the newest first.
        unsigned_by: the admin who lets it go without signatures; None: it may not.
        listens_until: until when it listens for a sample; None: it does not.
    """

    key: str | None = field(repr=False)
    secrets: Sequence[Any]
    unsigned_by: str | None
    listens_since: datetime | None
    listens_until: datetime | None


def hash_hook_key(key: str) -> str | None:
    """What an address is found by; None for what cannot be one."""
    if len(key) != _KEY_TEXT or not key.isascii():
        return None
    return hashlib.sha256(key.encode()).hexdigest()


def expect_hook(session: Session, caller: Caller, trigger_id: int, permission: str = "trigger.write") -> Trigger:
    """A webhook with which this caller may do something.

    Raises:
        UnknownTriggerError: there is none that he may know of.
        TriggerError: the trigger is of another kind.
    """
    found = expect_trigger(session, caller, trigger_id, permission)
    if found.kind != "webhook":
        raise TriggerError(f"“{found.name}” is no webhook.", way_out="Make a trigger that is one.")
    return found


def show_hook(session: Session, caller: Caller, trigger_id: int, vault_key: bytes) -> HookState:
    """A webhook's address and its secrets."""
    there = expect_hook(session, caller, trigger_id)
    row = read_hook(session, there.id)
    now = read_clock(session)
    since = None if row is None else row.listens_since
    return HookState(
        key=None if row is None else open_sealed(vault_key, row.key_sealed, _address(there.id)).decode(),
        secrets=list_secrets(session, there.id, now),
        unsigned_by=None if row is None else row.unsigned_by,
        listens_since=since,
        listens_until=None if since is None or now >= since + LISTENS else since + LISTENS,
    )


def _make_address(session: Session, trigger: Trigger, vault_key: bytes) -> None:
    """Gives a webhook an address, unless it has one."""
    if read_hook(session, trigger.id) is None:
        key = secrets.token_urlsafe(32)
        insert_hook(session, trigger.id, hash_hook_key(key) or "", seal(vault_key, key.encode(), _address(trigger.id)))


def make_secret(session: Session, caller: Caller, trigger_id: int, hours: int, vault_key: bytes) -> MadeSecret:
    """Makes a secret for a webhook. Those that hold already end after so many hours, so that a sender can change over.

    Raises:
        TriggerError: too many hold.
    """
    there = expect_hook(session, caller, trigger_id)
    _make_address(session, there, vault_key)
    now = read_clock(session)
    if len(list_secrets(session, there.id, now)) >= MOST_SECRETS:
        raise TriggerError(
            f"{MOST_SECRETS} secrets hold already.",
            way_out="End one that is no longer used.",
            case="secrets",
            most=MOST_SECRETS,
        )
    end_secrets(session, there.id, now + timedelta(hours=hours))
    secret, number = new_secret(), new_id(to_milliseconds(now))
    sealed = seal(vault_key, secret.encode(), _context(there.id, number))
    values = {"id": number, "trigger_id": there.id, "sealed": sealed, "ending": secret[-5:-1]}
    insert_secret(session, {**values, "made_by": caller.person, "made_at": now})
    append_trigger_event(session, caller.actor, there, "webhook_secret_made", now, secret=show_id(number), hours=hours)
    return MadeSecret(number, secret)


def end_secret(session: Session, caller: Caller, trigger_id: int, secret_id: int) -> None:
    """Ends a secret at once.

    Raises:
        UnknownTriggerError: no such secret holds.
    """
    there = expect_hook(session, caller, trigger_id)
    now = read_clock(session)
    if not end_secrets(session, there.id, now, secret_id):
        raise UnknownTriggerError("No such secret holds.")
    append_trigger_event(session, caller.actor, there, "webhook_secret_ended", now, secret=show_id(secret_id))


def open_secrets(rows: Sequence[Any], trigger_id: int, vault_key: bytes) -> list[str]:
    """The texts of secrets, for judging a signature."""
    return [open_sealed(vault_key, row.sealed, _context(trigger_id, row.id)).decode() for row in rows]


def allow_unsigned(session: Session, caller: Caller, trigger_id: int, vault_key: bytes, *, allowed: bool) -> None:
    """Lets a webhook go without signatures, or no longer. An admin's to say.

    Raises:
        Forbidden: the caller is none.
    """
    require(caller, "settings.write", None)
    there = expect_hook(session, caller, trigger_id, "trigger.read")
    _make_address(session, there, vault_key)
    now = read_clock(session)
    values = {"unsigned_by": caller.person if allowed else None, "unsigned_at": now if allowed else None}
    update_hook(session, there.id, values)
    word = "webhook_unsigned_allowed" if allowed else "webhook_unsigned_forbidden"
    append_trigger_event(session, caller.actor, there, word, now)


def listen_for_sample(session: Session, caller: Caller, trigger_id: int, vault_key: bytes, *, on: bool) -> None:
    """Lets a webhook wait for one delivery that shows what arrives; also while it starts nothing."""
    there = expect_hook(session, caller, trigger_id)
    _make_address(session, there, vault_key)
    update_hook(session, there.id, {"listens_since": read_clock(session) if on else None})


def settle_hook(session: Session, trigger: Trigger, _: datetime) -> None:
    """After a change: whoever wants signatures again needs an admin anew to go without. What came in by a file may have
    any settings as long as it is off.
    """
    if trigger.settings.get("signed") is not False:
        update_hook(session, trigger.id, {"unsigned_by": None, "unsigned_at": None})


def forget_hook(session: Session, trigger: Trigger) -> None:
    """A webhook is taken away: its address leads nowhere from now on."""
    delete_hook(session, trigger.id)


def _address(trigger_id: int) -> bytes:
    return f"webhook {trigger_id} address".encode()


def _context(trigger_id: int, secret_id: int) -> bytes:
    return f"webhook {trigger_id} secret {secret_id}".encode()
