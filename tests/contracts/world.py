"""A small world for runs: node types that do what their config says, plans from plain workflows, a worker, a keeper."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from builder.db import Database
from builder.engine.compile_plan import compile_plan
from builder.engine.graph import Workflow
from builder.engine.plan import Plan
from builder.engine.template import GovernanceTemplate
from builder.engine.weave import weave
from builder.governance import SpendingBook
from builder.runs import (
    Reach,
    Retry,
    RunStory,
    RunWorker,
    Start,
    fire_timers,
    force_cancels,
    read_run,
    reap_workers,
    retry_from_step,
    start_run,
    sweep_ready,
)
from builder.sdk import (
    AfterCrash,
    Context,
    Done,
    Effect,
    Effects,
    Failed,
    FailureClass,
    HttpAnswer,
    HttpRequest,
    Kind,
    ModelAnswer,
    ModelRequest,
    NodeConfig,
    NodeError,
    NodeType,
    Outcome,
    Refused,
    Schema,
    Usage,
)
from nodes.flow.branch.node import NODE as BRANCH
from nodes.flow.call.node import NODE as CALL
from nodes.flow.loop.node import NODE as LOOP
from nodes.flow.map.node import NODE as MAP
from nodes.flow.merge.node import NODE as MERGE
from nodes.flow.stop.node import NODE as STOP
from nodes.flow.transform.node import NODE as TRANSFORM
from nodes.flow.wait.node import NODE as WAIT
from nodes.policy.personal_data.node import NODE as PERSONAL_DATA
from nodes.review.approve.node import NODE as APPROVE
from nodes.review.edit.node import NODE as EDIT

TEXT: Schema = {"type": "string"}
OPEN: Schema = {"type": "object", "properties": {"text": TEXT}}


class NoteConfig(NodeConfig):
    text: str = "noted"
    fails: str = ""
    size: int = 0
    seconds: float = 0.0
    refuses: str = ""


class Note(NodeType):
    """A pure step that says what its config says."""

    name = "test.note"
    title = "Note"
    summary = "A pure step."
    kind = Kind.TOOL
    Config = NoteConfig
    Out = OPEN

    async def run(self, config: NoteConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        if config.seconds:
            await asyncio.sleep(config.seconds)
        if config.refuses:
            return Refused(config.refuses)
        if config.fails == "raise":
            raise RuntimeError(f"a secret: {inputs}")
        if config.fails:
            return Failed(FailureClass(config.fails), "as_told", "It failed as it was told.")
        return Done({"text": config.text + "x" * config.size, "inputs": dict(inputs)})


class SendConfig(NodeConfig):
    url: str = ""
    after_crash: AfterCrash = AfterCrash.UNSAFE
    seconds: float = 0.0
    fails: str = ""
    until_attempt: int = 0


class Send(NodeType):
    """Writes to a receiver, with the step's idempotency key."""

    name = "test.send"
    title = "Send"
    summary = "Writes to the outside."
    kind = Kind.TOOL
    effects = Effects(Effect.WRITE, external=True, after_crash=AfterCrash.UNSAFE)
    Config = SendConfig
    Out = OPEN

    def narrow(self, config: SendConfig) -> Effects:
        return Effects(Effect.WRITE, external=True, after_crash=config.after_crash)

    async def run(self, config: SendConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        if config.seconds:
            await asyncio.sleep(config.seconds)
        if config.fails:
            raise NodeError(Failed(FailureClass(config.fails), "as_told", "It failed as it was told."))
        headers = (("Idempotency-Key", context.idempotency_key), ("X-Path", context.path), ("X-Run", context.run_id))
        answer = await context.send(HttpRequest("POST", config.url, headers, b"{}"))
        return Done({"text": str(answer.status)})


class Think(NodeType):
    """Asks a model."""

    name = "test.think"
    title = "Think"
    summary = "Asks a model."
    kind = Kind.PROMPT
    effects = Effects(Effect.READ, external=True, spends=True)
    Out = OPEN

    async def run(self, config: NodeConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        answer = await context.ask_model(
            ModelRequest("default", "complete", "", str(dict(inputs)), key=context.idempotency_key)
        )
        return Done({"text": answer.text}, usage=answer.usage)


class Mask(NodeType):
    """Masks a text with a token."""

    name = "test.mask"
    title = "Mask"
    summary = "A policy."
    kind = Kind.POLICY
    check = "personal_data"
    Out = OPEN

    async def run(self, config: NodeConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        return Done({"text": context.vault.token("email", str(inputs["text"]))})


class Unmask(NodeType):
    """Turns tokens back."""

    name = "test.unmask"
    title = "Unmask"
    summary = "A policy."
    kind = Kind.POLICY
    check = "unmask"
    Out = OPEN

    async def run(self, config: NodeConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        return Done({"text": context.vault.reveal(str(inputs["text"]))})


class Block(NodeType):
    """Holds its thread."""

    name = "test.block"
    title = "Block"
    summary = "A step that blocks."
    kind = Kind.TOOL
    blocking = True
    Config = NoteConfig
    Out = OPEN

    async def run(self, config: NoteConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        time.sleep(config.seconds)  # noqa: ASYNC251  # this is what the type declares
        answer = await context.ask_model(ModelRequest("default", "complete", "", "from a thread"))
        return Done({"text": answer.text})


class Kill(NodeType):
    """Ends its process without a word; it may be repeated."""

    name = "test.kill"
    title = "Kill"
    summary = "Ends its process."
    kind = Kind.TOOL
    effects = Effects(Effect.READ, external=True)
    Out = OPEN

    async def run(self, config: NodeConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        os.kill(os.getpid(), signal.SIGKILL)
        return Done({})


TYPES: dict[str, NodeType] = {
    kind.key(): kind
    for kind in (
        Note(), Kill(), Send(), Think(), Mask(), Unmask(), Block(), BRANCH, MAP, LOOP, CALL, MERGE, WAIT, TRANSFORM,
        STOP, APPROVE, EDIT, PERSONAL_DATA,
    )
}  # fmt: skip


def compile_document(document: Any) -> Plan:
    """A plan from a plain workflow, under no rules."""
    source = Workflow.model_validate(document["workflow"])
    called = {name: Workflow.model_validate(each) for name, each in document.get("called", {}).items()}
    rules = [limit_template(document["limit"])] if "limit" in document else []
    return compile_plan(weave(source, rules, TYPES, day=date(2026, 1, 5), called=called), TYPES)


def limit_template(limit: str) -> GovernanceTemplate:
    """Governance that says one limit and nothing else."""
    return GovernanceTemplate.model_validate(
        {
            "handrail-governance": 1,
            "name": "Money",
            "owner": "the office",
            "because": "It is not worth more.",
            "rules": [{"id": "budget", "limit": limit}],
        }
    )


def workflow(nodes: Mapping[str, Any], edges: list[str] | None = None, result: Any = None, **more: Any) -> Any:
    """A document: nodes as in a file, edges as `a -> b` or `a.port -> b` (all in a row where none are given)."""
    names = list(nodes)
    lines = [f"{a} -> {b}" for a, b in pairwise(names)] if edges is None else edges
    pairs = [tuple(part.strip() for part in line.split("->")) for line in lines]
    called = more.pop("called", {})
    return {
        "workflow": {
            "handrail": 1,
            "name": more.pop("name", "Test"),
            "inputs": more.pop("inputs", {"type": "object", "properties": {}}),
            "nodes": dict(nodes),
            "edges": [{"from": a, "to": b} for a, b in pairs],
            "result": result or {},
            **more,
        },
        "called": called,
    }


class FolderPayloads:
    """Payloads in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def put(self, content: bytes) -> str:
        key = hashlib.sha256(content).hexdigest()
        (self.folder / key).write_bytes(content)
        return key

    def get(self, key: str) -> bytes:
        return (self.folder / key).read_bytes()


class EchoGateway:
    """A model that repeats the question."""

    def __init__(self) -> None:
        self.asked: list[ModelRequest] = []

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request)
        return ModelAnswer(f"echo: {request.text}", Usage("echo", 3, 4, 0.5))

    def worst_cost(self, request: ModelRequest) -> float:
        return 0.75


class PlainEgress:
    """Sends to loopback without a library."""

    def __init__(self) -> None:
        self.sent: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpAnswer:
        self.sent.append(request)
        if not request.url:
            return HttpAnswer(200, (), b"")
        host, _, rest = request.url.removeprefix("http://").partition("/")
        name, _, port = host.partition(":")
        reader, writer = await asyncio.open_connection(name, int(port))
        head = "".join(f"{key}: {value}\r\n" for key, value in request.headers)
        body = request.body or b""
        writer.write(f"POST /{rest} HTTP/1.0\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body)
        await writer.drain()
        line = await reader.readline()
        await reader.read()
        writer.close()
        return HttpAnswer(int(line.split()[1]), (), b"")


@dataclass
class Desk:
    """Remembers what people were asked, and what was taken back."""

    opened: list[tuple[int, str, int]] = field(default_factory=list)
    withdrawn: list[tuple[int, str, str]] = field(default_factory=list)
    events: list[tuple[str, int, Any]] = field(default_factory=list)

    def on_park(self, session: Any, *, run_id: int, path: str, token: int, **_: Any) -> None:
        self.opened.append((run_id, path, token))

    def on_withdraw(self, session: Any, *, run_id: int, path: str, why: str) -> None:
        self.withdrawn.append((run_id, path, why))

    def audit(self, session: Any, *, kind: str, run_id: int, facts: Any) -> None:
        self.events.append((kind, run_id, dict(facts)))


class World:
    """A database with one worker whose rings come at once."""

    def __init__(self, database: Database, folder: Path, *, ring: bool = True, **reach: Any) -> None:
        self.database = database
        self.payloads = FolderPayloads(folder / "payloads")
        self.desk = Desk()
        self.gateway = EchoGateway()
        self.egress = PlainEgress()
        self.loaded: list[str] = []
        self.told: list[tuple[int, str, str]] = []
        self.reach = Reach(
            **{
                "types": TYPES,
                "load_plan": self.load_plan,
                "payloads": self.payloads,
                "gateway": self.gateway,
                "egress": self.egress,
                "vault_key": b"k" * 32,
                "on_park": self.desk.on_park,
                "on_withdraw": self.desk.on_withdraw,
                "audit": self.desk.audit,
                "on_spend": SpendingBook(str),
                **reach,
            }
        )
        self.worker = self.new_worker()
        if ring:
            database.on_ring(self.worker.advance)

    def load_plan(self, document: Any) -> Plan:
        plan = compile_document(document)
        self.loaded.append(plan.hash)
        return plan

    def new_worker(self) -> RunWorker:
        return RunWorker(self.database, self.reach, lambda *said: self.told.append(said))

    def __enter__(self) -> Self:
        self.worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.worker.drain(2.0)
        self.worker.stop()

    def start(self, document: Any, given: Any = None, **how: Any) -> int:
        with self.database.transaction() as session:
            start = Start(input=given or {}, starter="ana", **how)
            return start_run(session, compile_document(document), document, start, self.payloads, self.reach.admission)

    def retry(self, plan: Plan, retry: Retry) -> int:
        return self.do(retry_from_step, plan, retry, self.reach.vault_key, self.reach.admission)

    def do(self, verb: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        with self.database.transaction() as session:
            return verb(session, *arguments, **named)

    def keep(self) -> None:
        """One round of the keeper."""
        for act in (fire_timers, sweep_ready, reap_workers, force_cancels):
            self.do(act)

    def read(self, run_id: int) -> RunStory:
        with self.database.read() as session:
            return read_run(session, run_id, self.payloads)

    def until(self, run_id: int, *statuses: str, seconds: float = 20.0, keep: bool = False) -> RunStory:
        """Waits until the run has one of these statuses (any that is final where none is named)."""
        wanted = statuses or ("succeeded", "failed", "refused", "cancelled", "quarantined")
        end = time.monotonic() + seconds
        while True:
            story = self.read(run_id)
            if story.run.status in wanted:
                return story
            if time.monotonic() > end:
                raise AssertionError(f"the run is {story.run.status} ({story.run.why}), not {wanted}: {story.steps}")
            if keep:
                self.keep()
            time.sleep(0.005)

    def until_idle(self, seconds: float = 20.0) -> None:
        """Waits until the worker holds no run: it lets go of one a moment after everybody can read how it stands."""
        end = time.monotonic() + seconds
        while self.worker.busy:
            assert time.monotonic() < end, f"the worker still holds {self.worker.busy} runs"
            time.sleep(0.005)

    def statuses(self, run_id: int) -> dict[str, str]:
        return {step.path: step.status.value for step in self.read(run_id).steps}
