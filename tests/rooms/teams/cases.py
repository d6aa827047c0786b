"""How the routes of people and teams are called."""

from __future__ import annotations

import itertools

from sqlalchemy import update

from builder.db import read_clock
from builder.kit.ids import show_id
from builder.teams import add_roles, speak_as
from builder.teams.identity.provider import set_up_provider
from builder.teams.identity.words import ProviderIn
from builder.teams.invite import invite_person
from builder.teams.schemas import NewInvitation
from builder.teams.sessions import begin_session
from builder.teams.store import find_sessions
from builder.teams.tables import token_table
from builder.teams.tokens import MadeToken, make_token
from builder.teams.words import NewToken
from tests.rooms.cases import RouteCase, Sent, Visitor
from tests.rooms.world import PLACE, World

_numbers = itertools.count(1)
_PASSWORD = "a long walk by the sea"


def _team(world: World, json: object = None) -> Sent:
    return Sent(path={"team": show_id(world.ours)}, json=json)


def _member(world: World, json: object = None) -> Sent:
    person = world.add_person(f"member{next(_numbers)}", ours=("viewer",))
    return Sent(path={"team": show_id(world.ours), "person": show_id(person)}, json=json)


def _invitation(world: World) -> tuple[str, str]:
    email = f"new{next(_numbers)}@example.org"
    wanted = NewInvitation(email=email, team=show_id(world.ours), roles=["viewer"])  # type: ignore[arg-type]  # as sent
    caller = world.caller("owner")
    with world.transaction() as session:
        made = invite_person(session, caller, wanted, read_clock(session))
    assert made.invitation is not None
    return show_id(made.invitation.id), email


def _own_session(world: World, visitor: Visitor) -> Sent:
    person = visitor.person or world.people["first"]
    with world.transaction() as session:
        now = read_clock(session)
        begin_session(session, person, PLACE, now)
        newest = find_sessions(session, person, now)[0]
    return Sent(path={"number": show_id(newest.id)})


def make_one_token(world: World, person: int, *permissions: str, team: int | None = None) -> MadeToken:
    """An API token of somebody, with these permissions; by default those that a reader needs."""
    wanted = NewToken(name="A token", permissions=list(permissions or ("run.read",)), team=team)
    with world.transaction() as session:
        return make_token(session, speak_as(session, person), wanted, read_clock(session))


def _own_token(world: World, visitor: Visitor) -> Sent:
    person = world.add_person(f"holder{next(_numbers)}", ours=("viewer",))
    made = make_one_token(world, person)
    with world.transaction() as session:
        mine = visitor.person or world.people["first"]
        session.execute(update(token_table).where(token_table.c.id == made.id).values(person_id=mine))
    return Sent(path={"number": show_id(made.id)})


def _new_token(world: World, visitor: Visitor) -> Sent:
    """One gives what one has; so that everybody has something, everybody reads in Ours."""
    with world.transaction() as session:
        add_roles(
            session, "a test", world.ours, visitor.person or world.people["first"], ["viewer"], read_clock(session)
        )
    return Sent(json={"name": "Nightly", "permissions": ["workflow.read"], "days": 30})


def _any_token(world: World, _: Visitor) -> Sent:
    return Sent(path={"number": show_id(make_one_token(world, world.people["owner"]).id)})


def _provider(world: World, more: str = "") -> Sent:
    """A set-up that is off; its address is one that nothing may reach."""
    asked = {"name": f"Acme{more}", "issuer": "https://192.0.2.1", "client_id": "handrail", "scopes": [], "mapping": []}
    return Sent(json=asked)


def _set_up_provider(world: World, _: Visitor) -> Sent:
    caller = world.caller("admin")
    wanted = ProviderIn.model_validate(_provider(world).json)
    with world.transaction() as session:
        set_up_provider(session, caller, wanted, world.application.wrapping, read_clock(session))
    return Sent()


CASES = [
    RouteCase("read_identity_provider", _set_up_provider, reach="organisation"),
    RouteCase("set_up_identity_provider", lambda world, _: _provider(world, " Login"), reach="organisation"),
    RouteCase("try_identity_provider", _set_up_provider, reach="organisation"),
    RouteCase("list_tokens", reach="organisation"),
    RouteCase("make_token", _new_token, status=201, reach="organisation"),
    RouteCase("end_token", _own_token, status=204, reach="organisation"),
    RouteCase("list_all_tokens", reach="organisation"),
    RouteCase("end_any_token", _any_token, status=204, reach="organisation"),
    RouteCase("sign_out", reach="organisation"),
    RouteCase("change_self", lambda *_: Sent(json={"language": "de"}), reach="organisation"),
    RouteCase("change_password", lambda *_: Sent(json={"password": _PASSWORD}), reach="organisation"),
    RouteCase("list_sessions", reach="organisation"),
    RouteCase("end_sessions", status=204, reach="organisation"),
    RouteCase("end_one_session", _own_session, status=204, reach="organisation"),
    RouteCase("rename_organisation", lambda *_: Sent(json={"name": "Acme"}), reach="organisation"),
    RouteCase("list_teams", lambda world, _: Sent(shown=show_id(world.ours)), reach="list", sees="workflow.read"),
    RouteCase("found_team", lambda *_: Sent(json={"name": f"Team {next(_numbers)}"}), status=201, reach="organisation"),
    RouteCase("rename_team", lambda world, _: _team(world, {"name": "Ours"})),
    RouteCase("list_members", lambda world, _: _team(world)),
    RouteCase("change_member", lambda world, _: _member(world, {"roles": ["builder", "reviewer"]})),
    RouteCase("remove_member", lambda world, _: _member(world), status=204),
    RouteCase(
        "list_people",
        lambda world, _: Sent(query={"q": "viewer@"}, shown=show_id(world.people["viewer"])),
        reach="list",
    ),
    RouteCase(
        "change_person",
        lambda world, _: Sent(
            path={"person": show_id(world.add_person(f"one{next(_numbers)}", ours=("viewer",)))}, json={"name": "One"}
        ),
        reach="organisation",
    ),
    RouteCase(
        "make_reset_link",
        lambda world, _: Sent(path={"person": show_id(world.add_person(f"lost{next(_numbers)}", ours=("viewer",)))}),
        status=201,
    ),
    RouteCase("list_invitations", lambda world, _: Sent(shown=_invitation(world)[1]), reach="list"),
    RouteCase(
        "invite_person",
        lambda world, _: Sent(
            json={"email": f"guest{next(_numbers)}@example.org", "team": show_id(world.ours), "roles": ["viewer"]}
        ),
        status=201,
    ),
    RouteCase("withdraw_invitation", lambda world, _: Sent(path={"number": _invitation(world)[0]}), status=204),
]
