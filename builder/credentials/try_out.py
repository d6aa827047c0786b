"""Testing a credential with one click: a real request, sign-in or connection, told in words."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session

from builder.credentials import store
from builder.credentials.lend import expect_place, note_use
from builder.credentials.schemas import SIGNING, CredentialError, Opened, UnknownCredentialError
from builder.credentials.seal import open_version
from builder.credentials.signing import Signer
from builder.db import read_clock
from builder.egress import Client
from builder.kit.sealing import SealError, Wrapping
from builder.sdk import HttpRequest, NodeError
from builder.sdk.databases import find_roots, tell_connection
from builder.teams import Caller, require

PATIENCE = 15.0
"""Seconds that a test takes at most."""
_PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}


@dataclass(frozen=True, slots=True)
class Tried:
    """How a test went, in words that hold nothing of the secret and nothing that the other side wrote."""

    ok: bool
    said: str


def take_for_test(session: Session, caller: Caller, credential_id: int, url: str, wrapping: Wrapping) -> Opened:
    """Opens a credential for a test, which is a use like any other.

    Args:
        session: the caller's transaction.
        caller: who tests.
        credential_id: which.
        url: for a kind that signs requests, the address that is asked; by default its first host's root.
        wrapping: unwraps its key.

    Raises:
        UnknownCredentialError, CredentialError: there is none, or it does not open.
    """
    require(caller, "credential.write", None)
    row = store.read_credential(session, credential_id)
    if row is None:
        raise UnknownCredentialError("There is no such credential.")
    host = ", ".join(row.hosts)
    if row.kind in SIGNING:
        try:
            host = expect_place(row, url or test_address(row.hosts))
        except NodeError as problem:
            raise CredentialError(problem.failed.sentence, field="url") from None
    try:
        fields = open_version(session, row.id, row.version, wrapping)
    except SealError as problem:
        raise CredentialError(f"It does not open: {problem.sentence}", way_out=problem.way_out) from None
    note_use(session, row, "test", read_clock(session), who=caller.actor, host=host)
    return Opened(row, fields)


def keep_test(session: Session, opened: Opened, tried: Tried) -> None:
    """Keeps how a test went."""
    values = {"tested_at": read_clock(session), "test_ok": tried.ok, "test_said": tried.said[:1_000]}
    store.update_credential(session, opened.row.id, values)


def test_address(hosts: tuple[str, ...]) -> str:
    """The address that is asked where none is said."""
    first = hosts[0] if hosts else "localhost"
    plain = first.startswith(("127.", "localhost")) or first.endswith(":80")
    return f"{'http' if plain else 'https'}://{first}/"


def try_credential(opened: Opened, url: str, egress: Client) -> Tried:
    """Tries a credential for real. Blocks, at most `PATIENCE` seconds or so."""
    kind = opened.row.kind
    if kind in SIGNING:
        return asyncio.run(_try_request(opened, url or test_address(opened.row.hosts), egress))
    if kind == "smtp":
        return _try_mail(opened, egress)
    if kind == "sql":
        return _try_database(opened, egress)
    return Tried(True, "It opens. A secret of this kind is only seen to work where it is used.")


async def _try_request(opened: Opened, url: str, egress: Client) -> Tried:
    async with egress:
        try:
            request = HttpRequest("GET", url, (("Accept", "*/*"),), timeout=PATIENCE)
            answer = await egress.send(await Signer(egress.send).sign(request, opened))
        except NodeError as problem:
            return Tried(False, problem.failed.sentence)
    host = urlsplit(url).hostname
    if answer.status in (401, 403):
        return Tried(False, f"{host} does not accept it: it answered with status {answer.status}.")
    if answer.status >= 500:
        return Tried(False, f"{host} answered with status {answer.status}; whether it accepts it cannot be told.")
    return Tried(True, f"{host} answered with status {answer.status}.")


async def _find_address(egress: Client, host: str, port: int) -> str:
    async with egress:
        return await egress.find_address(host, port)


def _try_mail(opened: Opened, egress: Client) -> Tried:
    fields = opened.fields
    tls = fields.get("tls", "starttls")
    host, port = fields["host"], int(fields.get("port") or (465 if tls == "tls" else 587))
    try:
        address = asyncio.run(_find_address(egress, host, port))
        _sign_in(address, host, port, tls, fields.get("user", ""), fields.get("password", ""))
    except NodeError as problem:
        return Tried(False, problem.failed.sentence)
    except smtplib.SMTPAuthenticationError as problem:
        return Tried(False, f"{host} does not accept the user or the password (code {problem.smtp_code}).")
    except smtplib.SMTPNotSupportedError:
        return Tried(False, f"{host} offers no {'encryption' if tls == 'starttls' else 'sign-in'}.")
    except ssl.SSLError:
        return Tried(False, f"The certificate of {host} is not trusted, or it does not speak TLS at port {port}.")
    except (smtplib.SMTPException, OSError) as problem:
        return Tried(False, f"{host}:{port} cannot be used: {type(problem).__name__}.")
    return Tried(True, f"{host} let it in." if fields.get("user") else f"{host} answers; it needs no sign-in.")


class _Line(smtplib.SMTP):
    """A connection to a judged address, under the server's own name."""

    def __init__(self, address: str, host: str, tls: ssl.SSLContext | None) -> None:
        self._address = address
        self._tls = tls
        super().__init__(timeout=PATIENCE)
        self._host = host  # what smtplib checks the certificate against

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = socket.create_connection((self._address, port), timeout)
        return line if self._tls is None else self._tls.wrap_socket(line, server_hostname=host)


def _sign_in(address: str, host: str, port: int, tls: str, user: str, password: str) -> None:
    context = ssl.create_default_context()
    smtp = _Line(address, host, context if tls == "tls" else None)
    try:
        smtp.connect(host, port)
        smtp.ehlo()
        if tls == "starttls":
            smtp.starttls(context=context)
            smtp.ehlo()
        if user:
            smtp.login(user, password)
    finally:
        smtp.close()


def _try_database(opened: Opened, egress: Client) -> Tried:
    try:
        url = database_address(opened)
    except (ArgumentError, ValueError):
        return Tried(False, "The address of the database cannot be read.")
    name = url.get_backend_name()
    try:
        url, options = _reach(url, name, egress)
        engine = create_engine(url, connect_args=options, hide_parameters=True)
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        finally:
            engine.dispose()
    except NodeError as problem:
        return Tried(False, problem.failed.sentence)
    except ImportError:
        return Tried(False, f"The driver for {name} is not installed here.")
    except SQLAlchemyError as problem:
        said = tell_connection(str(problem), asked_for_password=False) if name == "postgresql" else None
        return Tried(False, said.sentence if said else f"The database cannot be used: {type(problem).__name__}.")
    return Tried(True, "The database let it in and answered.")


def _reach(url: URL, name: str, egress: Client) -> tuple[URL, dict[str, object]]:
    """An address that leads where the way out lets it, and what its driver is told beside it."""
    address = asyncio.run(_find_address(egress, url.host or "", url.port or _PORTS.get(name, 1)))
    if name == "postgresql":
        return url, {"hostaddr": address, "connect_timeout": int(PATIENCE)}
    return url.set(host=address), {}


def database_address(opened: Opened) -> URL:
    """Where a database is, as its driver wants it.

    Raises:
        ArgumentError, ValueError: it cannot be read.
    """
    fields = opened.fields
    url = make_url(fields["url"]) if fields.get("url") else URL.create(
        fields["driver"], fields.get("user") or None, fields.get("password") or None, fields.get("host") or None,
        int(fields["port"]) if fields.get("port") else None, fields.get("database") or None,
    )  # fmt: skip
    if url.get_backend_name() in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
        tls = {"require": "require", "verify": "verify-full", "none": "disable"}.get(fields.get("tls", ""))
        if tls:
            url = url.update_query_dict({"sslmode": quote(tls)})
        if str(url.query.get("sslmode", "")).startswith("verify"):
            url = url.update_query_dict({"sslrootcert": find_roots()})
    return url
