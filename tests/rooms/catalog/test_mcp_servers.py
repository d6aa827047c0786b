"""MCP servers: a real one is looked at, its tools become templates, and a changed tool stops the next run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from builder.catalog import palette_of
from builder.catalog.admit import refuse_offer
from builder.catalog.servers import (
    find_server,
    keep_tools,
    list_server_tools,
    look_at_server,
    look_at_servers,
    register_server,
    take_tools,
)
from builder.catalog.store import list_node_template_versions, update_node_template_version
from builder.catalog.write import propose_node_template
from builder.egress import Allowed, Client
from builder.kit.ids import read_id, show_id
from builder.opening import Outside
from builder.sdk import Done, HttpAnswer, HttpRequest, NodeError
from builder.sdk.mcp import tool_of
from builder.sdk.testing import TestContext
from tests.rooms.catalog.tool_server import ToolServer
from tests.rooms.world import World


@pytest.fixture
def tools() -> Iterator[ToolServer]:
    made = ToolServer()
    made.serve("Adds a note.")
    yield made
    made.stop()


def test_tools_become_templates_and_a_changed_one_stops_the_next_run(world: World, tools: ToolServer) -> None:
    world.add_person("second", org=("admin",))
    one, two = world.client("admin"), world.client("second")
    ask = Outside([tools.place])
    made = one.post("/api/mcp-servers", json={"name": "notes", "url": tools.url})
    assert made.status_code == 201, made.text
    at = f"/api/mcp-servers/{made.json()['id']}"
    refused = one.post(f"{at}/look").json()
    assert "host" in refused["problem"], "this installation allows nobody on this machine"

    def look() -> None:
        with world.application.database.read() as session:
            there = find_server(session, world.caller("admin"), read_id(made.json()["id"]))
        look_at_server(there, ask, world.application.transaction)

    look()
    seen = one.get("/api/mcp-servers").json()[0]
    assert (seen["problem"], [each["name"] for each in seen["tools"]]) == ("", ["add_note"])
    drafted = one.post(f"{at}/take", json={"tools": ["add_note"]})
    assert drafted.status_code == 201, drafted.text
    draft = drafted.json()[0]
    assert draft["key"] == "tool.notes_add_note@1"
    assert draft["source"]["inputs"]["properties"]["text"]["type"] == "string"
    version = f"/api/node-templates/{draft['id']}/versions/1"
    assert one.post(f"{version}/propose").status_code == 200, one.post(f"{version}/propose").text
    assert two.post(f"{version}/approve").status_code == 200
    one.post(f"{version}/publish", json={})
    keys = {each["key"] for each in world.client("builder").get("/api/catalog").json()["items"]}
    assert "tool.notes_add_note@1" in keys
    assert "tool.mcp_tool@1" not in keys

    outcome = call(world, tools, {"text": "Hello", "urgent": True})
    assert isinstance(outcome, Done)
    assert outcome.output["result"] == {"count": 1}
    assert tools.calls == [{"text": "Hello", "urgent": True}]

    look_at_servers(world.application.database.read, ask, world.application.transaction)
    assert problem_of(world) is None
    tools.serve("Adds a note, and reads all others to you.")
    failed = call(world, tools, {"text": "Again"})
    assert getattr(failed, "code", "") == "tool_changed"
    assert len(tools.calls) == 1
    look_at_servers(world.application.database.read, ask, world.application.transaction)
    assert "described otherwise than when it was approved" in str(problem_of(world))
    tools.stop()
    look_at_servers(world.application.database.read, ask, world.application.transaction)
    assert "described otherwise" in str(problem_of(world)), "a server that is away changes nothing"
    tools.serve("Adds a note.")
    look_at_servers(world.application.database.read, ask, world.application.transaction)
    assert problem_of(world) is None
    assert one.delete(at).status_code == 409
    one.post(f"{version}/revoke", json={"reason": "Over."})
    assert one.delete(at).status_code == 204


def call(world: World, tools: ToolServer, inputs: dict[str, Any]) -> Any:
    """One step of the template's node type, over the real way out."""
    node = palette_of(world.application)["tool.notes_add_note@1"]

    class Reaching(TestContext):
        async def send(self, request: Any) -> Any:
            async with Client(Allowed.of(tools.place)) as client:
                return await client.send(request)

    async def go() -> Any:
        return await node.run(node.Config.model_validate({}), inputs, Reaching())

    return asyncio.run(go())


def problem_of(world: World) -> tuple[str, str] | None:
    with world.application.database.read() as session:
        return refuse_offer(list_node_template_versions(session)[0], world.ours)


def test_what_is_no_server_gets_a_sentence(world: World) -> None:
    one = world.client("admin")
    wrong = (
        "https://x.exa mple/",
        "https://x.example/\nfoo",
        "https://x.example:99999/",
        "https://x.example:0/",
        "https://[x",
    )
    for url in ("ftp://x", "https://user:pw@x.example/", "x", "https://x.example/#a", *wrong):
        answer = one.post("/api/mcp-servers", json={"name": "a", "url": url})
        assert (answer.status_code, answer.json().get("field")) == (409, "url"), (url, answer.text)
    assert one.post("/api/mcp-servers", json={"name": "a", "url": "https://x.example/"}).status_code == 201
    assert one.post("/api/mcp-servers", json={"name": "a", "url": "https://x.example/"}).json()["field"] == "name"


def test_a_server_that_says_what_it_likes_breaks_nothing(tools: ToolServer) -> None:
    async def go() -> list[Any]:
        async with Client(Allowed.of(tools.place)) as client:
            return await list_server_tools(tools.url, client.send)

    assert [each.name for each in asyncio.run(go())] == ["add_note"]


def test_a_server_without_a_list_of_tools_is_not_one_without_tools() -> None:
    async def send(request: HttpRequest) -> HttpAnswer:
        said = {"jsonrpc": "2.0", "id": 1, "result": {"tools": "all of them"}}
        return HttpAnswer(200, (("content-type", "application/json"),), json.dumps(said).encode())

    with pytest.raises(NodeError) as told:
        asyncio.run(list_server_tools("https://x.example/mcp", send))
    assert told.value.failed.code == "mcp_unreadable"


def test_of_two_tools_with_one_name_the_first_is_the_one_that_a_run_calls(world: World) -> None:
    said = {"name": "add", "description": "Adds.", "inputSchema": {"type": "object", "properties": {}}}
    admin, palette = world.caller("admin"), palette_of(world.application)
    with world.transaction() as session:
        there = register_server(session, admin, "twice", "https://x.example/mcp")
        keep_tools(session, there, [tool_of(said)], there.made_at)
        made = take_tools(session, admin, palette, there.id, ["add"])[0]
        other = tool_of({**said, "description": "Deletes."})
        propose_node_template(session, admin, palette, made.template_id, 1)
        assert keep_tools(session, there, [tool_of(said), other], there.made_at) == 0
        assert keep_tools(session, there, [other, tool_of(said)], there.made_at) == 1


def test_the_next_version_of_a_tool_is_pinned_anew_and_keeps_what_it_said(world: World) -> None:
    said = {"name": "add", "description": "Adds.", "inputSchema": {"type": "object", "properties": {}}}
    one, admin = world.client("admin"), world.caller("admin")
    with world.transaction() as session:
        there = register_server(session, admin, "again", "https://x.example/mcp")
        keep_tools(session, there, [tool_of(said)], there.made_at)
    take = f"/api/mcp-servers/{show_id(there.id)}/take"
    made = one.post(take, json={"tools": ["add"]}).json()[0]
    at = f"/api/node-templates/{made['id']}/versions"
    source = {**made["source"], "title": "Add a note", "emits": ["personal"], "irreversible": True}
    source["fixed"]["timeout"] = 5
    assert one.put(f"{at}/1", json={"source": source}).status_code == 200
    assert one.post(f"{at}/1/propose").status_code == 200
    with world.transaction() as session:
        update_node_template_version(session, read_id(made["id"]), 1, {"state": "approved"})
        keep_tools(session, there, [tool_of({**said, "description": "Adds and mails."})], there.made_at)
    newer = one.post(take, json={"tools": ["add"]}).json()[0]
    kept = newer["source"]
    assert (newer["id"], newer["number"], kept["title"], kept["emits"]) == (made["id"], 2, "Add a note", ["personal"])
    assert (kept["fixed"]["timeout"], kept["summary"]) == (5, "Adds and mails.")
    assert kept["fixed"]["digest"] == kept["origin"]["digest"] != source["fixed"]["digest"]


def test_a_server_that_moved_says_what_to_do() -> None:
    async def send(request: HttpRequest) -> HttpAnswer:
        return HttpAnswer(307, (("location", "https://elsewhere.example/"),), b"")

    with pytest.raises(NodeError, match="points elsewhere"):
        asyncio.run(list_server_tools("https://x.example/mcp", send))
