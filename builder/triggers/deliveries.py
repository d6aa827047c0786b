"""The log of what arrived at webhooks: looked at, sent in again by hand, and used as a sample of what arrives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock
from builder.kit.ids import show_id
from builder.kit.shapes import schema_of
from builder.sdk import JSON, Schema
from builder.teams import Caller, Installation, may, may_read_payload, require
from builder.triggers.deliver import open_delivery, write_replay
from builder.triggers.hooks import expect_hook
from builder.triggers.rules import loosen_schema
from builder.triggers.schemas import Started, Trigger, TriggerError, UnknownTriggerError
from builder.triggers.start import start_by_trigger
from builder.triggers.store import read_trigger_row
from builder.triggers.store.hooks import (
    delete_keys_before,
    delete_old_secrets,
    empty_deliveries_before,
    list_deliveries_of,
    read_delivery,
    read_hook,
    read_newest_full,
)

STATES = ("started", "again", "filtered", "sample", "refused")
_SHOWS_WHAT_ARRIVES = ("started", "filtered", "sample")
KEYS_KEPT = timedelta(days=30)
"""How long a key is known: longer than senders try again, which is for some days."""
AT_ONCE = 500
"""Deliveries that are emptied in one transaction."""
PAUSE = timedelta(seconds=1)


def list_deliveries(
    session: Session, caller: Caller, trigger_id: int, states: Sequence[str], before: int | None, limit: int
) -> Sequence[Any]:
    """What arrived at a webhook, the newest first, without what was in it.

    Raises:
        UnknownTriggerError: there is no webhook that this caller may know of.
    """
    there = expect_hook(session, caller, trigger_id, "trigger.read")
    return list_deliveries_of(session, there.id, states, before, limit)


def find_delivery(session: Session, caller: Caller, delivery_id: int) -> tuple[Any, Trigger]:
    """One delivery, and its webhook.

    Raises:
        UnknownTriggerError: there is none that this caller may know of.
    """
    row = read_delivery(session, delivery_id)
    there = None if row is None else read_trigger_row(session, row.trigger_id)
    if row is None or there is None or not _knows(caller, row.team_id):
        raise UnknownTriggerError(f"There is no delivery {show_id(delivery_id)}.")
    return row, there


def _knows(caller: Caller, team_id: int) -> bool:
    return any(may(caller, each, team_id) for each in ("trigger.read", "run.start"))


def look_into(caller: Caller, row: Any, trigger: Trigger, vault_key: bytes) -> Mapping[str, JSON] | None:
    """What arrived, where this caller may see what goes through the workflow and it is still kept; else None."""
    mine = trigger.owner_id == caller.person_id
    if row.sealed is None or not may_read_payload(caller, row.team_id, started=mine, dry=False, asked=False):
        return None
    return open_delivery(vault_key, row.id, row.sealed)


def replay_delivery(session: Session, caller: Caller, delivery_id: int, site: Installation) -> Started:
    """Sends in again what arrived; a person asks for it, so neither filter nor key stands in the way.

    Raises:
        TriggerError: it is not kept any more.
        NotStartableError: nothing can be started.
    """
    row, there = find_delivery(session, caller, delivery_id)
    require(caller, "run.start", row.team_id)
    if row.sealed is None:
        raise TriggerError(
            "What arrived is not kept any more, or never was.", way_out="Have its sender send it again.", case="emptied"
        )
    values = open_delivery(site.vault_key, row.id, row.sealed)
    started = start_by_trigger(session, there, values, site)
    now = read_clock(session)
    write_replay(session, site, there, row, values, started.run_id, now)
    append_event(
        session,
        "delivery_replayed",
        actor=caller.actor,
        subject=f"delivery {show_id(row.id)}",
        now=now,
        record={"trigger": show_id(there.id), "name": there.name, "run": show_id(started.run_id)},
    )
    return started


def find_sample(session: Session, caller: Caller, trigger_id: int, vault_key: bytes) -> tuple[Any, Schema] | None:
    """The newest delivery since a webhook began to listen, and the shape of its body; None while nothing came.

    Only the shape is given: names and types of what arrives, none of the values.
    """
    there = expect_hook(session, caller, trigger_id)
    hook = read_hook(session, there.id)
    since = None if hook is None else hook.listens_since
    row = read_newest_full(session, there.id, since or _long_ago(session), _SHOWS_WHAT_ARRIVES)
    if row is None:
        return None
    return row, loosen_schema(schema_of(open_delivery(vault_key, row.id, row.sealed)["body"]))


def _long_ago(session: Session) -> datetime:
    return read_clock(session) - timedelta(days=30)


def sweep_deliveries(session: Session, keep: timedelta | None) -> datetime | None:
    """Deletes what old deliveries held, keys that nobody sends again, and secrets that ended; gives when to go on, if
    there may be more.

    Args:
        session: the keeper's transaction.
        keep: how long what arrived is kept; None for good.
    """
    now = read_clock(session)
    delete_keys_before(session, now - KEYS_KEPT)
    delete_old_secrets(session, now)
    emptied = 0 if keep is None else empty_deliveries_before(session, now - keep, now, AT_ONCE)
    return now + PAUSE if emptied == AT_ONCE else None
