"""The Model Context Protocol, as far as calling the tools of a remote server needs it: JSON-RPC over streamable HTTP.

A talk begins with `initialize`, then lists or calls; every message leaves through the guarded way out that it is given.
Source: modelcontextprotocol.io, revision 2025-06-18, “Streamable HTTP” and “Tools”.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from builder.kit.hashing import hash_value
from builder.sdk.context import NodeError
from builder.sdk.models import HttpAnswer, HttpRequest, Send
from builder.sdk.outcomes import Failed, FailureClass
from builder.sdk.values import JSON

REVISION = "2025-06-18"
MOST_PAGES = 50
MOST_TOOLS = 2_000
_ACCEPT = ("application/json", "text/event-stream")
_UNREADABLE = "The MCP server did not answer as its protocol says."
_PINNED = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")


@dataclass(frozen=True, slots=True)
class McpTool:
    """A tool of a server, as the server describes it.

    Attributes:
        inputs, output: JSON Schema; `output` is None where the server says none.
        digest: hash of everything that the server says of it: whoever approved it approved exactly that.
        said: what is hashed.
    """

    name: str
    description: str
    inputs: Mapping[str, JSON]
    output: Mapping[str, JSON] | None
    digest: str
    said: Mapping[str, JSON]


class McpTalk:
    """One conversation with a server.

    Raises NodeError wherever the server, or what it says, is not as the protocol wants it; its sentences repeat nothing
    of what the server said.
    """

    def __init__(self, url: str, send: Send, *, credential: str = "", timeout: float = 30.0) -> None:
        """Args:
        url: the server's one address.
        send: the guarded way out.
        credential: name of the credential that is added on the way.
        timeout: seconds for each message.
        """
        self._request = HttpRequest("POST", url, timeout=timeout, accept=_ACCEPT, credential=credential)
        self._send = send
        self._session = ""
        self._numbers = itertools.count(1)

    async def begin(self) -> None:
        """Says hello; the server's session is kept for what follows."""
        about = {"name": "handrail", "version": "1"}
        hello = {"protocolVersion": REVISION, "capabilities": {}, "clientInfo": about}
        answer = await self._post({"method": "initialize", "params": hello}, repeatable=True)
        self._session = answer.header("mcp-session-id") or ""
        self._result_of(answer)
        await self._post({"method": "notifications/initialized"}, repeatable=True, told=True)

    async def list_tools(self) -> list[McpTool]:
        """Every tool that the server offers, page by page."""
        found: list[McpTool] = []
        cursor: JSON = None
        for _ in range(MOST_PAGES):
            wanted: dict[str, JSON] = {} if cursor is None else {"cursor": cursor}
            page = await self.ask("tools/list", wanted, repeatable=True)
            listed = page.get("tools")
            if not isinstance(listed, list):
                raise _fail("mcp_unreadable", _UNREADABLE)
            found += [tool_of(each) for each in listed if isinstance(each, dict)]
            cursor = page.get("nextCursor")
            if cursor is None or len(found) > MOST_TOOLS:
                return found[:MOST_TOOLS]
        return found

    async def call_tool(self, name: str, arguments: Mapping[str, JSON], *, repeatable: bool = False) -> dict[str, Any]:
        """What a tool answers: `content`, perhaps `structuredContent` and `isError`."""
        return await self.ask("tools/call", {"name": name, "arguments": dict(arguments)}, repeatable=repeatable)

    async def ask(self, method: str, params: Mapping[str, JSON], *, repeatable: bool) -> dict[str, Any]:
        """One request, and its result."""
        answer = await self._post({"method": method, "params": dict(params)}, repeatable=repeatable)
        return self._result_of(answer, repeatable=repeatable)

    async def _post(self, message: Mapping[str, JSON], *, repeatable: bool, told: bool = False) -> HttpAnswer:
        said: dict[str, JSON] = {"jsonrpc": "2.0", **message}
        if not told:
            said["id"] = next(self._numbers)
        headers = [
            ("Content-Type", "application/json"),
            ("Accept", ", ".join(_ACCEPT)),
            ("MCP-Protocol-Version", REVISION),
        ]
        if self._session:
            headers.append(("Mcp-Session-Id", self._session))
        body = json.dumps(said, ensure_ascii=False).encode()
        answer = await self._send(replace(self._request, headers=tuple(headers), body=body, repeatable=repeatable))
        if 300 <= answer.status < 400:
            raise _fail("mcp_moved", "The MCP server points elsewhere. Register the address to which it points.")
        if not 200 <= answer.status < 300:
            failure = FailureClass.PERMANENT
            if answer.status in (408, 425, 429, 502, 503, 504) or answer.status >= 500:
                failure = (
                    FailureClass.TRANSIENT if repeatable or answer.status in (429, 503) else FailureClass.UNCERTAIN
                )
            raise _fail("mcp_status", f"The MCP server answered with status {answer.status}.", failure)
        return answer

    def _result_of(self, answer: HttpAnswer, *, repeatable: bool = True) -> dict[str, Any]:
        for message in _messages_of(answer):
            if isinstance(message, dict) and "id" in message and ("result" in message or "error" in message):
                if isinstance(message.get("result"), dict):
                    return dict(message["result"])
                error = message.get("error")
                code = error.get("code") if isinstance(error, dict) else None
                shown = f" (code {code})" if isinstance(code, int) else ""
                raise _fail("mcp_refused", f"The MCP server refused the request{shown}.")
        failure = FailureClass.PERMANENT if repeatable else FailureClass.UNCERTAIN  # the tool may have done its work
        raise _fail("mcp_unreadable", _UNREADABLE, failure)


def digest_tool(said: Mapping[str, JSON]) -> str:
    """Hash of what a server says of a tool: another description is another tool."""
    return hash_value(_pinned(said))


def _pinned(said: Mapping[str, JSON]) -> dict[str, JSON]:
    return {key: said[key] for key in _PINNED if said.get(key) is not None}


def tool_of(said: Mapping[str, Any]) -> McpTool:
    """A tool, from what a server says of it."""
    inputs, output = said.get("inputSchema"), said.get("outputSchema")
    return McpTool(
        str(said.get("name", ""))[:200],
        str(said.get("description") or "")[:4_000],
        inputs if isinstance(inputs, dict) else {"type": "object", "properties": {}},
        output if isinstance(output, dict) else None,
        digest_tool(said),
        _pinned(said),
    )


def _messages_of(answer: HttpAnswer) -> Iterator[Any]:
    """The messages of an answer, which is one JSON text, or a stream of events that hold one each."""
    media_type = (answer.header("content-type") or "").partition(";")[0].strip().lower()
    body = answer.body.decode("utf-8", "replace")
    for text in texts_of_events(body) if media_type == "text/event-stream" else (body,):
        try:
            yield json.loads(text)
        except (ValueError, RecursionError):
            continue


def texts_of_events(stream: str) -> Iterator[str]:
    """The data of each event of a stream of server-sent events."""
    lines: list[str] = []
    for line in [*stream.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        if not line:
            if lines:
                yield "\n".join(lines)
            lines = []
        elif line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))


def _fail(code: str, sentence: str, failure: FailureClass = FailureClass.PERMANENT) -> NodeError:
    return NodeError(Failed(failure, code, sentence))
