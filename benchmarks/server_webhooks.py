"""Runs of forty steps started by a signed webhook, eight senders at once: how many a second. And how soon one begins.

A run counts when it has ended, by the database's clock: from the first that was made to the last that ended. How soon
one begins is seen at a step that writes, whose start is in the record before it begins: a pure step is only there with
the next commit.
"""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from benchmarks.harness import Report
from benchmarks.server_setup import Hooked, Site
from builder.triggers.signatures import sign_delivery

AT_ONCE = 8
RUNS_A_SECOND = 100.0
BODY = json.dumps({"text": "Hello"})
_numbers = itertools.count()


def measure_webhooks(name: str, site: Site, report: Report, runs: int, limits: tuple[float, float]) -> None:
    """Many at once, then one after the other.

    Args:
        name: of this way to run.
        site: the installation.
        report: takes the numbers.
        runs: how many.
        limits: milliseconds from a start to the first step, p50 and p95.
    """
    _send_all(site, AT_ONCE * 4)
    with site.client("builder") as client:
        _until_over(client, site, 0)
        begun = time.time()
        _send_all(site, runs)
        sent = time.time() - begun
        rows = _until_over(client, site, runs)
        first = min(_moment(row["started_at"]) for row in rows)
        last = max(_moment(row["ended_at"]) for row in rows)
        rate = runs / (last - first)
        report.add(f"{name}: webhook runs of 40 nodes, {AT_ONCE} at once", rate, "a s", at_least=RUNS_A_SECOND)
        report.add(f"{name}: deliveries taken in, {AT_ONCE} at once", runs / sent, "a s")
        alone = [_first_step(client, _send(_connect(site), site.sender)) for _ in range(max(20, runs // 10))]
    middle, late = (sorted(alone)[int(len(alone) * share)] for share in (0.5, 0.95))
    report.add(f"{name}: webhook to first step, p50", middle, "ms", at_most=limits[0])
    report.add(f"{name}: webhook to first step, p95", late, "ms", at_most=limits[1])


def _send_all(site: Site, count: int) -> None:
    left = iter(range(count))
    lock = threading.Lock()

    def go() -> None:
        connection = _connect(site)
        while True:
            with lock:
                if next(left, None) is None:
                    break
            _send(connection, site.hook)
        connection.close()

    threads = [threading.Thread(target=go) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _connect(site: Site) -> http.client.HTTPConnection:
    place = urlsplit(site.url)
    return http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)


def _send(connection: http.client.HTTPConnection, hook: Hooked) -> str:
    """One delivery; its run."""
    own, at = f"msg_{next(_numbers)}", datetime.fromtimestamp(int(time.time()), UTC)
    headers = {
        "content-type": "application/json",
        "webhook-id": own,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": sign_delivery(hook.secret, own, at, BODY),
    }
    connection.request("POST", hook.path, BODY, headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 202:
        raise RuntimeError(f"a delivery was answered {answer.status}: {said.decode()[:200]}")
    return str(json.loads(said)["run"])


def _until_over(client: httpx.Client, site: Site, count: int) -> list[dict[str, Any]]:
    """The newest runs of the webhook, once none goes on any more."""
    mine = {"workflow": site.hook.workflow, "size": 1}
    while any(client.get("/api/runs", params={**mine, "state": each}).json()["items"] for each in ("ready", "running")):
        time.sleep(0.05)
    rows: list[dict[str, Any]] = []
    cursor = None
    while len(rows) < count:
        query = {"workflow": site.hook.workflow, "size": 200, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/runs", params=query).json()
        rows += page["items"]
        cursor = page["next"]
    wrong = [row for row in rows[:count] if row["state"] != "succeeded"]
    if wrong:
        raise RuntimeError(f"{len(wrong)} runs did not succeed: {wrong[0]['why']}")
    return rows[:count]


def _first_step(client: httpx.Client, run: str) -> float:
    while True:
        found = client.get(f"/api/runs/{run}").json()
        if found["state"] not in ("ready", "running"):
            return round((_moment(found["steps"][0]["started_at"]) - _moment(found["started_at"])) * 1000, 3)
        time.sleep(0.01)


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
