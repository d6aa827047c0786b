"""flow.loop: a body repeated until a condition holds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from builder.sdk import MAIN, Control, Expression, Kind, NodeConfig, NodeType, Port


class LoopConfig(NodeConfig):
    """The body, when it has been repeated enough, and the bound that always holds."""

    body: dict[str, Any] = Field(title="Body")
    until: Annotated[str, Expression(scope="result", returns="boolean")] = Field(title="Until")
    max_rounds: int = Field(title="At most so many rounds", ge=1, le=1_000)


class Loop(NodeType):
    """Declares the container; the machine opens a scope for each round."""

    name = "flow.loop"
    title = "Loop"
    summary = "Repeats a body until a condition holds, at most so many rounds."
    kind = Kind.FLOW
    control = Control.REPEAT
    ports = (MAIN, Port("exhausted", "Rounds used up"))
    Config = LoopConfig


NODE = Loop()
