"""What can be said of one Node alone: its durations, effects, counts, secrets, and what its type may declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from builder.engine.findings import Finding, error, warning
from builder.engine.lookups import FILE, PINNED
from builder.engine.reading import NodeReading
from builder.kit.detect import find_secrets
from builder.kit.durations import read_duration
from builder.sdk import AfterCrash, Control, Effect, Effects, Kind, Schema

_EFFECT = {Effect.NONE: 0, Effect.READ: 1, Effect.WRITE: 2}
_CRASH = {AfterCrash.RETRY_SAFE: 0, AfterCrash.KEYED: 1, AfterCrash.QUERY: 1, AfterCrash.UNSAFE: 2}
_DURATIONS = {Control.WAIT: ("wait_for",), Control.ASK: ("due", "due_clock")}
_SHORTEST_SECRET = 16
MASKED = "masked"
TOKEN_ROOM = 44
"""Characters that the longest token needs."""
_MOST_READ = 100_000
"""Characters of a text that are looked through for secrets; no config takes a longer one."""


def check_node(node: NodeReading, arrows: int) -> Iterator[Finding]:
    """Everything that needs no other node.

    Args:
        node: the node, looked up.
        arrows: how many arrows enter it.
    """
    yield from _check_on_error(node)
    yield from _check_secrets(node)
    if node.type is None or node.config is None:
        return
    for key in _DURATIONS.get(node.type.control, ()):
        yield from _check_duration(node.path, f"config.{key}", node.node.config.get(key))
    yield from _check_control(node, arrows)
    yield from _check_type(node)
    if node.type.kind is Kind.POLICY and MASKED in node.type.emits and node.shapes is not None:
        yield from _check_tokens(node.path, "record", node.shapes.inputs)


def _check_tokens(node: str, field: str, schema: Schema) -> Iterator[Finding]:
    """The texts of a masked record in which a token would have no room; such a record is blocked when it comes."""
    for name, inner in schema.get("properties", {}).items():
        yield from _check_tokens(node, f"{field}.{name}", inner)
    if "items" in schema:
        yield from _check_tokens(node, f"{field}[]", schema["items"])
    if schema.get("type") != "string" or "enum" in schema or "const" in schema:
        return
    short = schema.get("maxLength", TOKEN_ROOM) < TOKEN_ROOM
    shaped = schema.get("format", "email") != "email"
    if short or shaped:
        why = (
            f"takes at most {schema['maxLength']} characters" if short else f"must be of the format {schema['format']}"
        )
        sentence = f"{field} {why}, so what is found in it cannot be replaced by a token: such a record is blocked."
        yield warning(
            "token_may_not_fit", sentence, "Let the field take longer texts, or leave it out.", node=node, name=field
        )


def _check_on_error(node: NodeReading) -> Iterator[Finding]:
    said = node.node.on_error
    if said is None:
        return
    yield from _check_duration(node.path, "on_error.timeout", said.timeout)
    if said.retry is not None:
        yield from _check_duration(node.path, "on_error.retry.max_delay", said.retry.max_delay)


def _check_duration(node: str, field: str, text: Any) -> Iterator[Finding]:
    if not isinstance(text, str):
        return
    try:
        seconds = read_duration(text)
    except ValueError as problem:
        sentence = f"In `{field}`, {problem}."
        yield error("bad_duration", sentence, "Write it like PT30S, PT5M, PT24H or P7D.", node, field, case="form")
        return
    if seconds <= 0:
        yield error(
            "bad_duration", f"`{field}` must be longer than nothing.", "Write a longer one.", node, field, case="short"
        )


def _check_control(node: NodeReading, arrows: int) -> Iterator[Finding]:
    config = node.node.config
    assert node.type is not None
    if node.type.control is Control.MERGE and arrows < merge_count(node):
        yield error(
            "merge_never_runs",
            f"The merge waits for {merge_count(node)} arrows, and {arrows} lead to it.",
            "Draw the missing arrows, or lower `n`.",
            node.path,
            "config.n",
            needed=merge_count(node),
            there=arrows,
        )
    if node.type.control is Control.CALL and node.body is not None:
        reference = str(config.get("workflow", ""))
        if not PINNED.match(reference) and not FILE.match(reference):
            sentence = f"The call of `{reference}` does not say which version."
            yield error("unpinned_call", sentence, "Write `team/name@version`.", node.path, "config.workflow")


def merge_count(node: NodeReading) -> int:
    """How many arrows must be taken for a merge to run; 0: it waits until all are decided, and one taken suffices."""
    mode = getattr(node.config, "mode", "all")
    if mode == "first":
        return 1
    return int(getattr(node.config, "n", None) or 0) if mode == "n_of_m" else 0


def _check_type(node: NodeReading) -> Iterator[Finding]:
    kind = node.type
    assert kind is not None
    if not is_narrower(node.effects, kind.effects):
        sentence = f"`{kind.key()}` says of this config that it does more than the type declares."
        yield error("effect_widened", sentence, "Tell its author: `narrow` may only narrow.", node.path, "type")
    if (kind.removes or kind.endorses) and kind.kind not in (Kind.POLICY, Kind.REVIEW):
        sentence = f"`{kind.key()}` says that it takes labels away; only policies and reviews may."
        yield error("may_not_remove", sentence, "Use a policy or a review in its place.", node.path, "type")


def is_narrower(effects: Effects, widest: Effects) -> bool:
    """Whether effects are within those that a type declares."""
    return (
        _EFFECT[effects.effect] <= _EFFECT[widest.effect]
        and effects.external <= widest.external
        and effects.irreversible <= widest.irreversible
        and effects.spends <= widest.spends
        and _CRASH[effects.after_crash] <= _CRASH[widest.after_crash]
    )


# ---------------------------------------------------------------- secrets


def _check_secrets(node: NodeReading) -> Iterator[Finding]:
    config = {key: value for key, value in node.node.config.items() if key != "body"}
    places: dict[str, Any] = {"config": config}
    for name, binding in node.node.inputs.items():
        if said := [each for each in (binding.value, binding.expr, binding.template, binding.default) if each]:
            places[f"inputs.{name}"] = said
    for field, value in places.items():
        for where, text in _texts_in(value, field):
            for span in find_secrets(text)[:1]:
                yield error(
                    "secret_in_file",
                    f"This looks like a secret ({span.kind.replace('_', ' ')}): a workflow file holds none.",
                    "Take it out, make it invalid where it came from, and use a connection.",
                    node.path,
                    where,
                )


def _texts_in(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if len(value) >= _SHORTEST_SECRET:
            yield where, value[:_MOST_READ]
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts_in(item, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            inside = f"{where}.{position}" if where.startswith("config") else where
            yield from _texts_in(item, inside)
