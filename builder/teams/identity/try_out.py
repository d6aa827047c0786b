"""Testing the company's sign-in: what the provider says of itself, read now, told in plain sentences."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

from builder.teams.identity.discover import Facts, ask_provider, fetch_facts
from builder.teams.identity.provider import Wanted
from builder.teams.identity.words import CompanySignInError, Found, FoundView, TriedProviderView
from builder.teams.ports import Installation

_SENTENCES: dict[Found, str] = {
    "wrong": "{said}",
    "answers": "{issuer} answers, and calls itself that.",
    "places": "People are sent to {authorization}; codes are exchanged at {token}.",
    "keys": "It signs with one of {count} keys that are accepted here ({kinds}).",
    "no_keys": "It publishes no key that is accepted here: RSA and elliptic curves are.",
    "userinfo": "What its word leaves out is asked for at {userinfo}.",
    "no_userinfo": "Its word must hold everything: it offers no place to ask for more.",
    "groups": "It says that it can name {claim}.",
    "groups_unsaid": "Whether it names {claim} it does not say: it has to be set up there.",
    "leaves": "Whoever signs out here is led out of it too.",
    "stays": "Whoever signs out here stays signed in there: it offers no way out.",
    "tells": "It can tell when somebody leaves there: give it the address for that.",
    "untold": "It does not tell when somebody leaves there: sessions here end after 12 hours.",
    "secret": "Whether the client id and the secret are right shows when somebody signs in.",
}


def try_provider(application: Installation, wanted: Wanted) -> TriedProviderView:
    """Reads what a provider says of itself. Nothing is kept; waits for its answers."""
    try:
        facts = ask_provider(application, lambda send: fetch_facts(send, wanted.issuer))
    except CompanySignInError as problem:
        return TriedProviderView(ok=False, said=[_found("wrong", said=problem.said)])
    kinds = Counter(str(each["kty"]) for each in facts.keys if each.get("use", "sig") == "sig")
    said = [
        _found("answers", issuer=facts.issuer),
        _found("places", authorization=_host(facts.authorization_endpoint), token=_host(facts.token_endpoint)),
        _found("keys", count=str(kinds.total()), kinds=", ".join(sorted(kinds))) if kinds else _found("no_keys"),
        *_say_rest(facts, wanted),
        _found("secret"),
    ]
    return TriedProviderView(ok=bool(kinds), said=said)


def _say_rest(facts: Facts, wanted: Wanted) -> list[FoundView]:
    userinfo = facts.userinfo_endpoint
    return [
        _found("no_userinfo") if userinfo is None else _found("userinfo", userinfo=_host(userinfo)),
        _found("groups" if wanted.groups_claim in facts.claims else "groups_unsaid", claim=wanted.groups_claim),
        _found("stays" if facts.end_session_endpoint is None else "leaves"),
        _found("tells" if facts.tells_of_leaving else "untold"),
    ]


def _found(found: Found, **params: str) -> FoundView:
    return FoundView(found=found, sentence=_SENTENCES[found].format(**params), params=params)


def _host(address: str) -> str:
    return urlsplit(address).netloc[:200]
