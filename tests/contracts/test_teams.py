"""People and their doors on both back ends: what comes at once is counted, used and refused once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from builder.db import Database, read_clock
from builder.kit.errors import HandrailError
from builder.teams import Caller, found_team, make_owner_link
from builder.teams.links import enter_by_link
from builder.teams.members import add_roles, change_member
from builder.teams.read import list_members, list_people
from builder.teams.sessions import Place, begin_session, end_all_sessions, find_caller
from builder.teams.sign_in import count_sign_in
from builder.teams.store import count_members, insert_person, save_membership

PLACE = Place("192.0.2.7", "a test")


def at_once(database: Database, acts: list[Callable[[Any], object]]) -> list[object]:
    """What each act gave in its own transaction and thread: its answer, or the refusal."""
    said: list[object] = []

    def do(act: Callable[[Any], object]) -> None:
        try:
            with database.transaction() as session:
                answer = act(session)
        except HandrailError as error:
            answer = error
        said.append(answer)

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


@pytest.fixture
def owners(database: Database) -> tuple[int, list[Caller]]:
    """A team with two owners, signed in."""
    with database.transaction() as session:
        now = read_clock(session)
        first, _ = make_owner_link(session, now)
        team = found_team(session, "a test", "Ours", first, now)
        second = insert_person(session, "second@example.org", "Second", "en", None, now)
        add_roles(session, "a test", team, second, ["owner", "builder"], now)
        found = [find_caller(session, begin_session(session, person, PLACE, now)) for person in (first, second)]
    return team, [each.caller for each in found if each is not None]


def test_attempts_at_once_are_all_counted(database: Database) -> None:
    def attempt(session: Any) -> object:
        return count_sign_in(session, "a@example.org", PLACE, read_clock(session)).wait

    waits = at_once(database, [attempt] * 14)
    assert waits.count(None) == 10


def test_a_link_opens_once(database: Database) -> None:
    with database.transaction() as session:
        _, token = make_owner_link(session, read_clock(session))
    said = at_once(database, [lambda session: enter_by_link(session, token, PLACE, read_clock(session), None)] * 6)
    assert sum(isinstance(each, str) for each in said) == 1


def test_two_owners_cannot_put_each_other_out(database: Database, owners: tuple[int, list[Caller]]) -> None:
    team, (one, other) = owners
    said = at_once(
        database,
        [
            lambda session: change_member(session, one, team, other.person_id, (), read_clock(session)),
            lambda session: change_member(session, other, team, one.person_id, (), read_clock(session)),
        ],
    )
    assert sum(isinstance(each, HandrailError) for each in said) == 1
    with database.read() as session:
        assert count_members(session, None) == {team: 1}


def test_reading_people_is_the_same_everywhere(database: Database, owners: tuple[int, list[Caller]]) -> None:
    team, (one, other) = owners
    with database.transaction() as session:
        now = read_clock(session)
        for number in range(3):
            person = insert_person(session, f"p{number}@example.org", f"Person {number}", "en", None, now)
            save_membership(session, team, person, ["viewer"])
        assert [row.name for row in list_members(session, one, team)][-1] == "Second"
        page = list_people(session, one, "person", None, 2)
        rest = list_people(session, one, "person", page.next, 2)
        assert [row.name for row in (*page.items, *rest.items)] == ["Person 0", "Person 1", "Person 2"]
        assert rest.next is None
        end_all_sessions(session, other, now, but_here=False)
