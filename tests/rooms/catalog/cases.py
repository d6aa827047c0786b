"""How the routes of the palette and of NodeTemplates are called."""

from __future__ import annotations

import itertools
import json
from typing import Any

from builder.catalog import palette_of
from builder.catalog.servers import keep_tools, register_server
from builder.catalog.write import (
    approve_node_template,
    draft_node_template,
    propose_node_template,
    publish_node_template,
    read_source,
)
from builder.kit.ids import show_id
from builder.sdk.mcp import tool_of
from builder.teams import Caller
from tests.rooms.cases import RouteCase, Sent
from tests.rooms.world import World

_numbers = itertools.count(1)
_STATES = ("draft", "proposed", "approved", "published")


def fresh_source() -> dict[str, Any]:
    """A source of which nobody has heard."""
    return {
        "base": "tool.http_request@1",
        "name": f"ask_{next(_numbers)}",
        "title": "Ask",
        "summary": "Asks.",
        "fixed": {"method": "GET", "url": "https://crm.example/"},
        "examples": [
            {"title": "Asks", "config": {}, "inputs": {}, "http": {"status": 200}, "expect": {"port": "done"}},
        ],
    }  # fmt: skip


def _both(world: World) -> tuple[Caller, Caller]:
    """Who writes node templates, and who approves them."""
    one, other = (world.caller_once(f"template_{each}", org=("admin",)) for each in ("writer", "checker"))
    return one, other


def _at(world: World, state: str, json: Any = None, query: dict[str, str] | None = None) -> Sent:
    """A call about a version that others brought to a state."""
    writer, checker = _both(world)
    palette, steps = palette_of(world.application), _STATES.index(state)
    with world.transaction() as session:
        made = draft_node_template(session, writer, palette, read_source(fresh_source()))
        place = made.template_id, made.number
        if steps >= 1:
            propose_node_template(session, writer, palette, *place)
        if steps >= 2:
            approve_node_template(session, checker, palette, *place)
        if steps >= 3:
            publish_node_template(session, writer, *place, None)
    if json == "source":
        json = {"source": made.source}
    return Sent(path={"template": show_id(made.template_id), "number": "1"}, json=json, query=query or {})


def _to_newer(world: World) -> Sent:
    """A call about two published versions of one node template."""
    sent = _at(world, "published", "source")
    source = sent.json["source"]
    writer, checker = _both(world)
    palette = palette_of(world.application)
    with world.transaction() as session:
        made = draft_node_template(session, writer, palette, read_source({**source, "title": "Ask again"}))
        propose_node_template(session, writer, palette, made.template_id, made.number)
        approve_node_template(session, checker, palette, made.template_id, made.number)
        publish_node_template(session, writer, made.template_id, made.number, None)
    return Sent(path={"key": f"tool.{made.name}@1"}, query={"to": made.key})


def _api(name: str = "look") -> str:
    return json.dumps({
        "openapi": "3.1.0", "servers": [{"url": f"https://api{next(_numbers)}.example"}],
        "paths": {f"/things{next(_numbers)}": {"get": {"operationId": name}}},
    })  # fmt: skip


API = _api()


def _taken() -> Sent:
    """A call about an operation of which nobody has made a draft."""
    name = f"look{next(_numbers)}"
    return Sent(json={"content": _api(name), "operations": [name]})


def _server() -> dict[str, str]:
    return {"name": f"server{next(_numbers)}", "url": "http://10.0.0.1/mcp"}


def _at_server(world: World, json: Any = None) -> Sent:
    """A call about a server that somebody else registered and looked at."""
    said = {"name": "add", "inputSchema": {"type": "object", "properties": {"n": {"type": "integer"}}}}
    admin = world.caller("admin")
    with world.transaction() as session:
        there = register_server(session, admin, **_server())
        keep_tools(session, there, [tool_of(said)], there.made_at)
    return Sent(path={"server": show_id(there.id)}, json=json)


CASES = [
    RouteCase("read_catalog", reach="list"),
    RouteCase("list_node_templates", reach="organisation"),
    RouteCase(
        "draft_node_template", lambda *_: Sent(json={"source": fresh_source()}), status=201, reach="organisation"
    ),
    RouteCase("check_node_template", lambda *_: Sent(json={"source": fresh_source()}), reach="organisation"),
    RouteCase("read_node_template", lambda world, _: _at(world, "published"), reach="organisation"),
    RouteCase(
        "compare_node_templates", lambda world, _: _at(world, "published", query={"since": "1"}), reach="organisation"
    ),
    RouteCase("change_node_template", lambda world, _: _at(world, "draft", "source"), reach="organisation"),
    RouteCase("drop_node_template", lambda world, _: _at(world, "draft"), status=204, reach="organisation"),
    RouteCase("propose_node_template", lambda world, _: _at(world, "draft"), reach="organisation"),
    RouteCase(
        "return_node_template", lambda world, _: _at(world, "proposed", {"reason": "Not yet."}), reach="organisation"
    ),
    RouteCase("approve_node_template", lambda world, _: _at(world, "proposed"), reach="organisation"),
    RouteCase("publish_node_template", lambda world, _: _at(world, "approved", {}), reach="organisation"),
    RouteCase(
        "deprecate_node_template", lambda world, _: _at(world, "published", {"reason": "Old."}), reach="organisation"
    ),
    RouteCase(
        "revoke_node_template", lambda world, _: _at(world, "published", {"reason": "Leaks."}), reach="organisation"
    ),
    RouteCase("read_upgrade", lambda world, _: _to_newer(world), reach="organisation"),
    RouteCase("look_at_openapi", lambda *_: Sent(json={"content": API}), reach="organisation"),
    RouteCase("take_openapi", lambda *_: _taken(), status=201, reach="organisation"),
    RouteCase("list_mcp_servers", reach="organisation"),
    RouteCase("register_mcp_server", lambda *_: Sent(json=_server()), status=201, reach="organisation"),
    RouteCase("look_at_mcp_server", lambda world, _: _at_server(world), reach="organisation"),
    RouteCase(
        "take_mcp_tools", lambda world, _: _at_server(world, {"tools": ["add"]}), status=201, reach="organisation"
    ),
    RouteCase("forget_mcp_server", lambda world, _: _at_server(world), status=204, reach="organisation"),
]
