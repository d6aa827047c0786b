"""Runs: what a durable node, a pure node, a fan-out and a trigger cost, beside raw inserts, bare Celery and DBOS.

Everything is measured in one go on one machine: each figure is the median of several runs that take turns with the
probe they are compared with, because a disk's sync moves by a factor of ten within a minute.
"""

from __future__ import annotations

import gc
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.engine_peers import celery_chord, time_dbos
from benchmarks.engine_setup import (
    FAN,
    ROW,
    Pure,
    Setup,
    fan,
    in_a_row,
    load,
    postgres_probe,
    set_up,
    sqlite_probe,
)
from benchmarks.harness import Report, read_arguments
from builder.runs import resume_run
from builder.sdk import Decision
from tests.servers import PostgresServer, RedisServer


def measure_nodes(setup: Setup, report: Report, times: int, limit: float) -> float:
    """Nodes in a row, taking turns with the raw insert and the bare hop; milliseconds of an effect."""
    documents = {
        kind: (in_a_row(f"bench.{kind}@1", ROW), in_a_row(f"bench.{kind}@1", 2)) for kind in ("effect", "pure")
    }
    plans = {kind: tuple(load(each) for each in pair) for kind, pair in documents.items()}
    seen: dict[str, list[float]] = {"effect": [], "pure": [], "probe": [], "hop": [], "ratio": [], "hops": []}
    for turn in range(times + 1):
        gc.collect()
        figures = {"probe": setup.probe(), "hop": setup.hop(ROW)}
        for kind in ("effect", "pure"):
            (long, short), (plan, small) = documents[kind], plans[kind]
            figures[kind] = (setup.run(plan, long) - setup.run(small, short)) / (ROW - 2)
        figures["probe"] = (figures["probe"] + setup.probe()) / 2
        figures["ratio"], figures["hops"] = figures["effect"] / figures["probe"], figures["pure"] / figures["hop"]
        for key, value in figures.items() if turn else ():
            seen[key].append(value)
    middle = {key: statistics.median(values) for key, values in seen.items()}
    name = setup.name
    report.probe(f"{name}: raw synced INSERT", middle["probe"] * 1e3, "ms")
    report.probe(f"{name}: bare Celery hop", middle["hop"] * 1e3, "ms")
    report.add(f"{name}: effect node in a row of {ROW}, each durable", middle["effect"] * 1e3, "ms", at_most=limit)
    report.add(f"{name}: effect node / raw synced INSERT", middle["ratio"], "x", at_most=1.7)
    report.add(f"{name}: pure node in a row of {ROW}", middle["pure"] * 1e3, "ms")
    report.add(f"{name}: pure node / bare Celery hop", middle["hops"], "x", at_most=0.10)
    return middle["effect"] * 1e3


def measure_trigger(setup: Setup, report: Report, times: int, limits: tuple[float, float]) -> None:
    """From before the transaction that starts a run to its first node."""
    document = in_a_row("bench.pure@1", 1)
    plan = load(document)
    seen = []
    for _ in range(times):
        begun = time.perf_counter()
        setup.run(plan, document)
        seen.append((Pure.started - begun) * 1e3)
    seen.sort()
    report.add(f"{setup.name}: trigger to first node, p50", seen[len(seen) // 2], "ms", at_most=limits[0])
    report.add(f"{setup.name}: trigger to first node, p95", seen[int(len(seen) * 0.95)], "ms", at_most=limits[1])


def measure_throughput(setup: Setup, report: Report, seconds: float, limits: tuple[float, float]) -> None:
    """One-node runs a second, and runs of 40 nodes started by eight at once."""
    for count, threads, limit in ((1, 1, limits[0]), (ROW, 8, limits[1])):
        rate = _runs_a_second(setup, count, threads, seconds)
        report.add(f"{setup.name}: runs of {count}, {threads} at once", rate, "/s", at_least=limit)


def _runs_a_second(setup: Setup, count: int, threads: int, seconds: float) -> float:
    document = in_a_row("bench.pure@1", count)
    plan = load(document)
    setup.run(plan, document)
    begun, started = time.perf_counter(), [0] * threads

    def go(slot: int) -> None:
        while time.perf_counter() - begun < seconds:
            setup.start(plan, document)
            started[slot] += 1

    hands = [threading.Thread(target=go, args=(slot,)) for slot in range(threads)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    setup.wait()
    return sum(started) / (time.perf_counter() - begun)


def measure_reviews(setup: Setup, report: Report, count: int) -> None:
    """Many runs that wait for people: what they hold, and how soon one goes on."""
    document = {"handrail": 1, "name": "ask", "nodes": {"ask": {"type": "bench.ask@1"}}, "edges": []}
    plan = load(document)
    setup.start(plan, document)
    setup.wait()
    gc.collect()
    before, threads = _resident(), threading.active_count()
    runs = [setup.start(plan, document) for _ in range(count)]
    setup.wait()
    gc.collect()
    report.add(f"{setup.name}: memory of {count:,} waiting reviews", max(0.0, _resident() - before), "MiB", at_most=4)
    report.add(f"{setup.name}: threads of them", float(max(0, threading.active_count() - threads)), "", at_most=0)
    seen = []
    for run_id in runs[:: max(1, count // 100)]:
        begun = time.perf_counter()
        with setup.database.transaction() as session:
            resume_run(session, run_id, "ask", Decision("approve", "bench"))
        setup.wait()
        seen.append((time.perf_counter() - begun) * 1e3)
    report.add(f"{setup.name}: resuming one of them, p95", sorted(seen)[int(len(seen) * 0.95)], "ms", at_most=50)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1_048_576


def measure_fan(setup: Setup, report: Report, times: int, chord: Callable[[], float] | None) -> None:
    """1 → 100 → 1 of durable effects."""
    document = fan(FAN)
    plan = load(document)
    setup.run(plan, document)
    mine, bare = [], []
    for _ in range(times):
        mine.append(setup.run(plan, document))
        if chord is not None:
            bare.append(chord())
    report.add(f"{setup.name}: 1 to {FAN} to 1", statistics.median(mine) * 1e3, "ms")
    if chord is not None:
        report.probe(f"{setup.name}: bare Celery chord of {FAN}", statistics.median(bare) * 1e3, "ms")
        ratio = statistics.median(a / b for a, b in zip(mine, bare, strict=True))
        report.add(f"{setup.name}: 1 to {FAN} to 1 / bare Celery chord", ratio, "x", at_most=0.5)


def measure_dbos(report: Report, address: str, name: str, effect: float) -> None:
    """The same row of nodes as DBOS steps, in an environment of its own, where it can be had."""
    peer = time_dbos(address, ROW)
    if peer is None:
        print(f"  DBOS on {name} is not compared: it cannot be had here", file=sys.stderr)
        return
    report.probe(f"{name}: DBOS step in a row of {ROW}", peer, "ms")
    report.add(f"{name}: effect node / DBOS step", effect / peer, "x", at_most=0.33)


def measure_idle(report: Report, seconds: float) -> None:
    """A whole installation in one process, with nothing to do."""
    code = (
        "import os, sys, time, resource; from pathlib import Path; from builder.settings import read_settings; "
        "from builder.wiring import build_embedded\n"
        "with build_embedded(read_settings(os.environ)) as application:\n"
        f"    time.sleep(2); a = time.process_time(); time.sleep({seconds})\n"
        f"    print(100 * (time.process_time() - a) / {seconds}, "
        "int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize() / 1048576)\n"
    )
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=home,
            env={**os.environ, "HANDRAIL_HOME": home, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    busy, memory = (float(word) for word in done.stdout.split())
    report.add("embedded, idle: of one core", busy, "%", at_most=1.0)
    report.add("embedded, idle: resident", memory, "MiB", at_most=150)


def main() -> int:
    """Measures everything on both back ends."""
    arguments = read_arguments(__doc__, lambda parser: parser.add_argument("--only", choices=["sqlite", "servers"]))
    quick = arguments.quick
    times, seconds, reviews = (5, 1.0, 300) if quick else (11, 5.0, 10_000)
    report = Report("engine", arguments)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if arguments.only != "servers":
            address = f"sqlite:///{folder}/handrail.db"
            with set_up("sqlite", address, "inproc://bench", folder, sqlite_probe(folder)) as setup:
                effect = measure_nodes(setup, report, times, 0.5)
                measure_trigger(setup, report, 50 if quick else 300, (3.0, 15.0))
                measure_throughput(setup, report, seconds, (800.0, 100.0))
                measure_fan(setup, report, times, None)
                measure_reviews(setup, report, reviews)
            if not quick:
                measure_dbos(report, f"sqlite:///{folder}/dbos.db", "sqlite", effect)
            measure_idle(report, 3.0 if quick else 10.0)
        if arguments.only != "sqlite":
            postgres, redis = PostgresServer(), RedisServer()
            try:
                address, probe = postgres.create_database("bench"), postgres_probe(postgres.plain_url("postgres"))
                with set_up("servers", address, redis.url, folder, probe) as setup:
                    effect = measure_nodes(setup, report, times, 1.0)
                    measure_trigger(setup, report, 50 if quick else 300, (8.0, 25.0))
                    measure_throughput(setup, report, seconds, (250.0, 100.0))
                    with celery_chord(redis.url, FAN) as chord:
                        measure_fan(setup, report, times, chord)
                if not quick:
                    measure_dbos(report, postgres.plain_url("dbos"), "servers", effect)
            finally:
                postgres.close()
                redis.close()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
