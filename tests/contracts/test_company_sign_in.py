"""The company's sign-in on both back ends: what comes at once is used once, and what groups give is the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from builder.db import Database, read_clock
from builder.teams import find_caller, found_team, make_owner_link
from builder.teams.identity.begin import take_back
from builder.teams.identity.depart import hear_logout
from builder.teams.identity.finish import Vouched
from builder.teams.identity.provider import Provider
from builder.teams.identity.settle import LetIn, settle_person, sweep_absent
from builder.teams.identity.words import CompanySignInError
from builder.teams.rules import GroupRule
from builder.teams.sessions import Place, hash_token, new_token
from builder.teams.store.identity import insert_start, save_facts, save_provider
from builder.teams.tables import person_identity_table, person_table
from builder.teams.tokens import make_token
from builder.teams.words import NewToken

PLACE, ISSUER = Place("192.0.2.7", "a test"), "https://login.acme.example"


@pytest.fixture
def team(database: Database) -> int:
    """A team, and a provider that is set up."""
    with database.transaction() as session:
        now = read_clock(session)
        first, _ = make_owner_link(session, now)
        values: dict[str, Any] = {"name": "Acme", "issuer": ISSUER, "client_id": "c", "wrapped_by": "", "scopes": ""}
        values |= {"groups_claim": "groups", "mapping": [], "ask": "", "trusts_email": False, "enabled": True}
        values |= {"passwords": True, "absent_days": 14, "facts": {}, "changed_by": "a test", "changed_at": now}
        for _ in range(2):
            save_provider(session, values)
        save_facts(session, ISSUER, {"issuer": ISSUER}, now, keys=False)
        return found_team(session, "a test", "Ours", first, now)


def provider_of(team: int) -> Provider:
    rules = (GroupRule("a", "builder", team), GroupRule("b", "reviewer", team), GroupRule("it", "auditor", None))
    return Provider("Acme", ISSUER, "c", "", (), "groups", rules, trusts_email=False, keys_at=None)


def vouched(*groups: str, subject: str = "mia", session: str | None = None) -> Vouched:
    email = f"{subject}@acme.example"
    return Vouched(
        subject, email, verified=True, name="M\u00efa", language="de", groups=frozenset(groups), session=session
    )


def settle(database: Database, team: int, who: Vouched) -> LetIn:
    with database.transaction() as session:
        return settle_person(session, provider_of(team), who, PLACE, read_clock(session), None)


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    said: list[object] = []

    def do(act: Callable[[], object]) -> None:
        try:
            said.append(act())
        except CompanySignInError as error:
            said.append(error)

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return said


def test_a_first_sign_in_in_many_windows_makes_one_person(database: Database, team: int) -> None:
    said = at_once([lambda: settle(database, team, vouched("a"))] * 5)
    assert all(isinstance(each, LetIn) and each.token for each in said)
    with database.read() as session:
        count = select(func.count()).select_from(person_table).where(person_table.c.email == "mia@acme.example")
        assert session.scalar(count) == 1
        assert session.scalar(select(func.count()).select_from(person_identity_table)) == 1


def test_a_state_opens_once_and_one_from_another_browser_never(database: Database) -> None:
    state, browser = new_token(), new_token()
    with database.transaction() as session:
        now = read_clock(session)
        insert_start(session, hash_token(state) or "", hash_token(browser) or "", "/", now + timedelta(minutes=1))

    def come(held: str) -> object:
        with database.transaction() as session:
            return take_back(session, state, held, read_clock(session))

    assert not [each for each in at_once([lambda: come(new_token())] * 3) if each == "/"]
    assert at_once([lambda: come(browser)] * 5).count("/") == 1


def test_groups_and_silence_take_what_groups_gave(database: Database, team: int) -> None:
    let_in = settle(database, team, vouched("a", "it"))
    with database.transaction() as session:
        found = find_caller(session, let_in.token)
        assert found is not None
        assert (found.caller.org_roles, found.caller.teams) == ({"auditor"}, {team: {"builder"}})
        make_token(session, found.caller, NewToken(name="N", permissions=["run.read"]), read_clock(session))
    assert settle(database, team, vouched("b")).token is not None
    with database.transaction() as session:
        found = find_caller(session, let_in.token)
        assert found is not None
        assert (found.caller.org_roles, found.caller.teams) == (set(), {team: {"reviewer"}})
        sweep_absent(session, read_clock(session) + timedelta(days=13))
        assert find_caller(session, let_in.token) is not None
        sweep_absent(session, read_clock(session) + timedelta(days=15))
        assert find_caller(session, let_in.token) is None
    assert settle(database, team, vouched()).problem == "no_groups"


def test_a_logout_is_heard_once_and_ends_what_it_names(database: Database, team: int) -> None:
    one, two = (settle(database, team, vouched("a", session=name)) for name in ("one", "two"))
    other = settle(database, team, vouched("a", subject="max", session="one of his"))
    claims = {"jti": "j", "sub": "mia", "sid": "one"}

    def hear() -> object:
        with database.transaction() as session:
            return hear_logout(session, ISSUER, claims, read_clock(session))

    assert sorted(map(str, at_once([hear] * 4))) == ["0", "0", "0", "1"]
    with database.transaction() as session:
        assert find_caller(session, one.token) is None
        assert hear_logout(session, ISSUER, {"jti": "k", "sub": "mia"}, read_clock(session)) == 1
        assert find_caller(session, two.token) is None
        assert find_caller(session, other.token) is not None
