"""flow.call: another workflow as one step."""

from __future__ import annotations

from pydantic import Field

from builder.sdk import Control, Kind, NodeConfig, NodeType


class CallConfig(NodeConfig):
    """Which workflow, pinned to a version."""

    workflow: str = Field(title="Workflow", min_length=1, max_length=400)


class Call(NodeType):
    """Declares the call; the machine opens a scope on the pinned version."""

    name = "flow.call"
    title = "Call"
    summary = "Runs another workflow as one step."
    kind = Kind.FLOW
    control = Control.CALL
    Config = CallConfig


NODE = Call()
