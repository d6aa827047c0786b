"""One-time links: once, in time, for one thing; empty, used and foreign tokens open nothing."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from builder.db import read_clock
from builder.kit.ids import show_id
from builder.teams import is_ownerless, make_owner_link
from builder.teams.sessions import hash_token
from builder.teams.tables import link_table
from tests.rooms.world import URL, World

PASSWORD = "a long walk by the sea"


def owner_link(world: World) -> str:
    with world.transaction() as session:
        return make_owner_link(session, read_clock(session))[1]


def invite(world: World, email: str = "new@example.org", name: str = "owner", **more: Any) -> Any:
    json = {"email": email, "team": show_id(world.ours), "roles": ["builder"], **more}
    return world.client(name).post("/api/invitations", json=json)


def token_of(answer: Any) -> str:
    assert answer.status_code == 201, answer.text
    link: str = answer.json()["link"]
    assert link.startswith(f"{URL}/link/")
    return link.rpartition("/")[2]


def accept(world: World, token: str, password: str = PASSWORD) -> Any:
    return world.client().post(
        "/api/invitations/accept", json={"token": token, "name": "Neu", "password": password, "language": "de"}
    )


def run_out(world: World) -> None:
    with world.transaction() as session:
        session.execute(update(link_table).values(ends_at=read_clock(session)))


def test_the_first_owner_comes_in_by_a_link_and_sets_a_password(world: World) -> None:
    client = world.client()
    assert client.get("/api/session").json()["first_run"] is True
    token = owner_link(world)
    assert client.post("/api/links/look", json={"token": token}).json()["kind"] == "owner"
    session = client.post("/api/session/link", json={"token": token}).json()
    assert session["person"]["has_password"] is False
    assert session["org_roles"] == ["admin"]
    client.headers["X-CSRF-Token"] = session["csrf"]
    mine = session["person"]["id"]
    changed = client.patch(f"/api/people/{mine}", json={"name": "Renée", "email": "Renee@Example.org"})
    assert changed.json()["email"] == "renee@example.org"
    assert client.put("/api/password", json={"password": PASSWORD}).status_code == 200
    assert client.get("/api/session").json()["first_run"] is False
    fresh = world.client()
    assert fresh.post("/api/session", json={"email": "renee@example.org", "password": PASSWORD}).status_code == 200


def test_the_owner_link_makes_one_owner_however_often_it_is_made(world: World) -> None:
    with world.transaction() as session:
        assert is_ownerless(session)
        now = read_clock(session)
        first, before = make_owner_link(session, now)
        again, token = make_owner_link(session, now)
    assert first == again == world.people["first"]
    assert world.client().post("/api/session/link", json={"token": before}).status_code == 404
    assert world.client().post("/api/session/link", json={"token": token}).status_code == 200


def test_a_link_opens_once_however_many_come_at_once(world: World) -> None:
    token = owner_link(world)
    statuses: list[int] = []
    clients = [world.client() for _ in range(8)]
    threads = [
        threading.Thread(
            target=lambda one=one: statuses.append(one.post("/api/session/link", json={"token": token}).status_code)
        )
        for one in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [404] * 7


@pytest.mark.parametrize("token", ["", " ", "null", "None", "0", "A" * 43, "é" * 43, "A" * 42, "A" * 44])
@pytest.mark.parametrize("way", ["session/link", "links/look", "password/reset", "invitations/accept"])
def test_what_is_no_token_opens_nothing(world: World, way: str, token: str) -> None:
    owner_link(world)
    token_of(invite(world))
    json: dict[str, Any] = {"token": token}
    if way in ("password/reset", "invitations/accept"):
        json["password"] = PASSWORD
    if way == "invitations/accept":
        json["name"] = "Neu"
    answer = world.client().post(f"/api/{way}", json=json)
    assert (answer.status_code, answer.json()["code"]) == (404, "link_closed")
    assert world.client().post(f"/api/{way}", json=json | {"token": None}).status_code == 422


def test_no_secret_is_kept_and_none_may_be_missing(world: World) -> None:
    token = token_of(invite(world))
    with world.transaction() as session:
        rows = session.execute(select(link_table)).all()
    assert token not in str(rows)
    assert hash_token(token) in {row.token_hash for row in rows}

    def forget_the_secret() -> None:
        with world.transaction() as session:
            session.execute(update(link_table).values(token_hash=None))

    with pytest.raises(IntegrityError):
        forget_the_secret()


def test_a_link_is_good_for_its_own_thing_only(world: World) -> None:
    owner, invitation = owner_link(world), token_of(invite(world))
    client = world.client()
    assert client.post("/api/session/link", json={"token": invitation}).status_code == 404
    assert client.post("/api/password/reset", json={"token": owner, "password": PASSWORD}).status_code == 404
    assert accept(world, owner).status_code == 404
    assert client.post("/api/session/link", json={"token": owner}).status_code == 200


def test_looking_at_a_link_leaves_it_unused_and_a_get_does_nothing(world: World) -> None:
    token = token_of(invite(world))
    client = world.client()
    seen = [client.post("/api/links/look", json={"token": token}).json() for _ in range(3)]
    assert seen[0] == seen[2]
    assert (seen[0]["kind"], seen[0]["email"], seen[0]["team"]) == ("invitation", "new@example.org", "Ours")
    for method in ("GET", "HEAD", "OPTIONS"):
        assert client.request(method, "/api/invitations/accept", params={"token": token}).status_code in (404, 405)
    assert accept(world, token).status_code == 200


def test_who_is_invited_becomes_what_was_promised(world: World) -> None:
    token = token_of(invite(world, roles=["builder", "reviewer"]))
    answer = accept(world, token)
    assert answer.status_code == 200
    assert answer.json()["person"]["language"] == "de"
    assert answer.json()["teams"] == [
        {**answer.json()["teams"][0], "id": show_id(world.ours), "roles": ["builder", "reviewer"]}
    ]
    assert accept(world, token).status_code == 404


def test_a_weak_password_does_not_use_the_link_up(world: World) -> None:
    token = token_of(invite(world))
    weak = accept(world, token, "short")
    assert (weak.status_code, weak.json()["code"]) == (409, "password")
    assert accept(world, token).status_code == 200


def test_a_link_that_ran_out_or_was_withdrawn_does_not_open(world: World) -> None:
    token = token_of(invite(world))
    run_out(world)
    assert accept(world, token).status_code == 404
    assert world.client("owner").get("/api/invitations").json() == []
    again = invite(world)
    newer = invite(world)
    assert accept(world, token_of(again)).status_code == 404
    number = newer.json()["invitation"]["id"]
    assert world.client("owner").delete(f"/api/invitations/{number}").status_code == 204
    assert accept(world, token_of(newer)).status_code == 404
    assert world.client("owner").delete(f"/api/invitations/{number}").status_code == 404


def test_whoever_is_here_is_added_at_once(world: World) -> None:
    email = f"nobody@{show_id(world.ours)}.example"
    answer = invite(world, email, roles=["reviewer"])
    assert answer.json() == {"added": True, "invitation": None, "link": None, "mailed": False}
    invite(world, email, roles=["viewer"])
    assert world.client("nobody").get("/api/session").json()["teams"][0]["roles"] == ["reviewer", "viewer"]


@pytest.mark.parametrize(
    ("name", "change", "status"),
    [
        ("owner", {"org_roles": ["admin"]}, 403),
        ("owner", {"team": None, "roles": [], "org_roles": ["auditor"]}, 403),
        ("admin", {"team": None, "roles": [], "org_roles": ["auditor"]}, 201),
        ("admin", {"team": None, "roles": [], "org_roles": []}, 409),
        ("admin", {"team": None}, 409),
        ("admin", {"roles": []}, 409),
        ("admin", {"team": "0000000000001"}, 404),
        ("admin", {"roles": ["admin"]}, 422),
        ("admin", {"org_roles": ["owner"]}, 422),
        ("admin", {"email": "no address"}, 422),
    ],
)
def test_nobody_gives_what_is_not_his_to_give(world: World, name: str, change: dict[str, Any], status: int) -> None:
    answer = invite(world, name=name, **change)
    assert answer.status_code == status, answer.text


def test_an_owner_sees_and_withdraws_invitations_of_his_team_only(world: World) -> None:
    number = invite(world).json()["invitation"]["id"]
    other = world.client("other")
    assert other.get("/api/invitations").json() == []
    assert other.delete(f"/api/invitations/{number}").status_code == 404
    assert world.client("auditor").get("/api/invitations").json()[0]["id"] == number
    assert world.client("auditor").delete(f"/api/invitations/{number}").status_code == 403


def test_a_password_is_reset_by_an_owners_link(world: World) -> None:
    lost = world.add_person("Lost", ours=("viewer",))
    somewhere = world.client("Lost")
    token = token_of(world.client("owner").post(f"/api/people/{show_id(lost)}/reset-link"))
    assert somewhere.get("/api/teams").status_code == 200
    client = world.client()
    answer = client.post("/api/password/reset", json={"token": token, "password": PASSWORD})
    assert answer.json()["person"]["has_password"] is True
    assert somewhere.get("/api/teams").status_code == 401
    assert client.get("/api/teams").status_code == 200
    assert world.client().post("/api/password/reset", json={"token": token, "password": PASSWORD}).status_code == 404


@pytest.mark.parametrize(("whom", "status"), [("admin", 404), ("other", 404), ("first", 403), ("viewer", 201)])
def test_an_owner_opens_no_way_to_what_is_not_his(world: World, whom: str, status: int) -> None:
    answer = world.client("owner").post(f"/api/people/{show_id(world.people[whom])}/reset-link")
    assert answer.status_code == status, answer.text
