"""From a question to an answer that fits: ask, read, and tell the model at most twice what was wrong."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

from builder.kit.shapes import ShapeError, normalise, validate
from builder.providers.connections import Connection
from builder.providers.prices import REPAIRS, count_cost, guess_tokens
from builder.providers.speech import Adapter, Prompt, Reply, Turn, fail, plain_schema
from builder.sdk import JSON, FailureClass, ModelAnswer, ModelRequest, NodeError, Usage

_FENCE = re.compile(r"\s*```[a-z]*\s*\n(.*)\n\s*```\s*\Z", re.DOTALL)
_BAD_IN_TEXT = re.compile(r"[\x00\ud800-\udfff]")
_SHOWN_PROBLEMS = 8
_SHOWN_ANSWER = 4_000


class _UnfitError(ValueError):
    """The answer is not what was asked for; the message is what the model is told."""


async def converse(adapter: Adapter, connection: Connection, request: ModelRequest) -> ModelAnswer:
    """One answer, structured if the request has a schema; tokens and cost are those of all tries together.

    Raises:
        NodeError: with the usage so far.
    """
    turns: tuple[Turn, ...] = (("user", request.text),)
    instructions = request.instructions if request.schema is None else _with_schema(request)
    usage = Usage(model=connection.model)
    for attempt in range(1 + REPAIRS):
        prompt = Prompt(instructions, turns, request.schema, request.max_tokens, request.temperature)
        try:
            reply = await adapter.reply(connection, prompt)
        except NodeError as error:
            spent = usage if usage.tokens_in else None
            raise NodeError(dataclasses.replace(error.failed, usage=spent)) from None
        usage = _add(usage, connection, prompt, reply)
        if request.schema is None:
            return _free_text(connection, request, reply, usage)
        try:
            record = _read_record(reply, request.schema)
        except _UnfitError as error:
            if attempt == REPAIRS:
                raise _failed(
                    "answer_does_not_fit",
                    f"The model behind {connection.name!r} gave no answer that fits, in {1 + REPAIRS} tries.",
                    usage,
                ) from None
            told = f"Your answer does not fit. {error}\nAnswer again with one JSON object that fits, and nothing else."
            turns += (("assistant", reply.text[:_SHOWN_ANSWER] or "(empty)"), ("user", told))
        else:
            confidence = record.get("confidence") if request.task == "classify" else None
            return ModelAnswer(json.dumps(record, ensure_ascii=False), usage, record, confidence)
    raise AssertionError("the last try returns or raises")


def _with_schema(request: ModelRequest) -> str:
    schema = json.dumps(plain_schema(request.schema), ensure_ascii=False)
    return (
        f"{request.instructions}\n\nAnswer with one JSON object that fits this JSON Schema, and nothing else:\n{schema}"
    )


def _free_text(connection: Connection, request: ModelRequest, reply: Reply, usage: Usage) -> ModelAnswer:
    if not reply.whole:
        raise _failed(
            "answer_cut_off",
            f"The answer did not fit into {request.max_tokens} tokens. Allow more in `max_tokens`, or ask for less.",
            usage,
        )
    text = _BAD_IN_TEXT.sub("", reply.text).strip()
    if not text:
        raise _failed("answer_empty", f"The model behind {connection.name!r} answered nothing.", usage)
    return ModelAnswer(text, usage)


def _read_record(reply: Reply, schema: Any) -> dict[str, JSON]:
    """The answer as a record that fits.

    Raises:
        _UnfitError: with what is wrong, for the model to read.
    """
    if not reply.whole:
        raise _UnfitError("It was cut off at the token limit. Be shorter.")
    fenced = _FENCE.match(reply.text)
    text = fenced[1] if fenced else reply.text
    try:
        value = json.loads(text, parse_constant=_no_constant)
        record = normalise(value, schema)
        problems = validate(record, schema)
    except RecursionError:
        raise _UnfitError("It is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise _UnfitError(f"It is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except (ShapeError, ValueError) as error:
        raise _UnfitError(str(error)) from None
    if problems:
        shown = [
            f"- {'.'.join(map(str, each.path)) or 'answer'}: {each.sentence}" for each in problems[:_SHOWN_PROBLEMS]
        ]
        raise _UnfitError("\n".join(["What is wrong:", *shown]))
    if not isinstance(record, dict):
        raise _UnfitError("It is not a JSON object.")
    return record


def _no_constant(word: str) -> float:
    raise _UnfitError(f"It holds {word}, which is not JSON.")


def _add(usage: Usage, connection: Connection, prompt: Prompt, reply: Reply) -> Usage:
    said = prompt.instructions + "".join(text for _, text in prompt.turns)
    tokens_in = reply.tokens_in if reply.tokens_in is not None else guess_tokens(said)
    tokens_out = reply.tokens_out if reply.tokens_out is not None else guess_tokens(reply.text)
    return Usage(
        model=reply.model,
        tokens_in=usage.tokens_in + tokens_in,
        tokens_out=usage.tokens_out + tokens_out,
        cost=usage.cost + count_cost(connection, tokens_in, tokens_out),
    )


def _failed(code: str, sentence: str, usage: Usage) -> NodeError:
    error = fail(FailureClass.PERMANENT, code, sentence)
    return NodeError(dataclasses.replace(error.failed, usage=usage))
