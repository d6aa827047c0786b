"""tool.mcp_tool: its examples hold; the session is kept, pages are followed, an error in a call is uncertain."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from builder.sdk import FailureClass, HttpAnswer, NodeError
from builder.sdk.mcp import McpTalk, digest_tool
from builder.sdk.testing import TestContext, check_examples
from nodes.tool.mcp_tool.node import NODE, McpToolConfig

TOOL = {
    "name": "find",
    "description": "Finds.",
    "inputSchema": {"type": "object"},
    "annotations": {"readOnlyHint": True},
}
JSON = ("content-type", "application/json")


def said(number: int, result: Any, *headers: tuple[str, str]) -> HttpAnswer:
    return HttpAnswer(200, (JSON, *headers), json.dumps({"jsonrpc": "2.0", "id": number, "result": result}).encode())


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) >= 8


def test_the_session_is_kept_and_pages_are_followed() -> None:
    context = TestContext(answers=[
        said(1, {}, ("mcp-session-id", "s1")),
        HttpAnswer(202, (), b""),
        said(2, {"tools": [{"name": "other"}], "nextCursor": "p2"}),
        said(3, {"tools": [TOOL]}),
        said(4, {"content": [{"type": "image", "data": "x"}], "structuredContent": {"hits": 2}}),
    ])  # fmt: skip
    config = McpToolConfig(server="https://t.example/mcp", tool="find", digest=digest_tool(TOOL), credential="tools")
    outcome = asyncio.run(NODE.run(config, {"q": "x"}, context))
    assert outcome.output == {"text": "", "result": {"hits": 2}}  # type: ignore[union-attr]  # it is done
    assert [dict(each.headers).get("Mcp-Session-Id") for each in context.sent] == [None, "s1", "s1", "s1", "s1"]
    assert json.loads(context.sent[3].body or b"")["params"] == {"cursor": "p2"}
    assert {each.credential for each in context.sent} == {"tools"}
    assert [each.repeatable for each in context.sent] == [True, True, True, True, False]


@pytest.mark.parametrize(("status", "failure"), [(500, FailureClass.UNCERTAIN), (429, FailureClass.TRANSIENT),
                                                 (404, FailureClass.PERMANENT)])  # fmt: skip
def test_what_a_status_means_in_the_middle_of_a_call(status: int, failure: FailureClass) -> None:
    context = TestContext(answers=[HttpAnswer(status, (), b"")])
    with pytest.raises(NodeError) as failed:
        asyncio.run(McpTalk("https://t.example/mcp", context.send).call_tool("find", {}))
    assert failed.value.failed.failure is failure


def test_another_description_is_another_tool() -> None:
    assert digest_tool(TOOL) == digest_tool({**TOOL, "_meta": {"x": 1}})
    assert digest_tool(TOOL) != digest_tool({**TOOL, "description": "Finds, and sends it to me."})
    assert digest_tool(TOOL) != digest_tool({**TOOL, "annotations": {"readOnlyHint": False}})


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"jsonrpc": "2.0", "method": "notifications/progress"}'])
def test_a_call_that_is_answered_with_nothing_readable_may_have_been_carried_out(body: bytes) -> None:
    for repeatable, failure in ((False, FailureClass.UNCERTAIN), (True, FailureClass.PERMANENT)):
        talk = McpTalk("https://t.example/mcp", TestContext(answers=[HttpAnswer(200, (JSON,), body)]).send)
        with pytest.raises(NodeError) as failed:
            asyncio.run(talk.call_tool("find", {}, repeatable=repeatable))
        assert failed.value.failed.failure is failure
