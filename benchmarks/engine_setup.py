"""What the benchmark of runs stands on: node types that do nothing, a worker on either back end, probes, bare hops."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from celery.concurrency.thread import TaskPool

from benchmarks.engine_peers import end_listening
from builder.audit import append_event
from builder.db import Database, open_database, read_clock
from builder.engine.compile_plan import compile_plan
from builder.engine.graph import Workflow
from builder.engine.plan import Plan
from builder.engine.prove import certify
from builder.engine.weave import weave
from builder.payloads import FolderStore
from builder.queue import CeleryRing, open_doorbell, start_embedded_worker
from builder.runs import Reach, RunWorker, Start, list_runs, start_run
from builder.sdk import (
    AfterCrash,
    Context,
    Control,
    Decision,
    Done,
    Effect,
    Effects,
    Kind,
    NodeConfig,
    NodeType,
    Outcome,
    Port,
    Question,
    Schema,
    Shapes,
    free_record,
)
from builder.teams import Admission

TEXT: Schema = {"type": "string"}
ROW = 40
FAN = 100


class Effectful(NodeType):
    """A write that does nothing: all that is measured is what makes it durable."""

    name, title, summary, kind = "bench.effect", "Effect", "A write that does nothing.", Kind.TOOL
    effects = Effects(Effect.WRITE, external=True, after_crash=AfterCrash.KEYED)
    Out = free_record({"text": TEXT})

    async def run(self, config: Any, inputs: Mapping[str, Any], context: Context) -> Outcome:
        return Done({"text": "done"})


class Pure(NodeType):
    """A step that does nothing. `started` is when it last ran."""

    name, title, summary, kind = "bench.pure", "Pure", "A step that does nothing.", Kind.TOOL
    Out = free_record({"text": TEXT})
    started = 0.0

    async def run(self, config: Any, inputs: Mapping[str, Any], context: Context) -> Outcome:
        Pure.started = time.perf_counter()
        return Done({"text": "done"})


class Ask(NodeType):
    """Asks people."""

    name, title, summary, kind, control = "bench.ask", "Ask", "Asks people.", Kind.REVIEW, Control.ASK
    Out = free_record({"by": TEXT})

    def question(self, config: Any, inputs: Mapping[str, Any]) -> Question:
        return Question("Fine?", dict(inputs))

    def settle(self, config: Any, inputs: Mapping[str, Any], decision: Decision) -> Outcome:
        return Done({"by": decision.by})


class EachConfig(NodeConfig):
    body: dict[str, Any]
    concurrency: int = FAN


class Each(NodeType):
    """Goes over a list."""

    name, title, summary, kind, control = "bench.each", "Each", "Goes over a list.", Kind.FLOW, Control.EACH
    Config = EachConfig

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        return Shapes(free_record(inputs), {Port("done").name: {"type": "object", "properties": {}}})


TYPES = {kind.key(): kind for kind in (Effectful(), Pure(), Ask(), Each())}


def load(document: Any) -> Plan:
    """The plan of a plain workflow."""
    woven, _ = certify(weave(Workflow.model_validate(document), (), TYPES, day=date(2026, 1, 1)))
    return compile_plan(woven, TYPES)


def in_a_row(kind: str, count: int) -> Any:
    """So many nodes, each reading the one before."""
    nodes: dict[str, Any] = {}
    for number in range(count):
        nodes[f"n{number}"] = {"type": kind}
        if number:
            nodes[f"n{number}"]["inputs"] = {"text": {"from": f"n{number - 1}.text"}}
    edges = [{"from": f"n{number}", "to": f"n{number + 1}"} for number in range(count - 1)]
    return {"handrail": 1, "name": f"{count} x {kind}", "nodes": nodes, "edges": edges}


def fan(count: int) -> Any:
    """One, many at once, one."""
    body = {"nodes": {"one": {"type": "bench.effect@1"}}, "edges": [], "result": {"text": {"from": "one.text"}}}
    items = {"items": {"value": list(range(count))}}
    nodes = {
        "before": {"type": "bench.effect@1"},
        "many": {"type": "bench.each@1", "config": {"body": body}, "inputs": items},
        "after": {"type": "bench.effect@1"},
    }
    edges = [{"from": "before", "to": "many"}, {"from": "many", "to": "after"}]
    return {"handrail": 1, "name": "fan", "nodes": nodes, "edges": edges}


class RingThreads(TaskPool):  # type: ignore[misc]  # Celery ships no types
    """Celery's thread pool, whose threads know their app.

    A thread looks its app up in a variable of its own and otherwise takes the process's default. There, tasks that were
    never registered end a worker without a word, and two apps of one process answer each other's rings.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.executor = ThreadPoolExecutor(self.limit, "bench-ring", initializer=self.app.set_current)


class NoModels:
    """Asks no model, sends nothing."""

    def ask(self, _: Any) -> Any:
        raise AssertionError("no benchmark asks a model")

    send = ask


@dataclass
class Setup:
    """A database with a worker, and the broker that its rings go through."""

    name: str
    database: Database
    worker: RunWorker
    probe: Callable[[], float]
    hop: Callable[[int], float]
    ended: threading.Event

    def start(self, plan: Plan, document: Any) -> int:
        with self.database.transaction() as session:
            return start_run(session, plan, document, Start({}, "bench"), self.worker.reach.payloads, Admission())

    def wait(self) -> None:
        """Returns when no run is ready or running."""
        while True:
            while self.worker.busy:
                time.sleep(0.0002)
            with self.database.read() as session:
                if not list_runs(session, status="ready", limit=1) and not self.worker.busy:
                    return

    def run(self, plan: Plan, document: Any) -> float:
        """Seconds of one run from its start to its end."""
        self.ended.clear()
        begun = time.perf_counter()
        self.start(plan, document)
        if not self.ended.wait(60):
            raise RuntimeError("a run never ended")
        while self.worker.busy:
            time.sleep(0.0001)
        return time.perf_counter() - begun


def reach(folder: Path, ended: threading.Event) -> Reach:
    def keep(session: Any, *, kind: str, run_id: int, facts: Any) -> None:
        append_event(session, kind, actor="worker", subject=f"run {run_id}", now=read_clock(session), record=facts)
        ended.set()

    nothing: Any = NoModels()
    return Reach(TYPES, load, FolderStore(folder / "payloads"), nothing, nothing, b"k" * 32, audit=keep)


def hopper(broker: str) -> tuple[Callable[[int], float], Callable[[], None]]:
    """Seconds of one hop of a Celery task that sends itself again, on this broker; and how to end it."""
    app = open_doorbell(broker)
    ring, done = CeleryRing(app), threading.Event()

    def on(count: int) -> None:
        ring.ring(count - 1) if count else done.set()

    stop = listen(app, on)

    def hop(count: int) -> float:
        done.clear()
        begun = time.perf_counter()
        ring.ring(count)
        done.wait(60)
        return (time.perf_counter() - begun) / (count + 1)

    return hop, stop


def listen(app: Any, on: Callable[[int], None]) -> Callable[[], None]:
    """A Celery worker in this process; how to end it."""
    if app.conf.broker_url.startswith("inproc"):
        worker = start_embedded_worker(app, on)
        return lambda: worker.stop() and None
    app.on_advance = on
    controller = app.WorkController(pool=RingThreads, concurrency=8, app=app)
    thread = threading.Thread(target=controller.start, daemon=True)
    thread.start()
    while controller.blueprint.state is None or not controller.consumer or not controller.consumer.task_consumer:
        time.sleep(0.01)
    return lambda: end_listening(controller, thread)


@contextmanager
def set_up(name: str, address: str, broker: str, folder: Path, probe: Callable[[], float]) -> Iterator[Setup]:
    database = open_database(address)
    database.upgrade()
    ended = threading.Event()
    worker = RunWorker(database, reach(folder, ended))
    app = open_doorbell(broker)
    database.on_ring(CeleryRing(app).ring)
    worker.start()
    stop = listen(app, worker.advance)
    hop, stop_hop = hopper(
        broker.replace("bench", "hops") if broker.startswith("inproc") else broker.rstrip("/") + "?virtual_host=3"
    )
    yield Setup(name, database, worker, probe, hop, ended)
    stop_hop()
    stop()
    worker.drain(5)
    worker.stop()
    database.close()


def sqlite_probe(folder: Path) -> Callable[[], float]:
    """Seconds of one raw synced INSERT."""
    connection = sqlite3.connect(folder / "probe.db", isolation_level=None)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE t (a TEXT)"):
        connection.execute(statement)
    return lambda: _time_each(lambda: connection.execute("INSERT INTO t VALUES (?)", ("x" * 200,)))


def postgres_probe(url: str) -> Callable[[], float]:
    """Seconds of one raw synced INSERT."""
    connection = psycopg.connect(url, autocommit=True)
    connection.execute("CREATE TABLE probe (a text)")
    return lambda: _time_each(lambda: connection.execute("INSERT INTO probe VALUES (%s)", ("x" * 200,), prepare=True))


def _time_each(work: Callable[[], Any], times: int = ROW) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begun) / times
