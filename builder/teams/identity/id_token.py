"""Judging what the provider vouches for: who signed it, for whom, when, and for which sign-in.

The signature is checked with joserfc, the claims with Authlib, as OpenID Connect Core 1.0 (3.1.3.7) wants it. Only
signatures by a key of the provider's own are looked at: nothing unsigned, and none that knowing a shared secret makes.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from builder.teams.identity.words import CompanySignInError
from builder.teams.rules import CLOCKS_DIFFER

_KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
ALGORITHMS = (
    *(f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)),
    "Ed25519",
    "EdDSA",  # its older name (RFC 9864)
)
LONGEST = 100_000
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_SHORTEST_RSA = 2_048 // 8


@dataclass(frozen=True, slots=True)
class Expected:
    """What a sign-in expects of the provider's word.

    Attributes:
        issuer: who must vouch.
        client_id: to whom.
        nonce: for which sign-in.
        access_token: what came with it.
        now: the present, in seconds.
    """

    issuer: str
    client_id: str
    nonce: str
    access_token: str | None
    now: int


class UnknownKeyError(Exception):
    """It is signed with a key that is not among those that are known."""


def judge_id_token(token: str, keys: Iterable[Mapping[str, Any]], expected: Expected) -> dict[str, Any]:
    """The claims of an ID token that holds.

    Raises:
        UnknownKeyError: the provider's keys must be read again.
        CompanySignInError: it does not hold.
    """
    from authlib.oidc.core.claims import CodeIDToken  # heavy: loaded on first use

    header, claims = open_signed(token, keys)
    judged = CodeIDToken(
        claims,
        header,
        options={
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
        },
        params={"nonce": expected.nonce, "client_id": expected.client_id, "access_token": expected.access_token},
    )
    _judge(lambda: judged.validate(now=expected.now, leeway=CLOCKS_DIFFER))
    subject = claims["sub"]
    if not is_name(subject):
        raise CompanySignInError("claims", "Its subject is empty, longer than 255 characters, or no text.")
    return claims


def judge_logout_token(
    token: str, keys: Iterable[Mapping[str, Any]], issuer: str, client_id: str, now: int
) -> dict[str, Any]:
    """The claims of a logout token that holds (OpenID Connect Back-Channel Logout 1.0, 2.6). Raises as the above."""
    from joserfc.jwt import JWTClaimsRegistry  # heavy: loaded on first use

    _, claims = open_signed(token, keys)
    registry = JWTClaimsRegistry(
        now=now,
        leeway=CLOCKS_DIFFER,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        iat={"essential": True},
        jti={"essential": True},
    )
    _judge(lambda: registry.validate(claims))
    events = claims.get("events")
    named = [claims.get(name) for name in ("sub", "sid") if claims.get(name) is not None]
    whole = isinstance(events, dict) and isinstance(events.get(LOGOUT_EVENT), dict) and "nonce" not in claims
    if not whole or not named or not all(map(is_name, named)):
        raise CompanySignInError("claims", "It is no logout token.")
    if claims["iat"] < now - 600 - CLOCKS_DIFFER:
        raise CompanySignInError("clock", "It is an old logout token.")
    return claims


def open_signed(token: str, keys: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of what one of these keys signed. Raises as `judge_id_token` does."""
    from joserfc import jws, jwt  # heavy: loaded on first use
    from joserfc.errors import BadSignatureError  # heavy: loaded on first use
    from joserfc.jwk import import_key  # heavy: loaded on first use

    if len(token) > LONGEST or not token.isascii():
        raise CompanySignInError("unreadable", "What it vouches with is too long, or no token.")
    try:
        header = jws.extract_compact(token.encode()).headers()
    except Exception:  # in whatever way it breaks, it is no token
        raise CompanySignInError("unreadable", "What it vouches with is no token.") from None
    if header.get("alg") not in ALGORITHMS:
        raise CompanySignInError("algorithm", f"It signs by {str(header.get('alg'))[:20]}.")
    candidates = [each for each in keys if _fits(each, header)]
    if not candidates:
        raise UnknownKeyError
    for each in candidates:
        try:
            return header, jwt.decode(token, import_key(dict(each)), algorithms=[header["alg"]]).claims
        except BadSignatureError:
            continue
        except Exception:  # in whatever way a stranger's key or token breaks, it opens nothing
            raise CompanySignInError("unreadable", "What it vouches with cannot be read.") from None
    if header.get("kid") is None:
        raise UnknownKeyError
    raise CompanySignInError("signature")


def is_name(said: object) -> bool:
    """Whether a provider's name for somebody, or for a session, is one that can be kept."""
    return isinstance(said, str) and 0 < len(said) <= 255 and said.isprintable()


def _fits(key: Mapping[str, Any], header: Mapping[str, Any]) -> bool:
    """Whether a key may have signed it: the one that is named, or, where none is, any of its kind."""
    alg = str(header["alg"])
    wanted = {"kid": header.get("kid"), "alg": alg, "use": "sig", "kty": _KEY_TYPES[alg[:2]]}
    if wanted["kid"] is not None and key.get("kid") != wanted["kid"]:
        return False
    if any(key.get(name, wanted[name]) != wanted[name] for name in ("alg", "use")):
        return False
    return key.get("kty") == wanted["kty"] and (wanted["kty"] != "RSA" or _is_long(key.get("n")))


def _is_long(modulus: object) -> bool:
    try:
        found = base64.urlsafe_b64decode(str(modulus) + "==").lstrip(b"\0")
    except ValueError:
        return False
    return len(found) >= _SHORTEST_RSA


_BY_CLAIM = {"iss": "wrong_issuer", "aud": "wrong_audience", "azp": "wrong_audience", "nonce": "nonce"}
_OF_TIME = ("exp", "iat", "nbf")


def _judge(validate: Any) -> None:
    """Runs a check of claims, and says in our words what did not hold."""
    from joserfc.errors import ClaimError, ExpiredTokenError, MissingClaimError  # heavy: loaded on first use

    try:
        validate()
    except ExpiredTokenError:
        raise CompanySignInError("clock", "Its word has run out.") from None
    except MissingClaimError as problem:
        raise CompanySignInError(
            "nonce" if problem.claim == "nonce" else "claims", f"{problem.claim} is missing."
        ) from None
    except ClaimError as problem:
        kind = "clock" if problem.claim in _OF_TIME else _BY_CLAIM.get(problem.claim, "claims")
        raise CompanySignInError(kind, f"{problem.claim} does not hold.") from None
    except Exception:  # in whatever way a stranger's claims break, they open nothing
        raise CompanySignInError("claims", "A claim cannot be read.") from None
