"""What the keeper does for runs, again and again. Any process may, any number at once: every act is idempotent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from builder.db import read_clock, ring_after
from builder.runs import store
from builder.runs.store import keeping
from builder.runs.trouble import tell_trouble

POISONED_AFTER = 3
"""Deaths without progress after which a run is put away."""
CANCEL_GRACE = timedelta(seconds=30)
"""How long a run may take to see that it is cancelled, before it is taken from its owner."""
AT_ONCE = 500


def sweep_ready(session: Session) -> datetime | None:
    """Rings again for runs that are ready and that nobody has taken, after 1, 2, 4 … 30 s; gives when next."""
    for run_id in keeping.ring_again(session, AT_ONCE):
        ring_after(session, run_id)
    return keeping.read_next_ring(session)


def fire_timers(session: Session) -> datetime | None:
    """Makes ready every run whose moment has come, and rings; gives the next moment, if there is one."""
    for run_id in keeping.wake_due(session, AT_ONCE):
        ring_after(session, run_id)
    return keeping.read_next_alarm(session)


def reap_workers(session: Session, here: str = "", is_alive: Callable[[int], bool] | None = None) -> int:
    """Gives back the runs of workers whose lease is over, and of those that are known to be gone; their number.

    `here` is a place whose process ids `is_alive` can judge.
    """
    count = 0
    for worker_id, place, pid in keeping.read_suspects(session, here):
        if place == here and is_alive is not None and is_alive(pid) and not keeping.is_overdue(session, worker_id):
            continue
        if not keeping.bury_worker(session, worker_id):
            continue
        for run_id, path in keeping.read_owned(session, worker_id):
            _give_back(session, run_id, path)
            count += 1
    return count


def _give_back(session: Session, run_id: int, last: str) -> None:
    row = store.lock_run(session, run_id)
    if row is None:
        return
    done = keeping.count_done(session, run_id)
    deaths = row["deaths"] + 1 if done == row["done_at_death"] else 1
    if deaths >= POISONED_AFTER:
        why = f"{deaths} processes ended while they ran it, and none came further than {last or 'its start'}."
        keeping.put_away(session, run_id, why, deaths)
        tell_trouble(session, run_id, "run_failed")
    else:
        keeping.make_ready(session, run_id, deaths, done)
        ring_after(session, run_id)


def force_cancels(session: Session) -> int:
    """Takes runs from owners that have not seen for long that they are cancelled; gives their number."""
    taken = keeping.take_from_owners(session, read_clock(session) - CANCEL_GRACE)
    for run_id in taken:
        ring_after(session, run_id)
    return len(taken)


def quarantine_run(session: Session, run_id: int, fence: tuple[str, int], why: str) -> bool:
    """Puts a run away that this owner cannot execute; False when it is not its any more."""
    if not keeping.put_away_own(session, run_id, fence, why):
        return False
    tell_trouble(session, run_id, "run_failed")
    return True
