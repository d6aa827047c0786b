"""What an oracle may look at: the recorded rows of a run, in order, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from builder.engine.events import RunWrite, StepWrite, Write
from builder.engine.state import FINAL_RUNS, FINAL_STEPS, StepStatus


class Seen:
    """The record of one run. A row's place is its number in the record."""

    def __init__(self, writes: Sequence[Write]) -> None:
        self.writes = list(writes)
        self.rows: dict[str, list[tuple[int, StepWrite]]] = {}
        self.scopes: dict[str, list[tuple[int, StepWrite]]] = {}
        for place, write in enumerate(self.writes):
            if isinstance(write, StepWrite):
                table = self.scopes if write.scope else self.rows
                table.setdefault(write.path, []).append((place, write))

    # ---- steps

    @property
    def ran(self) -> set[str]:
        """Paths of the steps that were begun."""
        return {path for path, rows in self.rows.items() if any(row.status is StepStatus.RUNNING for _, row in rows)}

    def began(self, path: str) -> int:
        """Where the step's intent stands."""
        return next(place for place, row in self.rows[path] if row.status is StepStatus.RUNNING)

    def ended(self, path: str) -> int:
        """Where the step's final row stands."""
        return self._final(path)[0]

    def count_ends(self, path: str) -> int:
        """How many final rows the step has."""
        return sum(row.status in FINAL_STEPS for _, row in self.rows.get(path, ()))

    def status(self, path: str) -> str:
        """How the step ended."""
        return self._final(path)[1].status.value

    def why(self, path: str) -> str:
        """Why it ended so."""
        return self._final(path)[1].why

    def ports(self, path: str) -> tuple[str, ...]:
        """The ports it took."""
        return tuple(self._final(path)[1].ports)

    def output(self, path: str) -> Any:
        """What it gave."""
        return self._final(path)[1].output

    def error(self, path: str) -> Mapping[str, Any]:
        """What it failed with."""
        return self._final(path)[1].error or {}

    def _final(self, path: str) -> tuple[int, StepWrite]:
        return next((place, row) for place, row in self.rows[path] if row.status in FINAL_STEPS)

    # ---- scopes

    def scope_status(self, path: str) -> str:
        """How a scope ended."""
        return self.scopes[path][-1][1].status.value

    def scope_output(self, path: str) -> Any:
        """What a scope gave."""
        return self.scopes[path][-1][1].output

    def most_open_scopes(self, container: str) -> int:
        """How many items of a map were open at once, at most."""
        changes = sorted(
            (place, 1 if row.status is StepStatus.RUNNING else -1)
            for path, rows in self.scopes.items()
            if path.startswith(f"{container}[")
            for place, row in rows
        )
        most = now = 0
        for _, change in changes:
            now += change
            most = max(most, now)
        return most

    # ---- the run

    @property
    def last(self) -> int:
        """Where the last row stands."""
        return len(self.writes) - 1

    @property
    def run_ended(self) -> int:
        """Where the row stands that ends the run."""
        return next(
            place for place, row in enumerate(self.writes) if isinstance(row, RunWrite) and row.status in FINAL_RUNS
        )

    @property
    def run_status(self) -> str:
        """How the run ended."""
        return self.writes[self.run_ended].status.value
