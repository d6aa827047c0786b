"""The one node type that the patterns are played with: a recorded effect that does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.sdk import AfterCrash, Context, Control, Done, Effect, Effects, Kind, NodeType, Outcome, free_record
from nodes.flow.branch.node import NODE as BRANCH
from nodes.flow.loop.node import NODE as LOOP
from nodes.flow.map.node import NODE as MAP
from nodes.flow.merge.node import NODE as MERGE
from nodes.flow.stop.node import NODE as STOP
from nodes.flow.wait.node import NODE as WAIT


class Play(NodeType):
    """Its beginning is recorded before its end, as of every effect. A player may give it a `run` that waits."""

    name = "test.play"
    title = "Play"
    summary = "Is recorded."
    kind = Kind.TOOL
    control = Control.STEP
    effects = Effects(Effect.WRITE, after_crash=AfterCrash.KEYED)
    Out = free_record({"text": {"type": "string"}})

    async def run(self, config: Any, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """Ends at once."""
        return Done({"text": context.path})


TYPES: dict[str, NodeType] = {
    kind.key(): kind for kind in (Play(), BRANCH, LOOP, MAP, MERGE, STOP, WAIT)
}  # fmt: skip
