"""Sending a browser to the provider: authorization code flow with PKCE, a state and a nonce (RFC 6749, 7636, 9700).

The browser keeps one secret in a cookie; the database keeps hashes of it and of the state. The nonce and the verifier
of the code follow from that secret, so neither is kept anywhere, and only the browser that began can come back, once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from builder.kit.sealing import make_tag
from builder.teams.identity.discover import Facts
from builder.teams.identity.provider import Provider
from builder.teams.identity.words import CompanySignInError
from builder.teams.rules import COMPANY_START_LASTS
from builder.teams.sessions import hash_token, new_token
from builder.teams.store.identity import insert_start, sweep_starts, take_start

SCOPES = ("openid", "email", "profile")
_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]{0,490}\Z")


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that began: where the browser goes, and the secret that it keeps."""

    address: str
    browser: str = field(repr=False)


def safe_path(said: str) -> str:
    """Where a sign-in leads to in the end: a page of this product, never another site."""
    return said if _PATH.match(said) and "\\" not in said else "/"


def nonce_of(browser: str, state: str) -> str:
    """What the provider must repeat in what it vouches for."""
    return make_tag(browser.encode(), f"handrail nonce {state}".encode())


def verifier_of(browser: str, state: str) -> str:
    """What proves that who exchanges the code is who asked for it."""
    return make_tag(browser.encode(), f"handrail verifier {state}".encode())


def begin_company_sign_in(
    session: Session, provider: Provider, facts: Facts, back: str, leads_to: str, now: datetime
) -> Begun:
    """Begins a sign-in at the provider.

    Args:
        session: the transaction.
        provider: the company's sign-in.
        facts: what it says of itself.
        back: our address to which it sends the browser back.
        leads_to: the page that is opened in the end.
        now: when.
    """
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # heavy: loaded on first use
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # heavy: loaded on first use

    state, browser = new_token(), new_token()
    sweep_starts(session, now)
    insert_start(session, _hash(state), _hash(browser), safe_path(leads_to), now + COMPANY_START_LASTS)
    address = prepare_grant_uri(
        facts.authorization_endpoint,
        provider.client_id,
        "code",
        redirect_uri=back,
        scope=" ".join(dict.fromkeys((*SCOPES, *provider.scopes))),
        state=state,
        nonce=nonce_of(browser, state),
        code_challenge=create_s256_code_challenge(verifier_of(browser, state)),
        code_challenge_method="S256",
    )
    return Begun(str(address), browser)


def take_back(session: Session, state: str, browser: str | None, now: datetime) -> str:
    """Uses up what a browser began: the page that it leads to. Commit it whatever comes of it.

    Raises:
        CompanySignInError: it did not begin here, or came back already, or took too long.
    """
    hashes = hash_token(state), hash_token(browser)
    leads_to = None if hashes[0] is None or hashes[1] is None else take_start(session, hashes[0], hashes[1], now)
    if leads_to is None:
        raise CompanySignInError("state")
    return leads_to


def _hash(token: str) -> str:
    hashed = hash_token(token)
    assert hashed is not None
    return hashed
