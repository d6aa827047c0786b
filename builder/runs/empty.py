"""Emptying runs that are old: what went through them is deleted; that they were, how they ended, and the audit stay."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock
from builder.payloads import PARTS, FolderStore, PayloadStore
from builder.runs.store.lists import empty_rows, find_full, find_used
from builder.sdk import Mode

AT_ONCE = 50
"""Runs in one transaction."""
PAUSE = timedelta(seconds=1)
"""Between two transactions, so that others come in between."""
UNCLAIMED = timedelta(days=1)
"""How long a payload may wait for the commit that names it."""
SWEPT_EVERY = timedelta(minutes=10)
"""How long one part of the payloads is the next to be swept."""


def keep_for(live: int, other: int) -> Mapping[Mode, timedelta]:
    """How long what went through runs is kept, by mode, from days; 0 days keep it for good."""
    days = {mode: live if mode is Mode.LIVE else other for mode in Mode}
    return {mode: timedelta(days=count) for mode, count in days.items() if count}


def empty_runs(
    session: Session, keep: Mapping[Mode, timedelta], beside: Callable[[Session, Sequence[int]], None]
) -> datetime | None:
    """Empties some runs that ended long ago; gives when to go on, if there may be more.

    Args:
        session: the keeper's transaction.
        keep: how long what went through runs of a mode is kept; a mode that is not named keeps it for good.
        beside: empties what other rooms hold of these runs.
    """
    now = read_clock(session)
    emptied: list[int] = []
    for mode, time in keep.items():
        found = find_full(session, mode, now - time, AT_ONCE - len(emptied))
        if found:
            empty_rows(session, found, now)
            record = {"mode": mode.value, "count": len(found), "days": time.days}
            append_event(session, "runs_emptied", actor="keeper", subject="runs", now=now, record=record)
        emptied += found
    if not emptied:
        return None
    beside(session, emptied)
    return now + PAUSE


def sweep_payloads(
    session: Session, payloads: PayloadStore, beside: Callable[[Session, Collection[str]], Collection[str]]
) -> int:
    """Deletes, in one part of a folder of payloads, what nothing names any more; how many. Each time is another part's
    turn. An object store's own rules do that.

    Args:
        session: the keeper's transaction.
        payloads: where they are.
        beside: which of some keys other rooms name.
    """
    if not isinstance(payloads, FolderStore):
        return 0
    now = read_clock(session)
    part = int(now.timestamp() // SWEPT_EVERY.total_seconds()) % PARTS
    return payloads.sweep(
        part, (now - UNCLAIMED).timestamp(), lambda keys: {*find_used(session, keys), *beside(session, keys)}
    )
