"""What every benchmark shares: medians, a table with its targets, a JSON file, and an exit code.

    report = Report("graph", arguments)
    report.add("weave 100 nodes", median_of(lambda: weave(...)), "ms", at_most=50)
    report.probe("networkx order", ...)
    sys.exit(report.finish())

Machines differ, so each script also prints a raw probe of its own run: only ratios to it travel.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from builder.kit.memory import settle_memory

PEERS = Path(__file__).resolve().parent / ".peers"


@dataclass(frozen=True)
class Row:
    """One number: what it is, what it should be, and whether it is."""

    name: str
    value: float
    unit: str
    target: str
    holds: bool


@dataclass
class Report:
    """The numbers of one script."""

    title: str
    arguments: argparse.Namespace
    rows: list[Row] = field(default_factory=list)

    def add(
        self, name: str, value: float, unit: str, *, at_most: float | None = None, at_least: float | None = None
    ) -> None:
        """A number with its target; without one it is only told."""
        target, holds = "", True
        if at_most is not None:
            target, holds = f"<= {at_most:g}", value <= at_most
        elif at_least is not None:
            target, holds = f">= {at_least:g}", value >= at_least
        self.rows.append(Row(name, round(value, 4), unit, target, holds))

    def probe(self, name: str, value: float, unit: str) -> None:
        """A raw number of this machine, now."""
        self.add(f"probe: {name}", value, unit)

    def finish(self) -> int:
        """Prints the table, writes the JSON file, and gives the exit code: 1 when a target is missed."""
        width = max((len(row.name) for row in self.rows), default=0)
        print(f"\n{self.title}")
        for row in self.rows:
            mark = "" if not row.target else "ok" if row.holds else "MISSED"
            print(f"  {row.name:<{width}}  {row.value:>12,.3f} {row.unit:<6} {row.target:>10}  {mark}")
        if self.arguments.json:
            rows = [asdict(row) for row in self.rows]
            Path(self.arguments.json).write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
        return int(not all(row.holds for row in self.rows))


def read_arguments(about: str | None, add: Callable[[argparse.ArgumentParser], Any] | None = None) -> Any:
    """The arguments every benchmark takes, and whatever else it adds."""
    parser = argparse.ArgumentParser(description=(about or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, smaller sizes")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there as well")
    if add is not None:
        add(parser)
    return parser.parse_args()


def median_of(work: Callable[[], Any], times: int = 5, *, warm: int = 1) -> float:
    """Median seconds of at least five runs, after a warm-up that is not counted. Memory is kept as the product does."""
    settle_memory()
    for _ in range(warm):
        work()
    seconds = []
    for _ in range(max(5, times)):
        gc.collect()
        gc.freeze()  # what was there before is not this work's garbage
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
        gc.unfreeze()
    return statistics.median(seconds)


def peer_python(name: str, *packages: str) -> Path | None:
    """The interpreter of an environment of a peer's own, made on first use; None where it cannot be had."""
    home = PEERS / name
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        done = subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(f"  {name} cannot be installed here: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
            python.rename(python.with_suffix(".failed"))
    return python if python.exists() else None
