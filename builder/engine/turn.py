"""A Turn is one decision in the making: a Ledger, what it has written and asked for so far, and what follows next.

Handlers never call each other in circles. A handler that ends a step or a scope puts it on `follow`; the machine takes
it from there until nothing follows any more.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime

from builder.engine.events import Command, Execute, RunWrite, Settle, StepWrite, Write
from builder.engine.ledger import Ledger, Place
from builder.engine.plan import Plan, PlanNode
from builder.engine.state import RunState, StepStatus
from builder.sdk import Control


class Turn(Ledger):
    """One decision in the making.

    Attributes:
        follow: what has just ended and is still to be answered: (scope path, node id), or (scope path, None) for the
            scope itself.
    """

    __slots__ = ("commands", "follow", "now", "writes")

    def __init__(self, plan: Plan, state: RunState, now: datetime) -> None:
        super().__init__(plan, state)
        self.now = now
        self.writes: list[Write] = []
        self.commands: list[Command] = []
        self.follow: deque[tuple[str, str | None]] = deque()

    def write(self, write: Write) -> None:
        """Records something, and folds it."""
        self.writes.append(write)
        self.apply(write)

    def command(self, command: Command) -> None:
        """Asks for something."""
        self.commands.append(command)

    def end_step(self, place: Place, write: StepWrite) -> None:
        """Writes the final row of a step, and lets the nodes behind it look."""
        self.write(write)
        self.follow.append((place.page.path, place.node.id))

    def end_scope(self, write: StepWrite) -> None:
        """Writes the final row of a scope, and lets its container look."""
        self.write(write)
        self.follow.append((write.path, None))

    def end_run(self, write: RunWrite) -> None:
        """Writes the last row of the run."""
        self.write(write)
        self.follow.clear()

    def execute(self, place: Place, attempt: int, *, why: str = "", duplicate: bool = False) -> None:
        """Starts an attempt: with an intent when something outside could notice it, or when the step has a row already.

        A row that says *running* must replace one that says *retrying* or *uncertain*, or a replay would take the step
        for one that still waits.
        """
        if place.step.status is StepStatus.PENDING and is_light(place.node):
            self.begin(place, attempt)
        else:
            self.write(StepWrite(place.path, StepStatus.RUNNING, attempt, why=why, duplicate=duplicate))
        self.command(Execute(place.path, attempt))

    def ask_results(self) -> None:
        """Asks for the result of every scope that has come to rest."""
        for path in self.quiet:
            page = self.page(path)
            if page is not None and not self.ended:
                self.command(Settle(path))


def is_light(node: PlanNode) -> bool:
    """Whether starting the node leaves no row: nobody outside can notice that it began."""
    return node.pure or node.control is not Control.STEP
