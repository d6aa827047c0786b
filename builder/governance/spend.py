"""Counting what models cost: each step's questions once, in the transaction that keeps what they answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.governance.rules import SLICES
from builder.governance.schemas import Scope, Spent
from builder.governance.store import Place, add_spent, forget_spent

KEPT = timedelta(days=400)
"""How long the sums of a day are kept: longer than any period, and longer than what went through runs."""


@dataclass(frozen=True, slots=True)
class Spender:
    """Who spends: a run, of a team's workflow or (both None) of a file on the command line."""

    run_id: int
    team_id: int | None
    workflow_id: int | None


class SpendingBook:
    """Adds up what runs spend.

    Args:
        find_true_name: the name under which a connection was opened; `default` may be any of them.
    """

    def __init__(self, find_true_name: Callable[[str], str]) -> None:
        self._find_true_name = find_true_name

    def __call__(self, spender: Spender, spent: Iterable[tuple[str, Spent]]) -> Callable[[Session], None]:
        """What adds to today's sums, by the database's clock, in the transaction that keeps what came of the questions.

        Names are looked up before there is one: whoever holds a connection to the database waits for no other.

        Args:
            spender: who asked.
            spent: connection → what a question to it cost; a connection may come several times.
        """
        amounts: dict[Place, Spent] = {}
        places: list[Place] = [(Scope.ORGANISATION, "")]
        if spender.team_id is not None:
            places.append((Scope.TEAM, str(spender.team_id)))
        if spender.workflow_id is not None:
            places.append((Scope.WORKFLOW, str(spender.workflow_id)))
        for connection, amount in spent:
            for place in (*places, (Scope.CONNECTION, self._find_true_name(connection))):
                amounts[place] = amounts.get(place, Spent()) + amount
        return lambda session: add_spent(session, read_clock(session).date(), spender.run_id % SLICES, amounts)


def sweep_spending(session: Session) -> None:
    """Forgets the sums of days that no budget asks for any more."""
    forget_spent(session, (read_clock(session) - KEPT).date())
