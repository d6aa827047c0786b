"""API tokens: what opens and what never does, what they carry, how they end, and that they are shown once."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select, update

from builder.audit.tables import audit_event_table
from builder.db import read_clock
from builder.kit.ids import show_id
from builder.kit.pace import Pace
from builder.teams import gate
from builder.teams.gate import COOKIE
from builder.teams.rules import GUESS_PACE, IN_PERSON, RIGHTS, TOKEN_PACE, TOKENS
from builder.teams.store.tokens import read_token_row
from builder.teams.tables import token_table
from builder.teams.tokens import hash_api_token
from tests.rooms.teams.cases import make_one_token
from tests.rooms.world import World

ALL_TEAMS = "/api/workflows"


def program(world: World, secret: str) -> TestClient:
    client = world.client()
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def make(world: World, name: str = "builder", **wanted: Any) -> dict[str, Any]:
    asked = {"name": "Nightly", "permissions": ["workflow.read"]} | wanted
    answer = world.client(name).post("/api/tokens", json=asked)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_token_is_shown_once_and_only_its_hash_is_kept(world: World) -> None:
    made = make(world)
    shown = world.client("builder").get("/api/tokens").json()
    assert made["token"] not in str(shown)
    assert [each["name"] for each in shown["items"]] == ["Nightly"]
    assert shown["items"][0]["ending"] == made["token"][-4:]
    with world.transaction() as session:
        row = session.execute(select(token_table)).one()
        events = [str(each) for each in session.execute(select(audit_event_table))]
    assert row.token_hash == hash_api_token(made["token"])
    assert made["token"] not in str(row)
    assert not any(made["token"] in each for each in events)
    assert repr(make_one_token(world, world.people["owner"])).count("handrail_") == 0


@pytest.mark.parametrize(
    "said",
    [
        "", " ", "Bearer", "Bearer ", "Bearer  ", "Bearer null", "Bearer None", "Bearer undefined", "Bearer handrail_",
        "bearer handrail_" + "A" * 43, "Bearer handrail_" + "A" * 42, "Bearer handrail_" + "\u00e9" * 43,
        "Bearer " + "A" * 43, "Bearer handrail_" + "A" * 4000,
    ],
)  # fmt: skip
def test_what_is_no_token_opens_nothing(world: World, said: str) -> None:
    """Also with a row whose hash is empty, or that of an empty text, which no code makes."""
    empty = hashlib.sha256(b"").hexdigest()
    with world.transaction() as session:
        now = read_clock(session)
        values = {"person_id": world.people["owner"], "name": "", "ending": "", "permissions": ["workflow.read"]}
        values |= {"made_at": now, "ends_at": now + timedelta(days=9)}
        for number, hashed in enumerate(("", empty, "None")):
            session.execute(insert(token_table).values(id=number, token_hash=hashed, **values))
    answer = world.client().get(ALL_TEAMS, headers={"Authorization": said.encode()})  # type: ignore[dict-item]  # raw bytes
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_two_tokens_at_once_are_none_and_a_bad_one_is_not_made_good_by_a_cookie(world: World) -> None:
    made = make(world)
    twice = [("Authorization", f"Bearer {made['token']}"), ("Authorization", "Bearer x")]
    assert world.client().get(ALL_TEAMS, headers=twice).status_code == 401
    signed_in = world.client("owner")
    assert signed_in.get(ALL_TEAMS).status_code == 200
    assert signed_in.get(ALL_TEAMS, headers={"Authorization": "Bearer nothing"}).status_code == 401
    assert signed_in.get(ALL_TEAMS, headers={"Authorization": "Basic cHJveHk6cHJveHk="}).status_code == 200


def test_a_session_is_no_api_token_and_a_token_no_session(world: World) -> None:
    session = world.token("owner")
    assert program(world, session).get(ALL_TEAMS).status_code == 401
    client = world.client()
    client.cookies.set(COOKIE, make(world)["token"], domain="handrail.example")
    assert client.get(ALL_TEAMS).status_code == 401


def test_a_change_by_token_needs_no_word_of_a_page(world: World) -> None:
    made = make(world, permissions=["workflow.write", "workflow.read"])
    answer = program(world, made["token"]).post("/api/workflows", json={"team": show_id(world.ours), "name": "By hand"})
    assert answer.status_code == 201, answer.text


def test_what_a_program_did_is_told_as_such(world: World) -> None:
    made = make(world, permissions=["workflow.write", "workflow.read"])
    program(world, made["token"]).post("/api/workflows", json={"team": show_id(world.ours), "name": "By hand"})
    events = world.client("auditor").get("/api/audit", params={"kind": "workflow_created"}).json()["items"]
    assert events[0]["actor"].endswith(f"with token {made['id']}")
    assert events[0]["sentence"] == "builder made the workflow “By hand”."


def test_a_token_for_one_team_acts_there_only(world: World) -> None:
    both = world.add_person("both", ours=("builder",), theirs=("builder",), org=("auditor",))
    made = make_one_token(world, both, "workflow.write", "workflow.read", team=world.theirs)
    client = program(world, made.secret)
    assert client.post("/api/workflows", json={"team": show_id(world.ours), "name": "W"}).status_code == 403
    assert client.post("/api/workflows", json={"team": show_id(world.theirs), "name": "W"}).status_code == 201
    world.client("both").post("/api/workflows", json={"team": show_id(world.ours), "name": "Mine"})
    assert [each["name"] for each in client.get("/api/workflows").json()["items"]] == ["W"]


def test_a_token_loses_what_its_person_loses(world: World) -> None:
    number = world.add_person("leaver", ours=("builder",))
    made = make_one_token(world, number, "workflow.write", "workflow.read")
    client = program(world, made.secret)
    wanted = {"team": show_id(world.ours), "name": "W"}
    assert client.post("/api/workflows", json=wanted).status_code == 201
    place = f"/api/teams/{show_id(world.ours)}/members/{show_id(number)}"
    assert world.client("owner").put(place, json={"roles": ["viewer"]}).status_code == 200
    assert client.post("/api/workflows", json=wanted).status_code == 403
    assert client.get("/api/workflows").status_code == 200
    admin = world.client("admin")
    assert admin.patch(f"/api/people/{show_id(number)}", json={"closed": True}).status_code == 200
    assert client.get("/api/workflows").status_code == 401
    assert admin.patch(f"/api/people/{show_id(number)}", json={"closed": False}).status_code == 200
    assert client.get("/api/workflows").status_code == 401, "whoever comes back makes new ones"


def test_a_token_ends_at_its_time(world: World) -> None:
    made = make(world, days=1)
    client = program(world, made["token"])
    assert client.get(ALL_TEAMS).status_code == 200
    with world.transaction() as session:
        row = session.execute(select(token_table)).one()
        session.execute(update(token_table).values(ends_at=row.made_at))
    assert client.get(ALL_TEAMS).status_code == 401
    shown = world.client("builder").get("/api/tokens").json()["items"][0]
    assert (shown["holds"], shown["ended_at"]) == (False, None)


def test_a_token_is_ended_by_its_person_or_an_admin_and_once(world: World) -> None:
    one, other = make(world), make(world)
    own, admin = world.client("builder"), world.client("admin")
    assert world.client("owner").delete(f"/api/tokens/{one['id']}").status_code == 404
    assert own.delete(f"/api/tokens/{one['id']}").status_code == 204
    assert own.delete(f"/api/tokens/{one['id']}").status_code == 404
    assert program(world, one["token"]).get(ALL_TEAMS).status_code == 401
    listed = admin.get("/api/organisation/tokens").json()["items"]
    assert {(each["person"], each["holds"]) for each in listed} == {("builder", True), ("builder", False)}
    assert admin.delete(f"/api/organisation/tokens/{other['id']}").status_code == 204
    assert program(world, other["token"]).get(ALL_TEAMS).status_code == 401


@pytest.mark.parametrize(
    ("wanted", "status", "code"),
    [
        ({"permissions": []}, 422, "malformed"),
        ({"permissions": ["self"]}, 409, "people"),
        ({"permissions": ["review.decide"]}, 409, "people"),
        ({"permissions": ["people.write"]}, 409, "people"),
        ({"permissions": ["run.start"]}, 409, "people"),
        ({"permissions": ["no.such"]}, 409, "people"),
        ({"days": 0}, 422, "malformed"),
        ({"days": 367}, 422, "malformed"),
        ({"team": "7zzzzzzzzzzzz"}, 404, "unknown"),
        ({"name": ""}, 422, "malformed"),
    ],
)
def test_what_a_token_cannot_be_is_said(world: World, wanted: dict[str, Any], status: int, code: str) -> None:
    asked = {"name": "Nightly", "permissions": ["workflow.read"]} | wanted
    answer = world.client("viewer").post("/api/tokens", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_somebody_holds_so_many_tokens_and_no_more(world: World) -> None:
    for _ in range(TOKENS):
        made = make_one_token(world, world.people["viewer"], "workflow.read")
    client = world.client("viewer")
    wanted = {"name": "One more", "permissions": ["workflow.read"]}
    assert client.post("/api/tokens", json=wanted).status_code == 409
    assert client.delete(f"/api/tokens/{show_id(made.id)}").status_code == 204
    assert client.post("/api/tokens", json=wanted).status_code == 201


def test_when_a_token_was_last_used_is_shown(world: World) -> None:
    made = make(world)
    program(world, made["token"]).get(ALL_TEAMS)
    shown = world.client("builder").get("/api/tokens").json()["items"][0]
    assert (shown["seen_at"] is not None, shown["seen_from"]) == (True, "testclient")


class _Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> Any:
        raise AssertionError("a pace needs no calendar")

    def monotonic(self) -> float:
        return self.seconds


def test_who_comes_too_often_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = _Clock()
    monkeypatch.setattr(gate, "_PACE", Pace(clock))
    secret = make(world)["token"]
    client = program(world, secret)
    with world.transaction() as session:
        row = session.execute(select(token_table)).one()
        assert read_token_row(session, row.id) is not None
    for _ in range(TOKEN_PACE[1] - 1):
        gate._PACE.take(f"token {row.id}", *TOKEN_PACE)
    assert client.get(ALL_TEAMS).status_code == 200
    answer = client.get(ALL_TEAMS)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (429, "too_fast", "1")
    clock.seconds += 1 / TOKEN_PACE[0]
    assert client.get(ALL_TEAMS).status_code == 200
    stranger = program(world, "nothing")
    for _ in range(GUESS_PACE[1]):
        assert stranger.get(ALL_TEAMS).status_code == 401
    assert stranger.get(ALL_TEAMS).status_code == 429
    clock.seconds += 1
    assert client.get(ALL_TEAMS).status_code == 200, "guesses of others from here do no harm"


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_screens_name_every_permission_that_a_token_may_carry(language: str) -> None:
    file = Path(__file__).resolve().parents[3] / "frontend" / "src" / "app" / "texts" / f"{language}.json"
    texts = json.loads(file.read_text("utf-8"))
    assert [each for each in RIGHTS if each not in IN_PERSON and f"token.may.{each}" not in texts] == []


def test_no_token_approves_what_takes_a_second_person() -> None:
    assert {"template.approve", "governance.approve", "publish.do", "review.decide"} <= IN_PERSON
