"""Keeping time: any number of processes may, at once. One schedule that cannot be kept holds up no other."""

from __future__ import annotations

from datetime import timedelta

import structlog

from builder.db import read_clock
from builder.teams import Installation
from builder.triggers import store
from builder.triggers.schedule import start_waiting, take_turn

AT_ONCE = 100
"""Schedules that are looked at in one go."""
TURNS = 100
"""Due times of one schedule that are done in one go; the others wait until it is their turn again."""
HELD = timedelta(minutes=1)
"""How long a schedule is left alone that could not be kept."""
KEPT = timedelta(days=180)
"""How long it is kept what became of a due time."""

_log = structlog.get_logger("builder.triggers")


def keep_schedules(site: Installation) -> float | None:
    """Does everything that is due, a transaction for each due time; the seconds until the next one, None if there is
    none.
    """
    with site.database.read() as session:
        due, waiting = store.find_due(session, read_clock(session), AT_ONCE), store.find_waiting(session, AT_ONCE)
    for trigger_id in due:
        _keep_one(site, trigger_id)
    for trigger_id in waiting:
        with site.transaction() as session:
            start_waiting(session, trigger_id, site)
    with site.database.read() as session:
        first, now = store.find_first_due(session), read_clock(session)
    return None if first is None else max(0.05, (first - now).total_seconds())


def _keep_one(site: Installation, trigger_id: int) -> None:
    try:
        for _ in range(TURNS):
            with site.transaction() as session:
                if not take_turn(session, trigger_id, site):
                    return
    except Exception:  # whatever is wrong with this one, the others are due as well
        _log.exception("schedule_failed", trigger=trigger_id)
        with site.transaction() as session:
            store.hold_schedule(session, trigger_id, read_clock(session) + HELD)


def sweep_fires(site: Installation) -> None:
    """Forgets what became of due times long ago."""
    with site.transaction() as session:
        store.delete_fires(session, read_clock(session) - KEPT)
