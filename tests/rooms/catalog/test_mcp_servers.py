"""MCP servers: a real one is looked at, its tools become templates, and a changed tool stops the next run."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from mcp.server.mcpserver import MCPServer

from builder.catalog import palette_of
from builder.catalog.admit import refuse_offer
from builder.catalog.servers import find_server, list_server_tools, look_at_server, look_at_servers
from builder.catalog.store import list_node_template_versions
from builder.egress import Allowed, Client
from builder.kit.ids import read_id
from builder.opening import Outside
from builder.sdk import Done
from builder.sdk.testing import TestContext
from tests.rooms.world import World


class ToolServer:
    """A server of the protocol's own library, with one tool whose description can be changed."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.stop: Callable[[], None] = lambda: None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/mcp"

    def serve(self, description: str) -> None:
        """Serves the tool with this description from now on."""
        self.stop()
        made = MCPServer("notes", log_level="ERROR")

        @made.tool(description=description)
        def add_note(text: str, urgent: bool = False) -> dict[str, Any]:
            self.calls.append({"text": text, "urgent": urgent})
            return {"count": len(self.calls)}

        server = uvicorn.Server(
            uvicorn.Config(made.streamable_http_app(), host="127.0.0.1", port=self.port, log_level="error", ws="none")
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until = threading.Event()
        while not server.started and thread.is_alive():
            until.wait(0.01)

        def stop() -> None:
            server.should_exit = True
            thread.join(10)

        self.stop = stop


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
    for url in ("ftp://x", "https://user:pw@x.example/", "x", "https://x.example/#a"):
        answer = one.post("/api/mcp-servers", json={"name": "a", "url": url})
        assert (answer.status_code, answer.json()["field"]) == (409, "url")
    assert one.post("/api/mcp-servers", json={"name": "a", "url": "https://x.example/"}).status_code == 201
    assert one.post("/api/mcp-servers", json={"name": "a", "url": "https://x.example/"}).json()["field"] == "name"


def test_a_server_that_says_what_it_likes_breaks_nothing(tools: ToolServer) -> None:
    async def go() -> list[Any]:
        async with Client(Allowed.of(tools.place)) as client:
            return await list_server_tools(tools.url, client.send)

    assert [each.name for each in asyncio.run(go())] == ["add_note"]
