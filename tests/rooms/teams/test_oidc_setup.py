"""Setting the company's sign-in up: what is refused, what is kept, what a test says, and which other ways stay open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from builder.audit.tables import audit_event_table
from builder.kit.ids import show_id
from builder.kit.pace import Pace
from builder.kit.sealing import LocalWrapping, new_key
from builder.opening import Outside
from builder.teams import gate, passwords, rewrap_provider
from builder.teams.identity.provider import open_provider
from builder.teams.identity.words import PROBLEMS
from builder.teams.store import find_admins, save_org_roles, save_person
from builder.teams.tables import identity_provider_table
from tests.rooms.teams.provider import SECRET, FakeProvider, rule, set_up
from tests.rooms.teams.provider import open_provider as serve
from tests.rooms.world import World

TEXTS = Path(__file__).resolve().parents[3] / "frontend" / "src" / "app" / "texts"
PASSWORD = "a long walk by the sea"


@pytest.fixture(autouse=True)
def fresh_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_PACE", Pace())


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    person = {"sub": "mia", "email": "mia@acme.example", "email_verified": True, "groups": ["builders"]}
    with serve(person=person) as made:
        yield made


def enter(world: World, provider: FakeProvider) -> Any:
    client = world.client(follow_redirects=False)
    answer = client.get(provider.authorize(client.get("/api/sign-in/company").headers["location"]))
    assert answer.headers["location"] == "/"
    return client


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"issuer": "login.acme.example"}, "issuer"),
    ({"issuer": "http://login.acme.example"}, "issuer"),
    ({"issuer": "https://login.acme.example/?x=1"}, "issuer"),
    ({"issuer": "https://mia@login.acme.example"}, "issuer"),
    ({"issuer": "https://[::1"}, "issuer"),
    ({"issuer": "https://login:port"}, "issuer"),
    ({"scopes": ["x" * 100] * 5 + ["y" * 100, "z" * 100, "a" * 100, "b" * 100, "c" * 100]}, "scopes"),
    ({"mapping": [{"group": "a", "role": "builder"}]}, "mapping.0.role"),
    ({"mapping": [{"group": "a", "role": "admin", "team": "0000000000001"}]}, "mapping.0.team"),
]


def test_what_cannot_be_meant_is_refused(world: World) -> None:
    for wanted, field in WRONG:
        issuer = wanted.get("issuer", "https://login.acme.example")
        answer = set_up(world, issuer, **{name: value for name, value in wanted.items() if name != "issuer"})
        assert (answer.status_code, answer.json().get("field")) == (409, field), answer.text
    assert world.client().get("/api/sign-in").json() == {"company": None, "passwords": True, "ask": ""}


def test_an_admin_of_a_team_is_no_row_of_the_mapping(world: World) -> None:
    answer = set_up(world, "https://login.acme.example", mapping=[rule(world, "a", "builder") | {"role": "admin"}])
    assert answer.json()["field"] == "mapping.0.role"


def test_the_set_up_is_shown_without_its_secret_and_told(world: World) -> None:
    rows = [rule(world, "builders", "builder"), rule(world, "it", "admin"), rule(world, "builders", "builder")]
    issuer = "https://login.acme.example/tenant/.well-known/openid-configuration"
    answer = set_up(world, issuer, mapping=rows, scopes=["groups"], ask="the help desk")
    shown = world.client("auditor").get("/api/identity-provider")
    assert shown.json() == answer.json()
    kept = shown.json()["provider"]
    assert (kept["issuer"], kept["has_secret"]) == ("https://login.acme.example/tenant", True)
    assert [(each["group"], each["team_name"], each["role"]) for each in kept["mapping"]] == [
        ("builders", "Ours", "builder"), ("it", None, "admin"),
    ]  # fmt: skip
    assert shown.json()["back"] == "https://handrail.example/api/sign-in/company/back"
    assert world.client().get("/api/sign-in").json()["company"] == "Acme Login"
    with world.transaction() as session:
        event = session.execute(select(audit_event_table).order_by(audit_event_table.c.id.desc()).limit(1)).one()
    assert event.kind == "identity_provider_changed"
    assert "secret" in event.record["changed"]
    assert SECRET not in str(event)


def test_the_secret_stays_until_another_comes_and_never_goes_to_another_address(world: World) -> None:
    set_up(world, "https://login.acme.example")
    assert set_up(world, "https://login.acme.example", secret=None, name="Other").status_code == 200
    with world.transaction() as session:
        assert open_provider(session, world.application.wrapping).secret == SECRET
    answer = set_up(world, "https://evil.example", secret=None)
    assert (answer.status_code, answer.json()["field"]) == (409, "secret")
    assert not set_up(world, "https://evil.example", secret="").json()["provider"]["has_secret"]


def test_another_wrapping_key_wraps_the_secret_anew(world: World) -> None:
    set_up(world, "https://login.acme.example")
    old, fresh = new_key(), new_key()
    with world.transaction() as session:
        assert not rewrap_provider(session, world.application.wrapping)
        before = world.application.wrapping
        row = session.execute(select(identity_provider_table)).one()
        context = b"identity provider|default"
        key = before.unwrap(row.wrapped_by, row.wrapped, context)
        values = {"wrapped": LocalWrapping(old).wrap(key, context), "wrapped_by": LocalWrapping(old).name}
        session.execute(update(identity_provider_table).values(**values))
        assert rewrap_provider(session, LocalWrapping(fresh, old))
        assert open_provider(session, LocalWrapping(fresh)).secret == SECRET


def test_a_test_says_in_sentences_what_was_found(world: World, provider: FakeProvider) -> None:
    set_up(world, provider.issuer, enabled=False)
    said = world.client("admin").post("/api/identity-provider/test").json()
    assert said["ok"]
    found = {each["found"]: each["sentence"] for each in said["said"]}
    assert found["answers"] == f"{provider.issuer} answers, and calls itself that."
    assert list(found) == ["answers", "places", "keys", "userinfo", "groups", "leaves", "untold", "secret"]
    provider.published = []
    assert not world.client("admin").post("/api/identity-provider/test").json()["ok"]
    provider.discovery = {"issuer": "https://login.acme.example/{tenant}"}
    said = world.client("admin").post("/api/identity-provider/test").json()
    assert not said["ok"]
    assert "calls itself https://login.acme.example/{tenant}" in said["said"][0]["sentence"]
    world.application.ask_outside = Outside([])
    said = world.client("admin").post("/api/identity-provider/test").json()
    assert "IT can allow 127.0.0.1" in said["said"][0]["sentence"]


def test_nothing_is_tried_before_it_is_set_up(world: World) -> None:
    assert world.client("admin").post("/api/identity-provider/test").status_code == 409
    assert world.client("admin").get("/api/identity-provider").json()["provider"] is None
    answer = world.client(follow_redirects=False).get("/api/sign-in/company")
    assert answer.headers["location"] == "/sign-in?problem=off"


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_of_sign_in_has_words_for_everything_that_goes_wrong(language: str) -> None:
    words = json.loads((TEXTS / f"{language}.json").read_text("utf-8"))
    said = {key.removeprefix("signIn.problem.") for key in words if key.startswith("signIn.problem.")}
    assert said == {*PROBLEMS, *(f"{problem}.wayOut" for problem in PROBLEMS)}
    if language == "en":
        shown = {name: (words[f"signIn.problem.{name}"], words[f"signIn.problem.{name}.wayOut"]) for name in PROBLEMS}
        assert shown == PROBLEMS


# ---------------------------------------------------------------------- the other ways in


class PlainHasher:
    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password: str, hashed: str) -> bool:
        return hashed == f"hash of {password}"


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    passwords._nobodys_hash.cache_clear()
    monkeypatch.setattr(passwords, "_hasher", PlainHasher)
    yield
    passwords._nobodys_hash.cache_clear()


def give_password(world: World, person: int) -> None:
    with world.transaction() as session:
        save_person(session, person, {"password_hash": passwords.hash_password(PASSWORD, "")})


def by_password(world: World, email: str) -> Any:
    return world.client().post("/api/session", json={"email": email, "password": PASSWORD})


def test_whoever_came_by_the_company_comes_by_it_only(world: World, provider: FakeProvider, plain: None) -> None:
    set_up(world, provider.issuer)
    email = f"builder@{show_id(world.ours)}.example"
    provider.person["email"] = email
    give_password(world, world.people["builder"])
    assert by_password(world, email).status_code == 200
    client = enter(world, provider)
    answer = by_password(world, email)
    assert (answer.status_code, answer.json()["code"]) == (409, "company_only")
    assert answer.json()["way_out"] == "Sign in with Acme Login."
    client.headers["X-CSRF-Token"] = client.get("/api/session").json()["csrf"]
    answer = client.put("/api/password", json={"password": PASSWORD, "present": PASSWORD})
    assert answer.json()["code"] == "company_only"
    path = f"/api/people/{show_id(world.people['builder'])}/reset-link"
    token = world.client("admin").post(path).json()["link"].rpartition("/")[2]
    answer = world.client().post("/api/password/reset", json={"token": token, "password": PASSWORD})
    assert answer.json()["code"] == "company_only"
    give_password(world, world.people["viewer"])
    assert by_password(world, f"viewer@{show_id(world.ours)}.example").status_code == 200


def test_switched_off_its_sessions_end_and_passwords_open_again(
    world: World, provider: FakeProvider, plain: None
) -> None:
    set_up(world, provider.issuer)
    email = f"builder@{show_id(world.ours)}.example"
    provider.person["email"] = email
    give_password(world, world.people["builder"])
    client = enter(world, provider)
    set_up(world, provider.issuer, enabled=False)
    assert client.get("/api/teams").status_code == 401
    assert by_password(world, email).status_code == 200


def test_passwords_can_be_switched_off_and_the_machine_still_opens(world: World, plain: None) -> None:
    set_up(world, "https://login.acme.example", passwords=False)
    assert world.client().get("/api/sign-in").json()["passwords"] is False
    first = world.people["first"]
    give_password(world, first)
    assert by_password(world, "owner@localhost").json()["code"] == "company_only"
    asked = {"email": "new@acme.example", "team": show_id(world.ours), "roles": ["viewer"]}
    link = world.client("owner").post("/api/invitations", json=asked).json()["link"]
    said = {"token": link.rpartition("/")[2], "password": PASSWORD, "name": "New"}
    assert world.client().post("/api/invitations/accept", json=said).json()["code"] == "company_only"
    assert world.application.open_door() is None
    door = world.application.open_door(asked=True)
    assert door is not None
    answer = world.client().post("/api/session/link", json={"token": door.token})
    assert answer.json()["person"]["id"] == show_id(first)


def test_the_machine_makes_an_admin_where_groups_took_the_last_one(world: World, provider: FakeProvider) -> None:
    set_up(world, provider.issuer, mapping=[rule(world, "it", "admin")])
    with world.transaction() as session:
        for each in find_admins(session):
            save_org_roles(session, each, [])
    door = world.application.open_door(asked=True)
    assert door is not None
    assert door.owner == world.people["first"]
