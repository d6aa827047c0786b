"""What the routes of every room need of an installation; `wiring` makes it.

**Admission**: whether a run may be started now, asked of all who may say no. A rule of governance is judged when a
version is published; what is asked here may change any day: a credential is over, a connection is off, a template was
revoked, money is used up. It is asked in the transaction of every start, and again by the worker before the first step,
so that nothing starts half-way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, ItemsView, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy.orm import Session

from builder.db import Database
from builder.egress import Client
from builder.engine.facts import ConnectionFacts
from builder.engine.plan import Plan
from builder.kit.errors import HandrailError
from builder.kit.sealing import SigningKey, Wrapping
from builder.payloads import PayloadStore
from builder.providers import Connection
from builder.sdk import JSON, Mode, NodeType, Send
from builder.teams.schemas import Caller

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants to start what.

    Attributes:
        mode: how the run would treat the world. A dry run makes no write, so it needs nothing that only a write needs.
        starter: who starts it.
        team_id, workflow_id: whose workflow it is; None for a file on the command line.
        run_id: the run, when its worker asks before the first step; None while there is none yet.
    """

    mode: Mode
    starter: str
    team_id: int | None = None
    workflow_id: int | None = None
    run_id: int | None = None


class NotAdmittedError(HandrailError):
    """A run may not start now; the sentence says why, and `way_out` who can help.

    A room that refuses derives its own class with a code of its own (`credential_over`, `template_revoked` …).

    Attributes:
        wish: what was refused; set by whoever asked.
    """

    code: ClassVar[str] = "not_admitted"
    status: ClassVar[int] = 409

    def __init__(self, sentence: str, *, node: str | None = None, way_out: str | None = None, **params: Any) -> None:
        super().__init__(sentence, node=node, way_out=way_out, **params)
        self.wish: Wish | None = None

    @property
    def why(self) -> str:
        """All of it in one line, as the page of a refused run says it."""
        return f"{self.sentence} {self.way_out}" if self.way_out else self.sentence


class Admit(Protocol):
    """Somebody who may refuse a start.

    To add one: write a class with these two methods in your room (any room from `teams` upwards may import this
    module's names from `builder.teams`), raise a subclass of `NotAdmittedError` with a sentence that says what is wrong
    and a `way_out` that says who can help, and put an instance into the list in `Application.__init__` of `wiring`
    (`self.admission = Admission(…)`). Nothing else: every start and every worker asks that list.
    """

    def concerns(self, plan: Plan) -> bool:
        """Whether this plan holds anything that is judged here. Cheap and pure: where nobody is concerned, the worker
        does not even look into the database before the first step.
        """
        ...

    def check(self, session: Session, plan: Plan, wish: Wish) -> None:
        """Judges a start, in its transaction (at the worker: in a session that only reads). Writes nothing.

        Raises:
            NotAdmittedError: the run may not start.
        """
        ...


class Admission:
    """All who may refuse a start, asked in their order; itself an Admit. Without any, everything is admitted."""

    def __init__(self, *admitters: Admit) -> None:
        self._admitters = admitters

    def concerns(self, plan: Plan) -> bool:
        """Whether anybody is concerned."""
        return any(each.concerns(plan) for each in self._admitters)

    def check(self, session: Session, plan: Plan, wish: Wish) -> None:
        """Asks everybody who is concerned. Raises NotAdmittedError: the first refusal."""
        for each in self._admitters:
            if each.concerns(plan):
                try:
                    each.check(session, plan, wish)
                except NotAdmittedError as refusal:
                    refusal.wish = wish
                    raise


class AskOutside(Protocol):
    """Asks another system something now, for an admin or the keeper, through the guarded way out."""

    def __call__(self, work: Callable[[Send], Coroutine[Any, Any, T]]) -> T:
        """Does the work with a way out of its own; waits for its end. Raises NodeError as the work does."""
        ...


class Site(Protocol):
    """Where people open the product."""

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        ...

    @property
    def mail(self) -> object | None:
        """How mail is sent; None when it is not."""
        ...


class Post(Protocol):
    """Tells people what this room has to say; each joins the transaction of what it tells."""

    def send_link(
        self, session: Session, kind: str, address: str, link: str, now: datetime, language: str = "en", **params: str
    ) -> bool:
        """Sends a one-time link (`invitation`, `reset`) by mail; False when this installation sends none."""
        ...

    def welcome(self, session: Session, person_id: int, team_id: int, team: str, now: datetime) -> None:
        """Tells somebody who is here already that he is in a team now."""
        ...


class TriggerFiles(Protocol):
    """Writes what starts a workflow into its file, and takes it out of one."""

    def say_triggers(self, session: Session, workflow_id: int) -> list[JSON]:
        """A workflow's triggers as its file says them: without ids, without secrets."""
        ...

    def take_triggers(self, session: Session, caller: Caller, workflow_id: int, said: Sequence[JSON]) -> None:
        """Keeps the triggers of a file, each off until somebody switches it on."""
        ...


class WorkflowBook(Protocol):
    """What rooms below the workflows must know of them."""

    def find_team(self, session: Session, caller: Caller, workflow_id: int) -> int:
        """The team whose workflow it is. Raises HandrailError: there is none that the caller may know of."""
        ...

    def find_names(self, session: Session, workflow_ids: Collection[int]) -> Mapping[int, str]:
        """What they are called; those that are gone are not among them."""
        ...

    def find_subjects(self, session: Session, workflow_ids: Collection[int]) -> Mapping[int, Subject]:
        """What rules about them must know; those that are gone are not among them."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """A workflow, as far as rules about it need to know.

    Attributes:
        team: name of its team.
        archived: whether it is put away.
        alone: whether no other workflow of its team has its name.
    """

    id: int
    team_id: int
    team: str
    name: str
    archived: bool
    alone: bool

    @property
    def reference(self) -> str:
        """As governance files name it."""
        return f"{self.team}/{self.name}"


class ModelBook(Protocol):
    """Name → model connection, as they are now."""

    @property
    def own(self) -> Mapping[str, Connection]:
        """Those of the environment."""
        ...

    def items(self) -> ItemsView[str, Connection]:
        """All of them."""
        ...

    def __iter__(self) -> Iterator[str]:
        """Their names."""
        ...

    def find_true_name(self, name: str) -> str:
        """The name under which a connection was opened: of `default` that of the one that it is at present."""
        ...

    def forget(self) -> None:
        """Looks again the next time."""
        ...


class Installation(Protocol):
    """An installation, opened."""

    @property
    def settings(self) -> Site:
        """How it is set up."""
        ...

    @property
    def database(self) -> Database:
        """Where the truth lives."""
        ...

    @property
    def payloads(self) -> PayloadStore:
        """Where large values live."""
        ...

    @property
    def types(self) -> Mapping[str, NodeType]:
        """The installed node types."""
        ...

    @property
    def connections(self) -> Mapping[str, ConnectionFacts]:
        """What is known of the model connections."""
        ...

    @property
    def models(self) -> ModelBook:
        """The model connections, live."""
        ...

    @property
    def signing_key(self) -> SigningKey:
        """Signs what is published."""
        ...

    @property
    def vault_key(self) -> bytes:
        """Seals what runs keep to themselves."""
        ...

    @property
    def wrapping(self) -> Wrapping:
        """Wraps the keys of credentials."""
        ...

    @property
    def post(self) -> Post:
        """Tells people what they must know of, in the product and by mail."""
        ...

    def shows_file(self, session: Session, caller: Caller, file: str, runs: Collection[int]) -> bool:
        """Whether a caller may see a file in one of the runs that read it, or in what he is asked to decide."""
        ...

    @property
    def admission(self) -> Admit:
        """Whether a run may be started now; asked by every start."""
        ...

    @property
    def triggers(self) -> TriggerFiles:
        """Writes triggers into files, and takes them out."""
        ...

    @property
    def workflows(self) -> WorkflowBook:
        """Names workflows, for the rooms below them."""
        ...

    @property
    def ask_outside(self) -> AskOutside:
        """Asks another system something now; not inside a transaction, for it takes its time."""
        ...

    def open_egress(self) -> Client:
        """A guarded way out for one event loop; whoever opened it closes it."""
        ...

    def load_plan(self, document: JSON) -> Plan:
        """The plan of a woven document that holds on what is installed here. Raises HandrailError."""
        ...

    def transaction(self) -> AbstractContextManager[Session]:
        """One transaction; rings leave after its commit."""
        ...
