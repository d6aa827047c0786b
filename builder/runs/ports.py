"""What this room needs of others, as protocols; wiring binds them. Those that take a session join its transaction."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.orm import Session

from builder.engine.plan import Plan
from builder.governance import Spender, Spent
from builder.kit.clock import SYSTEM_CLOCK, Clock
from builder.sdk import (
    JSON,
    HttpAnswer,
    HttpRequest,
    Mode,
    ModelAnswer,
    ModelRequest,
    NodeType,
    Question,
    StoredFile,
)
from builder.teams import Admission, Admit
from builder.telemetry import SILENCE, Telemetry


class Payloads(Protocol):
    """Where values live that are too large for a row."""

    def put(self, content: bytes) -> str:
        """Stores some bytes for good, and gives their key (64 hex digits of their hash)."""
        ...

    def get(self, key: str) -> bytes:
        """The bytes behind a key."""
        ...


class Gateway(Protocol):
    """Asks models."""

    def ask(self, request: ModelRequest) -> Coroutine[Any, Any, ModelAnswer]:
        """One answer. Raises NodeError."""
        ...

    def worst_cost(self, request: ModelRequest) -> float:
        """The most that this question can cost, in the organisation's currency."""
        ...


class Egress(Protocol):
    """The one guarded way out."""

    def send(self, request: HttpRequest) -> Coroutine[Any, Any, HttpAnswer]:
        """One call. Raises NodeError."""
        ...

    def find_address(self, host: str, port: int) -> Coroutine[Any, Any, str]:
        """The address at which a host may be reached. Raises NodeError."""
        ...


@dataclass(frozen=True, slots=True)
class Use:
    """Who asks for something that is not everybody's: one step of one run.

    Attributes:
        run_id, path: the step.
        team_id: the team whose workflow it is; None for a file on the command line.
        type: `name@major` of its node type.
        mode: how the run treats the world.
    """

    run_id: int
    path: str
    team_id: int | None
    type: str
    mode: Mode


class Credentials(Protocol):
    """Opens credentials just before they are used, and notes each use."""

    def open(self, name: str, use: Use, to: str = "") -> Coroutine[Any, Any, Mapping[str, str]]:
        """What a credential holds, where this address is one of its own if one is said. Raises NodeError."""
        ...

    def sign(self, request: HttpRequest, use: Use) -> Coroutine[Any, Any, HttpRequest]:
        """The request with the credential that it names added, if its host is one of the credential's.

        Raises NodeError.
        """
        ...


class Files(Protocol):
    """Keeps files that people upload and steps make."""

    def read(self, file: str, use: Use) -> Coroutine[Any, Any, StoredFile]:
        """A file that this run may read. Raises NodeError."""
        ...

    def keep(self, name: str, media_type: str, content: bytes, use: Use) -> Coroutine[Any, Any, StoredFile]:
        """Keeps a file that this step made, once for the same content. Raises NodeError."""
        ...


class OnPark(Protocol):
    """A step asks people: their desk opens an item, in the transaction that parks the step."""

    def __call__(
        self,
        session: Session,
        *,
        run_id: int,
        path: str,
        token: int,
        question: Question,
        mode: Mode,
        starter: str,
        authors: Sequence[str],
        duties: Sequence[Sequence[str]],
    ) -> None:
        """Opens it. `token` names the wait; answer it with `resume_run`.

        `authors` wrote the workflow; `duties` holds, for each rule that separates duties, those that one person may
        not hold together.
        """
        ...


class OnWithdraw(Protocol):
    """A question is over without an answer: their desk closes the item."""

    def __call__(self, session: Session, *, run_id: int, path: str, why: str) -> None:
        """Closes it."""
        ...


class Audit(Protocol):
    """Keeps what must be provable later: refusals, blocks, unmaskings, and how each run ended."""

    def __call__(self, session: Session, *, kind: str, run_id: int, facts: Mapping[str, JSON]) -> None:
        """Appends one event in this transaction."""
        ...


class OnSpend(Protocol):
    """A run's questions cost something, which is to be added up."""

    def __call__(self, spender: Spender, spent: Iterable[tuple[str, Spent]]) -> Callable[[Session], None]:
        """What adds it (connection → what a question to it cost) in the transaction that keeps what came of them."""
        ...


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything outside this room that executing a run needs.

    Attributes:
        types: `name@major` → the installed node type.
        load_plan: verifies a woven document and compiles it; raises HandrailError. Asked once per hash and process.
        vault_key: seals the token books of runs: 32 bytes.
        audit: None keeps no events.
        on_spend: None counts nothing.
        admission: asked before the first step of a run; see `builder.teams.Admit` for how to join it.
        credentials, files: None where there are none (a file on the command line).
        telemetry: watches what is done.
        closers: what gives its connections back when the worker ends, on the worker's own event loop.
    """

    types: Mapping[str, NodeType]
    load_plan: Callable[[JSON], Plan]
    payloads: Payloads
    gateway: Gateway
    egress: Egress
    vault_key: bytes
    on_park: OnPark | None = None
    on_withdraw: OnWithdraw | None = None
    audit: Audit | None = None
    on_spend: OnSpend | None = None
    admission: Admit = field(default_factory=Admission)
    credentials: Credentials | None = None
    files: Files | None = None
    clock: Clock = field(default=SYSTEM_CLOCK)
    telemetry: Telemetry = SILENCE
    closers: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = ()
