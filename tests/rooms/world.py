"""A small organisation behind the API, for the tests of every room: two teams, somebody of every role, their browsers.

    def test_it(world: World) -> None:
        assert world.client("builder").get("/api/teams").status_code == 200

A `conftest.py` that wants it says `from tests.rooms.world import *`.
"""

from __future__ import annotations

import asyncio
import copy
import functools
import shutil
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlalchemy.orm import Session
from starlette.datastructures import State

from builder.app import assemble_app
from builder.db import read_clock
from builder.kit.ids import show_id
from builder.settings import read_settings
from builder.teams import CSRF_HEADER, Caller, found_team, make_owner_link
from builder.teams.gate import COOKIE
from builder.teams.sessions import Place, begin_session, csrf_of, find_caller
from builder.teams.store import insert_person, save_membership, save_org_roles
from builder.teams.tables import session_table
from builder.wiring import Application, open_application
from tests.canaries import watch_answer

__all__ = ["ORG_ROLES", "TEAM_ROLES", "World", "world"]

TEAM_ROLES = ("viewer", "builder", "reviewer", "owner")
ORG_ROLES = ("admin", "governor", "auditor")
URL = "https://handrail.example"
PLACE = Place("192.0.2.7", "a test")


@dataclass
class World:
    """An installation with people in it.

    Attributes:
        application: the installation.
        ours, theirs: two teams, "Ours" and "Theirs".
        people: name → id: one person for each role (in Ours, or in the organisation), `other` who is everything in
            Theirs and nothing in Ours, `nobody` who is nothing anywhere, and `first`, the first owner.
    """

    application: Application
    ours: int
    theirs: int
    people: dict[str, int]
    app: object = field(repr=False)

    def transaction(self) -> AbstractContextManager[Session]:
        """One transaction."""
        return self.application.transaction()

    def caller(self, name: str) -> Caller:
        """What the verbs are told of who calls."""
        with self.transaction() as session:
            found = find_caller(session, begin_session(session, self.people[name], PLACE, read_clock(session)))
        assert found is not None
        return found.caller

    def token(self, name: str) -> str:
        """Signs somebody in; the session's token."""
        with self.transaction() as session:
            return begin_session(session, self.people[name], PLACE, read_clock(session))

    def client(self, name: str | None = None, token: str | None = None, **options: object) -> TestClient:
        """A browser in which somebody is signed in (by name or by token), or nobody; with the CSRF header set."""
        token = token or (None if name is None else self.token(name))
        client = TestClient(self.app, base_url=URL, **options)  # type: ignore[arg-type]  # options of the test client
        client.portal = open_portal()  # otherwise each request would begin and end an event loop of its own
        if token is not None:
            client.cookies.set(COOKIE, token, domain="handrail.example")
            client.headers[CSRF_HEADER] = csrf_of(token)
        client.event_hooks["response"].append(look_for_canaries)
        return client

    def age(self, token: str, **columns: object) -> None:
        """Makes a session older than it is."""
        found = find_caller_of(self, token)
        with self.transaction() as session:
            session.execute(update(session_table).where(session_table.c.id == found.session_id).values(**columns))

    def add_person(self, name: str, **roles: tuple[str, ...]) -> int:
        """Somebody new, with roles: `ours=("viewer",)`, `theirs=(…)`, `org=(…)`; his id."""
        with self.transaction() as session:
            now = read_clock(session)
            email = f"{name.lower()}@{show_id(self.ours)}.example"
            number = insert_person(session, email, name, "en", None, now)
            save_membership(session, self.ours, number, roles.get("ours", ()))
            save_membership(session, self.theirs, number, roles.get("theirs", ()))
            save_org_roles(session, number, roles.get("org", ()))
        self.people[name] = number
        return number

    def caller_once(self, name: str, **roles: tuple[str, ...]) -> Caller:
        """What the verbs are told of somebody, who is added when he is not there yet: nobody else has to hear of more
        and more people.
        """
        if name not in self.people:
            self.add_person(name, **roles)
        return self.caller(name)


def look_for_canaries(answer: Any) -> None:
    """No answer of the API holds what a credential holds."""
    watch_answer(answer.request.method, str(answer.request.url), answer.read())


@functools.cache
def open_portal() -> BlockingPortal:
    """The way into an event loop that runs as long as this process, for the calls of all tests."""
    opened: list[BlockingPortal] = []
    ready = threading.Event()

    async def stay_open() -> None:
        async with BlockingPortal() as portal:
            opened.append(portal)
            ready.set()
            await portal.sleep_until_stopped()

    threading.Thread(target=asyncio.run, args=(stay_open(),), name="tests-portal", daemon=True).start()
    assert ready.wait(30)
    return opened[0]


def find_caller_of(world: World, token: str) -> Caller:
    """Who holds a token."""
    with world.transaction() as session:
        found = find_caller(session, token)
    assert found is not None
    return found.caller


def make_world(folder: Path, migrated: Path, *, known: bool = False) -> World:
    """A fresh organisation in a folder: a copy of one that was made once. Where callers are `known`, everybody is
    signed in from the start, and `caller` says who that is without a transaction.
    """
    home = furnish_home(migrated, known)
    shutil.copytree(home.folder, folder, dirs_exist_ok=True)
    application = open_home(folder)
    made = World(application, home.ours, home.theirs, dict(home.people), join_app(application))
    if known:
        callers = {**home.callers}
        made.caller = callers.__getitem__  # type: ignore[method-assign, assignment]  # the same answers
    return made


@dataclass(frozen=True)
class Home:
    """What fresh organisations are copies of.

    Attributes:
        callers: what the verbs are told of who calls, by name; empty where nobody is signed in.
    """

    folder: Path
    ours: int
    theirs: int
    people: dict[str, int]
    callers: dict[str, Caller]


@functools.cache
def furnish_home(migrated: Path, known: bool) -> Home:
    """Makes the home that every fresh organisation is a copy of."""
    folder = migrated.parent / ("home in use" if known else "home")
    folder.mkdir()
    shutil.copy(migrated, folder / "handrail.db")
    made = people_world(open_home(folder))
    callers = {name: made.caller(name) for name in made.people} if known else {}
    made.application.close()
    return Home(folder, made.ours, made.theirs, made.people, callers)


def open_home(folder: Path) -> Application:
    """The installation in a folder."""
    return open_application(read_settings({"HANDRAIL_HOME": str(folder), "HANDRAIL_URL": URL}))


@functools.cache
def assembled() -> FastAPI:
    """The API, put together once for all tests of this process: that takes a seventh of a second."""
    return assemble_app()


def join_app(application: Application) -> FastAPI:
    """The API of an installation: as `build_app` makes it, but the routes are those of all other tests."""
    app = copy.copy(assembled())
    app.state, app.middleware_stack = State(), None
    app.state.application = application
    app.state.leaving = lambda: True  # a stream of events ends at once, so that every call comes to its end
    return app


def people_world(application: Application) -> World:
    """A fresh installation, with people in it."""
    with application.transaction() as session:
        now = read_clock(session)
        first, _ = make_owner_link(session, now)
        ours = found_team(session, "a test", "Ours", first, now)
        theirs = found_team(session, "a test", "Theirs", first, now)
    made = World(application, ours, theirs, {"first": first}, join_app(application))
    for role in TEAM_ROLES:
        made.add_person(role, ours=(role,))
    for role in ORG_ROLES:
        made.add_person(role, org=(role,))
    made.add_person("other", theirs=TEAM_ROLES)
    made.add_person("nobody")
    return made


@pytest.fixture
def world(tmp_path: Path, migrated_file: Path) -> Iterator[World]:
    """An installation with people in it, anew for each test."""
    made = make_world(tmp_path, migrated_file)
    yield made
    made.application.close()
