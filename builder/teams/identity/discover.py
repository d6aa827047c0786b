"""What the provider says of itself: its discovery document (OpenID Connect Discovery 1.0) and its keys.

It is read through the guarded way out, believed for an hour, and kept beside the set-up, for every process to know.
Keys are read again, at most once a minute, when something is signed with one that is unknown: so a provider may change
its keys whenever it likes, and one that it took back is gone within the hour.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from builder.db import read_clock
from builder.sdk import HttpAnswer, HttpRequest, NodeError, Send
from builder.teams.identity.words import CompanySignInError
from builder.teams.ports import Installation
from builder.teams.rules import FACTS_HOLD, KEYS_ANEW
from builder.teams.store.identity import read_provider_row, save_facts

T = TypeVar("T")

WELL_KNOWN = "/.well-known/openid-configuration"
LARGEST = 500_000
PATIENCE = 10.0
_OF_A_KEY = ("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_AT_ONCE = threading.BoundedSemaphore(8)  # each waits for somebody else, in a thread that others need


@dataclass(frozen=True, slots=True)
class Facts:
    """What a provider says of itself.

    Attributes:
        issuer: its name, exactly as it stands in what it signs.
        authorization_endpoint: where a browser is sent.
        token_endpoint: where a code is exchanged.
        jwks_uri: where its keys are.
        userinfo_endpoint: where more is said of who signed in.
        end_session_endpoint: where a browser leaves.
        auth_methods: how a client may say its secret.
        claims: what it can say of somebody, as far as it tells.
        names_itself: whether each answer says who gives it (RFC 9207).
        tells_of_leaving: whether it tells us when somebody leaves there.
        keys: its public keys, as JSON Web Keys.
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    auth_methods: tuple[str, ...] = ("client_secret_basic",)
    claims: tuple[str, ...] = ()
    names_itself: bool = False
    tells_of_leaving: bool = False
    keys: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


def judge_issuer(issuer: str) -> tuple[str, str] | None:
    """Why an address cannot be an issuer's, as a word and a sentence; None when it can."""
    try:
        parts = urlsplit(issuer)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "address", "This is not an address."
    if not host or parts.scheme not in ("https", "http") or (parts.scheme == "http" and host not in _LOOPBACK):
        return "https", "The issuer's address begins with https://; only on this machine itself may it be http://."
    if parts.query or parts.fragment or parts.username is not None:
        return "plain", "The issuer's address has no question mark, no # and no user name."
    return None


def ask_provider(application: Installation, work: Callable[[Send], Coroutine[Any, Any, T]]) -> T:
    """Asks the provider something, through the guarded way out; only so many at once.

    Raises:
        CompanySignInError: `away`, `busy`, or as the work does.
    """
    if not _AT_ONCE.acquire(blocking=False):
        raise CompanySignInError("busy")
    try:
        return application.ask_outside(work)
    except NodeError as problem:
        raise CompanySignInError("away", problem.failed.sentence) from None
    finally:
        _AT_ONCE.release()


def read_facts(application: Installation, *, keys_anew: bool = False) -> Facts:
    """What the provider says of itself, read again when that is old.

    Args:
        application: the installation.
        keys_anew: whether a key was unknown; then they are read again, unless that was done a moment ago.

    Raises:
        CompanySignInError: it is switched off, away, or says what cannot be meant.
    """
    with application.database.read() as session:
        row, now = read_provider_row(session), read_clock(session)
    if row is None or not row.enabled:
        raise CompanySignInError("off")
    known = facts_of(row.facts)
    if known is None or row.facts_at is None or now - row.facts_at >= FACTS_HOLD:
        facts = ask_provider(application, lambda send: fetch_facts(send, row.issuer))
    elif keys_anew and now - row.keys_at >= KEYS_ANEW:
        keys = ask_provider(application, lambda send: fetch_keys(send, known.jwks_uri))
        facts = Facts(**{**_plain(known), "keys": keys})
        with application.transaction() as session:
            save_facts(session, row.issuer, asdict(facts), read_clock(session), keys=True)
        return facts
    else:
        return known
    with application.transaction() as session:
        save_facts(session, row.issuer, asdict(facts), read_clock(session), keys=False)
    return facts


def facts_of(kept: Mapping[str, Any]) -> Facts | None:
    """Facts as they were kept; None when there are none."""
    if not kept:
        return None
    return Facts(**{**kept, **{name: tuple(kept[name]) for name in ("auth_methods", "claims", "keys")}})


async def fetch_facts(send: Send, issuer: str) -> Facts:
    """Reads the discovery document and the keys.

    Raises:
        CompanySignInError: it says what cannot be meant, or nothing readable.
        NodeError: it cannot be reached.
    """
    said = await fetch_record(send, HttpRequest("GET", issuer + WELL_KNOWN, (("Accept", "application/json"),)))
    named = _text(said, "issuer")
    if named is None or named.rstrip("/") != issuer:
        raise CompanySignInError("wrong_discovery", f"It calls itself {(named or 'nothing')[:200]}, not {issuer}.")
    facts = Facts(
        issuer=named,
        authorization_endpoint=_address(said, "authorization_endpoint", issuer),
        token_endpoint=_address(said, "token_endpoint", issuer),
        jwks_uri=_address(said, "jwks_uri", issuer),
        userinfo_endpoint=_optional(said, "userinfo_endpoint", issuer),
        end_session_endpoint=_optional(said, "end_session_endpoint", issuer),
        auth_methods=_texts(said, "token_endpoint_auth_methods_supported") or ("client_secret_basic",),
        claims=_texts(said, "claims_supported")[:200],
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        tells_of_leaving=said.get("backchannel_logout_supported") is True,
    )
    return Facts(**{**_plain(facts), "keys": await fetch_keys(send, facts.jwks_uri)})


async def fetch_keys(send: Send, address: str) -> tuple[Mapping[str, Any], ...]:
    """Reads the provider's public keys. Raises as `fetch_facts` does."""
    said = await fetch_record(send, HttpRequest("GET", address, (("Accept", "application/json"),)))
    keys = said.get("keys")
    if not isinstance(keys, list):
        raise CompanySignInError("unreadable", "It publishes no keys.")
    return tuple(
        {name: text for name in _OF_A_KEY if (text := _text(each, name)) is not None}
        for each in keys[:100]
        if isinstance(each, dict) and each.get("kty") in ("RSA", "EC")
    )


async def fetch_record(send: Send, request: HttpRequest) -> dict[str, Any]:
    """A JSON object that the provider answers with. Raises as `fetch_facts` does."""
    answer = await fetch_answer(send, request)
    host = urlsplit(request.url).hostname
    if answer.status != 200:
        problem = "away" if answer.status >= 500 or answer.status == 429 else "unreadable"
        raise CompanySignInError(problem, f"{host} answered with status {answer.status}.")
    return read_record(answer)


async def fetch_answer(send: Send, request: HttpRequest) -> HttpAnswer:
    """Whatever the provider answers, within its bounds."""
    return await send(
        HttpRequest(request.method, request.url, request.headers, request.body, timeout=PATIENCE, max_bytes=LARGEST)
    )


def read_record(answer: HttpAnswer) -> dict[str, Any]:
    """The JSON object of an answer. Raises CompanySignInError: it is none."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise CompanySignInError("unreadable", "It answers with something else than a JSON object.")
    return said


def _plain(facts: Facts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in Facts.__slots__}


def _text(said: Mapping[str, Any], name: str) -> str | None:
    found = said.get(name)
    return found if isinstance(found, str) and 0 < len(found) <= 2_000 and _is_plain(found) else None


def _texts(said: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = said.get(name)
    return (
        tuple(each for each in found if isinstance(each, str) and each.isprintable()) if isinstance(found, list) else ()
    )


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _optional(said: Mapping[str, Any], name: str, issuer: str) -> str | None:
    return None if said.get(name) is None else _address(said, name, issuer)


def _address(said: Mapping[str, Any], name: str, issuer: str) -> str:
    found = _text(said, name)
    if found is None or not found.startswith(("https://", "http://") if issuer.startswith("http://") else "https://"):
        raise CompanySignInError("unreadable", f"Its {name} is no address that begins with https://.")
    try:
        parts = urlsplit(found)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or " " in found:
        raise CompanySignInError("unreadable", f"Its {name} is no address.")
    return found
