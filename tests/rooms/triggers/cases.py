"""How the routes of triggers are called."""

from __future__ import annotations

import itertools
from typing import Any

from builder.db import read_clock, to_milliseconds
from builder.kit.ids import new_id, show_id
from builder.triggers import Trigger, Wish, make_trigger, switch_trigger
from builder.triggers.deliver import seal_delivery
from builder.triggers.hooks import make_secret
from builder.triggers.store.hooks import insert_delivery, list_secrets
from tests.rooms.cases import RouteCase, Sent
from tests.rooms.workflows.cases import at, make_workflow
from tests.rooms.world import World

_numbers = itertools.count(1)
BOUND = {"text": {"value": "Hello"}}


def wanted(**more: Any) -> dict[str, Any]:
    """A trigger to be, for the workflow of these tests."""
    return {"kind": "api", "name": f"A program {next(_numbers)}", "settings": {}, "inputs": BOUND, **more}


def add_trigger(world: World, workflow: int | None = None, who: str = "builder", **more: Any) -> Trigger:
    """A trigger of Ours, off."""
    number = make_workflow(world, live=True) if workflow is None else workflow
    caller = world.caller(who)
    with world.transaction() as session:
        return make_trigger(session, caller, number, Wish(**wanted(**more)))


def to_it(world: World, json: object = None, *, match: str | None = None, **more: Any) -> Sent:
    """A call about a trigger."""
    made = add_trigger(world, **more)
    headers = {} if match is None else {"If-Match": match}
    return Sent(path={"trigger": show_id(made.id)}, json=json, headers=headers)


DAILY = {"when": {"every": "day", "at": "08:30"}, "zone": "Europe/Berlin"}

CASES = [
    RouteCase("read_form", lambda world, _: at(world, live=True)),
    RouteCase("start_by_form", lambda world, _: at(world, {"input": {"text": "Hello"}}, live=True), status=201),
    RouteCase("list_triggers", lambda world, _: at(world)),
    RouteCase("make_trigger", lambda world, _: at(world, wanted()), status=201),
    RouteCase("check_trigger", lambda world, _: at(world, wanted())),
    RouteCase("read_trigger", lambda world, _: to_it(world)),
    RouteCase("change_trigger", lambda world, _: to_it(world, {"name": "Another"}, match='"1"')),
    RouteCase("switch_trigger", lambda world, _: to_it(world, {"on": True})),
    RouteCase("delete_trigger", lambda world, _: to_it(world), status=204),
    RouteCase("preview_schedule", lambda _, __: Sent(json={"settings": DAILY}), reach="organisation"),
    RouteCase("list_fires", lambda world, _: to_it(world, kind="schedule", settings=DAILY)),
]


def add_hook(
    world: World, *, on: bool = False, secret: bool = True, workflow: int | None = None, **settings: Any
) -> tuple[Trigger, str]:
    """A webhook of Ours whose body is the input, and its secret."""
    made = add_trigger(world, workflow, kind="webhook", inputs=None, settings=settings)
    caller, text = world.caller("builder"), ""
    with world.transaction() as session:
        if secret:
            text = make_secret(session, caller, made.id, 24, world.application.vault_key).secret
        if on:
            made = switch_trigger(session, caller, made.id, on=True)
    return made, text


def add_delivery(world: World) -> int:
    """A delivery that started nothing and is kept; its id."""
    made, _ = add_hook(world, on=True)
    values = {"body": {"text": "Hello"}, "headers": {}}
    with world.transaction() as session:
        number = new_id(to_milliseconds(read_clock(session)))
        sealed = seal_delivery(world.application.vault_key, number, values)
        line = {"id": number, "trigger_id": made.id, "team_id": world.ours, "state": "filtered", "size": 17}
        return insert_delivery(session, {**line, "sealed": sealed}, read_clock(session))


def to_hook(world: World, json: object = None, **path: str) -> Sent:
    """A call about a webhook."""
    return Sent(path={"trigger": show_id(add_hook(world)[0].id), **path}, json=json)


def _to_secret(world: World) -> Sent:
    made, _ = add_hook(world)
    with world.transaction() as session:
        held = list_secrets(session, made.id, read_clock(session))
    return Sent(path={"trigger": show_id(made.id), "number": show_id(held[0].id)})


def _to_delivery(world: World) -> Sent:
    return Sent(path={"delivery": show_id(add_delivery(world))})


CASES += [
    RouteCase(
        "start_by_program",
        lambda world, _: at(world, {"input": {"text": "Hello"}}, live=True),
        status=202,
    ),
    RouteCase("read_webhook", lambda world, _: to_hook(world)),
    RouteCase("make_webhook_secret", lambda world, _: to_hook(world, {"hours": 1}), status=201),
    RouteCase("end_webhook_secret", lambda world, _: _to_secret(world), status=204),
    RouteCase("allow_unsigned", lambda world, _: to_hook(world, {"allowed": True}), status=204, reach="organisation"),
    RouteCase("listen_for_sample", lambda world, _: to_hook(world, {"on": True}), status=204),
    RouteCase("read_sample", lambda world, _: to_hook(world)),
    RouteCase("list_deliveries", lambda world, _: to_hook(world)),
    RouteCase("read_delivery", lambda world, _: _to_delivery(world)),
    RouteCase("replay_delivery", lambda world, _: _to_delivery(world), status=201),
]
