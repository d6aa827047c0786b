"""NodeType: one class in one folder is everything that Handrail knows of a kind of step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from builder.sdk.context import Context
from builder.sdk.outcomes import Decision, Outcome, Question, Refused
from builder.sdk.values import MAIN, Control, Effects, Kind, Port, Schema, Shapes


class NodeConfig(BaseModel):
    """Base of every Config: constants chosen at design time; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NodeType:
    """A kind of step.

    A subclass declares; `run` works. An instance holds no state: one instance serves every run at once.

    Attributes:
        name: `kind.word`, as in a workflow file (`prompt.complete`).
        version: major version; a file says `name@version`. It is raised when the shape changes.
        title: what people read on the palette.
        summary: one sentence.
        kind: what it is for people.
        control: what it is for the machine.
        effects: the widest that any config can do.
        ports: its outlets, the main one first (dynamic ones: override `ports_of`).
        emits: labels that its outputs carry beside those of what it read.
        removes: labels that its record no longer carries (policy and review only).
        endorses: whether what passes is no longer `untrusted` (policy and review only).
        check: for a policy, the name of the check that it makes (`personal_data`).
        blocking: whether `run` holds its thread (files, heavy computing): it is then given a thread of its own.
        replies: whether its output, `{status, headers, body}`, is the answer for whoever called the run's webhook and
            waits: the first such step that is done answers; where there is none, the run's result does (tools only).
        only_in_templates: whether teams may place it only as a NodeTemplate of IT's.
        template: name of the NodeTemplate that it is; None for a type that a developer wrote.
        base: for a NodeTemplate, `name@major` of the type that it was made from. A rule about that type means it too.
        digest: hash of what it does that does not stand in its module's file.
        Config: the pydantic model of `config`.
        In: JSON Schema of the inputs; None when they are free (named by the bindings).
        expects: where they are free, those that mean something by their name, with their schemas; for screens.
        Out: JSON Schema of the output behind the main port.
        optional: whether an input that no binding fills is fine is said by the schema's `required`.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    title: ClassVar[str]
    summary: ClassVar[str]
    kind: ClassVar[Kind]
    control: ClassVar[Control] = Control.STEP
    effects: ClassVar[Effects] = Effects()
    ports: ClassVar[tuple[Port, ...]] = (MAIN,)
    emits: ClassVar[frozenset[str]] = frozenset()
    removes: ClassVar[frozenset[str]] = frozenset()
    endorses: ClassVar[bool] = False
    check: ClassVar[str | None] = None
    blocking: ClassVar[bool] = False
    replies: ClassVar[bool] = False
    only_in_templates: ClassVar[bool] = False
    template: ClassVar[str | None] = None
    base: ClassVar[str | None] = None
    digest: ClassVar[str] = ""
    Config: ClassVar[type[NodeConfig]] = NodeConfig
    In: ClassVar[Schema | None] = None
    expects: ClassVar[Mapping[str, Schema]] = {}
    Out: ClassVar[Schema] = {"type": "object", "properties": {}, "additionalProperties": False}

    @classmethod
    def key(cls) -> str:
        """`name@version`, as a workflow file writes it."""
        return f"{cls.name}@{cls.version}"

    def ports_of(self, config: Any) -> tuple[Port, ...]:
        """The outlets under this config, the main one first."""
        return self.ports

    def narrow(self, config: Any) -> Effects:
        """What this config does; never more than `effects`."""
        return self.effects

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        """What the node takes and gives. Pure.

        Args:
            config: the validated Config.
            inputs: for each binding, the schema of what it gives.
        """
        taken = self.In if self.In is not None else free_record(inputs)
        return Shapes(inputs=taken, outputs={port.name: self.Out for port in self.ports_of(config)})

    def question(self, config: Any, inputs: Mapping[str, Any]) -> Question:
        """For `control = ask`: what people are asked."""
        raise TypeError(f"{self.key()} asks nobody")

    def settle(self, config: Any, inputs: Mapping[str, Any], decision: Decision) -> Outcome:
        """Turns an answer into an outcome. By default a rejection refuses; an approval must be declared by the type."""
        if decision.decision == "reject":
            return Refused(f"{decision.by} rejected it: {decision.reason or 'no reason given'}")
        raise TypeError(f"{self.key()} does not say what an answer means")

    def answer(self, config: Any, inputs: Mapping[str, Any], decision: Decision, context: Context) -> Outcome:
        """The same with the Context at hand, for a type that needs it; by default `settle` says all."""
        return self.settle(config, inputs, decision)

    async def run(self, config: Any, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """Does the work. Raises NodeError to fail; anything else it raises is a permanent failure."""
        raise TypeError(f"{self.key()} is not a step that runs")


def free_record(inputs: Mapping[str, Schema]) -> Schema:
    """The schema of a record whose fields are whatever the bindings give; each of them is required."""
    return {
        "type": "object",
        "properties": dict(inputs),
        "required": sorted(inputs),
        "additionalProperties": False,
    }
