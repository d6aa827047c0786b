"""How the routes of workflows are called."""

from __future__ import annotations

import itertools

from builder.kit.ids import show_id
from builder.publishing import Press, publish_workflow
from builder.workflows import Installed, create_blank, plan_import, save_draft
from tests.rooms.cases import RouteCase, Sent
from tests.rooms.letters import GRAPH
from tests.rooms.world import World

_numbers = itertools.count(1)
_FILE = "handrail: 1\nname: A file\nnodes: {}\n"


def press(world: World) -> Press:
    """What publishing works with in this world."""
    site = world.application
    return Press(Installed(site.types, site.connections), site.signing_key)


def make_workflow(world: World, *, live: bool = False) -> int:
    """A workflow of Ours whose draft is at revision 2, published if need be; its id."""
    builder, owner = world.caller("builder"), world.caller("owner")
    with world.transaction() as session:
        number = create_blank(session, builder, world.ours, f"Letters {next(_numbers)}")
        save_draft(session, builder, number, 1, GRAPH)
        if live:
            publish_workflow(session, owner, number, press(world), seen=2, note="", stage=None)
        return number


def at(world: World, json: object = None, *, live: bool = False, match: str | None = None, **path: str) -> Sent:
    """A call about such a workflow."""
    headers = {} if match is None else {"If-Match": match}
    return Sent(path={"workflow": show_id(make_workflow(world, live=live)), **path}, json=json, headers=headers)


def _file(world: World, *, plan: bool = False) -> Sent:
    sent = {"team": show_id(world.ours), "content": _FILE, "filename": "a.yaml", "name": f"File {next(_numbers)}"}
    if plan:
        owner, site = world.caller("owner"), world.application
        with world.transaction() as session:
            found = plan_import(
                session, owner, world.ours, _FILE.encode(), "a.yaml", types=site.types,
                connections=frozenset(site.connections), name=sent["name"],
            )  # fmt: skip
        sent["plan"] = found.hash
    return Sent(json=sent)


CASES = [
    RouteCase("list_workflows", lambda world, _: _listed(world), reach="list"),
    RouteCase("list_examples", reach="organisation"),
    RouteCase("list_type_uses", lambda *_: Sent(path={"key": "tool.http_request@1"}), reach="list"),
    RouteCase("create_workflow", lambda world, _: Sent(json={"team": show_id(world.ours), "name": "New"}), status=201),
    RouteCase("read_workflow", lambda world, _: at(world)),
    RouteCase("change_workflow", lambda world, _: at(world, {"purpose": "To answer."})),
    RouteCase("read_draft", lambda world, _: at(world)),
    RouteCase("save_draft", lambda world, _: at(world, {"graph": {"nodes": {}}}, match='"2"')),
    RouteCase("read_pins", lambda world, _: at(world)),
    RouteCase("change_pins", lambda world, _: at(world, {"pins": {"sort": {"category": "bug"}}})),
    RouteCase("list_revisions", lambda world, _: at(world)),
    RouteCase("read_revision", lambda world, _: at(world, revision="2")),
    RouteCase("restore_draft", lambda world, _: at(world, {"revision": 1}, match='"2"')),
    RouteCase("check_graph", lambda world, _: at(world, {"graph": GRAPH})),
    RouteCase("list_versions", lambda world, _: at(world, live=True)),
    RouteCase("read_version", lambda world, _: at(world, live=True, number="1")),
    RouteCase("compare_versions", lambda world, _: at(world)),
    RouteCase("export_workflow", lambda world, _: at(world)),
    RouteCase("plan_import", lambda world, _: _file(world)),
    RouteCase("apply_import", lambda world, _: _file(world, plan=True), status=201),
]


def _listed(world: World) -> Sent:
    number = make_workflow(world)
    return Sent(query={"q": f"Letters {next(_numbers) - 1}"}, shown=show_id(number))
