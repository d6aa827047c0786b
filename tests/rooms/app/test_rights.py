"""Every route, called by everybody: who may, by the table; whoever may not changes nothing and learns nothing."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import func, select

from builder.app import PUBLIC_ROUTES, permission_of
from builder.audit.tables import audit_event_table
from builder.db import read_clock
from builder.kit.ids import show_id
from builder.kit.pace import Pace
from builder.teams import gate, speak_as
from builder.teams.rules import IDLE, IN_PERSON, RIGHTS, SOMETIMES, carried_by
from builder.teams.store import read_memberships, save_membership, save_org_roles, save_person
from builder.teams.tokens import MadeToken, end_token, make_token
from builder.teams.words import NewToken
from tests.rooms.cases import RouteCase, Visitor, find_cases
from tests.rooms.world import ORG_ROLES, TEAM_ROLES, World, assembled, make_world

EVERYBODY = (*TEAM_ROLES, *ORG_ROLES)

# The table of rights as it was agreed, written down a second time: a change of either is a decision.
TABLE = {
    "workflow.read": EVERYBODY,
    "workflow.write": ("builder", "owner"),
    "trigger.read": EVERYBODY,
    "trigger.write": ("builder", "owner"),
    "run.read": EVERYBODY,
    "run.start": ("builder", "owner"),
    "run.cancel": ("builder", "owner", "admin"),
    "payload.read": ("builder", "reviewer", "owner", "admin"),  # but for the owner: of some things only
    "payload.look_inside": ("admin",),
    "review.decide": ("builder", "reviewer", "owner"),  # builder and owner: what their own tries ask
    "publish.ask": ("builder", "owner"),
    "publish.do": ("owner",),
    "stage.raise": ("owner",),
    "template.use": TEAM_ROLES,
    "template.read": EVERYBODY,
    "template.write": ("admin",),
    "template.approve": ("admin",),
    "credential.use": TEAM_ROLES,
    "credential.read": ORG_ROLES,
    "credential.write": ("admin",),
    "connection.use": TEAM_ROLES,
    "connection.read": ORG_ROLES,
    "connection.write": ("admin",),
    "budget.read": EVERYBODY,
    "budget.write": ("admin",),
    "halt.read": ORG_ROLES,
    "halt.write": ("admin", "governor"),
    "halt.lift": ("admin", "governor"),
    "governance.read": EVERYBODY,
    "governance.write": ("governor",),
    "governance.approve": ("governor",),
    "people.read": ("owner", *ORG_ROLES),
    "people.write": ("owner", "admin"),
    "organisation.read": ORG_ROLES,
    "organisation.write": ("admin",),
    "audit.read": ORG_ROLES,
    "settings.write": ("admin",),
}

PUBLIC = {
    "GET /api/health",
    "GET /api/ready",
    "GET /api/session",
    "POST /api/session",
    "POST /api/session/link",
    "POST /api/links/look",
    "POST /api/invitations/accept",
    "POST /api/password/forgotten",
    "POST /api/password/reset",
    "GET /api/sign-in",
    "GET /api/sign-in/company",
    "GET /api/sign-in/company/back",
    "POST /api/sign-in/company/logout",
    "POST /hooks/{key}",
}

IN_PERSON_HERE = {"withdraw_publish_request"}
"""What nobody but who asked may do without a permission that no token carries."""

INSIDE = (*EVERYBODY, "other", "nobody", "revoked")
OUTSIDE = ("stranger", "guessing", "expired", "idle", "left")
ROUTES = {
    route.operation_id: (next(iter(route.methods)), str(route.path), permission_of(route))
    for route in iter_route_contexts(assembled().routes)
}
GUARDED = {operation: route for operation, route in ROUTES.items() if route[2] is not None}
CASES = find_cases()
TRIED = sorted(set(CASES) & set(GUARDED))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[World]:
    made = make_world(tmp_path_factory.mktemp("house"), migrated_file)
    yield made
    made.application.close()


def come_in(world: World, name: str) -> Visitor:
    """Somebody of the table, with his session as the table wants it."""
    if name in ("stranger", "guessing"):
        return Visitor(name, None, None if name == "stranger" else "A" * 43)
    if name not in world.people:
        world.add_person(name)
    number = world.people[name]
    restore_roles(world, name)
    token = world.token(name)
    with world.transaction() as session:
        now = read_clock(session)
        if name == "revoked":
            save_membership(session, world.ours, number, ())
            save_org_roles(session, number, ())
        if name == "left":
            save_person(session, number, {"closed_at": now})
    if name == "expired":
        world.age(token, ends_at=now)
    if name == "idle":
        world.age(token, seen_at=now - IDLE)
    return Visitor(name, number, token)


def restore_roles(world: World, name: str) -> None:
    """Makes somebody again what the table says: an earlier call may have changed people. Who loses his session, or
    his roles after he signed in, had all of them.
    """
    everything = name in ("revoked", *OUTSIDE)
    with world.transaction() as session:
        number = world.people[name]
        save_person(session, number, {"closed_at": None})
        for each in read_memberships(session, people=[number]):
            save_membership(session, each.team_id, number, ())
        save_membership(session, world.ours, number, TEAM_ROLES if everything else {name} & {*TEAM_ROLES})
        save_membership(session, world.theirs, number, TEAM_ROLES if name == "other" else ())
        save_org_roles(session, number, ORG_ROLES if everything else {name} & {*ORG_ROLES})


def count_events(world: World) -> int:
    with world.transaction() as session:
        return session.scalar(select(func.count()).select_from(audit_event_table)) or 0


def send(world: World, visitor: Visitor, case: RouteCase, bearer: str | None = None) -> tuple[Any, str | None, int]:
    """The answer, the text that only some are shown, and how many audit events the call left."""
    method, path, _ = GUARDED[case.operation]
    sent = case.arrange(world, visitor)
    before = count_events(world)
    client = world.client(token=visitor.token)
    if bearer is not None:
        client.headers["Authorization"] = f"Bearer {bearer}"
    client.headers.update(sent.headers)
    options: dict[str, Any] = {"params": dict(sent.query)}
    if sent.json is not None:
        options["json"] = sent.json
    answer = client.request(method, path.format(**sent.path), **options)
    return answer, sent.shown, count_events(world) - before


def holds(permission: str, name: str, *, in_ours: bool) -> bool:
    """Whether the table gives somebody a permission in our team, or anywhere."""
    if permission == "self":
        return name in INSIDE
    if name == "other":
        return not in_ours and bool(set(TABLE[permission]) & set(TEAM_ROLES))
    return name in TABLE[permission]


@pytest.fixture(scope="module")
def programs(house: World) -> dict[str, MadeToken]:
    """API tokens of somebody who is everything: `all` of what a token can carry, without one permission each, ended."""
    person = house.add_person("everything", ours=TEAM_ROLES, org=ORG_ROLES)
    with house.transaction() as session:
        caller = speak_as(session, person)
        carried = carried_by(caller, None)
        lists = {"all": carried, "ended": carried, "theirs": carried}
        lists |= {f"without {each}": [word for word in carried if word != each] for each in carried}
        save_membership(session, house.theirs, person, TEAM_ROLES)
        caller, made = speak_as(session, person), {}
        for name, words in lists.items():
            team = house.theirs if name == "theirs" else None
            carries = sorted(set(words) & set(carried_by(caller, team)))
            wanted = NewToken(name=name, permissions=carries, team=None if team is None else show_id(team))  # type: ignore[arg-type]  # as sent
            made[name] = make_token(session, caller, wanted, read_clock(session))
        end_token(session, caller, made["ended"].id, read_clock(session), own=True)
        save_membership(session, house.theirs, person, ())
    return made


@pytest.mark.storms
@pytest.mark.parametrize("operation", TRIED)
def test_a_program_may_what_its_person_may_and_its_token_carries(
    house: World, programs: dict[str, MadeToken], operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "_PACE", Pace())
    case, permission = CASES[operation], GUARDED[operation][2]
    person = Visitor("program", house.people["everything"], None)
    answer, shown, events = send(house, person, case, programs["all"].secret)
    if permission in IN_PERSON or operation in IN_PERSON_HERE:
        assert (answer.status_code, answer.json()["code"]) == (403, "out_of_scope"), answer.text
        assert events == 0
        return
    assert answer.status_code == case.status, answer.text
    assert shown is None or shown in answer.text
    answer, shown, events = send(house, person, case, programs[f"without {permission}"].secret)
    assert (answer.status_code, answer.json()["code"], events) == (403, "out_of_scope", 0), answer.text
    assert shown is None or shown not in answer.text
    signed_in = Visitor("program", person.person, house.token("everything"))
    answer, _, events = send(house, signed_in, case, programs["ended"].secret)
    assert (answer.status_code, answer.json()["code"], events) == (401, "signed_out", 0), answer.text
    answer, shown, events = send(house, person, case, programs["theirs"].secret)
    assert answer.status_code in (401, 403, 404), answer.text
    assert events == 0


def test_the_table_is_the_one_that_was_agreed() -> None:
    assert {word: set(roles) for word, roles in TABLE.items()} == {
        word: roles | SOMETIMES.get(word, frozenset()) for word, roles in RIGHTS.items()
    }


def test_what_is_public_is_known() -> None:
    assert {" ".join(place) for place in PUBLIC_ROUTES} == PUBLIC


def test_every_guarded_route_has_a_case_and_every_case_a_route() -> None:
    assert set(CASES) == set(GUARDED)


@contextmanager
def gather() -> Iterator[Callable[[str], AbstractContextManager[None]]]:
    """Tries one case after the other; at the end every one that failed is told, each by its name."""
    failed: list[str] = []

    @contextmanager
    def trying(name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # whatever went wrong with one case, the others are tried too
            frame = traceback.extract_tb(error.__traceback__)[-1]
            failed.append(f"{name}: {type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}: {error}")

    yield trying
    assert not failed, "\n\n".join([f"{len(failed)} cases failed", *failed])


@pytest.mark.storms
@pytest.mark.parametrize("operation", TRIED)
def test_whoever_may_is_answered_and_whoever_may_not_is_refused(house: World, operation: str) -> None:
    case, permission = CASES[operation], GUARDED[operation][2]
    assert permission is not None
    with gather() as trying:
        for name in INSIDE:
            with trying(name):
                answer, shown, events = send(house, come_in(house, name), case)
                if holds(permission, name, in_ours=case.reach == "team"):
                    assert answer.status_code == case.status, answer.text
                else:
                    assert answer.status_code in (403, 404), answer.text
                    assert {"code", "sentence"} <= set(answer.json())
                    assert events == 0
                if shown is not None:
                    assert (shown in answer.text) == holds(case.sees or permission, name, in_ours=True)


@pytest.mark.storms
@pytest.mark.parametrize("operation", TRIED)
def test_nobody_comes_in_without_a_session_that_holds(house: World, operation: str) -> None:
    with gather() as trying:
        for name in OUTSIDE:
            with trying(name):
                answer, shown, events = send(house, come_in(house, name), CASES[operation])
                assert answer.status_code == 401, answer.text
                assert answer.json()["code"] == "signed_out"
                assert shown is None or shown not in answer.text
                assert events == 0


@pytest.mark.storms
@pytest.mark.parametrize("operation", [name for name in TRIED if GUARDED[name][0] != "GET"])
def test_a_change_needs_the_word_of_its_own_session(house: World, operation: str) -> None:
    method, path, _ = GUARDED[operation]
    case = CASES[operation]
    with gather() as trying:
        for word in (None, "", "0" * 64):
            with trying(f"with the word {word!r}"):
                visitor = come_in(house, "first")
                sent = case.arrange(house, visitor)
                client = house.client(token=visitor.token)
                del client.headers["x-csrf-token"]
                before = count_events(house)
                headers = {} if word is None else {"X-CSRF-Token": word}
                answer = client.request(method, path.format(**sent.path), json=sent.json, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (403, "forged")
                assert count_events(house) == before
