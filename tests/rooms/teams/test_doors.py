"""Coming in and going out, through the API: passwords, sessions, throttling."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from builder.audit.tables import audit_event_table
from builder.db import read_clock
from builder.kit.ids import show_id
from builder.teams import passwords
from builder.teams.gate import COOKIE
from builder.teams.rules import ATTEMPTS, LASTS, WINDOW
from builder.teams.schemas import TooManyAttemptsError, WrongSignInError
from builder.teams.sessions import Place, csrf_of, hash_token
from builder.teams.sign_in import count_sign_in, judge_sign_in
from builder.teams.store import save_person
from builder.teams.tables import attempt_table, session_table
from tests.rooms.world import World

PASSWORD = "a long walk by the sea"


class PlainHasher:
    """Stands in for Argon2 where the test is not about hashing; counts what it is asked."""

    def __init__(self) -> None:
        self.checked: list[str] = []

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password: str, hashed: str) -> bool:
        self.checked.append(hashed)
        return hashed == f"hash of {password}"


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlainHasher]:
    made = PlainHasher()
    passwords._nobodys_hash.cache_clear()
    monkeypatch.setattr(passwords, "_hasher", lambda: made)
    yield made
    passwords._nobodys_hash.cache_clear()


def give_password(world: World, name: str, password: str = PASSWORD) -> str:
    """Gives somebody a password; his address."""
    with world.transaction() as session:
        save_person(session, world.people[name], {"password_hash": passwords.hash_password(password, "")})
    return f"{name}@{show_id(world.ours)}.example"


def enter(client: TestClient, email: str, password: str = PASSWORD) -> Any:
    return client.post("/api/session", json={"email": email, "password": password})


def kinds(world: World) -> list[str]:
    with world.transaction() as session:
        return list(session.scalars(select(audit_event_table.c.kind).order_by(audit_event_table.c.id)))


def test_signing_in_with_the_real_hash(world: World) -> None:
    email = give_password(world, "builder")
    client = world.client()
    assert client.get("/api/session").json()["person"] is None
    answer = enter(client, f"  {email.upper()} ")
    assert answer.status_code == 200
    assert answer.json()["person"]["name"] == "builder"
    assert answer.json()["teams"][0]["roles"] == ["builder"]
    assert client.get("/api/teams").status_code == 200
    assert enter(world.client(), email, "a long walk by the see").status_code == 401
    with world.transaction() as session:
        kept = passwords.check_password(PASSWORD, None)
        rows = session.execute(select(session_table)).all()
    assert kept is False
    token = client.cookies[COOKIE]
    assert hash_token(token) in {row.token_hash for row in rows}
    assert token not in str(rows)
    assert kinds(world).count("signed_in") == 1


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(world: World, hasher: PlainHasher) -> None:
    answer = enter(world.client(), give_password(world, "builder"))
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert f"max-age={int(LASTS.total_seconds())}" in cookie


def test_an_unknown_address_costs_the_same_and_says_the_same(world: World, hasher: PlainHasher) -> None:
    email = give_password(world, "builder")
    client = world.client()
    known, unknown = enter(client, email, "wrong password"), enter(client, "who@example.org", "wrong password")
    no_password = enter(client, f"viewer@{show_id(world.ours)}.example", "wrong password")
    assert known.status_code == unknown.status_code == no_password.status_code == 401
    assert known.json() == unknown.json() == no_password.json()
    assert len(hasher.checked) == 3
    assert enter(client, "who@example.org", "nobody has this password").status_code == 401


def test_whoever_left_cannot_come_in(world: World, hasher: PlainHasher) -> None:
    email = give_password(world, "builder")
    with world.transaction() as session:
        save_person(session, world.people["builder"], {"closed_at": read_clock(session)})
    assert enter(world.client(), email).json()["code"] == "wrong_sign_in"


def test_too_many_attempts_shut_the_account_even_for_the_right_password(world: World, hasher: PlainHasher) -> None:
    email = give_password(world, "builder")
    client = world.client()
    for _ in range(ATTEMPTS["account"]):
        assert enter(client, email, "wrong password").status_code == 401
    refused = enter(client, email)
    assert refused.status_code == 429
    assert "Try again in 15 minutes." in refused.json()["sentence"]
    assert len(hasher.checked) == ATTEMPTS["account"]
    assert enter(client, email).status_code == 429
    assert kinds(world).count("sign_in_throttled") == 1
    with world.transaction() as session:
        session.execute(update(attempt_table).values(since=read_clock(session) - WINDOW))
    assert enter(client, email).status_code == 200
    assert enter(client, email, "wrong password").status_code == 401


def test_too_many_attempts_shut_an_address_for_every_account(world: World, hasher: PlainHasher) -> None:
    email = give_password(world, "builder")
    here, there = Place("2001:db8::1", ""), Place("2001:db8:0:1::1", "")
    for number in range(ATTEMPTS["address"]):
        with world.transaction() as session:
            attempt = count_sign_in(session, f"{number}@example.org", here, read_clock(session))
        with pytest.raises(WrongSignInError):
            judge_sign_in(attempt, "wrong password")
    with world.transaction() as session:
        now = read_clock(session)
        from_here = count_sign_in(session, email, Place("2001:db8::ffff", ""), now)
        from_there = count_sign_in(session, email, there, now)
    with pytest.raises(TooManyAttemptsError):
        judge_sign_in(from_here, PASSWORD)
    assert judge_sign_in(from_there, PASSWORD).name == "builder"


def test_attempts_at_once_are_all_counted(world: World, hasher: PlainHasher) -> None:
    email = give_password(world, "builder")
    statuses: list[int] = []
    clients = [world.client() for _ in range(ATTEMPTS["account"] * 2)]
    threads = [
        threading.Thread(target=lambda one=one: statuses.append(enter(one, email, "wrong password").status_code))
        for one in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(401) == ATTEMPTS["account"]
    assert statuses.count(429) == ATTEMPTS["account"]


def test_those_who_succeed_are_not_counted(world: World, hasher: PlainHasher) -> None:
    email = give_password(world, "builder")
    for _ in range(ATTEMPTS["account"] + 2):
        assert enter(world.client(), email).status_code == 200
    with world.transaction() as session:
        assert [row.tries for row in session.execute(select(attempt_table))] == [0]


def test_signing_in_gives_a_new_session_and_ends_the_one_before(world: World, hasher: PlainHasher) -> None:
    email = give_password(world, "builder")
    planted = world.token("viewer")
    client = world.client(token=planted)
    assert enter(client, email).status_code == 200
    assert client.cookies[COOKIE] != planted
    assert world.client(token=planted).get("/api/teams").status_code == 401


@pytest.mark.parametrize("token", ["", " ", "null", "None", "0", "A" * 43, "é" * 43, "A" * 5_000])
def test_what_is_no_token_opens_nothing(world: World, token: str) -> None:
    headers = {b"cookie": f"{COOKIE}={token}".encode()}
    assert world.client().get("/api/teams", headers=headers).status_code == 401
    assert world.client().get("/api/session", headers=headers).json()["person"] is None


def test_a_revoked_membership_holds_from_the_next_call_on(world: World) -> None:
    person = world.add_person("short", ours=("builder",))
    client = world.client("short")
    ours = show_id(world.ours)
    assert client.get("/api/teams").json()[0]["id"] == ours
    assert world.client("owner").delete(f"/api/teams/{ours}/members/{show_id(person)}").status_code == 204
    assert client.get("/api/teams").json() == []
    assert client.get("/api/session").json()["teams"] == []


def test_a_session_that_is_used_does_not_become_idle(world: World) -> None:
    token = world.token("viewer")
    with world.transaction() as session:
        now = read_clock(session)
    world.age(token, seen_at=now - timedelta(hours=11))
    client = world.client(token=token)
    assert client.get("/api/teams").status_code == 200
    seen = next(one["seen_at"] for one in client.get("/api/sessions").json() if one["here"])
    assert seen >= now.isoformat()[:19]


def test_sessions_are_listed_and_ended(world: World) -> None:
    here, there = world.client("viewer"), world.client("viewer")
    stranger = world.client("other")
    rows = here.get("/api/sessions").json()
    assert [row["here"] for row in rows].count(True) == 1
    assert {row["browser"] for row in rows} == {"a test"}
    other = next(row["id"] for row in rows if not row["here"])
    assert stranger.delete(f"/api/sessions/{other}").status_code == 404
    assert here.delete(f"/api/sessions/{other}").status_code == 204
    assert there.get("/api/teams").status_code == 401
    third = world.client("viewer")
    assert here.delete("/api/sessions", params={"but_here": "true"}).status_code == 204
    assert third.get("/api/teams").status_code == 401
    assert here.get("/api/teams").status_code == 200
    assert here.delete("/api/sessions").status_code == 204
    assert here.get("/api/teams").status_code == 401
    assert kinds(world).count("sessions_ended") == 2


def test_signing_out_ends_the_session_on_the_server(world: World) -> None:
    token = world.token("viewer")
    client = world.client(token=token)
    assert client.delete("/api/session").json() == {"leave_at": None}
    assert COOKIE not in client.cookies
    assert world.client(token=token).get("/api/teams").status_code == 401


def test_a_password_is_changed_with_the_present_one_and_ends_the_rest(world: World, hasher: PlainHasher) -> None:
    email = give_password(world, "builder")
    client, elsewhere = world.client("builder"), world.client("builder")
    new = "another walk by the sea"
    wrong = client.put("/api/password", json={"password": new, "present": "wrong password"})
    assert (wrong.status_code, wrong.json()["field"]) == (409, "present")
    assert client.put("/api/password", json={"password": new}).status_code == 409
    weak = client.put("/api/password", json={"password": "short", "present": PASSWORD})
    assert (weak.status_code, weak.json()["field"]) == (409, "password")
    before = client.cookies[COOKIE]
    changed = client.put("/api/password", json={"password": new, "present": PASSWORD})
    assert changed.status_code == 200
    assert changed.json()["csrf"] == csrf_of(client.cookies[COOKIE])
    assert client.cookies[COOKIE] != before
    assert client.get("/api/teams").status_code == 200
    assert elsewhere.get("/api/teams").status_code == 401
    assert enter(world.client(), email).status_code == 401
    assert enter(world.client(), email, new).status_code == 200


def test_over_sessions_are_forgotten(world: World) -> None:
    token = world.token("viewer")
    with world.transaction() as session:
        now = read_clock(session)
    world.age(token, ends_at=now)
    world.token("other")
    with world.transaction() as session:
        hashes = set(session.scalars(select(session_table.c.token_hash)))
    assert hash_token(token) not in hashes
