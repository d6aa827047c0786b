"""Signing in through the company's identity provider: what opens, what never does, and what groups give."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import select, update

from builder.audit.tables import audit_event_table
from builder.db import read_clock
from builder.kit.ids import show_id
from builder.kit.pace import Pace
from builder.teams import CSRF_HEADER, gate
from builder.teams.gate import COOKIE
from builder.teams.identity import discover, routes
from builder.teams.identity.id_token import UnknownKeyError, open_signed
from builder.teams.identity.settle import sweep_absent
from builder.teams.identity.words import PROBLEMS, CompanySignInError
from builder.teams.rules import COMPANY_LASTS
from builder.teams.store import read_memberships, read_org_roles, read_person_by_email, save_membership, save_person
from builder.teams.tables import identity_provider_table, person_identity_table, sign_in_start_table
from builder.teams.ways import find_company_only
from tests.rooms.teams.cases import make_one_token
from tests.rooms.teams.provider import (
    SECRET,
    FakeProvider,
    by_public_key,
    curve_key,
    open_provider,
    rsa_key,
    rule,
    set_up,
    unsigned,
)
from tests.rooms.world import World, make_world

GO, BACK = "/api/sign-in/company", "/api/sign-in/company/back"
MIA = {"sub": "mia", "email": "Mia@acme.example", "email_verified": True, "name": "Mia Miller", "groups": ["builders"]}


@pytest.fixture(autouse=True)
def fresh_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_PACE", Pace())


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with open_provider(person=dict(MIA)) as made:
        yield made


@pytest.fixture
def ready(world: World, provider: FakeProvider) -> World:
    assert set_up(world, provider.issuer).status_code == 200
    return world


def browser(world: World) -> TestClient:
    return world.client(follow_redirects=False)


def go(client: TestClient, to: str = "/reviews") -> str:
    answer = client.get(GO, params={"to": to})
    assert answer.status_code == 302
    return str(answer.headers["location"])


def enter(world: World, provider: FakeProvider, client: TestClient | None = None, **more: str) -> Any:
    """Signs in; the answer that the browser gets when it comes back."""
    client = client or browser(world)
    return client.get(provider.authorize(go(client), **more))


def problem_of(answer: Any) -> str | None:
    assert answer.status_code == 302
    found = parse_qs(urlsplit(answer.headers["location"]).query).get("problem")
    if found is not None:
        assert COOKIE not in answer.cookies
    return None if found is None else found[0]


def events(world: World, kind: str) -> list[dict[str, Any]]:
    with world.transaction() as session:
        query = select(audit_event_table).where(audit_event_table.c.kind == kind).order_by(audit_event_table.c.id)
        return [dict(each._mapping) for each in session.execute(query)]


def person_of(world: World, email: str = "mia@acme.example") -> int | None:
    with world.transaction() as session:
        found = read_person_by_email(session, email)
    return None if found is None else found[0].id


def roles_of(world: World, person: int) -> tuple[list[str], list[str]]:
    """Roles in Ours and in the organisation."""
    with world.transaction() as session:
        held = read_memberships(session, people=[person], teams=[world.ours])
        return sorted(held[0].roles) if held else [], sorted(read_org_roles(session, [person])[person])


def test_somebody_of_the_company_comes_in_and_leaves(ready: World, provider: FakeProvider) -> None:
    client = browser(ready)
    address = go(client)
    asked = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{provider.issuer}/authorize?keep=1&")
    assert asked["redirect_uri"] == [f"https://handrail.example{BACK}"]
    assert asked["scope"] == ["openid email profile"]
    assert asked["code_challenge_method"] == ["S256"]
    kept = next(each for each in client.cookies.jar if each.name == "handrail_sign_in")
    assert (kept.path, kept.secure, "HttpOnly" in kept._rest) == (GO, True, True)
    answer = client.get(provider.authorize(address))
    assert answer.headers["location"] == "/reviews"
    cookie = answer.headers.get_list("set-cookie")[0].lower()
    assert "samesite=lax" in cookie
    assert "httponly" in cookie
    assert f"max-age={int(COMPANY_LASTS.total_seconds())}" in cookie
    shown = client.get("/api/session").json()
    assert (shown["person"]["name"], shown["person"]["email"]) == ("Mia Miller", "mia@acme.example")
    assert shown["teams"][0]["roles"] == ["builder"]
    assert (shown["person"]["has_password"], shown["person"]["company"]) == (False, "Acme Login")
    mine = client.get("/api/sessions").json()[0]
    lasts = datetime.fromisoformat(mine["ends_at"]) - datetime.fromisoformat(mine["made_at"])
    assert lasts == COMPANY_LASTS
    client.headers[CSRF_HEADER] = shown["csrf"]
    left = client.delete("/api/session").json()["leave_at"]
    assert left.startswith(
        f"{provider.issuer}/leave?client_id=handrail&post_logout_redirect_uri=https%3A%2F%2Fhandrail"
    )
    assert client.get("/api/teams").status_code == 401
    assert [each["record"]["way"] for each in events(ready, "signed_in")] == ["company"]
    assert len(events(ready, "identity_bound")) == 1


def test_a_second_sign_in_is_the_same_person_whatever_his_address_is_then(ready: World, provider: FakeProvider) -> None:
    assert problem_of(enter(ready, provider)) is None
    first = person_of(ready)
    provider.person |= {"email": "other@acme.example", "email_verified": False}
    assert problem_of(enter(ready, provider)) is None
    assert person_of(ready, "other@acme.example") is None
    assert person_of(ready) == first


def wrong(**claims: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def change(said: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in (said | claims).items() if value is not None}

    return change


NOW = int(time.time())
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "another nonce": ({"token_claims": wrong(nonce="another")}, "nonce"),
    "no nonce": ({"token_claims": wrong(nonce=None)}, "nonce"),
    "another audience": ({"token_claims": wrong(aud="other")}, "wrong_audience"),
    "several audiences, none chosen": ({"token_claims": wrong(aud=["handrail", "other"])}, "claims"),
    "chosen for another": ({"token_claims": wrong(aud=["handrail", "other"], azp="other")}, "wrong_audience"),
    "no audience": ({"token_claims": wrong(aud=None)}, "claims"),
    "another issuer": ({"token_claims": wrong(iss="https://evil.example")}, "wrong_issuer"),
    "run out": ({"token_claims": wrong(exp=NOW - 1_000)}, "clock"),
    "from the future": ({"token_claims": wrong(iat=NOW + 10_000, exp=NOW + 20_000)}, "clock"),
    "never ends": ({"token_claims": wrong(exp=None)}, "claims"),
    "ends at a word": ({"token_claims": wrong(exp="soon")}, "claims_or_clock"),
    "no subject": ({"token_claims": wrong(sub=None)}, "claims"),
    "a number as subject": ({"token_claims": wrong(sub=7)}, "claims"),
    "an endless subject": ({"token_claims": wrong(sub="x" * 256)}, "claims"),
    "nobody signed it": ({"sign": unsigned}, "algorithm"),
    "signed by the public key": ({"sign": by_public_key}, "algorithm"),
    "signed by another": ({"key": rsa_key("two")}, "unknown_key"),
    "signed by another of the same name": ({"published": [rsa_key("two")], "key": None}, "signature"),
    "no token at all": ({"sign": lambda *_: "eyJhbGciOiJub25lIn0"}, "unreadable"),
    "an empty token": ({"sign": lambda *_: ""}, "no_id_token"),
    "address not verified": ({"person": MIA | {"email_verified": False}}, "email_unverified"),
    "nothing said of the address": ({"person": {k: v for k, v in MIA.items() if k != "email_verified"}},
                                    "email_unverified"),
    "no address": ({"person": {k: v for k, v in MIA.items() if k != "email"}}, "email_missing"),
    "no address, but something": ({"person": MIA | {"email": "<script>"}}, "email_missing"),
    "no group that counts": ({"person": MIA | {"groups": ["Builders", "builders "]}}, "no_groups"),
    "no groups": ({"person": {k: v for k, v in MIA.items() if k != "groups"}}, "no_groups"),
    "too many groups to name": (
        {"person": {**{k: v for k, v in MIA.items() if k != "groups"}, "_claim_names": {"groups": "src1"}}},
        "groups_elsewhere",
    ),
    "somebody else at userinfo": (
        {"in_token": ("sub",), "answers": {"/userinfo": (200, b'{"sub": "max", "groups": ["builders"]}')}}, "userinfo",
    ),
    "the code was used": ({"answers": {"/token": (400, b'{"error": "invalid_grant"}')}}, "code_used"),
    "the secret is wrong": ({"answers": {"/token": (401, b'{"error": "invalid_client"}')}}, "client_refused"),
    "refused with a script": ({"answers": {"/token": (400, b'{"error": "<script>"}')}}, "refused"),
    "broken": ({"answers": {"/token": (500, b"oops")}}, "away"),
    "not JSON": ({"answers": {"/token": (200, b"<html>")}}, "unreadable"),
    "JSON without an end": ({"answers": {"/token": (200, b"[" * 200_000)}}, "unreadable"),
    "endless": ({"answers": {"/token": (200, b"x" * 600_000)}}, "away"),
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[World]:
    """An installation for everything that must leave no trace in it."""
    made = make_world(tmp_path_factory.mktemp("house"), migrated_file)
    yield made
    made.application.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_what_does_not_hold_opens_nothing(house: World, provider: FakeProvider, fault: str) -> None:
    ready = house
    assert set_up(ready, provider.issuer).status_code == 200
    changes, problem = FAULTS[fault]
    if fault == "signed by another of the same name":
        stranger = rsa_key("two").as_dict(private=True) | {"kid": "one"}
        changes = {"key": RSAKey.import_key(stranger)}
    for name, value in changes.items():
        setattr(provider, name, value)
    client = browser(ready)
    found = problem_of(enter(ready, provider, client))
    assert found in problem.split("_or_")
    assert client.get("/api/session").json()["person"] is None
    assert person_of(ready) is None
    assert events(ready, "company_sign_in_refused")[-1]["record"]["problem"] == found


def test_a_small_difference_of_clocks_does_no_harm(ready: World, provider: FakeProvider) -> None:
    provider.token_claims = wrong(iat=int(time.time()) + 60, exp=int(time.time()) - 60)
    assert problem_of(enter(ready, provider)) is None


def test_a_provider_signs_on_a_curve(ready: World, provider: FakeProvider) -> None:
    provider.key, provider.alg = curve_key("curve"), "ES256"
    provider.published = [provider.key]
    assert problem_of(enter(ready, provider)) is None


CURVES = [("P-256", "ES256"), ("P-384", "ES384"), ("P-521", "ES512"), ("Ed25519", "Ed25519"), ("Ed25519", "EdDSA")]


@pytest.mark.filterwarnings("ignore:EdDSA:joserfc.errors.SecurityWarning")  # the older name is what many still say
@pytest.mark.parametrize(("curve", "alg"), CURVES)
def test_only_the_key_on_the_curve_that_is_published_opens(curve: str, alg: str) -> None:
    own, other = curve_key("curve", curve), curve_key("curve", curve)
    token = jwt.encode({"alg": alg, "kid": "curve"}, {"sub": "ada"}, own, algorithms=[alg])
    assert open_signed(token, [own.as_dict(private=False)])[1] == {"sub": "ada"}
    for keys, problem in (([other], "signature"), ([rsa_key("curve")], None)):
        with pytest.raises(CompanySignInError if problem else UnknownKeyError) as caught:
            open_signed(token, [each.as_dict(private=False) for each in keys])
        assert getattr(caught.value, "problem", None) == problem


def test_what_the_token_leaves_out_is_asked_for(ready: World, provider: FakeProvider) -> None:
    provider.in_token = ("sub",)
    assert problem_of(enter(ready, provider)) is None
    assert provider.seen[-1] == "/userinfo"
    person = person_of(ready)
    assert person is not None
    assert roles_of(ready, person) == (["builder"], [])


def test_an_address_counts_where_admins_trust_the_provider_with_it(world: World, provider: FakeProvider) -> None:
    del provider.person["email_verified"]
    set_up(world, provider.issuer, trusts_email=True)
    assert problem_of(enter(world, provider)) is None
    provider.person |= {"sub": "max", "email": "max@acme.example", "email_verified": False}
    assert problem_of(enter(world, provider)) == "email_unverified"


# ---------------------------------------------------------------------- the way there and back


def test_a_sign_in_comes_back_once_and_only_to_the_browser_that_began(ready: World, provider: FakeProvider) -> None:
    mine, other = browser(ready), browser(ready)
    back = provider.authorize(go(mine))
    assert problem_of(other.get(back)) == "state"
    go(other)
    assert problem_of(other.get(back)) == "state"
    assert problem_of(mine.get(back)) is None
    assert problem_of(mine.get(back)) == "state"
    assert len(provider.exchanged) == 1


def test_two_that_come_back_at_once_are_one(ready: World, provider: FakeProvider) -> None:
    client = browser(ready)
    back = provider.authorize(go(client))
    kept = {each.name: each.value for each in client.cookies.jar}
    answers: list[str | None] = []

    def come() -> None:
        again = browser(ready)
        again.cookies.set("handrail_sign_in", kept["handrail_sign_in"] or "", domain="handrail.example", path=GO)
        answers.append(problem_of(again.get(back)))

    threads = [threading.Thread(target=come) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers, key=str) == [None, "state", "state", "state"]


def test_no_other_state_opens_anything(ready: World, provider: FakeProvider) -> None:
    client = browser(ready)
    for state in ("", "x", "A" * 43, "\u00e9" * 43, "A" * 7000):
        go(client)
        assert problem_of(client.get(BACK, params={"state": state, "code": "x"})) == "state"


def test_a_sign_in_that_takes_too_long_begins_anew(ready: World, provider: FakeProvider) -> None:
    client = browser(ready)
    back = provider.authorize(go(client))
    with ready.transaction() as session:
        session.execute(update(sign_in_start_table).values(ends_at=read_clock(session)))
    assert problem_of(client.get(back)) == "state"


@pytest.mark.parametrize(
    ("said", "problem"),
    [({"error": "access_denied", "error_description": "<b>no</b>"}, "denied"), ({"error": "server_error"}, "refused"),
     ({"code": ""}, "refused"), ({"iss": "https://evil.example"}, "wrong_issuer")],
)  # fmt: skip
def test_what_the_provider_refuses_is_said_in_our_words(
    ready: World, provider: FakeProvider, said: dict[str, str], problem: str
) -> None:
    answer = enter(ready, provider, **said)
    assert problem_of(answer) == problem
    assert "<b>" not in answer.headers["location"]
    assert provider.exchanged == []


def test_a_provider_that_names_itself_must(world: World, provider: FakeProvider) -> None:
    provider.discovery = {"authorization_response_iss_parameter_supported": True}
    set_up(world, provider.issuer)
    assert problem_of(enter(world, provider)) == "wrong_issuer"
    assert problem_of(enter(world, provider, iss=provider.issuer)) is None


def test_no_sign_in_leads_to_another_site(ready: World, provider: FakeProvider) -> None:
    client = browser(ready)
    for to in (
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1",
        "/x" * 400,
        "",
    ):
        assert client.get(provider.authorize(go(client, to))).headers["location"] == "/", to


def test_the_way_there_is_slowed_down(ready: World, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "COMPANY_PACE", (0.1, 5))
    client = browser(ready)
    for _ in range(5):
        assert problem_of(client.get(GO)) is None
    assert problem_of(client.get(GO)) == "too_fast"


# ---------------------------------------------------------------------- the provider


def test_a_provider_that_is_away_slow_or_wrong_is_said_so(
    world: World, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(world, provider.issuer)
    path = "/.well-known/openid-configuration"
    for answer, problem in (
        ((503, b""), "away"), ((404, b"{}"), "unreadable"), ((200, b"null"), "unreadable"),
        ((200, b'{"issuer": "https://evil.example"}'), "wrong_discovery"), ((200, b"x" * 600_000), "away"),
        ((200, b'{"issuer": "' + provider.issuer.encode() + b'"}'), "unreadable"),
    ):  # fmt: skip
        provider.answers = {path: answer}
        assert problem_of(browser(world).get(GO)) == problem
    provider.answers = {}
    monkeypatch.setattr(discover, "PATIENCE", 0.1)
    provider.hold = threading.Event()
    assert problem_of(browser(world).get(GO)) == "away"
    provider.hold.set()
    monkeypatch.setattr(discover, "PATIENCE", 5.0)
    assert problem_of(browser(world).get(GO)) is None


def test_nobody_answers_there(world: World) -> None:
    with open_provider() as gone:
        issuer = gone.issuer
    set_up(world, issuer)
    assert problem_of(browser(world).get(GO)) == "away"


def test_keys_may_change_at_any_time(ready: World, provider: FakeProvider) -> None:
    assert problem_of(enter(ready, provider)) is None
    provider.key = rsa_key("two")
    provider.published = [provider.key]
    assert problem_of(enter(ready, provider)) == "unknown_key"
    assert provider.seen.count("/jwks") == 1, "keys were read a moment ago"
    age_facts(ready, keys_at=120)
    assert problem_of(enter(ready, provider)) is None
    assert provider.seen.count("/jwks") == 2
    provider.key = rsa_key("one")
    age_facts(ready, keys_at=120)
    assert problem_of(enter(ready, provider)) == "unknown_key"
    assert provider.seen.count("/.well-known/openid-configuration") == 1


def test_what_the_provider_says_of_itself_is_read_again_after_an_hour(ready: World, provider: FakeProvider) -> None:
    assert problem_of(enter(ready, provider)) is None
    age_facts(ready, facts_at=3_700)
    assert problem_of(enter(ready, provider)) is None
    assert provider.seen.count("/.well-known/openid-configuration") == 2


def age_facts(world: World, **seconds: int) -> None:
    with world.transaction() as session:
        now = read_clock(session)
        values = {name: now - timedelta(seconds=each) for name, each in seconds.items()}
        session.execute(update(identity_provider_table).values(**values))


# ---------------------------------------------------------------------- who somebody is here


def test_somebody_who_is_here_already_is_found_by_a_verified_address_once(ready: World, provider: FakeProvider) -> None:
    email = f"viewer@{show_id(ready.ours)}.example"
    provider.person |= {"email": email, "email_verified": False, "groups": []}
    assert problem_of(enter(ready, provider)) == "email_unverified"
    provider.person["email_verified"] = True
    assert problem_of(enter(ready, provider)) is None
    assert roles_of(ready, ready.people["viewer"]) == (["viewer"], [])
    provider.person["sub"] = "another"
    assert problem_of(enter(ready, provider)) == "bound_elsewhere"


def test_groups_give_and_take_what_hands_gave_stays(world: World, provider: FakeProvider) -> None:
    rows = [rule(world, "builders", "builder"), rule(world, "leads", "owner"), rule(world, "it", "admin"),
            rule(world, "builders", "viewer")]  # fmt: skip
    set_up(world, provider.issuer, mapping=rows)
    provider.person["groups"] = ["builders", "it", "strangers"]
    assert problem_of(enter(world, provider)) is None
    mia = person_of(world)
    assert mia is not None
    assert roles_of(world, mia) == (["builder", "viewer"], ["admin"])
    with world.transaction() as session:
        save_membership(session, world.ours, mia, ["builder", "viewer", "reviewer"])
    provider.person["groups"] = ["leads"]
    assert problem_of(enter(world, provider)) is None
    assert roles_of(world, mia) == (["owner", "reviewer"], [])
    provider.person["groups"] = []
    assert problem_of(enter(world, provider)) is None
    assert roles_of(world, mia) == (["reviewer"], [])
    actors = {each["actor"] for each in events(world, "member_changed") if each["subject"].endswith(show_id(mia))}
    assert actors == {"groups of Acme Login"}


def test_whoever_loses_his_groups_loses_everything_at_once(ready: World, provider: FakeProvider) -> None:
    first = browser(ready)
    assert problem_of(enter(ready, provider, first)) is None
    mia = person_of(ready)
    assert mia is not None
    token = make_one_token(ready, mia, "run.read")
    program = ready.client()
    program.headers["Authorization"] = f"Bearer {token.secret}"
    assert program.get("/api/runs").status_code == 200
    provider.person["groups"] = []
    assert problem_of(enter(ready, provider)) == "no_groups"
    assert first.get("/api/teams").status_code == 401
    assert program.get("/api/runs").status_code == 401
    assert roles_of(ready, mia) == ([], [])
    assert events(ready, "person_shut_out")[0]["record"] == {"sessions": 1, "tokens": 1}


def test_whom_the_provider_no_longer_knows_is_out_after_a_while(ready: World, provider: FakeProvider) -> None:
    client = browser(ready)
    assert problem_of(enter(ready, provider, client)) is None
    mia = person_of(ready)
    assert mia is not None
    token = make_one_token(ready, mia, "run.read")
    program = ready.client()
    program.headers["Authorization"] = f"Bearer {token.secret}"
    keep(ready)
    assert program.get("/api/runs").status_code == 200
    with ready.transaction() as session:
        seen = read_clock(session) - timedelta(days=14, minutes=1)
        session.execute(update(person_identity_table).values(seen_at=seen))
    keep(ready)
    keep(ready)
    assert program.get("/api/runs").status_code == 401
    assert roles_of(ready, mia) == ([], [])
    assert client.get("/api/teams").status_code == 401
    assert len(events(ready, "person_shut_out")) == 1
    assert problem_of(enter(ready, provider)) is None
    assert roles_of(ready, mia) == (["builder"], [])


def test_whom_an_earlier_provider_brought_leaves_with_it(ready: World, provider: FakeProvider) -> None:
    assert problem_of(enter(ready, provider)) is None
    mia = person_of(ready)
    assert mia is not None
    with open_provider(person=dict(MIA)) as other:
        set_up(ready, other.issuer)
        with ready.transaction() as session:
            assert find_company_only(session, mia) is not None
            seen = read_clock(session) - timedelta(days=15)
            session.execute(update(person_identity_table).values(seen_at=seen))
        other.person |= {"sub": "max", "email": "max@acme.example"}
        assert problem_of(enter(ready, other)) is None
        keep(ready)
        assert roles_of(ready, mia) == ([], [])
        other.person = dict(MIA)
        assert problem_of(enter(ready, other)) is None
        keep(ready)
        assert roles_of(ready, mia) == (["builder"], [])


def keep(world: World) -> None:
    with world.transaction() as session:
        sweep_absent(session, read_clock(session))


def test_a_session_of_the_company_ends_after_half_a_day_whatever_is_done_in_it(
    ready: World, provider: FakeProvider
) -> None:
    client = browser(ready)
    assert problem_of(enter(ready, provider, client)) is None
    token = client.cookies[COOKIE]
    assert client.get("/api/teams").status_code == 200
    with ready.transaction() as session:
        now = read_clock(session)
    ready.age(token, ends_at=now)
    assert client.get("/api/teams").status_code == 401


def test_whoever_left_here_stays_out(ready: World, provider: FakeProvider) -> None:
    assert problem_of(enter(ready, provider)) is None
    mia = person_of(ready)
    assert mia is not None
    with ready.transaction() as session:
        save_person(session, mia, {"closed_at": read_clock(session)})
    assert problem_of(enter(ready, provider)) == "closed"


def test_an_invitation_that_waits_is_taken_up(ready: World, provider: FakeProvider) -> None:
    asked = {"email": "mia@acme.example", "team": show_id(ready.ours), "roles": ["reviewer"]}
    assert ready.client("owner").post("/api/invitations", json=asked).status_code == 201
    provider.person["groups"] = []
    assert problem_of(enter(ready, provider)) is None
    mia = person_of(ready)
    assert mia is not None
    assert roles_of(ready, mia) == (["reviewer"], [])
    assert ready.client("owner").get("/api/invitations").json() == []


def test_no_secret_is_seen_anywhere(ready: World, provider: FakeProvider, caplog: pytest.LogCaptureFixture) -> None:
    assert problem_of(enter(ready, provider)) is None
    shown = ready.client("admin").get("/api/identity-provider")
    assert shown.json()["provider"]["has_secret"]
    with ready.transaction() as session:
        rows = str(session.execute(select(identity_provider_table)).all())
        told = str(session.execute(select(audit_event_table)).all())
    for text in (shown.text, rows, told, caplog.text):
        assert SECRET not in text
        assert "access_token" not in text


# ---------------------------------------------------------------------- leaving


def hear(world: World, token: str) -> Any:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return world.client().post(f"{GO}/logout", content=f"logout_token={token}", headers=headers)


def test_whoever_leaves_there_leaves_here(ready: World, provider: FakeProvider) -> None:
    one, two = browser(ready), browser(ready)
    provider.person["sid"] = "session one"
    assert problem_of(enter(ready, provider, one)) is None
    provider.person["sid"] = "session two"
    assert problem_of(enter(ready, provider, two)) is None
    token = provider.logout_token(sub="mia", sid="session one")
    assert hear(ready, token).status_code == 200
    assert (one.get("/api/teams").status_code, two.get("/api/teams").status_code) == (401, 200)
    three = browser(ready)
    provider.person["sid"] = "session one"
    assert problem_of(enter(ready, provider, three)) is None
    assert hear(ready, token).status_code == 200, "heard again, it is no second logout"
    assert three.get("/api/teams").status_code == 200
    assert hear(ready, provider.logout_token(sub="mia")).status_code == 200
    assert (two.get("/api/teams").status_code, three.get("/api/teams").status_code) == (401, 401)


NO_LOGOUTS: list[dict[str, Any]] = [
    {"sub": None},
    {"sub": "mia", "nonce": "x"},
    {"sub": "mia", "events": {}},
    {"sub": "mia", "aud": "other"},
    {"sub": "mia", "iss": "https://evil.example"},
    {"sub": "mia", "iat": NOW - 10_000},
    {"sub": "mia", "jti": None},
    {"sub": "mia", "exp": NOW - 10_000},
    {"sub": ["mia"]},
    {"sub": "mia", "events": "x"},
]


def test_what_is_no_logout_ends_nothing(ready: World, provider: FakeProvider) -> None:
    client = browser(ready)
    assert problem_of(enter(ready, provider, client)) is None
    for claims in NO_LOGOUTS:
        answer = hear(ready, provider.logout_token(**claims))
        assert (answer.status_code, answer.json()["code"]) == (400, "logout_token"), claims
    assert client.get("/api/teams").status_code == 200


def test_an_id_token_or_noise_is_no_logout(ready: World, provider: FakeProvider) -> None:
    for token in (provider.id_token({"client_id": "handrail"}), "", "x", "a.b.c", "%ff", "x" * 130_000):
        assert hear(ready, token).status_code == 400
    assert ready.client().post(f"{GO}/logout", content=b"\xff\xfe").status_code == 400
    provider.key = rsa_key("two")
    assert hear(ready, provider.logout_token(sub="mia")).status_code == 400


# ---------------------------------------------------------------------- whatever it answers


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from(["\ud800", "\x00", "builders", "https://[", "http://127.0.0.1:1/x y", "x" * 3_000, "\u202e"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["sub", "n"]), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
DISCOVERY = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint",
             "claims_supported", "token_endpoint_auth_methods_supported")  # fmt: skip
CLAIMS = ("sub", "email", "email_verified", "name", "given_name", "groups", "sid", "aud", "azp", "exp", "iat", "nbf",
          "at_hash", "amr", "auth_time", "locale", "_claim_names")  # fmt: skip


@settings(max_examples=settings.get_profile(settings.get_current_profile_name()).max_examples // 2,
          suppress_health_check=list(HealthCheck), deadline=None)  # fmt: skip
@given(st.dictionaries(st.sampled_from(CLAIMS), JSON, max_size=3),
       st.dictionaries(st.sampled_from(DISCOVERY), JSON, max_size=1),
       st.dictionaries(st.sampled_from(("/token", "/userinfo", "/jwks")), JSON, max_size=1))  # fmt: skip
def test_whatever_a_provider_answers_one_is_in_or_told_why_not(
    ready: World, provider: FakeProvider, claims: dict[str, Any], said: dict[str, Any], answers: dict[str, Any]
) -> None:
    gate._PACE = Pace()
    age_facts(ready, facts_at=4_000)
    provider.person = dict(MIA)
    provider.token_claims = lambda kept: kept | claims
    provider.discovery = said
    provider.answers = {path: (200, json.dumps(each).encode()) for path, each in answers.items()}
    client = browser(ready)
    there = client.get(GO)
    if problem_of(there) is None:
        answer = client.get(provider.authorize(there.headers["location"]))
        assert problem_of(answer) in (None, *PROBLEMS)
    else:
        assert problem_of(there) in PROBLEMS
