"""What the benchmark of the server stands on: the product in processes of its own, filled, and a receiver that counts.

with embedded_site(folder) as site:
    site.client("builder").get("/api/runs")
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert, select

from builder.db import open_database, read_clock, to_milliseconds
from builder.kit.ids import first_id, show_id
from builder.publishing import Press, publish_workflow
from builder.runs import Start
from builder.runs.tables import plan_table, run_table, step_table
from builder.sdk import JSON, Mode, Stage
from builder.settings import read_settings
from builder.teams import CSRF_HEADER, Caller, found_team, make_owner_link, speak_as
from builder.teams.gate import COOKIE
from builder.teams.sessions import Place, begin_session, csrf_of
from builder.teams.store import insert_person, save_membership, save_org_roles
from builder.triggers import Wish, make_trigger, switch_trigger
from builder.triggers.hooks import make_secret, show_hook
from builder.wiring import Application, open_application
from builder.workflows import Installed, create_blank, read_live, save_draft
from builder.workflows.tables import draft_table, workflow_table
from tests.servers import PostgresServer, RedisServer, die_with_parent

ROOT = Path(__file__).resolve().parents[1]
TEAMS = 20
MEMBER_OF = 5
"""Teams that the builder belongs to; the admin belongs to none, and reads all."""

_STATES = ("succeeded",) * 16 + ("failed", "refused", "cancelled", "succeeded")
_STARTS_WITHIN = 60.0


class Receiver:
    """Takes whatever comes on a port of this machine, and keeps the moment at which it came."""

    def __init__(self) -> None:
        came = self.came = threading.Event()
        moments: list[float] = []
        self.moments = moments

        class Take(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                moments.append(time.perf_counter())
                self.rfile.read(int(self.headers.get("content-length", 0)))
                self.send_response(204)
                self.end_headers()
                came.set()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Take)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Takes nothing any more."""
        self._server.shutdown()
        self._server.server_close()


@dataclass(frozen=True)
class Hooked:
    """A workflow that a webhook starts: where to deliver, and with which secret."""

    workflow: str
    path: str
    secret: str


@dataclass
class Site:
    """A running installation.

    Attributes:
        url: where it answers.
        tokens: a session's token by who it is: `builder`, `admin`.
        started: the workflow of one step that sends to the receiver.
        workflow, run: one of the many, and one of its runs.
        hook: a webhook that starts forty steps.
        sender: a webhook that starts the workflow of one step.
    """

    url: str
    receiver: Receiver
    tokens: Mapping[str, str]
    started: str
    workflow: str
    run: str
    hook: Hooked
    sender: Hooked
    processes: list[subprocess.Popen[Any]] = field(default_factory=list, repr=False)

    def client(self, name: str) -> httpx.Client:
        """A connection that stays, signed in as somebody."""
        token = self.tokens[name]
        return httpx.Client(
            base_url=self.url, headers={CSRF_HEADER: csrf_of(token)}, cookies={COOKIE: token}, timeout=60
        )


@dataclass
class Filled:
    """What stands in an installation before it is opened: as `Site` tells it."""

    tokens: dict[str, str]
    started: str
    workflow: str
    run: str
    hook: Hooked
    sender: Hooked


# ---------------------------------------------------------------------- what is in it


def fill(application: Application, address: str, workflows: int, runs: int) -> Filled:
    """Makes teams, people, one live workflow that sends to an address, and copies of a workflow and of a run."""
    with application.transaction() as session:
        now = read_clock(session)
        first, _ = make_owner_link(session, now)
        teams = [found_team(session, "the benchmark", f"Team {number:02}", first, now) for number in range(TEAMS)]
        people = {
            name: insert_person(session, f"{name}@example.com", name.title(), "en", None, now)
            for name in ("builder", "owner", "admin")
        }
        for team in teams[:MEMBER_OF]:
            save_membership(session, team, people["builder"], ("builder", "owner"))
            save_membership(session, team, people["owner"], ("owner",))
        save_org_roles(session, people["admin"], ("admin",))
    with application.transaction() as session:
        now = read_clock(session)
        place = Place("127.0.0.1", "the benchmark")
        tokens = {name: begin_session(session, people[name], place, now) for name in ("builder", "admin")}
        builder, owner = speak_as(session, people["builder"]), speak_as(session, people["owner"])
        started = _publish(session, application, builder, owner, teams[0], "Send at once", _sending(address))
        hooked = _publish(session, application, builder, owner, teams[0], "Forty steps", _forty())
        hook = _add_hook(session, application, builder, hooked)
        sender = _add_hook(session, application, builder, started)
    copies = _copy_workflows(application, started, teams, workflows)
    run = _copy_runs(application, started, copies, runs, show_id(people["builder"]))
    return Filled(tokens, show_id(started), show_id(copies[0][0]), show_id(run), hook, sender)


_TEXT: JSON = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}


def _forty() -> JSON:
    """Forty steps in a row, each of which hands its text on."""
    names = [f"step{number}" for number in range(40)]
    sources = ["input", *names]
    return {
        "inputs": _TEXT,
        "nodes": {
            name: {"type": "flow.transform@1", "inputs": {"text": {"from": f"{source}.text"}}}
            for name, source in zip(names, sources, strict=False)
        },
        "edges": [{"from": one, "to": other} for one, other in pairwise(names)],
        "result": {"text": {"from": f"{names[-1]}.text"}},
    }


def _add_hook(session: Any, application: Application, builder: Caller, workflow: int) -> Hooked:
    """A webhook that is on, and takes as many as come."""
    made = make_trigger(session, builder, workflow, Wish("webhook", "The benchmark", {"per_minute": 60_000}))
    secret = make_secret(session, builder, made.id, 24, application.vault_key).secret
    switch_trigger(session, builder, made.id, on=True)
    key = show_hook(session, builder, made.id, application.vault_key).key
    return Hooked(show_id(workflow), f"/hooks/{key}", secret)


def _sending(address: str) -> JSON:
    return {
        "inputs": _TEXT,
        "nodes": {
            "send": {
                "type": "tool.http_request@1",
                "config": {"url": f"http://{address}/"},
                "inputs": {"body": {"from": "input.text"}},
            },
        },
    }


def _publish(
    session: Any, application: Application, builder: Caller, owner: Caller, team: int, name: str, graph: JSON
) -> int:
    press = Press(Installed(application.types, application.connections), application.signing_key)
    number = create_blank(session, builder, team, name)
    save_draft(session, builder, number, 1, graph)
    publish_workflow(session, owner, number, press, seen=2, note="", stage=Stage.PILOT)
    return number


def _copy_workflows(application: Application, started: int, teams: list[int], count: int) -> list[tuple[int, int]]:
    """(id, team) of each copy."""
    with application.transaction() as session:
        one = dict(session.execute(select(workflow_table).where(workflow_table.c.id == started)).mappings().one())
        draft = dict(session.execute(select(draft_table).where(draft_table.c.workflow_id == started)).mappings().one())
        copies = [(started + 1 + number, teams[number % len(teams)]) for number in range(count)]
        rows = [
            {
                **one,
                "id": number,
                "team_id": team,
                "key": f"copy-{number}",
                "name": _name(at),
                "live": None,
            }
            for at, (number, team) in enumerate(copies)
        ]
        session.execute(insert(workflow_table), rows)
        session.execute(insert(draft_table), [{**draft, "workflow_id": number} for number, _ in copies])
    return copies


def _copy_runs(
    application: Application, started: int, workflows: list[tuple[int, int]], count: int, starter: str
) -> int:
    """Runs over the last thirty days, each with the rows of its one step. Gives the newest of the first workflow."""
    with application.transaction() as session:
        live = read_live(session, started)
    assert live is not None
    first = application.start(
        live.version.woven,
        Start({"text": "Hello"}, starter, Mode.LIVE, Stage.PILOT, "Team 00", workflows[0][1], started, 1),
    )
    with application.transaction() as session:
        named = [{"hash": f"{at:064x}", "name": _name(at), "document": live.version.woven}
                 for at in range(len(workflows))]  # fmt: skip
        made = read_clock(session)
        session.execute(insert(plan_table), [{**each, "made_at": made} for each in named])
        one = dict(session.execute(select(run_table).where(run_table.c.id == first)).mappings().one())
        now = read_clock(session)
        session.execute(run_table.update().where(run_table.c.id == first).values(status="cancelled", ended_at=now))
    newest = 0
    until = to_milliseconds(now)
    apart = 30 * 86_400_000 // max(1, count)
    for begin in range(0, count, 5_000):
        rows, steps = [], []
        for at in range(begin, min(count, begin + 5_000)):
            number = first_id(until - (count - at) * apart) | (at % 1_000_000)
            workflow, team = workflows[at % len(workflows)]
            state = _STATES[at % len(_STATES)]
            rows.append(
                {**one, "id": number, "workflow_id": workflow, "team_id": team, "status": state,
                 "name": _name(at % len(workflows)), "plan_hash": f"{at % len(workflows):064x}",
                 "ended_at": now, "started_at": now,
                 "ready_at": None, "ring_at": None, "result": '{"status":204}'}
            )  # fmt: skip
            steps += _steps(number, state, now)
            if workflow == workflows[0][0]:
                newest = number
        with application.transaction() as session:
            session.execute(insert(run_table), rows)
            session.execute(insert(step_table), steps)
    return newest


def _name(at: int) -> str:
    return f"Copy {at:04} of a workflow"


def _steps(run: int, state: str, now: Any) -> list[dict[str, Any]]:
    common = {"run_id": run, "epoch": 1, "at": now, "output": None, "output_ref": None, "secret": None}
    ended = "succeeded" if state == "succeeded" else "failed"
    record = '{"ports":["done"]}' if state == "succeeded" else '{"code":"refused","sentence":"No."}'
    return [
        {**common, "seq": 1, "kind": "run", "path": "", "status": "running", "attempt": 0, "record": "{}"},
        {**common, "seq": 2, "kind": "step", "path": "send", "status": "running", "attempt": 1, "record": "{}"},
        {**common, "seq": 3, "kind": "step", "path": "send", "status": ended, "attempt": 1, "record": record,
         "output": '{"status":204}' if state == "succeeded" else None},
    ]  # fmt: skip


# ---------------------------------------------------------------------- the processes


@contextmanager
def open_site(folder: Path, workflows: int, runs: int, *, scaled: bool) -> Iterator[Site]:
    """The product, filled and started: in one process on SQLite, or with a worker of its own, PostgreSQL and Redis."""
    with ExitStack() as things:
        receiver = Receiver()
        things.callback(receiver.close)
        settings = {"HANDRAIL_HOME": str(folder), "HANDRAIL_ALLOWED_HOSTS": receiver.address}
        if scaled:
            postgres, redis = PostgresServer(), RedisServer()
            things.callback(postgres.close)
            things.callback(redis.close)
            settings["HANDRAIL_DATABASE_URL"] = postgres.create_database("bench")
            settings["HANDRAIL_BROKER_URL"] = redis.url
        if scaled:
            upgraded = open_database(settings["HANDRAIL_DATABASE_URL"])
            upgraded.upgrade()
            upgraded.close()
        with open_application(read_settings(settings)) as application:
            filled = fill(application, receiver.address, workflows, runs)
        environment = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
        up = _begin(folder, "up", [sys.executable, "-m", "builder.cli", "up", "--port", "0"], environment, things)
        url = _wait_for(up, folder / "up.out", r"Handrail is at (http://\S+)")
        if scaled:
            command = [sys.executable, "-m", "celery", "-A", "builder.worker", "worker", "--loglevel", "warning"]
            worker = _begin(folder, "worker", command, environment, things)
            _wait_for(worker, folder / "worker.out", r"ready\.|celery@")
        yield Site(
            url, receiver, filled.tokens, filled.started, filled.workflow, filled.run, filled.hook, filled.sender
        )


def _begin(
    folder: Path, name: str, command: list[str], environment: dict[str, str], things: ExitStack
) -> subprocess.Popen[Any]:
    out = things.enter_context((folder / f"{name}.out").open("w"))
    process = subprocess.Popen(
        command, env=environment, cwd=folder, stdout=out, stderr=out,
        preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509  # the hook only calls the kernel
    )  # fmt: skip
    things.callback(_end, process)
    return process


def _end(process: subprocess.Popen[Any]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(40)
    except subprocess.TimeoutExpired:
        process.kill()


def _wait_for(process: subprocess.Popen[Any], log: Path, words: str) -> str:
    limit = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < limit and process.poll() is None:
        found = re.search(words, log.read_text())
        if found:
            return found.group(found.lastindex or 0)
        time.sleep(0.05)
    raise RuntimeError(f"it did not start:\n{log.read_text()}")
