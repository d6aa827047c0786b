"""How the routes of credentials are called."""

from __future__ import annotations

import itertools
from typing import Any

from builder.credentials import make_connection, make_credential
from builder.credentials.schemas import ConnectionWanted, Wanted
from builder.kit.ids import show_id
from tests.rooms.cases import RouteCase, Sent
from tests.rooms.world import World

_numbers = itertools.count(1)
CANARY = "canary-7f31c0de-bearer"


def lend(world: World, kind: str = "http_bearer", **said: Any) -> tuple[int, str]:
    """A credential that Ours may use; its id and name."""
    name = said.pop("name", f"crm {next(_numbers)}")
    fields = said.pop("fields", {"token": CANARY})
    wanted = {"hosts": ("crm.example",), "teams": frozenset({world.ours}), **said}
    admin = world.caller("admin")
    with world.transaction() as session:
        made = make_credential(
            session,
            admin,
            Wanted(name=name, kind=kind, fields=fields, **wanted),
            world.application.wrapping,
        )
    return made, name


def _at(world: World, json: object = None) -> Sent:
    return Sent(path={"credential": show_id(lend(world)[0])}, json=json)


def _new(*_: object) -> Sent:
    return Sent(json={"name": f"new {next(_numbers)}", "kind": "api_key", "fields": {"key": CANARY}})


def connect(world: World, **said: Any) -> tuple[int, str]:
    """A model connection for every team; its id and name."""
    name = said.pop("name", f"model-{next(_numbers)}")
    wanted = ConnectionWanted(
        **{"provider": "openai-compatible", "model": "small", "base_url": "http://127.0.0.1:9/v1", **said}
    )
    admin = world.caller("admin")
    with world.transaction() as session:
        made = make_connection(session, admin, name, wanted, ())
    world.application.models.forget()
    return made, name


def _connected(world: World, json: object = None) -> Sent:
    return Sent(path={"connection": show_id(connect(world)[0])}, json=json)


SAID = {"provider": "openai-compatible", "model": "small", "base_url": "http://127.0.0.1:9/v1"}

CASES = [
    RouteCase("list_credential_reach", lambda world, _: _at(world), reach="organisation"),
    RouteCase("list_connections", reach="organisation"),
    RouteCase("list_usable_connections", lambda world, _: Sent(path={"team": show_id(world.ours)})),
    RouteCase(
        "make_connection",
        lambda *_: Sent(json={**SAID, "name": f"new-{next(_numbers)}"}),
        status=201,
        reach="organisation",
    ),
    RouteCase("change_connection", lambda world, _: _connected(world, SAID), status=204, reach="organisation"),
    RouteCase("end_connection", lambda world, _: _connected(world), status=204, reach="organisation"),
    RouteCase("revive_connection", lambda world, _: _connected(world), status=204, reach="organisation"),
    RouteCase("choose_default", lambda *_: Sent(json={"name": None}), status=204, reach="organisation"),
    RouteCase("try_connection", lambda *_: Sent(json={"name": "practice"}), reach="organisation"),
    RouteCase("list_credentials", reach="organisation"),
    RouteCase("list_credential_kinds", reach="organisation"),
    RouteCase("list_usable_credentials", lambda world, _: Sent(path={"team": show_id(world.ours)})),
    RouteCase("make_credential", _new, status=201, reach="organisation"),
    RouteCase("read_credential", lambda world, _: _at(world), reach="organisation"),
    RouteCase(
        "change_credential", lambda world, _: _at(world, {"hosts": ["crm.example"]}), status=204, reach="organisation"
    ),
    RouteCase(
        "rotate_credential",
        lambda world, _: _at(world, {"fields": {"token": CANARY}}),
        status=201,
        reach="organisation",
    ),
    RouteCase("end_credential", lambda world, _: _at(world), status=204, reach="organisation"),
    RouteCase("revive_credential", lambda world, _: _at(world), status=204, reach="organisation"),
    RouteCase(
        "try_credential",
        lambda world, _: Sent(
            path={"credential": show_id(lend(world, "webhook_secret", fields={"secret": CANARY})[0])}, json={}
        ),
        reach="organisation",
    ),
    RouteCase("list_credential_uses", lambda world, _: _at(world), reach="organisation"),
]
