"""Signing in through a provider that somebody else wrote: in, with a nonce, over a change of keys, and out again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import update

from builder.db import read_clock
from builder.kit.pace import Pace
from builder.teams import CSRF_HEADER, gate
from builder.teams.tables import identity_provider_table
from tests.mock_provider import MockProvider, open_mock_provider
from tests.rooms.teams.provider import rule, set_up
from tests.rooms.world import World


@pytest.fixture(scope="module")
def mock() -> Iterator[MockProvider]:
    with open_mock_provider() as made:
        yield made


@pytest.fixture(autouse=True)
def fresh_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_PACE", Pace())


def enter(world: World, subject: str, **form: str) -> tuple[Any, Any]:
    """A browser that went there, said who it is, and came back; and what it was answered."""
    client = world.client(follow_redirects=False)
    there = client.get("/api/sign-in/company").headers["location"]
    back = httpx.post(there, data={"sub": subject} | form, trust_env=False).headers["location"]
    assert back.startswith("https://handrail.example/api/sign-in/company/back?")
    return client, client.get(back.removeprefix("https://handrail.example"))


def test_in_over_a_change_of_keys_and_out_again(world: World, mock: MockProvider) -> None:
    assert set_up(world, mock.issuer, mapping=[rule(world, "leads", "owner")]).status_code == 200
    assert world.client("admin").post("/api/identity-provider/test").json()["ok"]
    mock.add_person("lea", email="lea@acme.example", email_verified=True, name="Lea", groups=["leads"])
    client, answer = enter(world, "lea")
    assert answer.headers["location"] == "/"
    shown = client.get("/api/session").json()
    assert (shown["person"]["name"], shown["teams"][0]["roles"]) == ("Lea", ["owner"])

    mock.change_key()
    with world.transaction() as session:
        now = read_clock(session) - timedelta(minutes=2)
        session.execute(update(identity_provider_table).values(keys_at=now))
    client, answer = enter(world, "lea")
    assert answer.headers["location"] == "/"

    client.headers[CSRF_HEADER] = client.get("/api/session").json()["csrf"]
    leave = client.delete("/api/session").json()["leave_at"]
    assert urlsplit(leave).path == "/oauth2/end_session"
    assert httpx.get(leave, trust_env=False).status_code == 200
    assert client.get("/api/teams").status_code == 401

    mock.add_person("lea", email="lea@acme.example", email_verified=True, groups=[])
    _, answer = enter(world, "lea")
    assert answer.headers["location"] == "/sign-in?problem=no_groups"


def test_whoever_says_no_there_or_brings_an_old_nonce_is_not_in(world: World, mock: MockProvider) -> None:
    set_up(world, mock.issuer, mapping=[rule(world, "leads", "owner")])
    mock.add_person("lea", email="lea@acme.example", email_verified=True, name="Lea", groups=["leads"])
    _, answer = enter(world, "lea", action="deny")
    assert answer.headers["location"].startswith("/sign-in?problem=")
    one, two = world.client(follow_redirects=False), world.client(follow_redirects=False)
    first, second = (each.get("/api/sign-in/company").headers["location"] for each in (one, two))
    asked = {name: parse_qs(urlsplit(each).query)[name][0] for each in (first,) for name in ("nonce", "code_challenge")}
    mixed = httpx.URL(second).copy_merge_params(asked)
    back = httpx.post(mixed, data={"sub": "lea"}, trust_env=False).headers["location"]
    answer = two.get(back.removeprefix("https://handrail.example"))
    assert answer.headers["location"] == "/sign-in?problem=nonce"


def test_what_it_vouches_to_another_product_opens_nothing(world: World) -> None:
    with open_mock_provider() as other:
        set_up(world, other.issuer, mapping=[rule(world, "leads", "owner")])
        other.add_person("lea", email="lea@acme.example", email_verified=True, name="Lea", groups=["leads"])
        other.vouch_to_another()
        client, answer = enter(world, "lea")
    assert answer.headers["location"] == "/sign-in?problem=wrong_audience"
    assert client.get("/api/session").json()["person"] is None
