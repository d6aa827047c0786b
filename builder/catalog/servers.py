"""MCP servers that IT registers: what they offer, looked at again and again, and whether it is what was approved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.catalog.borrow import Borrower
from builder.catalog.palette import Palette
from builder.catalog.schemas import (
    MADE,
    CatalogError,
    McpServer,
    NodeTemplateVersion,
    OfferState,
    UnknownServerError,
)
from builder.catalog.store import (
    delete_mcp_server,
    insert_mcp_server,
    list_mcp_servers,
    list_node_template_versions,
    read_mcp_server,
    update_mcp_server,
    update_node_template_version,
)
from builder.catalog.write import draft_node_template, read_source
from builder.db import read_clock, to_milliseconds
from builder.kit.ids import new_id, show_id
from builder.kit.shapes import example_of
from builder.sdk import JSON, NodeError, Send
from builder.sdk.mcp import McpTalk, McpTool
from builder.teams import AskOutside, Caller, require

_OWN_WORDS = ("title", "open", "hosts", "emits", "effect", "after_crash", "irreversible")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_ADDRESS = re.compile(r"https?://[^\s/?#@{}\\]+(?:[/?][^\s#{}\\]*)?", re.IGNORECASE)


async def list_server_tools(url: str, send: Send, credential: str = "") -> list[McpTool]:
    """Every tool that a server offers now. Raises NodeError."""
    talk = McpTalk(url, send, credential=credential)
    await talk.begin()
    return await talk.list_tools()


def look_at_server(
    server: McpServer, ask: AskOutside, transaction: Callable[[], AbstractContextManager[Session]]
) -> None:
    """Asks a server what it offers, outside of any transaction, and keeps the answer, or why there was none."""
    try:
        tools = ask(lambda send: list_server_tools(server.url, send, server.credential))
    except NodeError as problem:
        with transaction() as session:
            keep_trouble(session, server, problem.failed.sentence, read_clock(session))
        return
    with transaction() as session:
        keep_tools(session, server, tools, read_clock(session))


def look_at_servers(
    read: Callable[[], AbstractContextManager[Session]],
    ask: AskOutside,
    transaction: Callable[[], AbstractContextManager[Session]],
) -> None:
    """Looks at every server that a template in use calls: the keeper's part."""
    with read() as session:
        wanted = [each for each in list_mcp_servers(session) if each.enabled and _templates_of(session, each)]
    for each in wanted:
        look_at_server(each, ask, transaction)


def list_servers(session: Session, caller: Caller) -> list[McpServer]:
    """Every registered server, by name."""
    require(caller, "template.read", None)
    return list_mcp_servers(session)


def find_server(session: Session, caller: Caller, server_id: int) -> McpServer:
    """One server.

    Raises:
        UnknownServerError: there is none.
    """
    require(caller, "template.read", None)
    return _expect_server(session, server_id)


def register_server(session: Session, caller: Caller, name: str, url: str, credential: str = "") -> McpServer:
    """Registers a server; it is contacted only when somebody looks.

    Raises:
        CatalogError: the address or the name is none, or the name is taken.
    """
    require(caller, "template.write", None)
    if not _NAME.fullmatch(name):
        sentence = "A name begins with a small letter and holds small letters, digits, - and _, 40 at most."
        raise CatalogError(sentence, field="name", way_out="As in crm.", case="server_name")
    if not _ADDRESS.fullmatch(url) or not _is_reachable(url):
        raise CatalogError(
            "This is not the address of a server.",
            field="url",
            way_out="Write https://, a host and a path; no user, no space and no #.",
            case="server_address",
        )
    if any(each.name == name for each in list_mcp_servers(session)):
        sentence = f"There is a server {name!r} already."
        raise CatalogError(sentence, field="name", way_out="Choose another name.", case="server_taken", server=name)
    now = read_clock(session)
    number = new_id(to_milliseconds(now))
    insert_mcp_server(session, {
        "id": number, "name": name, "url": url, "credential": credential, "enabled": True, "tools": [],
        "made_by": caller.person, "made_at": now,
    })  # fmt: skip
    made = _expect_server(session, number)
    _tell_server(session, caller, made, "mcp_server_registered", {"host": urlsplit(url).hostname})
    return made


def _is_reachable(url: str) -> bool:
    """Whether it has a host, and a port that there is."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def forget_server(session: Session, caller: Caller, server_id: int) -> None:
    """Takes a server away. Templates that call it stay until they are revoked.

    Raises:
        CatalogError: a template that is in use calls it.
    """
    require(caller, "template.write", None)
    there = _expect_server(session, server_id)
    used = [
        each for each in _templates_of(session, there) if each.state in (OfferState.PUBLISHED, OfferState.DEPRECATED)
    ]
    if used:
        raise CatalogError(
            f"“{used[0].source['title']}” calls this server.",
            way_out="Revoke the templates that call it first.",
            case="server_used",
            title=str(used[0].source["title"]),
        )
    delete_mcp_server(session, server_id)
    _tell_server(session, caller, there, "mcp_server_forgotten", {})


def keep_tools(session: Session, server: McpServer, tools: Sequence[McpTool], now: datetime) -> int:
    """Keeps what a server offers now, and says at each template whether its tool is still the one that was approved.

    Returns:
        How many templates changed between usable and not.
    """
    update_mcp_server(session, server.id, {"tools": [_plain(each) for each in tools], "problem": "", "looked_at": now})
    offered = {each.name: each.digest for each in reversed(tools)}  # of two with one name a run takes the first
    changed = 0
    for version in _templates_of(session, server):
        origin: Any = version.source["origin"]
        name, problem = str(origin["tool"]), ""
        if name not in offered:
            problem = f"The server “{server.name}” has no tool {name!r} any more."
        elif offered[name] != origin["digest"]:
            problem = f"The tool {name!r} of “{server.name}” is described otherwise than when it was approved."
        if problem != version.problem:
            update_node_template_version(session, version.template_id, version.number, {"problem": problem})
            said: dict[str, JSON] = {"name": version.name, "version": version.number, "problem": problem}
            subject = f"node template {show_id(version.template_id)}"
            if problem:
                append_event(session, "node_template_checked", actor="keeper", subject=subject, now=now, record=said)
            else:
                append_event(session, "node_template_healed", actor="keeper", subject=subject, now=now, record=said)
            changed += 1
    return changed


def keep_trouble(session: Session, server: McpServer, sentence: str, now: datetime) -> None:
    """Keeps that a server could not be asked. What was approved stays usable: a run will see for itself."""
    update_mcp_server(session, server.id, {"problem": sentence, "looked_at": now})


def take_tools(
    session: Session, caller: Caller, palette: Palette, server_id: int, names: Sequence[str]
) -> list[NodeTemplateVersion]:
    """A draft for each chosen tool of a server, pinned to what was seen of it last.

    Raises:
        CatalogError: one was not seen there, or has a draft already; nothing was kept.
    """
    require(caller, "template.write", None)
    there = _expect_server(session, server_id)
    seen = {str(each["name"]): each for each in there.tools}
    missing = [name for name in names if name not in seen]
    if missing:
        tool = missing[0][:100]
        raise CatalogError(
            f"The server has no tool {tool!r}.",
            field="tools",
            way_out="Look at it again.",
            case="unknown_tool",
            tool=tool,
        )
    base, before = find_tool_type(palette), _newest_of(session, there)
    return [
        draft_node_template(
            session,
            caller,
            palette,
            read_source(_carry_over(describe_tool(there, seen[name], base), before.get(name))),
            f"From {there.name}: {name}",
        )
        for name in dict.fromkeys(names)
    ]


def _newest_of(session: Session, server: McpServer) -> dict[str, NodeTemplateVersion]:
    """The newest version of the template of each tool of a server."""
    found: dict[str, NodeTemplateVersion] = {}
    for each in list_node_template_versions(session):
        origin = each.source.get("origin")
        if isinstance(origin, dict) and (origin.get("kind"), origin.get("server")) == ("mcp", show_id(server.id)):
            found.setdefault(str(origin.get("tool")), each)
    return found


def _carry_over(described: dict[str, Any], before: NodeTemplateVersion | None) -> dict[str, Any]:
    """What IT said of a tool in its newest version stands in the next one too; what the server says is new."""
    if before is None or before.name != described["name"]:
        return described
    kept = {name: before.source[name] for name in _OWN_WORDS if name in before.source}
    fixed: Any = before.source.get("fixed", {})
    settings = {**fixed, **described["fixed"]}
    return {**described, **kept, "fixed": {name: value for name, value in settings.items() if name not in kept["open"]}}


def describe_tool(server: McpServer, tool: Mapping[str, Any], base: str) -> dict[str, Any]:
    """What IT would write for a tool: the server, the tool and its fingerprint fixed, its arguments as inputs."""
    inputs = Borrower(tool["inputs"]).borrow(tool["inputs"])
    if inputs.get("type") != "object":
        inputs = {"type": "object", "properties": {}}
    inputs = {"additionalProperties": False, **inputs}
    word = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in str(tool["name"]).lower())
    name = f"{server.name}_{word}".replace("-", "_")[:60].strip("_")
    answer = {} if tool.get("output") is None else Borrower(tool["output"]).borrow(tool["output"])
    summary = " ".join(str(tool["description"]).split())[:490].rstrip(".") or "Calls a tool"
    fixed = {"server": server.url, "tool": tool["name"], "digest": tool["digest"], "credential": server.credential}
    return {
        "base": base,
        "name": name if name[:1].isalpha() else f"t_{name}"[:60],
        "title": str(tool["name"])[:200],
        "summary": summary + ".",
        "fixed": fixed,
        "open": {},
        "inputs": inputs,
        "answers": {"result": answer} if answer else {},
        "examples": [_tool_example(tool, inputs, answer)],
        "origin": {"kind": "mcp", "server": show_id(server.id), "tool": tool["name"], "digest": tool["digest"]},
    }


def find_tool_type(palette: Palette) -> str:
    """The installed node type that calls a tool by its fingerprint.

    Raises:
        CatalogError: there is none.
    """
    for key, node in palette.items():
        if node.base is None and {"server", "tool", "digest"} <= node.Config.model_fields.keys():
            return key
    raise CatalogError("No node type that calls a tool is installed here.")


def _tool_example(tool: Mapping[str, Any], inputs: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    called: dict[str, Any] = {"content": [{"type": "text", "text": "…"}]}
    if answer:
        called["structuredContent"] = example_of(answer)
    results: tuple[Any, ...] = ({}, None, {"tools": [tool["said"]]}, called)
    return {
        "title": "As the server describes it",
        "config": {},
        "inputs": example_of(inputs),
        "http": [
            {"status": 202} if each is None else {"json": {"jsonrpc": "2.0", "id": number, "result": each}}
            for number, each in enumerate(results, 1)
        ],
        "expect": {"port": "done"},
    }


def _plain(tool: McpTool) -> dict[str, JSON]:
    return {
        "name": tool.name, "description": tool.description, "inputs": dict(tool.inputs),
        "output": None if tool.output is None else dict(tool.output), "digest": tool.digest, "said": dict(tool.said),
    }  # fmt: skip


def _templates_of(session: Session, server: McpServer) -> list[NodeTemplateVersion]:
    """The versions that call a server and may be used, or soon."""
    states = (MADE - {OfferState.REVOKED}) | {OfferState.PROPOSED}
    return [
        each
        for each in list_node_template_versions(session, states=states)
        if isinstance(origin := each.source.get("origin"), dict)
        and (origin.get("kind"), origin.get("server")) == ("mcp", show_id(server.id))
    ]


def _expect_server(session: Session, server_id: int) -> McpServer:
    found = read_mcp_server(session, server_id)
    if found is None:
        raise UnknownServerError("There is no such MCP server.")
    return found


def _tell_server(session: Session, caller: Caller, there: McpServer, kind: str, record: Mapping[str, JSON]) -> None:
    said: dict[str, JSON] = {"name": there.name, **record}
    subject = f"mcp server {show_id(there.id)}"
    append_event(session, kind, actor=caller.actor, subject=subject, now=read_clock(session), record=said)
