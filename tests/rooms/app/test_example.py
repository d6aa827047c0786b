"""The example installation: made by the same verbs as anybody's, so under the same rules."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from builder.app import build_app
from builder.example import furnish
from builder.settings import read_settings
from builder.teams import CSRF_HEADER
from builder.wiring import Application, open_application
from tests.rooms.world import URL


@pytest.fixture
def application(tmp_path: Path, migrated_file: Path) -> Iterator[Application]:
    shutil.copy(migrated_file, tmp_path / "handrail.db")
    opened = open_application(read_settings({"HANDRAIL_HOME": str(tmp_path), "HANDRAIL_URL": URL}))
    yield opened
    opened.close()


def enter(application: Application, token: str) -> TestClient:
    client = TestClient(build_app(application), base_url=URL)
    entered = client.post("/api/session/link", json={"token": token})
    assert entered.status_code == 200, entered.text
    client.headers[CSRF_HEADER] = client.get("/api/session").json()["csrf"]
    return client


def test_the_first_owner_finds_a_live_workflow_under_its_rules_and_starts_it(application: Application) -> None:
    link = application.open_door()
    assert link is not None
    furnish(application, link.owner)
    owner = enter(application, link.token)
    (workflow,) = owner.get("/api/workflows").json()["items"]
    assert (workflow["name"], workflow["live"], workflow["stage"]) == ("Support triage", 1, "pilot")
    (rules,) = owner.get("/api/governance").json()
    assert rules["state"] == "enforced"
    started = owner.post(
        f"/api/workflows/{workflow['id']}/form", json={"input": {"ticket": "Help!", "customer_email": "a@b.example"}}
    )
    assert started.status_code == 201, started.text


def test_the_rules_came_in_by_two_people_and_so_did_the_version(application: Application) -> None:
    link = application.open_door()
    assert link is not None
    furnish(application, link.owner)
    owner = enter(application, link.token)
    (rules,) = owner.get("/api/governance").json()
    assert rules["made_by"] != rules["approved_by"]
    (workflow,) = owner.get("/api/workflows").json()["items"]
    (version,) = owner.get(f"/api/workflows/{workflow['id']}/versions").json()["items"]
    (asked,) = owner.get("/api/publish-requests", params={"workflow": workflow["id"]}).json()
    assert version["state"] == "live"
    assert asked["asked_by"]["name"] != asked["decided_by"]["name"]


def test_an_installation_with_a_team_stays_as_it_is(application: Application) -> None:
    link = application.open_door()
    assert link is not None
    furnish(application, link.owner)
    furnish(application, link.owner)
    owner = enter(application, link.token)
    assert len(owner.get("/api/teams").json()) == 1
    assert len(owner.get("/api/workflows").json()["items"]) == 1


def test_who_has_a_password_gets_no_link(application: Application) -> None:
    link = application.open_door()
    assert link is not None
    owner = enter(application, link.token)
    assert application.open_door() is not None, "until there is a password, each start makes a way in"
    set_one = owner.put("/api/password", json={"password": "correct horse battery staple"})
    assert set_one.status_code in (200, 204), set_one.text
    assert application.open_door() is None
