"""What halts do to runs under way: they are marked, and nothing that is marked is given to a worker.

A worker that has such a run in its hands hears of it with its next heartbeat: it ends the steps in hand, begins no
other and gives the run back. What the run is told meanwhile (a decision, a signal) is kept for later. A run that is to
be cancelled is given to a worker all the same, so that it ends.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.engine.plan import Plan
from builder.governance import Halt, HaltScope, facets_of, name_halter, standing_halts
from builder.kit.errors import HandrailError
from builder.kit.ids import show_id
from builder.notices import tell_people
from builder.runs.store import halting as store
from builder.teams import Installation
from builder.workflows import find_keepers, name_workflows

AT_ONCE = 5_000
"""Runs that are marked, or let go, in one transaction."""
_PLANS_KEPT = 1_000
_ABOUT_PLANS = frozenset({HaltScope.NODE_TYPE, HaltScope.CONNECTION, HaltScope.CREDENTIAL, HaltScope.RULE})


class HaltKeeper:
    """Judges plans for halts; keeps what it compiled."""

    def __init__(self, site: Installation) -> None:
        self._site = site
        self._plans: OrderedDict[str, Plan | None] = OrderedDict()

    def keep(self) -> None:
        """Settles what is to be settled, in a transaction of its own."""
        with self._site.database.read() as session:
            is_calm = not standing_halts(session) and not store.count_halted(session)
        if not is_calm:
            with self._site.transaction() as session:
                self.settle(session)

    def settle(self, session: Session) -> None:
        """Marks what standing halts stop, tells who answers for it, and lets go what none stops any more."""
        standing = standing_halts(session)
        store.let_go(session, [each.id for each in standing], AT_ONCE)
        for halt in standing:
            self._mark(session, halt)

    def find_concerned(self, session: Session, halt: Halt) -> list[tuple[int, int | None]]:
        """Runs under way that a halt would stop: id, and the workflow."""
        return store.find_under_way(session, halt, self._find_plans(session, halt), AT_ONCE)

    def _mark(self, session: Session, halt: Halt) -> None:
        found = store.find_under_way(session, halt, self._find_plans(session, halt), AT_ONCE, lock=True)
        if not found:
            return
        known = store.find_halted_workflows(session, halt.id)
        store.mark_runs(session, [run_id for run_id, _ in found], halt.id)
        _tell_keepers(session, halt, {workflow for _, workflow in found if workflow is not None} - known)

    def _find_plans(self, session: Session, halt: Halt) -> Collection[str]:
        if halt.scope not in _ABOUT_PLANS:
            return ()
        return [each for each in store.read_plans_under_way(session) if self._concerns(session, halt, each)]

    def _concerns(self, session: Session, halt: Halt, plan_hash: str) -> bool:
        plan = self._plan(session, plan_hash)
        return plan is not None and halt.facet in facets_of(plan, self._site.types, self._site.models.find_true_name)

    def _plan(self, session: Session, plan_hash: str) -> Plan | None:
        if plan_hash not in self._plans:
            try:
                self._plans[plan_hash] = self._site.load_plan(store.read_plan_document(session, plan_hash))
            except HandrailError:
                self._plans[plan_hash] = None  # no worker can execute it either
            if len(self._plans) > _PLANS_KEPT:
                self._plans.popitem(last=False)
        return self._plans[plan_hash]


def _tell_keepers(session: Session, halt: Halt, workflows: Collection[int]) -> None:
    now, who = read_clock(session), name_halter(session, halt)
    for number, workflow in name_workflows(session, workflows).items():
        place = show_id(number)
        tell_people(
            session, find_keepers(session, number), "runs_halted", topic=f"halt {show_id(halt.id)} of {place}",
            link=f"/runs?workflow={place}", now=now, workflow=workflow.name, person=who, because=halt.because,
        )  # fmt: skip
