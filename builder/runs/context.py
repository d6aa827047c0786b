"""What a running node reaches, and nothing else."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from builder.engine.plan import PlanGraph, PlanNode
from builder.kit.ids import show_id
from builder.runs.allowance import Allowance
from builder.runs.loading import RunTokens
from builder.runs.ports import Credentials, Files, Reach, Use
from builder.sdk import (
    JSON,
    Failed,
    FailureClass,
    HttpAnswer,
    HttpRequest,
    Kind,
    Mode,
    ModelAnswer,
    ModelRequest,
    NodeError,
    Schema,
    StoredFile,
    Vault,
)

T = TypeVar("T")


def idempotency_key(run_id: int, path: str) -> str:
    """The key of one logical step: the same for each of its attempts, another in another run."""
    return hashlib.sha256(f"{run_id}/{path}".encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class WatchedVault:
    """The run's token book, as one step reaches it: each turning back is noted for the audit."""

    tokens: RunTokens
    path: str

    def token(self, kind: str, value: str, shape: str = "text") -> str:
        """The token of a value."""
        return self.tokens.book.token(kind, value, shape)

    def reveal(self, text: str) -> str:
        """The text with every token of this run replaced by its value."""
        revealed = self.tokens.book.reveal(text)
        if revealed != text:
            self.tokens.revealed.add(self.path)
        return revealed


@dataclass(frozen=True, slots=True)
class RunContext:
    """The Context of one attempt of one step.

    Attributes:
        number: the run.
        team_id: the team whose workflow it is; None for a file on the command line.
        graph: the graph that the node stands in.
        tokens: the run's token book.
        allowance: what the run may still spend.
        told: hears what the node tells those who watch.
        home: the worker's event loop, for a node that runs in a thread of its own; else None.
    """

    reach: Reach
    number: int
    mode: Mode
    path: str
    node: PlanNode
    graph: PlanGraph
    tokens: RunTokens
    allowance: Allowance
    told: Callable[[str, str], None]
    team_id: int | None = None
    home: asyncio.AbstractEventLoop | None = None

    @property
    def run_id(self) -> str:
        """The run, as people see it."""
        return show_id(self.number)

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt of this step."""
        return idempotency_key(self.number, self.path)

    @property
    def schema(self) -> Schema:
        """Schema of the record that this step is given."""
        return self.node.in_schema

    @property
    def labels(self) -> frozenset[str]:
        """The labels that the record may carry; only a policy is told."""
        return frozenset(self.node.labels)

    @property
    def vault(self) -> Vault:
        """The run's vault. Raises PermissionError for a node that is not of kind policy."""
        if self.node.kind is not Kind.POLICY:
            raise PermissionError("only a node of kind policy reaches the vault")
        return WatchedVault(self.tokens, self.path)

    def now(self) -> datetime:
        """The present, in UTC."""
        return self.reach.clock.now()

    def evaluate(self, expression: str, values: Mapping[str, JSON]) -> JSON:
        """An expression of this node's config over the given names."""
        from builder.kit.expressions import compile_expression  # heavy: CEL is loaded on first use

        return compile_expression(expression, {name: {} for name in values}).evaluate(values)

    def render(self, template: str, values: Mapping[str, JSON]) -> str:
        """A template of this node's config over the given names."""
        from builder.kit.expressions import compile_template  # heavy: CEL is loaded on first use

        return compile_template(template, {name: {} for name in values}).evaluate(values)

    def describe_target(self) -> JSON:
        """For a woven node: the config of the node at whose door it stands."""
        target = self.graph.nodes.get(self.node.target or "")
        return None if target is None else dict(target.config)

    async def ask_model(self, request: ModelRequest) -> ModelAnswer:
        """One answer from a model connection. Raises NodeError."""
        gateway = self.reach.gateway
        request = replace(request, asker=f"run {self.run_id}, {self.path}")
        question = gateway.ask(request)
        most = gateway.worst_cost(request)
        return await self._at_home(self.allowance.ask(self.path, self.node, request.connection, most, question))

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """One call through the guarded egress client. Raises NodeError."""
        if request.credential:
            request = await self._at_home(self._credentials.sign(request, self._use))
        return await self._at_home(self.reach.egress.send(request))

    async def open_credential(self, name: str, *, to: str = "") -> Mapping[str, str]:
        """What a credential of this node's config holds. Raises NodeError."""
        return await self._at_home(self._credentials.open(name, self._use, to))

    async def find_address(self, host: str, port: int) -> str:
        """The one address at which a host may be reached. Raises NodeError."""
        return await self._at_home(self.reach.egress.find_address(host, port))

    async def read_file(self, file: str) -> StoredFile:
        """A file behind an id that this step was given. Raises NodeError."""
        return await self._at_home(self._files.read(file, self._use))

    async def keep_file(self, name: str, media_type: str, content: bytes) -> StoredFile:
        """Keeps a file that this step made. Raises NodeError."""
        return await self._at_home(self._files.keep(name, media_type, content, self._use))

    @property
    def _use(self) -> Use:
        return Use(self.number, self.path, self.team_id, self.node.type, self.mode)

    @property
    def _credentials(self) -> Credentials:
        if self.reach.credentials is None:
            raise _absent("no_credentials", "This run has no credentials: it is of a file, not of a team's workflow.")
        return self.reach.credentials

    @property
    def _files(self) -> Files:
        if self.reach.files is None:
            raise _absent("no_files", "This run has no files: it is of a file, not of a team's workflow.")
        return self.reach.files

    async def _at_home(self, work: Coroutine[Any, Any, T]) -> T:
        """Connections belong to the worker's loop; a node in a thread of its own has another."""
        if self.home is None:
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.home))

    def tell(self, sentence: str) -> None:
        """A line for people who watch the run."""
        self.told(self.path, sentence[:1000])


def _absent(code: str, sentence: str) -> NodeError:
    return NodeError(Failed(FailureClass.PERMANENT, code, sentence))
