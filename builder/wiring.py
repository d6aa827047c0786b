"""The one page that knows everyone: which room fills which port, and what runs in one process or in several.

One process or several differ in two lines: where the database is, and how a ring travels.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from builder.catalog import AdmitTemplates, Palette, discover_types
from builder.credentials import ConnectionAdmit, ConnectionBook, CredentialAdmit, Lender
from builder.db import Database, open_database, read_clock
from builder.egress import Allowed, Client
from builder.engine.facts import ConnectionFacts
from builder.engine.plan import Plan
from builder.files import RunFiles
from builder.governance import AdmitExempt, AdmitUnhalted, BudgetAdmit, SpendingBook
from builder.keeping import Kept, keeper_rounds
from builder.kit.logs import set_up_logs
from builder.kit.sealing import SigningKey, Wrapping
from builder.notices import Postbox
from builder.opening import (
    COMMAND,
    Outside,
    PlanShelf,
    describe_process,
    keep_event,
    keep_refusal,
    open_gateway,
    open_payloads,
    open_postman,
    open_telemetry,
    open_wrapping,
    read_keys,
)
from builder.payloads import ObjectStore
from builder.processes import forget_process
from builder.providers import WatchedGateway, connection_facts, connections_from_environment
from builder.queue import (
    IN_PROCESS,
    CeleryRing,
    Doorbell,
    EmbeddedWorker,
    Round,
    Rounds,
    open_doorbell,
    start_embedded_worker,
)  # fmt: skip
from builder.reviews import open_review, sees_file, withdraw_review
from builder.runs import HaltKeeper, Reach, RunWorker, Start, start_run
from builder.sdk import JSON, NodeType
from builder.settings import Settings
from builder.teams import Admission, NotAdmittedError, is_machine_trusted, is_ownerless, make_owner_link
from builder.telemetry import SILENCE, Answers, SideDoor
from builder.triggers import TriggerFiles, keep_schedules, sweep_fires
from builder.workflows import WorkflowNames, tell_template_users

_names = itertools.count(1)

Told = Callable[[int, str, str], None]
"""Hears (run, step path, sentence): what nodes say to those who watch."""


@dataclass(frozen=True, slots=True)
class OwnerLink:
    """The way in for whoever stands at the machine: the first owner's id, and a token that opens once."""

    owner: int
    token: str = field(repr=False)


class Application:
    """An installation, opened. Used as a context, it is closed at the end.

    Attributes:
        settings: how it is set up.
        database: where the truth lives.
        payloads: where large values live.
        types: the node types, installed and made from NodeTemplates.
        triggers: writes what starts workflows into files, and takes it out.
        post: tells people what they must know of, by mail where there is any.
        keys: what it seals and signs with.
        wrapping: wraps the keys of credentials.
        models: the model connections, live.
        begins: who may refuse the first step.
        admission: who may refuse a start.
        ask_outside: asks another system something now.
        worker: executes runs in this process; None where others do.
        process: what this process says of itself.
        telemetry: watches what this process does, where somebody wants to know.
    """

    def __init__(self, settings: Settings, doorbell: Doorbell, role: str = COMMAND) -> None:
        self.settings = settings
        self.doorbell = doorbell
        self.keys = read_keys(settings)
        self.wrapping: Wrapping = open_wrapping(settings, self.keys)
        self.payloads = open_payloads(settings)
        self.database: Database = open_database(settings.database_url)
        palette = Palette(discover_types(), self.database.read, tell_template_users)
        self.types: Mapping[str, NodeType] = palette
        self.ring = CeleryRing(doorbell)
        self.post = Postbox(self.keys.vault, settings.mail is not None)
        self._postman = open_postman(settings, self.transaction, self.keys)
        self.ask_outside = Outside(settings.allowed_hosts, self.transaction, self.wrapping)
        self.models = ConnectionBook(connections_from_environment(settings.environment), self.database.read)
        self.begins = Admission(
            AdmitTemplates(palette), AdmitExempt(), CredentialAdmit(self.types), ConnectionAdmit(self.models),
            BudgetAdmit(self.models.own),
        )  # fmt: skip
        self.admission = Admission(AdmitUnhalted(self.models.find_true_name, self.types), self.begins)
        self.worker: RunWorker | None = None
        self._plans = PlanShelf(self.types, lambda: self.connections)
        self._rounds: Rounds | None = None
        self._embedded: EmbeddedWorker | None = None
        self._side_door: SideDoor | None = None
        self._closing = threading.Lock()
        self._closed = False
        if settings.scaled:
            self.database.check()
        else:
            self.database.upgrade()
        self.database.on_ring(self.ring.ring)
        self.process = describe_process(role, self.keys)
        self.telemetry = open_telemetry(settings, role, self.database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ using it

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction; rings leave after its commit. Of a refused start nothing stays but an event."""
        try:
            with self.database.transaction() as session:
                yield session
        except NotAdmittedError as refusal:
            with self.database.transaction() as session:
                keep_refusal(session, refusal)
            raise

    def open_door(self, *, asked: bool = False) -> OwnerLink | None:
        """A link that signs the first owner in, while nobody has a password, or when it is `asked` for and may be."""
        with self.transaction() as session:
            if not (is_machine_trusted(session) if asked else is_ownerless(session)):
                return None
            return OwnerLink(*make_owner_link(session, read_clock(session)))

    def start(self, document: JSON, start: Start) -> int:
        """Starts a run of a woven workflow; its number.

        Raises:
            HandrailError: the document does not hold here, or the input does not fit.
        """
        plan = self.load_plan(document)
        with self.transaction() as session:
            return start_run(session, plan, document, start, self.payloads, self.admission)

    @property
    def connections(self) -> Mapping[str, ConnectionFacts]:
        """What is known of the model connections of this installation."""
        return connection_facts(self.models)

    @property
    def signing_key(self) -> SigningKey:
        """Signs what is published."""
        return self.keys.audit

    @property
    def vault_key(self) -> bytes:
        """Seals what runs keep to themselves."""
        return self.keys.vault

    shows_file = staticmethod(sees_file)
    triggers = TriggerFiles()
    workflows = WorkflowNames()

    def open_egress(self) -> Client:
        """A guarded way out for one event loop; whoever opened it closes it."""
        return Client(Allowed.of(*self.settings.allowed_hosts))

    def load_plan(self, document: JSON) -> Plan:
        """The plan of a woven document that holds on what is installed here; looked at once for each document.

        Raises:
            HandrailError: it is none, or does not hold.
        """
        return self._plans.load(document)

    # ------------------------------------------------------------------ running it

    def work(self, *, allow_hosts: tuple[str, ...] = (), told: Told = lambda *_: None) -> RunWorker:
        """Executes runs in this process from now on, as rings come in."""
        egress = Client(Allowed.of(*self.settings.allowed_hosts, *allow_hosts))
        lender = Lender(self.transaction, self.wrapping, egress.send)
        self.models.lend_by(lender)
        gateway = WatchedGateway(open_gateway(self.settings, self.models), self.models, self.telemetry)
        reach = Reach(
            types=self.types,
            load_plan=self.load_plan,
            payloads=self.payloads,
            gateway=gateway,
            egress=egress,
            vault_key=self.keys.vault,
            on_park=open_review,
            on_withdraw=withdraw_review,
            audit=keep_event,
            on_spend=SpendingBook(self.models.find_true_name),
            admission=self.begins,
            credentials=lender,
            telemetry=SILENCE if self.telemetry.quiet else self.telemetry,
            files=RunFiles(self.database, self.payloads),
            closers=(gateway.aclose, egress.aclose),
        )
        self.worker = RunWorker(self.database, reach, told)
        self.worker.start()
        self.doorbell.on_advance = self.worker.advance
        return self.worker

    def listen(self) -> None:
        """Starts a Celery worker inside this process."""
        assert self.worker is not None
        self._embedded = start_embedded_worker(self.doorbell, self.worker.advance)

    def keep(self) -> None:
        """Goes the keeper's rounds in a thread of this process. Any number of processes may."""
        self.begin_keeping().start()

    def begin_keeping(self) -> Rounds:
        """The keeper's rounds, for whoever goes them himself."""
        self._rounds = Rounds(self.rounds())
        return self._rounds

    def rounds(self) -> tuple[Round, ...]:
        """What the keeper does."""
        kept = Kept(
            self.settings, self.database, self.payloads, self.keys, self._postman, self.process, self.ask_outside
        )
        return (*keeper_rounds(kept), Round("halts", 1.0, HaltKeeper(self).keep),
                Round("schedules", 1.0, lambda: keep_schedules(self)),
                Round("fires", 3600.0, lambda: sweep_fires(self)))  # fmt: skip

    def open_side_door(
        self, *, ready: Callable[[], str | None] | None = None, also: Callable[[], str | None] = lambda: None
    ) -> None:
        """Answers those who watch this process, where the settings name a place for it.

        Args:
            ready: why this process cannot do its work now; by default `look_ready`.
            also: what else can be wrong with this process that only a new one would mend.

        Raises:
            HandrailError: nobody can listen there.
        """
        if self.settings.metrics is not None:
            figures = None if self.telemetry.metrics is None else self.telemetry.metrics.write
            self._side_door = SideDoor(
                self.settings.metrics, Answers(lambda: self.look_alive() or also(), ready or self.look_ready, figures)
            )

    def _leave(self) -> None:
        """Says that this process is gone; without a database, its silence will say so."""
        with suppress(SQLAlchemyError), self.transaction() as session:
            forget_process(session, self.process.id)

    def look_alive(self) -> str | None:
        """What is wrong with this process, that only a new one would mend; None when nothing is."""
        if self._rounds is not None and self._rounds.stands:
            return "The keeper's rounds stand still."
        if self.worker is not None and not self.worker.answers():
            return "The loop that executes runs does not answer."
        return None

    def look_ready(self) -> str | None:
        """Why this process cannot do its work now; None when it can."""
        if self._closed or (self.worker is not None and self.worker.draining):
            return "It is being stopped."
        if self.worker is not None and not self.worker.trusted:
            return "Its lease has not been prolonged: the database is away, or slow."
        return self.database.look_away()

    def drain(self, timeout: float = 25.0) -> None:
        """Takes no run any more, lets nodes under way finish, gives the rest back."""
        with self._closing:
            if self.worker is not None and not self.worker.draining:
                self.worker.drain(timeout)

    def ring_for_others(self) -> None:
        """Rings for what this process left to others since it drains."""
        for run_id in tuple(self.worker.for_others if self.worker is not None else ()):
            self.database.ring(run_id)

    def close(self, timeout: float = 25.0) -> None:
        """Drains and ends everything that this process does. Closing twice does no harm."""
        self.drain(timeout)
        with self._closing:
            if self._closed:
                return
            self._closed = True
            if self._rounds is not None:
                self._rounds.stop()
            if self._embedded is not None:
                self._embedded.stop()
            if self._rounds is not None and self.settings.scaled:
                self._leave()
            if self._postman is not None:
                self._postman.close()
            if self.worker is not None:
                self.worker.stop()
            if self._side_door is not None:
                self._side_door.close()
            self.telemetry.close()
            self.doorbell.close()
            if isinstance(self.payloads, ObjectStore):
                self.payloads.close()
            self.database.close()


def open_application(settings: Settings, role: str = COMMAND) -> Application:
    """Opens an installation to read it, or to tell it something; nothing is executed in this process.

    Args:
        settings: how it is set up.
        role: what this process is, as logs and figures call it.

    Raises:
        HandrailError: a setting, a key or the database cannot be used.
    """
    set_up_logs(settings.log_level, role=role)
    return Application(settings, open_doorbell(settings.broker_url or _own_address()), role)


def build_embedded(
    settings: Settings, *, allow_hosts: tuple[str, ...] = (), told: Told = lambda *_: None, role: str = COMMAND
) -> Application:
    """Opens an installation and does everything in this process: works, listens and keeps.

    Its rings stay in this process even where there is a broker, so what is started here is executed here.

    Args:
        settings: how it is set up.
        allow_hosts: hosts that may be reached beside those of the settings.
        told: hears what nodes say to those who watch.
        role: what this process is, as logs and figures call it.

    Raises:
        HandrailError: a setting, a key or the database cannot be used.
    """
    set_up_logs(settings.log_level, role=role)
    application = Application(settings, open_doorbell(_own_address(), threads=settings.worker_threads), role)
    try:
        application.work(allow_hosts=allow_hosts, told=told)
        application.listen()
        application.keep()
    except BaseException:  # whatever went wrong, no thread stays behind
        application.close()
        raise
    return application


def build_api(settings: Settings) -> Application:
    """What the API's process is where workers are others: it answers, and keeps; it executes nothing.

    Raises:
        HandrailError: a setting, a key or the database cannot be used.
    """
    application = open_application(settings, "api")
    application.keep()
    return application


def build_worker(settings: Settings, doorbell: Doorbell) -> Application:
    """What a Celery worker process is: it executes runs as rings come in, and keeps. Celery listens.

    Raises:
        HandrailError: a setting, a key or the database cannot be used.
    """
    application = Application(settings, doorbell, "worker")
    application.work()
    application.keep()
    return application


def _own_address() -> str:
    return f"{IN_PROCESS}://handrail-{os.getpid()}-{next(_names)}"
