"""Opening what the settings name: keys, payloads, the way to models, what watches a process, and who writes down."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from sqlalchemy.orm import Session

from builder import __version__
from builder.audit import append_event
from builder.credentials import Lender
from builder.db import Database, newest_revision, read_clock
from builder.egress import Allowed, Client
from builder.engine.compile_plan import compile_plan
from builder.engine.facts import ConnectionFacts
from builder.engine.plan import Plan
from builder.engine.verify import verify
from builder.engine.woven import read_woven
from builder.kit.errors import HandrailError
from builder.kit.hashing import hash_value
from builder.kit.ids import show_id
from builder.kit.sealing import LocalWrapping, SigningKey, Wrapping, key_id, load_or_make_key, make_tag
from builder.notices import MailServer, Postman
from builder.payloads import FolderStore, ObjectStore, PayloadStore, S3Key
from builder.processes import Process
from builder.providers import Cassettes, Connection, Gateway, Models
from builder.reviews import count_waiting_reviews
from builder.runs import count_leases, count_open_runs, machine_place
from builder.sdk import JSON, HttpAnswer, HttpRequest, NodeType, Send
from builder.settings import ObjectStoreSettings, Settings
from builder.teams import NotAdmittedError
from builder.telemetry import Figures, Instruments, open_instruments

T = TypeVar("T")

PLANS_KEPT = 256
"""Verified plans that an installation keeps in memory."""

COMMAND = "command"
"""The role of a process that is none of an installation's own: somebody's command."""

_TELLS_FIGURES = ("keeper", "up", "api")
"""Who tells how the whole installation stands. Workers come in numbers, and would all ask the database the same."""


class PlanRefusedError(HandrailError):
    """A woven workflow does not hold here, so it is not run."""

    code: ClassVar[str] = "plan_refused"
    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Keys:
    """What this installation seals and signs with."""

    vault: bytes
    audit: SigningKey

    @property
    def prints(self) -> tuple[str, str]:
        """Fingerprints of both, which tell nothing of them but whether they are equal: 16 hex digits each."""
        return make_tag(self.vault, b"handrail fingerprint")[:16], key_id(self.audit.public)


def compile_held_plan(
    document: JSON, types: Mapping[str, NodeType], connections: Mapping[str, ConnectionFacts]
) -> Plan:
    """The plan of a woven document that holds on what is installed here.

    Raises:
        PlanRefusedError: it does not hold.
        HandrailError: it is no woven document.
    """
    woven = read_woven(document)
    found = verify(woven, types, connections=connections)
    if not found.holds:
        raise PlanRefusedError(
            f"This woven workflow does not hold here. {found.sentence}", way_out="Weave it again, then start it."
        )
    return compile_plan(woven, types)


class PlanShelf:
    """The plans of documents that hold here, looked at once for each document."""

    def __init__(self, types: Mapping[str, NodeType], connections: Callable[[], Mapping[str, ConnectionFacts]]) -> None:
        self._types = types
        self._connections = connections
        self._plans: dict[str, Plan] = {}

    def load(self, document: JSON) -> Plan:
        """The plan of a woven document. Raises HandrailError: it is none, or does not hold."""
        key = hash_value(document)
        plan = self._plans.get(key)
        if plan is None:
            plan = compile_held_plan(document, self._types, self._connections())
            if len(self._plans) >= PLANS_KEPT:
                self._plans.pop(next(iter(self._plans)))
            self._plans[key] = plan
        return plan


def read_keys(settings: Settings) -> Keys:
    """The keys, from the settings or the files of this machine; a file is made at the first start.

    Raises:
        HandrailError: a file cannot be used.
    """
    folder: Path = settings.home / "keys"
    vault = settings.vault_key or load_or_make_key(folder / "vault.key")
    audit = settings.audit_key or load_or_make_key(folder / "audit.key")
    return Keys(vault, SigningKey(audit))


def open_wrapping(settings: Settings, keys: Keys) -> LocalWrapping:
    """What wraps the keys of credentials: a key of its own, or one that follows from the vault's."""
    usual = bytes.fromhex(make_tag(keys.vault, b"handrail credentials"))
    before = [each for each in (settings.credentials_key_before, usual) if each is not None]
    return LocalWrapping(settings.credentials_key or usual, *before)


def open_payloads(settings: Settings) -> PayloadStore:
    """Where large values live."""
    place = settings.payloads
    if isinstance(place, ObjectStoreSettings):
        key = S3Key(place.key, place.secret, place.region)
        return ObjectStore(place.endpoint, place.bucket, key, place.prefix)
    return FolderStore(place)


def open_postman(
    settings: Settings, transaction: Callable[[], AbstractContextManager[Session]], keys: Keys
) -> Postman | None:
    """Who sends what people are told by mail; None where there is no mail."""
    if settings.mail is None:
        return None
    return Postman(transaction, MailServer(**asdict(settings.mail)), keys.vault, settings.url)


def open_gateway(settings: Settings, connections: Mapping[str, Connection]) -> Gateway:
    """The way to models, or to their recorded answers."""
    models = Models(connections)
    if settings.recordings is None:
        return models
    way, folder = settings.recordings
    return Cassettes(folder, models, way)


def describe_process(role: str, keys: Keys) -> Process:
    """What a process says of itself."""
    return Process(
        uuid.uuid4().hex, role, machine_place(), os.getpid(), __version__, newest_revision(), " ".join(keys.prints)
    )


def look_at_figures(database: Database) -> Figures:
    """How the installation stands."""
    with database.read() as session:
        return Figures(count_open_runs(session), count_waiting_reviews(session), count_leases(session))


def open_telemetry(settings: Settings, role: str, database: Database) -> Instruments:
    """What watches a process, as far as the settings want to know."""
    return open_instruments(
        role,
        figures=settings.metrics is not None and role != COMMAND,
        endpoint=settings.otlp,
        look=(lambda: look_at_figures(database)) if role in _TELLS_FIGURES else None,
    )


def keep_event(session: Session, *, kind: str, run_id: int, facts: Mapping[str, JSON]) -> None:
    """Keeps what happened in a run."""
    append_event(session, kind, actor="worker", subject=f"run {show_id(run_id)}", now=read_clock(session), record=facts)


def keep_refusal(session: Session, refusal: NotAdmittedError) -> None:
    """Keeps that a run did not start, and why."""
    wish = refusal.wish
    if wish is None:
        return
    subject = "file" if wish.workflow_id is None else f"workflow {show_id(wish.workflow_id)}"
    record: dict[str, JSON] = {"mode": wish.mode.value, "why": refusal.why, "reason": refusal.code}
    append_event(session, "start_refused", actor=wish.starter, subject=subject, now=read_clock(session), record=record)


class Outside:
    """Asks another system something now, for an admin or the keeper: each time through a way out of its own."""

    def __init__(
        self,
        allowed_hosts: Sequence[str],
        transaction: Callable[[], AbstractContextManager[Session]] | None = None,
        wrapping: Wrapping | None = None,
    ) -> None:
        """Args:
        allowed_hosts: those that may be reached beside the public ones.
        transaction: opens one; without it no request carries a credential.
        wrapping: unwraps the keys of credentials.
        """
        self._allowed = Allowed.of(*allowed_hosts)
        self._transaction = transaction
        self._wrapping = wrapping

    def __call__(self, work: Callable[[Send], Coroutine[Any, Any, T]]) -> T:
        """Does the work and waits for its end. Raises NodeError as the work does."""

        async def go() -> T:
            async with Client(self._allowed) as client:
                lender = None
                if self._transaction is not None and self._wrapping is not None:
                    lender = Lender(self._transaction, self._wrapping, client.send)

                async def send(request: HttpRequest) -> HttpAnswer:
                    if request.credential and lender is not None:
                        request = await lender.sign_own(request)
                    return await client.send(request)

                return await work(send)

        return asyncio.run(go())
