"""How the routes of triggers are called."""

from __future__ import annotations

import itertools
from typing import Any

from builder.kit.ids import show_id
from builder.triggers import Trigger, Wish, make_trigger
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
