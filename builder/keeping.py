"""What the keeper does. Each act is one transaction, and does no harm when others do the same.

Timers and overdue rings are exact although they are looked at once a second: none that is new is due sooner (a shorter
wait never leaves its worker's memory), and for the others the act says when it must come again. A process of this
machine that is gone is missed at once, one of another machine when its lease is over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit import chain_events
from builder.catalog import look_at_servers
from builder.db import Database, read_clock
from builder.files import find_kept, forget_runs, sweep_files
from builder.governance import find_untold, sweep_spending, tell_of_budgets
from builder.notices import Postman, sweep_notices
from builder.opening import Keys
from builder.payloads import PayloadStore
from builder.processes import Process, announce_process
from builder.queue import Round
from builder.reviews import empty_reviews, expire_reviews
from builder.runs import (
    empty_runs,
    fire_timers,
    force_cancels,
    keep_for,
    machine_place,
    process_lives,
    reap_workers,
    sweep_payloads,
    sweep_ready,
)
from builder.sdk import Mode
from builder.settings import Settings
from builder.teams import AskOutside, sweep_absent
from builder.triggers import sweep_deliveries
from builder.workflows import find_keepers, forget_pins


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept."""

    settings: Settings
    database: Database
    payloads: PayloadStore
    keys: Keys
    postman: Postman | None
    process: Process
    ask_outside: AskOutside

    def do(self, act: Callable[[Session], object]) -> None:
        """One act."""
        with self.database.transaction() as session:
            act(session)

    def do_in_time(self, act: Callable[[Session], datetime | None]) -> float | None:
        """Does what gives the moment at which it wants to be done again."""
        with self.database.transaction() as session:
            due = act(session)
            return None if due is None else (due - read_clock(session)).total_seconds()

    def sweep(self) -> None:
        """Takes away the files that no run reads any more, and the payloads that nothing names."""
        self.do(sweep_files)
        with self.database.read() as session:
            sweep_payloads(session, self.payloads, find_kept)

    def look_at_tools(self) -> None:
        """Asks the MCP servers whether their tools are still what was approved."""
        look_at_servers(self.database.read, self.ask_outside, self.database.transaction)

    def look_at_spending(self) -> None:
        """Tells people of budgets that are nearly, or all, spent."""
        with self.database.read() as session:
            untold = find_untold(session)
        if untold:
            self.do(lambda session: tell_of_budgets(session, untold, find_keepers))


def empty_beside(session: Session, run_ids: Sequence[int]) -> None:
    """Empties what other rooms hold of some runs."""
    empty_reviews(session, run_ids)
    forget_runs(session, run_ids)


def keeper_rounds(it: Kept) -> tuple[Round, ...]:
    """Every act, and how often it is done."""
    here, kept = machine_place(), keep_for(it.settings.keep_live, it.settings.keep_dry)
    live = kept.get(Mode.LIVE)
    rounds = [
        Round("timers", 1.0, lambda: it.do_in_time(fire_timers)),
        Round("sweep", 1.0, lambda: it.do_in_time(sweep_ready)),
        Round("audit", 1.0, lambda: it.do(lambda session: chain_events(session, it.keys.audit, read_clock(session)))),
        Round("reaper", 1.0, lambda: it.do(lambda session: reap_workers(session, here, process_lives))),
        Round("reviews", 5.0, lambda: it.do(lambda session: expire_reviews(session, read_clock(session)))),
        Round("cancels", 5.0, lambda: it.do(force_cancels)),
        Round("old", 300.0, lambda: it.do_in_time(lambda session: empty_runs(session, kept, empty_beside))),
        Round("deliveries", 300.0, lambda: it.do_in_time(lambda session: sweep_deliveries(session, live))),
        Round("payloads", 600.0, it.sweep),
        Round("tools", 60.0, it.look_at_tools),
        Round("budgets", 10.0, it.look_at_spending),
        Round("spending", 86_400.0, lambda: it.do(sweep_spending)),
        Round("mail", 5.0, lambda: None if it.postman is None else it.postman.go()),
        Round("pins", 3600.0, lambda: it.do(lambda session: forget_pins(session, kept.get(Mode.DRY)))),
        Round("notices", 3600.0, lambda: it.do(sweep_notices)),
        Round("absent", 900.0, lambda: it.do(lambda session: sweep_absent(session, read_clock(session)))),
    ]
    if it.settings.scaled:
        rounds.append(Round("process", 10.0, lambda: it.do(lambda session: announce_process(session, it.process))))
    return tuple(rounds)
