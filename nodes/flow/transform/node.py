"""flow.transform: a record built out of what earlier nodes gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.sdk import MAIN, Context, Control, Done, Effects, Kind, NodeType, Outcome, Schema, Shapes, free_record


class Transform(NodeType):
    """Gives its inputs as its output."""

    name = "flow.transform"
    title = "Transform"
    summary = "Builds a record out of what earlier nodes gave."
    kind = Kind.FLOW
    control = Control.STEP
    effects = Effects()

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        """What goes in comes out."""
        record = free_record(inputs)
        return Shapes(record, {MAIN.name: record})

    async def run(self, config: Any, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """The record of the inputs."""
        return Done(dict(inputs))


NODE = Transform()
