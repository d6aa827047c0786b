"""Durability under faults: random SIGKILLs, SIGTERMs, stopped processes and a flushed broker, with every ring tripled.

Real worker processes work on many runs of every shape, once on SQLite and once on PostgreSQL with Redis. At the end
every run must be as it should, every write must have been made once (its receiver counts), and every run must have gone
on in time. What is uncertain is answered by a script that asks the receiver, as a person would; while a process only
stands still, it waits, for nobody can say what that one will yet do. The seed fixes the runs and the faults.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.harness import Report, median_of, read_arguments
from builder.db import open_database
from tests.contracts.chaos.storm import Faults, Storm
from tests.contracts.chaos.verdict import Verdict
from tests.servers import PostgresServer, RedisServer

SECONDS_AT_MOST = {"killed": 12.0, "killed unseen": 12.0, "stopped": 12.0, "ended": 0.5, "flushed": 2.0}
MEANS = {
    "killed": "after SIGKILL, same machine",
    "killed unseen": "after SIGKILL, as from another machine",
    "stopped": "after SIGSTOP",
    "ended": "after SIGTERM",
    "flushed": "after a broker flush",
}


def main() -> int:
    """Both storms; the exit code."""
    arguments = read_arguments(__doc__, _add)
    report = Report(f"faults (seed {arguments.seed})", arguments)
    kills = 10 if arguments.quick else arguments.kills
    if arguments.only != "servers":
        with tempfile.TemporaryDirectory(prefix="handrail-storm-") as folder:
            address = f"sqlite:///{folder}/handrail.db"
            _probe(report, "SQLite", address)
            faults = Faults(kills, ends=max(1, kills // 10), stops=max(1, kills // 50), unseen=1)
            _storm(report, "SQLite", Storm(Path(folder), address, None, arguments.seed), faults)
    if arguments.only != "sqlite":
        postgres, redis = PostgresServer(), RedisServer()
        try:
            with tempfile.TemporaryDirectory(prefix="handrail-storm-") as folder:
                address = postgres.create_database("storm")
                _probe(report, "PostgreSQL", address)
                faults = Faults(
                    kills, ends=max(3, kills // 5), stops=max(1, kills // 20), flushes=max(2, kills // 20), unseen=4
                )
                _storm(report, "PostgreSQL + Redis", Storm(Path(folder), address, redis, arguments.seed), faults)
        finally:
            postgres.close()
            redis.close()
    return report.finish()


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1, help="fixes the runs and the faults (1)")
    parser.add_argument("--kills", type=int, default=100, help="SIGKILLs on each back end (100)")
    parser.add_argument("--only", choices=("sqlite", "servers"), help="one back end alone")


def _probe(report: Report, name: str, address: str) -> None:
    """What one synced commit costs here, now."""
    database = open_database(address)
    database.upgrade()
    connection = database.open_connection().driver
    connection.execute("CREATE TABLE probe (n INTEGER)")
    connection.commit()

    def write() -> None:
        for number in range(50):
            connection.execute(f"INSERT INTO probe VALUES ({number})")
            connection.commit()

    report.probe(f"{name}: one synced INSERT", median_of(write) / 50 * 1000, "ms")
    connection.execute("DROP TABLE probe")
    connection.commit()
    connection.close()
    database.close()


def _storm(report: Report, name: str, storm: Storm, faults: Faults) -> None:
    began = time.monotonic()
    with storm:
        verdict = storm.rage(faults)
        _tell(report, name, storm, verdict)
        report.add(f"{name}: whole storm", time.monotonic() - began, "s")


def _tell(report: Report, name: str, storm: Storm, verdict: Verdict) -> None:
    for sentence in verdict.wrong[:20]:
        print(f"  {name}: {sentence}", file=sys.stderr)
    for fault, count in sorted(storm.met.items()):
        report.add(f"{name}: {fault}", count, "times")
    report.add(f"{name}: runs", verdict.runs, "")
    report.add(f"{name}: rows of their records", verdict.rows, "")
    report.add(f"{name}: runs or histories that are wrong", len(verdict.wrong), "", at_most=0)
    report.add(f"{name}: writes lost", verdict.lost, "", at_most=0)
    report.add(f"{name}: writes made twice", verdict.doubled, "", at_most=0)
    report.add(f"{name}: keyed writes that came again", verdict.repeated, "times")
    report.add(f"{name}: uncertain, had happened", storm.people.said["happened"], "times")
    report.add(f"{name}: uncertain, repeated", storm.people.said["repeat"], "times")
    report.add(f"{name}: released from quarantine", storm.released, "times")
    for fault, pauses in sorted(verdict.pauses.items()):
        if fault == "ended" and name == "SQLite":
            report.add(f"{name}: {MEANS[fault]} and a new start, longest of {len(pauses)}", max(pauses), "s")
            continue
        middle = f"median {statistics.median(pauses):.2f}"
        what = f"{name}: {MEANS[fault]}, longest of {len(pauses)} ({middle})"
        report.add(what, max(pauses), "s", at_most=SECONDS_AT_MOST[fault])


if __name__ == "__main__":
    sys.exit(main())
