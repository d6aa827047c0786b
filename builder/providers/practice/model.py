"""The practice model answers at once, the same each time, and says on every answer that it is no AI."""

from __future__ import annotations

import json

from builder.kit.shapes import validate
from builder.providers.practice.classify import pick_label
from builder.providers.practice.compose import compose_text
from builder.providers.practice.extract import extract_record
from builder.providers.prices import guess_tokens
from builder.providers.speech import fail
from builder.sdk import FailureClass, ModelAnswer, ModelRequest, Usage

NOTICE = "(Practice model: no AI wrote this.)"
"""Ends every free text; a record cannot carry it, so there only `usage.practice` says it."""

_MOST = 20_000
"""Characters that are looked at; central sentences take time that grows faster than the text."""


def practise(request: ModelRequest) -> ModelAnswer:
    """An answer to any request, from the words of the text alone.

    Raises:
        NodeError: `practice_cannot`, where the text gives nothing that the schema could take.
    """
    text = request.text[:_MOST]
    if request.task == "classify" and request.choices:
        label, confidence = pick_label(text, request.choices)
        record = {"category": label, "confidence": confidence}
        return ModelAnswer(json.dumps(record, ensure_ascii=False), _usage(request, label), record, confidence)
    if request.schema is not None:
        found = extract_record(text, request.schema)
        problems = validate(found, request.schema)
        if problems:
            field = ".".join(map(str, problems[0].path))
            raise fail(
                FailureClass.PERMANENT,
                "practice_cannot",
                f"The practice model, which is no AI, found nothing in the text that fits {field or 'the schema'}. "
                "Let the field be null, or connect a model.",
            )
        said = json.dumps(found, ensure_ascii=False)
        return ModelAnswer(said, _usage(request, said), found)
    said = compose_text(request.instructions, text, request.max_tokens)
    said = f"{said}\n\n{NOTICE}" if said else NOTICE
    return ModelAnswer(said, _usage(request, said))


def _usage(request: ModelRequest, said: str) -> Usage:
    return Usage(
        model="practice",
        tokens_in=guess_tokens(request.instructions + request.text),
        tokens_out=guess_tokens(said),
        practice=True,
    )
