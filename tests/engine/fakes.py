"""Small node types for tests of the checker and of all that builds on it, beside the real `flow` and `review`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from builder.engine.fields import closed_record
from builder.sdk import (
    MAIN,
    AfterCrash,
    Context,
    Control,
    Done,
    Effect,
    Effects,
    Expression,
    Kind,
    ModelConnection,
    NodeConfig,
    NodeType,
    Outcome,
    Schema,
    Shapes,
    Template,
    free_record,
)
from nodes.flow.branch.node import NODE as BRANCH
from nodes.flow.call.node import NODE as CALL
from nodes.flow.loop.node import NODE as LOOP
from nodes.flow.map.node import NODE as MAP
from nodes.flow.merge.node import NODE as MERGE
from nodes.flow.stop.node import NODE as STOP
from nodes.flow.transform.node import NODE as TRANSFORM
from nodes.flow.wait.node import NODE as WAIT
from nodes.review.approve.node import NODE as APPROVE
from nodes.review.edit.node import NODE as EDIT

TEXT: Schema = {"type": "string"}


class Step(NodeType):
    """A pure step: any inputs, and a text, a number and a flag."""

    name = "test.step"
    title = "Step"
    summary = "A pure step."
    kind = Kind.TOOL
    control = Control.STEP
    Out = free_record({"text": TEXT, "number": {"type": "number"}, "flag": {"type": "boolean"}})

    async def run(self, config: Any, inputs: Mapping[str, Any], context: Context) -> Outcome:
        return Done({"text": context.path, "number": float(len(context.path)), "flag": len(inputs) % 2 == 0})


class Shout(NodeType):
    """A pure step with a typed input, an optional one, and an output that may be missing."""

    name = "test.shout"
    title = "Shout"
    summary = "A step with a typed input."
    kind = Kind.TOOL
    control = Control.STEP
    In = closed_record(
        {"text": {"type": "string", "maxLength": 20}, "times": {"type": "integer", "minimum": 1}}, optional=["times"]
    )
    Out = closed_record({"loud": TEXT, "maybe": TEXT}, optional=["maybe"])


class PromptConfig(NodeConfig):
    model: Annotated[str, ModelConnection()] = "default"
    prompt: Annotated[str, Template(scope="inputs")] = Field("{{ text }}", min_length=1)


class Prompt(NodeType):
    """Asks a model: external, and what it says is new."""

    name = "test.prompt"
    title = "Prompt"
    summary = "Asks a model."
    kind = Kind.PROMPT
    control = Control.STEP
    effects = Effects(Effect.READ, external=True, spends=True)
    Config = PromptConfig
    Out = free_record({"text": TEXT, "confidence": {"type": "number", "minimum": 0, "maximum": 1}})


class SendConfig(NodeConfig):
    loud: bool = False
    to: str = ""


class Send(NodeType):
    """Writes to the outside."""

    name = "test.send"
    title = "Send"
    summary = "Writes to the outside."
    kind = Kind.TOOL
    control = Control.STEP
    effects = Effects(Effect.WRITE, external=True, after_crash=AfterCrash.UNSAFE)
    Config = SendConfig
    Out = free_record({"status": {"type": "integer"}, "answer": {}})


class GuardConfig(NodeConfig):
    rule: Annotated[str, Expression(scope="policy", returns="string")] = "'allow'"


class Guard(NodeType):
    """A policy that lets everything pass."""

    name = "test.guard"
    title = "Guard"
    summary = "A policy."
    kind = Kind.POLICY
    control = Control.STEP
    check = "personal_data"
    Config = GuardConfig

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        record = free_record(inputs)
        given = free_record({"record": record, "verdict": TEXT, "findings": {"type": "array"}})
        return Shapes(record, {MAIN.name: given})

    async def run(self, config: Any, inputs: Mapping[str, Any], context: Context) -> Outcome:
        return Done({"record": dict(inputs), "verdict": "allow", "findings": []})


FLOW = (BRANCH, MAP, LOOP, CALL, MERGE, WAIT, TRANSFORM, STOP, APPROVE, EDIT)
TYPES: dict[str, NodeType] = {
    kind.key(): kind for kind in (Step(), Shout(), Prompt(), Send(), Guard(), *FLOW)
}  # fmt: skip
