"""Taking a browser back from the provider: the code is exchanged, and what the provider vouches for is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from builder.sdk import HttpRequest, Send
from builder.teams.identity.begin import nonce_of, verifier_of
from builder.teams.identity.discover import Facts, fetch_answer, fetch_record, read_record
from builder.teams.identity.id_token import Expected, is_name, judge_id_token
from builder.teams.identity.provider import Provider
from builder.teams.identity.words import CompanySignInError
from builder.teams.rules import read_groups
from builder.teams.schemas import Email, Language

_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


_ADDRESS = ("email", "email_verified")
_REFUSALS = {
    "invalid_grant": "code_used",
    "invalid_client": "client_refused",
    "unauthorized_client": "client_refused",
}


@dataclass(frozen=True, slots=True)
class CameBack:
    """What a browser brought back: a code, or why there is none.

    Attributes:
        state: which sign-in it is.
        code: what is exchanged for the provider's word.
        error: the provider's word for why not.
        issuer: who says that it answers (RFC 9207).
    """

    state: str
    code: str
    error: str
    issuer: str | None


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a code was exchanged for."""

    id_token: str
    access_token: str | None


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for.

    Attributes:
        subject: who he is there; never changes.
        email: his address, as far as it is one.
        verified: whether the provider says that it is his; None where it says nothing.
        name: what he is called.
        language: what he reads.
        groups: the groups that he is in.
        session: his session there; None where it has no name.
    """

    subject: str
    email: str | None
    verified: bool | None
    name: str
    language: Language
    groups: frozenset[str]
    session: str | None


def judge_return(came: CameBack, facts: Facts) -> None:
    """Refuses what brings no code, or comes from somebody else.

    Raises:
        CompanySignInError: so it is.
    """
    if came.issuer is None and facts.names_itself:
        raise CompanySignInError("wrong_issuer")
    if came.issuer is not None and came.issuer != facts.issuer:
        raise CompanySignInError("wrong_issuer")
    if came.error:
        raise CompanySignInError("denied" if came.error == "access_denied" else "refused")
    if not came.code:
        raise CompanySignInError("refused")


async def exchange_code(
    send: Send, provider: Provider, facts: Facts, came: CameBack, browser: str, back: str
) -> Exchanged:
    """Exchanges a code for what the provider vouches with.

    Raises:
        CompanySignInError: the provider will not, or answers nothing readable.
        NodeError: it cannot be reached.
    """
    from authlib.oauth2.auth import ClientAuth  # heavy: loaded on first use
    from authlib.oauth2.rfc6749.parameters import prepare_token_request  # heavy: loaded on first use

    body = prepare_token_request(
        "authorization_code", redirect_uri=back, code=came.code, code_verifier=verifier_of(browser, came.state)
    )
    auth = ClientAuth(provider.client_id, provider.secret, _choose_method(provider, facts))
    usual = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    address, headers, body = auth.prepare("POST", facts.token_endpoint, usual, body)
    answer = await fetch_answer(send, HttpRequest("POST", address, tuple(headers.items()), str(body).encode()))
    if answer.status >= 500 or answer.status == 429:
        raise CompanySignInError("away", f"It answered with status {answer.status}.")
    said = read_record(answer)
    if answer.status != 200:
        error = said.get("error")
        raise CompanySignInError(_REFUSALS.get(str(error), "refused"))
    id_token, access_token = said.get("id_token"), said.get("access_token")
    if not isinstance(id_token, str) or not id_token:
        raise CompanySignInError("no_id_token")
    return Exchanged(id_token, access_token if isinstance(access_token, str) and access_token else None)


def _choose_method(provider: Provider, facts: Facts) -> str:
    if not provider.secret:
        return "none"
    basic = "client_secret_basic" in facts.auth_methods or "client_secret_post" not in facts.auth_methods
    return "client_secret_basic" if basic else "client_secret_post"


def judge_exchanged(
    exchanged: Exchanged, provider: Provider, facts: Facts, came: CameBack, browser: str, now: datetime
) -> dict[str, Any]:
    """The claims of what a code was exchanged for.

    Raises:
        CompanySignInError: they do not hold.
        UnknownKeyError: the provider's keys must be read again.
    """
    nonce, seconds = nonce_of(browser, came.state), int(now.timestamp())
    expected = Expected(facts.issuer, provider.client_id, nonce, exchanged.access_token, seconds)
    return judge_id_token(exchanged.id_token, facts.keys, expected)


def wants_more(claims: Mapping[str, Any], provider: Provider) -> bool:
    """Whether the provider must be asked for what its word leaves out: the groups, or the address."""
    return read_groups(claims, provider.groups_claim) is None or any(name not in claims for name in _ADDRESS)


async def fetch_more(send: Send, facts: Facts, access_token: str, claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims, with what the provider says beside them; what it vouched for comes first.

    Raises:
        CompanySignInError: it speaks of somebody else, or answers nothing readable.
        NodeError: it cannot be reached.
    """
    assert facts.userinfo_endpoint is not None
    headers = (("Accept", "application/json"), ("Authorization", f"Bearer {access_token}"))
    said = await fetch_record(send, HttpRequest("GET", facts.userinfo_endpoint, headers))
    if said.get("sub") != claims["sub"]:
        raise CompanySignInError("userinfo")
    same = "email" not in claims or ("email_verified" not in claims and said.get("email") == claims["email"])
    return {**{name: value for name, value in said.items() if same or name not in _ADDRESS}, **claims}


def read_vouched(claims: Mapping[str, Any], provider: Provider) -> Vouched:
    """Whom the claims are about.

    Raises:
        CompanySignInError: the provider names the groups somewhere else, for there are too many.
    """
    groups = read_groups(claims, provider.groups_claim)
    elsewhere = claims.get("_claim_names")
    if groups is None and isinstance(elsewhere, dict) and provider.groups_claim in elsewhere:
        raise CompanySignInError("groups_elsewhere")
    try:
        email = _EMAIL.validate_python(claims.get("email"), strict=True)
    except ValidationError:
        email = None
    verified = claims.get("email_verified")
    said = verified if isinstance(verified, bool) else str(verified).lower() == "true" if verified is not None else None
    session = claims.get("sid")
    return Vouched(
        subject=claims["sub"],
        email=email,
        verified=said,
        name=_name(claims) or email or "",
        language="de" if str(claims.get("locale", "")).lower().startswith("de") else "en",
        groups=groups or frozenset(),
        session=session if is_name(session) else None,
    )


def _name(claims: Mapping[str, Any]) -> str:
    whole, *parts = (
        each if isinstance(each := claims.get(key), str) else "" for key in ("name", "given_name", "family_name")
    )
    said = " ".join((whole.strip() or " ".join(parts)).split())
    return "".join(each for each in said if each.isprintable())[:200]
