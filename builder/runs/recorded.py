"""Outside `live` no write is made and no desk is asked: what the run goes on with instead, and how that is marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.db import Database
from builder.kit.detect import find_personal_data, find_secrets
from builder.kit.hashing import hash_value
from builder.kit.shapes import example_of
from builder.runs import store
from builder.runs.hold import Hold
from builder.runs.loading import read_value
from builder.sdk import JSON, Decision, Done, NodeType, Question

ON_AN_EXAMPLE = "on an example"
UNREVIEWED = "unreviewed"
CARRIED = "decision carried over"


def answer_for_write(
    database: Database, hold: Hold, path: str, kind: NodeType, work: tuple[Any, Mapping[str, JSON]]
) -> Done:
    """What a recorded write answers with: the pinned output, the last live output of this step (masked), or an example
    made from its output schema. `work` is the step's config and inputs.
    """
    config, inputs = work
    ports = kind.ports_of(config)
    pins = (hold.given or {}).get("pins", {})
    if path in pins and not hold.node(path).woven:
        return Done(pins[path], ports[0].name)
    with database.read() as session:
        last = store.read_last_output(session, hold.claim.name, path)
    if last is not None:
        return Done(mask_value(read_value(*last, hold.reach.payloads)), ports[0].name)
    shapes = kind.shapes(config, {name: {} for name in inputs})
    return Done(example_of(shapes.outputs[ports[0].name]), ports[0].name)


def decision_for(hold: Hold, path: str) -> tuple[Decision, bool]:
    """What a question is answered with, and whether that was recorded."""
    answer = (hold.given or {}).get("answers", {}).get(path)
    if answer is not None:
        return Decision(**answer), True
    return Decision("approve", by=f"nobody ({hold.mode.value})", reason="nobody was asked"), False


def carried_decision(hold: Hold, path: str, question: Question) -> Decision | None:
    """The decision of the run that this one retries, if it was made on exactly this record."""
    carried = (hold.given or {}).get("carried", {}).get(path)
    if carried is None or carried["hash"] != hash_value(question.record):
        return None
    return Decision(**carried["decision"])


def mask_value(value: JSON) -> JSON:
    """A value with everything that looks like personal data or a secret replaced by its kind."""
    if isinstance(value, str):
        spans = sorted([*find_personal_data(value), *find_secrets(value)], key=lambda span: span.start, reverse=True)
        before = len(value)
        for span in spans:
            if span.end <= before:
                value = f"{value[: span.start]}[{span.kind}]{value[span.end :]}"
                before = span.start
        return value
    if isinstance(value, list):
        return [mask_value(item) for item in value]
    if isinstance(value, dict):
        return {key: mask_value(item) for key, item in value.items()}
    return value
