"""tool.mcp_tool: calls one tool of a remote MCP server, pinned to what was approved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from builder.sdk import (
    AfterCrash,
    Context,
    CredentialName,
    Done,
    Effect,
    Effects,
    Failed,
    FailureClass,
    Kind,
    NodeConfig,
    NodeType,
    Outcome,
    free_record,
)
from builder.sdk.mcp import McpTalk

_KINDS = ("http_bearer", "http_basic", "http_header", "oauth2_client")


class McpToolConfig(NodeConfig):
    """Which tool, of which server, as it was when somebody approved it."""

    server: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#@{}]+[^\s#{}]*$", max_length=2_000),
                      Field(title="Server", description="The address of the MCP server.")]  # fmt: skip
    tool: Annotated[str, StringConstraints(min_length=1, max_length=200), Field(title="Tool")]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"),
                      Field(title="Fingerprint", description="Of its description when it was approved.")]  # fmt: skip
    credential: Annotated[str, CredentialName(_KINDS), StringConstraints(max_length=200), Field(title="Credential")] = (
        ""
    )
    timeout: Annotated[float, Field(gt=0, le=300, title="Longest wait, in seconds")] = 60.0


class McpToolNode(NodeType):
    """Looks whether the tool is still the one that was approved, then calls it."""

    name = "tool.mcp_tool"
    title = "MCP tool"
    summary = "Calls a tool of a remote MCP server."
    kind = Kind.TOOL
    effects = Effects(Effect.WRITE, external=True, after_crash=AfterCrash.UNSAFE)
    emits = frozenset({"untrusted"})
    only_in_templates = True
    Config = McpToolConfig
    Out = free_record({"text": {"type": "string"}, "result": {}})

    async def run(self, config: McpToolConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """One call; a tool whose description changed is not called."""
        talk = McpTalk(config.server, context.send, credential=config.credential, timeout=config.timeout)
        await talk.begin()
        tool = next((each for each in await talk.list_tools() if each.name == config.tool), None)
        if tool is None:
            return Failed(FailureClass.PERMANENT, "tool_gone", f"The server has no tool {config.tool!r} any more.")
        if tool.digest != config.digest:
            return Failed(
                FailureClass.PERMANENT,
                "tool_changed",
                f"The tool {config.tool!r} is described otherwise than when it was approved. An admin can look at it.",
            )
        result = await talk.call_tool(config.tool, inputs)
        if result.get("isError") is True:
            return Failed(FailureClass.PERMANENT, "tool_failed", f"The tool {config.tool!r} says that it failed.")
        content = result.get("content")
        texts = [
            str(part.get("text", ""))
            for part in (content if isinstance(content, list) else [])
            if isinstance(part, dict) and part.get("type") == "text"
        ]
        return Done({"text": "\n".join(texts).replace("\x00", ""), "result": result.get("structuredContent")})


NODE = McpToolNode()
