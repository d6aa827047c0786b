"""How the routes of publishing are called."""

from __future__ import annotations

import copy

from builder.kit.ids import show_id
from builder.publishing import ask_to_publish, publish_workflow
from builder.workflows import save_draft
from tests.rooms.cases import RouteCase, Sent, Visitor
from tests.rooms.letters import GRAPH
from tests.rooms.workflows.cases import at, make_workflow, press
from tests.rooms.world import World


def _asked(world: World, by: str = "builder") -> int:
    number, caller = make_workflow(world), world.caller(by)
    with world.transaction() as session:
        return ask_to_publish(session, caller, number, press(world), seen=2, note="", stage=None).id


def _request(world: World, visitor: Visitor, json: object = None) -> Sent:
    by = visitor.name if visitor.name in ("builder", "owner") else "builder"
    return Sent(path={"request": show_id(_asked(world, by))}, json=json)


def _replaced(world: World) -> Sent:
    number, owner = make_workflow(world, live=True), world.caller("owner")
    graph = copy.deepcopy(GRAPH)
    graph["nodes"]["answer"]["title"] = "Another"
    with world.transaction() as session:
        save_draft(session, owner, number, 2, graph)
        publish_workflow(session, owner, number, press(world), seen=3, note="", stage=None)
    return Sent(path={"workflow": show_id(number), "number": "1"})


CASES = [
    RouteCase("publish_workflow", lambda world, _: at(world, {"revision": 2, "ask": True})),
    RouteCase("restore_live_version", lambda world, _: _replaced(world)),
    RouteCase("list_publish_requests", lambda world, _: Sent(shown=show_id(_asked(world))), reach="list"),
    RouteCase("decide_publish_request", lambda world, visitor: _request(world, visitor, {"approve": True})),
    RouteCase("withdraw_publish_request", _request),
]
