"""flow.stop: the end of the whole run."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from builder.sdk import Control, Kind, NodeConfig, NodeType


class StopConfig(NodeConfig):
    """How the run ends, and why."""

    status: Literal["succeeded", "failed", "refused"] = Field(title="The run is then")
    reason: str = Field(title="Why", min_length=1, max_length=500)


class Stop(NodeType):
    """Declares the end; the machine cancels what still runs."""

    name = "flow.stop"
    title = "Stop"
    summary = "Ends the whole run at once."
    kind = Kind.FLOW
    control = Control.STOP
    Config = StopConfig


NODE = Stop()
