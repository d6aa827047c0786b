"""A Trigger is right when its settings mean something and what it binds fits the input of the workflow it starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from builder.engine.findings import Finding, error
from builder.engine.graph import Binding, Node, Trigger, TriggerKind, Workflow
from builder.engine.order import ancestor_masks
from builder.engine.reading import NodeReading, read_bindings
from builder.engine.references import check_inputs, check_references
from builder.engine.schedule import check_schedule
from builder.engine.webhooks import check_webhook
from builder.kit.shapes import keep_sound
from builder.sdk import Effects, Schema, Shapes

_TEXT: Schema = {"type": "string"}

NAMES: Mapping[TriggerKind, Mapping[str, Schema]] = {
    "schedule": {
        "fire": {
            "type": "object",
            "properties": {
                "due": {"type": "string", "format": "date-time", "title": "When it was due"},
                "day": {"type": "string", "format": "date", "title": "The day, in the schedule's zone"},
                "time": {"type": "string", "title": "The time of day, in the schedule's zone"},
                "zone": {"type": "string", "title": "The schedule's time zone"},
                "late": {"type": "boolean", "title": "Whether it comes late"},
            },
            "required": ["due", "day", "time", "zone", "late"],
            "additionalProperties": False,
        }
    },
    "webhook": {"body": {}, "headers": {"type": "object", "additionalProperties": _TEXT}},
    "api": {"body": {}},
}
"""Kind → what its bindings may read, with its schema."""

SETTINGS: Mapping[TriggerKind, Callable[[Mapping[str, Any]], list[Finding]]] = {
    "schedule": check_schedule,
    "webhook": lambda settings: check_webhook(settings, NAMES["webhook"]),
}
"""Kind → what there is to say of its settings."""


def check_trigger(
    kind: TriggerKind, settings: Mapping[str, Any], inputs: Mapping[str, Binding] | None, wanted: Schema
) -> list[Finding]:
    """Everything there is to say about a trigger. Pure; fields are `settings.…` and `inputs.…`.

    Args:
        kind: what starts the runs.
        settings: of this kind.
        inputs: field of the workflow's input → its binding; None: the body is the input, and is judged when it comes.
        wanted: schema of the workflow's input.
    """
    findings = SETTINGS[kind](settings) if kind in SETTINGS else []
    bound = bindings_of(kind, inputs)
    return findings if bound is None else findings + list(_check_bound(bound, NAMES[kind], wanted))


def bindings_of(kind: TriggerKind, inputs: Mapping[str, Binding] | None) -> Mapping[str, Binding] | None:
    """What a trigger binds; None: the body is the input. A schedule has no body, so it then gives an empty input."""
    return {} if inputs is None and kind == "schedule" else inputs


def check_triggers(workflow: Workflow) -> Iterator[Finding]:
    """What there is to say about the triggers that a file carries."""
    seen: set[str] = set()
    wanted = keep_sound(workflow.inputs)
    for at, each in enumerate(workflow.triggers):
        place = f"triggers.{at}"
        if each.name in seen:
            sentence = f"There are two triggers named “{each.name}”."
            yield error("same_trigger", sentence, "Give one of them another name.", field=f"{place}.name")
        seen.add(each.name)
        yield from (_at(place, found) for found in _check_said(each, wanted))


def _check_said(trigger: Trigger, wanted: Schema) -> list[Finding]:
    return check_trigger(trigger.kind, trigger.settings, trigger.inputs, wanted)


def _at(place: str, found: Finding) -> Finding:
    return replace(found, field=f"{place}.{found.field}" if found.field else place)


def _check_bound(bound: Mapping[str, Binding], names: Mapping[str, Schema], wanted: Schema) -> Iterator[Finding]:
    graph, findings = read_bindings(bound, names)
    findings += check_references(graph, frozenset(), ancestor_masks((), ()))
    for found in findings:
        yield replace(found, field=None if found.field is None else found.field.replace("result.", "inputs.", 1))
    stands = Node(type="trigger.start@1", inputs=dict(bound))
    shapes, given = Shapes(inputs=wanted, outputs={}), graph.result_schema.get("properties", {})
    reading = NodeReading("", stands, None, None, Effects(), (), shapes, given, ())
    yield from (replace(found, node=None) for found in check_inputs(graph, reading))
