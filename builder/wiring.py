"""The one page that knows everyone: which room fills which port, and what runs in one process or in several.

One process or several differ in two lines: where the database is, and how a ring travels.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Self

from sqlalchemy.orm import Session

from builder.audit import append_event, chain_events
from builder.catalog import discover_types
from builder.db import Database, open_database, read_clock
from builder.egress import Allowed, Client
from builder.engine.compile_plan import compile_plan
from builder.engine.facts import ConnectionFacts
from builder.engine.plan import Plan
from builder.engine.verify import verify
from builder.engine.woven import read_woven
from builder.kit.errors import HandrailError
from builder.kit.hashing import hash_value
from builder.kit.ids import show_id
from builder.kit.logs import set_up_logs
from builder.kit.sealing import SigningKey, load_or_make_key
from builder.notices import MailServer, Postbox, Postman, sweep_notices
from builder.payloads import FolderStore, ObjectStore, PayloadStore, S3Key
from builder.providers import Cassettes, Gateway, Models, connection_facts, connections_from_environment
from builder.queue import (
    IN_PROCESS,
    CeleryRing,
    Doorbell,
    EmbeddedWorker,
    Round,
    Rounds,
    open_doorbell,
    start_embedded_worker,
)
from builder.reviews import empty_reviews, expire_reviews, open_review, withdraw_review
from builder.runs import (
    Reach,
    RunWorker,
    Start,
    empty_runs,
    fire_timers,
    force_cancels,
    keep_for,
    machine_place,
    process_lives,
    reap_workers,
    start_run,
    sweep_payloads,
    sweep_ready,
)
from builder.sdk import JSON, NodeType
from builder.settings import ObjectStoreSettings, Settings
from builder.teams import is_ownerless, make_owner_link

PLANS_KEPT = 256
"""Verified plans that an installation keeps in memory."""

_names = itertools.count(1)

Told = Callable[[int, str, str], None]
"""Hears (run, step path, sentence): what nodes say to those who watch."""


class PlanRefusedError(HandrailError):
    """A woven workflow does not hold here, so it is not run."""

    code: ClassVar[str] = "plan_refused"
    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Keys:
    """What this installation seals and signs with."""

    vault: bytes
    audit: SigningKey


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
        types: the installed node types.
        post: tells people what they must know of, by mail where there is any.
        keys: what it seals and signs with.
        worker: executes runs in this process; None where others do.
    """

    def __init__(self, settings: Settings, doorbell: Doorbell) -> None:
        self.settings = settings
        self.doorbell = doorbell
        self.keys = _read_keys(settings)
        self.payloads = _open_payloads(settings)
        self.types: Mapping[str, NodeType] = discover_types()
        self.database: Database = open_database(settings.database_url)
        self.ring = CeleryRing(doorbell)
        self.post = Postbox(self.keys.vault, settings.mail is not None)
        self._postman = None if settings.mail is None else Postman(
            self.transaction, MailServer(**asdict(settings.mail)), self.keys.vault, settings.url
        )  # fmt: skip
        self.worker: RunWorker | None = None
        self._connections = connections_from_environment(settings.environment)
        self._plans: dict[str, Plan] = {}
        self._rounds: Rounds | None = None
        self._embedded: EmbeddedWorker | None = None
        self._closing = threading.Lock()
        self._closed = False
        self.database.upgrade()
        self.database.on_ring(self.ring.ring)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ using it

    def transaction(self) -> AbstractContextManager[Session]:
        """One transaction; rings leave after its commit."""
        return self.database.transaction()

    def open_door(self) -> OwnerLink | None:
        """A link that signs the first owner in, while nobody can sign in with a password; else None."""
        with self.transaction() as session:
            if not is_ownerless(session):
                return None
            return OwnerLink(*make_owner_link(session, read_clock(session)))

    def start(self, document: JSON, start: Start) -> int:
        """Starts a run of a woven workflow; its number.

        Raises:
            HandrailError: the document does not hold here, or the input does not fit.
        """
        plan = self.load_plan(document)
        with self.transaction() as session:
            return start_run(session, plan, document, start, self.payloads)

    @property
    def connections(self) -> Mapping[str, ConnectionFacts]:
        """What is known of the model connections of this installation."""
        return connection_facts(self._connections)

    @property
    def signing_key(self) -> SigningKey:
        """Signs what is published."""
        return self.keys.audit

    @property
    def vault_key(self) -> bytes:
        """Seals what runs keep to themselves."""
        return self.keys.vault

    def load_plan(self, document: JSON) -> Plan:
        """The plan of a woven document that holds on what is installed here; looked at once for each document.

        Raises:
            HandrailError: it is none, or does not hold.
        """
        key = hash_value(document)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._verify_and_compile(document)
            if len(self._plans) >= PLANS_KEPT:
                self._plans.pop(next(iter(self._plans)))
            self._plans[key] = plan
        return plan

    def _verify_and_compile(self, document: JSON) -> Plan:
        woven = read_woven(document)
        found = verify(woven, self.types, connections=self.connections)
        if not found.holds:
            raise PlanRefusedError(
                f"This woven workflow does not hold here. {found.sentence}", way_out="Weave it again, then start it."
            )
        return compile_plan(woven, self.types)

    # ------------------------------------------------------------------ running it

    def work(self, *, allow_hosts: tuple[str, ...] = (), told: Told = lambda *_: None) -> RunWorker:
        """Executes runs in this process from now on, as rings come in."""
        egress, gateway = Client(Allowed.of(*self.settings.allowed_hosts, *allow_hosts)), self._open_gateway()
        reach = Reach(
            types=self.types,
            load_plan=self.load_plan,
            payloads=self.payloads,
            gateway=gateway,
            egress=egress,
            vault_key=self.keys.vault,
            on_park=open_review,
            on_withdraw=withdraw_review,
            audit=_keep_event,
            closers=(gateway.aclose, egress.aclose),
        )
        self.worker = RunWorker(self.database, reach, told)
        self.worker.start()
        self.doorbell.on_advance = self.worker.advance
        return self.worker

    def _open_gateway(self) -> Gateway:
        models = Models(self._connections)
        if self.settings.recordings is None:
            return models
        way, folder = self.settings.recordings
        return Cassettes(folder, models, way)

    def listen(self) -> None:
        """Starts a Celery worker inside this process."""
        assert self.worker is not None
        self._embedded = start_embedded_worker(self.doorbell, self.worker.advance)

    def keep(self) -> None:
        """Goes the keeper's rounds in a thread of this process. Any number of processes may."""
        self._rounds = Rounds(self.rounds())
        self._rounds.start()

    def rounds(self) -> tuple[Round, ...]:
        """What the keeper does. Each act is one transaction, and does no harm when others do the same.

        Timers and overdue rings are exact although they are looked at once a second: none that is new is due sooner
        (a shorter wait never leaves its worker's memory), and for the others the act says when it must come again.
        A process of this machine that is gone is missed at once, one of another machine when its lease is over.
        """
        here, kept = machine_place(), keep_for(self.settings.keep_live, self.settings.keep_dry)
        return (
            Round("timers", 1.0, lambda: self._do_in_time(fire_timers)),
            Round("sweep", 1.0, lambda: self._do_in_time(sweep_ready)),
            Round(
                "audit",
                1.0,
                lambda: self._do(lambda session: chain_events(session, self.keys.audit, read_clock(session))),
            ),
            Round("reaper", 1.0, lambda: self._do(lambda session: reap_workers(session, here, process_lives))),
            Round("reviews", 5.0, lambda: self._do(lambda session: expire_reviews(session, read_clock(session)))),
            Round("cancels", 5.0, lambda: self._do(force_cancels)),
            Round("old", 300.0, lambda: self._do_in_time(lambda session: empty_runs(session, kept, empty_reviews))),
            Round("payloads", 600.0, self._sweep_payloads),
            Round("mail", 5.0, lambda: None if self._postman is None else self._postman.go()),
            Round("notices", 3600.0, lambda: self._do(sweep_notices)),
        )

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
            if self._postman is not None:
                self._postman.close()
            if self.worker is not None:
                self.worker.stop()
            self.doorbell.close()
            if isinstance(self.payloads, ObjectStore):
                self.payloads.close()
            self.database.close()

    def _sweep_payloads(self) -> None:
        with self.database.read() as session:
            sweep_payloads(session, self.payloads)

    def _do(self, act: Callable[[Session], object]) -> None:
        with self.transaction() as session:
            act(session)

    def _do_in_time(self, act: Callable[[Session], datetime | None]) -> float | None:
        """Does what gives the moment at which it wants to be done again."""
        with self.transaction() as session:
            due = act(session)
            return None if due is None else (due - read_clock(session)).total_seconds()


def open_application(settings: Settings) -> Application:
    """Opens an installation to read it, or to tell it something; nothing is executed in this process.

    Raises:
        HandrailError: a setting, a key or the database cannot be used.
    """
    set_up_logs(settings.log_level)
    return Application(settings, open_doorbell(settings.broker_url or _own_address()))


def build_embedded(
    settings: Settings, *, allow_hosts: tuple[str, ...] = (), told: Told = lambda *_: None
) -> Application:
    """Opens an installation and does everything in this process: works, listens and keeps.

    Its rings stay in this process even where there is a broker, so what is started here is executed here.

    Args:
        settings: how it is set up.
        allow_hosts: hosts that may be reached beside those of the settings.
        told: hears what nodes say to those who watch.

    Raises:
        HandrailError: a setting, a key or the database cannot be used.
    """
    set_up_logs(settings.log_level)
    application = Application(settings, open_doorbell(_own_address(), threads=settings.worker_threads))
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
    application = open_application(settings)
    application.keep()
    return application


def build_worker(settings: Settings, doorbell: Doorbell) -> Application:
    """What a Celery worker process is: it executes runs as rings come in, and keeps. Celery listens.

    Raises:
        HandrailError: a setting, a key or the database cannot be used.
    """
    application = Application(settings, doorbell)
    application.work()
    application.keep()
    return application


def _own_address() -> str:
    return f"{IN_PROCESS}://handrail-{os.getpid()}-{next(_names)}"


def _read_keys(settings: Settings) -> Keys:
    folder: Path = settings.home / "keys"
    vault = settings.vault_key or load_or_make_key(folder / "vault.key")
    audit = settings.audit_key or load_or_make_key(folder / "audit.key")
    return Keys(vault, SigningKey(audit))


def _open_payloads(settings: Settings) -> PayloadStore:
    place = settings.payloads
    if isinstance(place, ObjectStoreSettings):
        key = S3Key(place.key, place.secret, place.region)
        return ObjectStore(place.endpoint, place.bucket, key, place.prefix)
    return FolderStore(place)


def _keep_event(session: Session, *, kind: str, run_id: int, facts: Mapping[str, JSON]) -> None:
    append_event(session, kind, actor="worker", subject=f"run {show_id(run_id)}", now=read_clock(session), record=facts)
