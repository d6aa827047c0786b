"""Lending a credential to a step, just before it is used: granted, not over, for this host; and written down first."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.credentials import store
from builder.credentials.ports import Asker, Send, Transaction
from builder.credentials.rules import facts_for, over_since, place_of
from builder.credentials.schemas import SIGNING, CredentialRow, Opened, Way
from builder.credentials.seal import open_version
from builder.credentials.signing import Signer, fail_use
from builder.db import read_clock, to_milliseconds
from builder.engine.credentials import Named, judge_use
from builder.kit.ids import new_id, show_id
from builder.kit.sealing import SealError, Wrapping
from builder.sdk import HttpRequest


class Lender:
    """Opens credentials for the steps of runs.

    Args:
        transaction: opens one; the use is written and committed before anything leaves it.
        wrapping: unwraps their keys.
        send: the guarded way out, for tokens that must be fetched.
    """

    def __init__(self, transaction: Transaction, wrapping: Wrapping, send: Send) -> None:
        self._transaction = transaction
        self._wrapping = wrapping
        self._signer = Signer(send)

    async def open(self, name: str, use: Asker, to: str = "") -> Mapping[str, str]:
        """What a credential holds; where an address is said, only if its host is one of its own. Raises NodeError."""
        opened = await asyncio.to_thread(self._take, name, use, "open", to)
        return opened.fields

    async def sign(self, request: HttpRequest, use: Asker) -> HttpRequest:
        """The request with the credential that it names, if its host is one of the credential's. Raises NodeError."""
        opened = await asyncio.to_thread(self._take, request.credential, use, "sign", request.url)
        return await self._signer.sign(request, opened)

    async def sign_own(self, request: HttpRequest) -> HttpRequest:
        """The request of an admin or the keeper, who look at a server and belong to no team: signed as a step's is, for
        one of the credential's hosts. Raises NodeError.
        """
        opened = await asyncio.to_thread(self._take_own, request.credential, request.url)
        return await self._signer.sign(request, opened)

    def _take_own(self, name: str, url: str) -> Opened:
        with self._transaction() as session:
            row = store.find_credential_named(session, name)
            now = read_clock(session)
            over = "is not there any more" if row is None else over_since(row, now)
            if over or row is None:
                raise fail_use("credential_over", f"The credential “{name}” {over}. Ask IT to renew it.")
            if row.kind not in SIGNING:
                raise fail_use("credential_kind", f"The credential “{name}” signs no request: it is of {row.kind}.")
            host = expect_place(row, url)
            fields = unseal(session, row, self._wrapping)
            note_use(session, row, "look", now, who="the catalog", host=host)
        return Opened(row, fields)

    def take_key(self, credential_id: int, connection: str, url: str, asker: str) -> str:
        """The key of a model connection, for one question. Blocks. Raises NodeError."""
        with self._transaction() as session:
            row = store.read_credential(session, credential_id)
            now = read_clock(session)
            over = "is not there any more" if row is None else over_since(row, now)
            if over or row is None:
                said = f"The credential of the model connection “{connection}” {over}. Ask IT to renew it."
                raise fail_use("credential_over", said)
            host = expect_place(row, url) if url and row.hosts else url
            fields = unseal(session, row, self._wrapping)
            note_use(session, row, "model", now, who=asker or "somebody", host=host or connection)
        return fields["key"]

    def _take(self, name: str, use: Asker, way: Way, url: str) -> Opened:
        with self._transaction() as session:
            row = store.find_credential_named(session, name)
            now = read_clock(session)
            facts = None if row is None else facts_for(row, use.team_id, now)
            misuse = judge_use(facts, Named(use.path, "", name, (), use.type))
            if misuse is not None or row is None:
                assert misuse is not None, "what is not there cannot be used"
                raise fail_use(misuse.code, f"{misuse.sentence} {misuse.way_out}")
            host = expect_place(row, url) if url else ", ".join(row.hosts)[:300]
            fields = unseal(session, row, self._wrapping)
            note_use(session, row, way, now, who=f"run {show_id(use.run_id)}", host=host, use=use)
        return Opened(row, fields)


def unseal(session: Session, row: CredentialRow, wrapping: Wrapping) -> Mapping[str, str]:
    """What a credential holds.

    Raises:
        builder.sdk.NodeError: its key is not the one of here.
    """
    try:
        return open_version(session, row.id, row.version, wrapping)
    except SealError:
        said = f"The credential “{row.name}” does not open here. IT has to look at its key."
        raise fail_use("credential_sealed", said) from None


def expect_place(row: CredentialRow, url: str) -> str:
    """`host:port` of an address that a credential may be sent to.

    Raises:
        builder.sdk.NodeError: it is not one of the credential's, or without encryption where IT has not said so.
    """
    try:
        host, port, scheme = place_of(url)
    except ValueError:
        raise fail_use("credential_host", f"The credential “{row.name}” goes to no such address.") from None
    place = f"{host}:{port}"
    if host not in row.hosts and place not in row.hosts:
        said = f"The credential “{row.name}” is not for {place}. Ask IT to add this host, or use its own."
        raise fail_use("credential_host", said)
    if scheme != "https" and place not in row.hosts and not _is_loopback(host):
        said = f"The credential “{row.name}” is not sent to {host} without encryption. IT can list {place} to allow it."
        raise fail_use("credential_host", said)
    return place


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def note_use(
    session: Session, row: CredentialRow, way: Way, now: datetime, *, who: str, host: str, use: Asker | None = None
) -> None:
    """Writes down that a credential is opened now: a row of its log, and an event."""
    run, path, team = (None, "", None) if use is None else (use.run_id, use.path, use.team_id)
    store.insert_use(
        session,
        {
            "id": new_id(to_milliseconds(now)), "credential_id": row.id, "number": row.version, "at": now, "way": way,
            "who": who, "run_id": run, "path": path, "team_id": team, "host": host[:300],
        },
    )  # fmt: skip
    record = {"name": row.name, "version": row.version, "way": way, "host": host[:300], "path": path}
    subject = f"credential {row.name}"
    append_event(session, "credential_opened", actor=who, subject=subject, now=now, record=record)
