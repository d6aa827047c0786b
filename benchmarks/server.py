"""The server: how soon a started run does its first step, and how soon pages of the API are there when it is full.

The product runs in processes of its own: once embedded (`handrail up` on SQLite), once with a Celery worker on
PostgreSQL and Redis, filled with 1,000 workflows and 100,000 runs. "Start to first step" is read from the record: from
the moment at which a run was made to that of its first step, by the database's clock. "Started by the form" is the
whole way that a person waits for: from before the call until a receiver has what the step sends. Webhooks start runs of
forty steps, eight senders at once.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx

from benchmarks.engine_setup import sqlite_probe
from benchmarks.harness import Report, read_arguments
from benchmarks.server_setup import Site, open_site
from benchmarks.server_webhooks import measure_webhooks

PAGE_AT_MOST = 50.0
"""Milliseconds, at the 95th percentile, of every page: less than a person feels, with the network still to come."""

LIMITS = {"embedded": (3.0, 15.0), "scaled": (8.0, 25.0)}
"""Milliseconds from a start to the first step: p50, p95."""


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", choices=("embedded", "scaled"), help="one way to run it alone")


def main() -> int:
    """Both ways; the exit code."""
    arguments = read_arguments(__doc__, _add)
    quick = arguments.quick
    report = Report("server", arguments)
    for name in ("embedded", "scaled"):
        if arguments.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory(prefix="handrail-server-") as made:
            folder = Path(made)
            workflows, runs = (200, 5_000) if quick else (1_000, 100_000)
            began = time.monotonic()
            with open_site(folder, workflows, runs, scaled=name == "scaled") as site:
                report.add(f"{name}: filled with {workflows:,} workflows, {runs:,} runs", time.monotonic() - began, "s")
                probe = sqlite_probe(folder)
                synced = statistics.median(probe() for _ in range(5)) * 1000
                report.probe(f"{name}: one synced INSERT on this disk", synced, "ms")
                measure_start(name, site, report, 40 if quick else 200)
                measure_webhooks(name, site, report, 200 if quick else 1_000, LIMITS[name])
                measure_pages(name, site, report, 10 if quick else 40)
    return report.finish()


# ---------------------------------------------------------------------- from a start to its first step


def measure_start(name: str, site: Site, report: Report, times: int) -> None:
    """One after the other, as people start them, after some that warm everything up."""
    whole: list[float] = []
    runs: list[str] = []
    with site.client("builder") as client:
        for turn in range(times + 10):
            begun, run = _start_once(site, client)
            if turn >= 10:
                whole.append(begun)
                runs.append(run)
        own = [_to_first_step(client, run) for run in runs]
    middle, late = LIMITS[name]
    report.add(f"{name}: start to first step, p50", _at(own, 0.5), "ms", at_most=middle)
    report.add(f"{name}: start to first step, p95", _at(own, 0.95), "ms", at_most=late)
    report.add(f"{name}: started by the form until its receiver has it, p50", _at(whole, 0.5), "ms")
    report.add(f"{name}: started by the form until its receiver has it, p95", _at(whole, 0.95), "ms")


def _start_once(site: Site, client: httpx.Client) -> tuple[float, str]:
    receiver = site.receiver
    receiver.came.clear()
    begun = time.perf_counter()
    answer = client.post(f"/api/workflows/{site.started}/form", json={"input": {"text": "Hello"}})
    answer.raise_for_status()
    if not receiver.came.wait(30):
        raise RuntimeError("a run that was started sent nothing")
    run = answer.json()["run"]
    while client.get(f"/api/runs/{run}").json()["state"] in ("ready", "running"):
        time.sleep(0.01)
    return (receiver.moments[-1] - begun) * 1000, run


def _to_first_step(client: httpx.Client, run: str) -> float:
    """Milliseconds between what the record says: the run was made, its first step began."""
    found: Any = client.get(f"/api/runs/{run}").json()
    return round(_moment(found["steps"][0]["started_at"]) - _moment(found["started_at"]), 3)


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000


# ---------------------------------------------------------------------- pages


def measure_pages(name: str, site: Site, report: Report, times: int) -> None:
    """Every page that a person opens, for a member of some teams and for somebody who may read everything."""
    for who in ("builder", "admin"):
        with site.client(who) as client:
            raw = _time(client, "/api/health", times)
            report.probe(f"{name}: a call that does nothing, p50", _at(raw, 0.5), "ms")
            for what, address in pages(site, client, who):
                seen = _time(client, address, times)
                told = f"{name}, {who}: {what}, p95 (p50 {_at(seen, 0.5):.1f})"
                report.add(told, _at(seen, 0.95), "ms", at_most=PAGE_AT_MOST)


def pages(site: Site, client: httpx.Client, who: str) -> list[tuple[str, str]]:
    """What is opened: what it is, and its address."""
    workflow, run = site.workflow, site.run
    found = [
        ("home: session", "/api/session"),
        ("workflows, first page", "/api/workflows"),
        ("workflows, a later page", f"/api/workflows?cursor={_cursor(client, '/api/workflows', 3)}"),
        ("workflows, searched", "/api/workflows?q=0042"),
        ("one workflow", f"/api/workflows/{workflow}"),
        ("its draft", f"/api/workflows/{workflow}/draft"),
        ("its versions", f"/api/workflows/{workflow}/versions"),
        ("its runs", f"/api/runs?workflow={workflow}"),
        ("runs, first page", "/api/runs"),
        ("runs, a later page", f"/api/runs?cursor={_cursor(client, '/api/runs', 20)}"),
        ("runs that failed", "/api/runs?state=failed"),
        ("runs that wait, of which there are none", "/api/runs?state=waiting"),
        ("runs, searched", "/api/runs?q=0042"),
        ("runs, searched in vain", "/api/runs?q=nowhere"),
        ("one run", f"/api/runs/{run}"),
        ("reviews", "/api/reviews"),
        ("notices", "/api/notices"),
        ("people", "/api/people"),
    ]
    return found + ([("audit", "/api/audit")] if who == "admin" else [])


def _cursor(client: httpx.Client, address: str, after: int) -> str:
    """The cursor of a page so many pages on, or of the last before the end."""
    cursor = ""
    for _ in range(after):
        page = client.get(address, params={"cursor": cursor} if cursor else {}).json()
        if page["next"] is None:
            break
        cursor = page["next"]
    return cursor


def _time(client: httpx.Client, address: str, times: int) -> list[float]:
    seen = []
    for turn in range(times + 2):
        begun = time.perf_counter()
        client.get(address).raise_for_status()
        if turn >= 2:
            seen.append((time.perf_counter() - begun) * 1000)
    return seen


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


if __name__ == "__main__":
    sys.exit(main())
