"""People and teams: what they are, who is shown whom, and that nothing is left without anybody."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from builder.audit.tables import audit_event_table
from builder.kit.ids import show_id
from builder.teams import find_team_people
from tests.rooms.world import World


def shown(world: World, name: str) -> str:
    return show_id(world.people[name])


def test_pages_of_people_show_everybody_once_by_name(world: World) -> None:
    for number in range(23):
        world.add_person(f"Twin{number % 3}x{number}", ours=("viewer",))
    client = world.client("auditor")
    names, cursor, pages = [], None, 0
    while True:
        answer = client.get("/api/people", params={"size": "5"} | ({"cursor": cursor} if cursor else {})).json()
        names += [one["name"] for one in answer["items"]]
        cursor, pages = answer["next"], pages + 1
        if cursor is None:
            break
    assert len(names) == len(set(names)) == len(world.people)
    assert names == sorted(names)
    assert pages == -(-len(names) // 5)


@pytest.mark.parametrize("words", ["%", "_", "BUILDER@", "' OR 1=1 --", "\\"])
def test_words_are_looked_for_as_they_are(world: World, words: str) -> None:
    found = world.client("auditor").get("/api/people", params={"q": words}).json()["items"]
    assert [one["name"] for one in found] == (["builder"] if words == "BUILDER@" else [])


def test_an_owner_is_shown_people_of_his_teams_and_these_teams_only(world: World) -> None:
    found = world.client("owner").get("/api/people").json()["items"]
    assert {one["name"] for one in found} == {"Owner", "viewer", "builder", "reviewer", "owner"}
    assert {team["name"] for one in found for team in one["teams"]} == {"Ours"}


def test_a_team_keeps_an_owner(world: World) -> None:
    client, ours = world.client("admin"), show_id(world.ours)
    assert client.delete(f"/api/teams/{ours}/members/{shown(world, 'first')}").status_code == 204
    last = f"/api/teams/{ours}/members/{shown(world, 'owner')}"
    refused = client.put(last, json={"roles": ["viewer"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "people")
    assert client.delete(last).status_code == 409
    assert client.put(last, json={"roles": ["owner", "builder"]}).status_code == 200
    viewer = f"/api/teams/{ours}/members/{shown(world, 'viewer')}"
    assert client.put(viewer, json={"roles": ["owner"]}).status_code == 200
    assert client.delete(last).status_code == 204


def test_roles_of_a_member_are_set_as_a_whole(world: World) -> None:
    client, ours = world.client("owner"), show_id(world.ours)
    place = f"/api/teams/{ours}/members/{shown(world, 'viewer')}"
    rows = client.put(place, json={"roles": ["reviewer", "builder", "builder"]}).json()
    assert next(row["roles"] for row in rows if row["name"] == "viewer") == ["builder", "reviewer"]
    with world.transaction() as session:
        assert [one.name for one in find_team_people(session, world.ours, "reviewer")] == ["reviewer", "viewer"]
    stranger = f"/api/teams/{ours}/members/{shown(world, 'nobody')}"
    assert client.put(stranger, json={"roles": ["viewer"]}).status_code == 404
    assert client.put(place, json={"roles": []}).status_code == 422


def test_the_organisation_keeps_an_admin(world: World) -> None:
    client = world.client("admin")
    first = f"/api/people/{shown(world, 'first')}"
    assert client.patch(first, json={"org_roles": []}).status_code == 200
    me = f"/api/people/{shown(world, 'admin')}"
    for change in ({"org_roles": ["auditor"]}, {"closed": True}):
        refused = client.patch(me, json=change)
        assert (refused.status_code, refused.json()["code"]) == (409, "people")
    assert client.patch(first, json={"org_roles": ["admin"]}).status_code == 200
    assert client.patch(me, json={"closed": True}).status_code == 200
    assert client.get("/api/teams").status_code == 401


def test_whoever_leaves_is_out_at_once_and_may_come_back(world: World) -> None:
    client, place = world.client("admin"), f"/api/people/{shown(world, 'builder')}"
    builder = world.client("builder")
    assert client.patch(place, json={"closed": True}).json()["closed"] is True
    assert builder.get("/api/teams").status_code == 401
    with world.transaction() as session:
        assert "builder" not in {one.name for one in find_team_people(session, world.ours)}
    assert client.patch(place, json={"closed": False}).json()["closed"] is False
    assert builder.get("/api/teams").status_code == 401
    assert world.client("builder").get("/api/teams").json()[0]["name"] == "Ours"


def test_an_address_belongs_to_one_person(world: World) -> None:
    client, place = world.client("admin"), f"/api/people/{shown(world, 'builder')}"
    taken = f"Viewer@{show_id(world.ours)}.example"
    assert client.patch(place, json={"email": taken}).status_code == 409
    assert client.patch(place, json={"email": "New@Example.org"}).json()["email"] == "new@example.org"


def test_people_change_their_own_name_but_not_their_address(world: World) -> None:
    client = world.client("viewer")
    assert client.patch("/api/session/person", json={"name": " Zoë "}).json()["person"]["name"] == "Zoë"
    assert client.patch("/api/session/person", json={"email": "x@example.org"}).status_code == 422


def test_teams_have_names_of_their_own(world: World) -> None:
    client = world.client("admin")
    assert client.post("/api/teams", json={"name": "ours"}).status_code == 409
    made = client.post("/api/teams", json={"name": "Sales", "owner": shown(world, "viewer")})
    assert made.status_code == 201
    assert world.client("viewer").get("/api/session").json()["teams"][1]["roles"] == ["owner"]
    place = f"/api/teams/{made.json()['id']}"
    assert world.client("viewer").patch(place, json={"name": "Theirs"}).status_code == 409
    assert world.client("viewer").patch(place, json={"name": "SALES"}).json()["name"] == "SALES"
    assert client.post("/api/teams", json={"name": "Void", "owner": "0000000000001"}).status_code == 404


def test_teams_are_counted_for_those_who_may_see_them(world: World) -> None:
    assert {row["name"]: row["members"] for row in world.client("auditor").get("/api/teams").json()} == {
        "Ours": 5,
        "Theirs": 2,
    }
    assert [row["name"] for row in world.client("viewer").get("/api/teams").json()] == ["Ours"]


def test_what_people_do_to_people_is_in_the_audit(world: World) -> None:
    client, ours = world.client("admin"), show_id(world.ours)
    member = f"/api/teams/{ours}/members/{shown(world, 'viewer')}"
    calls: list[tuple[str, str, Any]] = [
        ("PUT", member, {"roles": ["builder"]}),
        ("PUT", member, {"roles": ["builder"]}),
        ("PATCH", f"/api/people/{shown(world, 'viewer')}", {"org_roles": ["auditor"], "name": "Vi"}),
        ("PATCH", f"/api/teams/{ours}", {"name": "Us"}),
        ("PATCH", "/api/organisation", {"name": "Acme"}),
        ("POST", "/api/invitations", {"email": "n@example.org", "team": ours, "roles": ["viewer"]}),
    ]
    with world.transaction() as session:
        before = set(session.scalars(select(audit_event_table.c.id)))
    for method, path, json in calls:
        assert client.request(method, path, json=json).is_success
    with world.transaction() as session:
        rows = {row.kind: row for row in session.execute(select(audit_event_table)) if row.id not in before}
    assert set(rows) == {
        "member_changed", "person_changed", "org_roles_changed", "team_renamed", "organisation_renamed",
        "person_invited",
    }  # fmt: skip
    assert {row.actor for row in rows.values()} == {world.caller("admin").actor}
    assert rows["member_changed"].record == {"team": ours, "before": ["viewer"], "after": ["builder"]}
