"""What somebody wants a trigger to be, and whether it would work. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from builder.engine.findings import Finding, Severity, error
from builder.engine.graph import Binding, TriggerKind
from builder.engine.triggers import check_trigger
from builder.kit.shapes import ShapeError, normalise
from builder.sdk import JSON, Schema
from builder.triggers.schemas import BadTriggerError, Trigger


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants a trigger to be.

    Attributes:
        kind: what starts the runs.
        name: what people call it; each has its own in a workflow.
        settings: of its kind.
        inputs: bindings as a file says them; None: the body is the input.
        pinned: the version that it starts; None: whichever is live.
    """

    kind: TriggerKind
    name: str
    settings: Mapping[str, JSON]
    inputs: Mapping[str, JSON] | None = None
    pinned: int | None = None


def wish_of(trigger: Trigger) -> Wish:
    """What a trigger is, as a wish."""
    return Wish(trigger.kind, trigger.name, trigger.settings, trigger.inputs, trigger.pinned)


def judge_trigger(wish: Wish, wanted: Schema) -> list[Finding]:
    """Everything there is to say of a trigger as somebody wants it.

    Args:
        wish: the trigger.
        wanted: schema of the workflow's inputs.
    """
    try:
        normalise({"settings": dict(wish.settings), "inputs": wish.inputs}, {})
        inputs = None
        if wish.inputs is not None:
            inputs = {field: Binding.model_validate(said) for field, said in wish.inputs.items()}
    except ShapeError as problem:
        return [error("bad_trigger", f"This cannot be stored: {problem}", "Change it.")]
    except ValidationError:
        sentence = "An input is bound in a way that there is not."
        return [error("bad_trigger", sentence, "Give a value, or say where it comes from.", field="inputs")]
    return check_trigger(wish.kind, wish.settings, inputs, wanted)


def expect_no_error(findings: list[Finding]) -> None:
    """Refuses a trigger that would not work.

    Raises:
        BadTriggerError: with everything that was found.
    """
    first = next((each for each in findings if each.severity is Severity.ERROR), None)
    if first is not None:
        said = [{**each.as_record(), "params": each.params} for each in findings]
        raise BadTriggerError(first.sentence, field=first.field, way_out=first.way_out, findings=said)
