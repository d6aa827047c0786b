"""A Lookup is what a node names in the world around it: a type, a config model, a called workflow. And what to say
when it is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from builder.engine.findings import Finding, Severity, error, suggest
from builder.engine.patterns import pattern_of_key, pattern_of_type, pattern_of_value, refuse_pattern
from builder.engine.source import explain_config
from builder.kit.expressions import ExpressionError
from builder.sdk import Control, NodeConfig, NodeType

PINNED = re.compile(r"[\w-]+/[\w. -]+@[0-9]+\Z")
FILE = re.compile(r".+\.(yaml|yml|json)\Z")


def read_config(kind: NodeType, said: Mapping[str, Any], path: str) -> tuple[Any, list[Finding]]:
    """The validated Config of a node, or None with what is wrong with it."""
    try:
        return kind.Config.model_validate(said) if said else _say_nothing(kind.Config), []
    except ValidationError as problem:
        findings = explain_config(problem, said, kind.Config, path)
        return None, [_sharpen(kind.control, finding, said) for finding in findings]
    except RecursionError:
        return None, [error("bad_config", "The config nests too deep.", "Use fewer levels.", path, "config")]


@lru_cache(maxsize=256)
def _say_nothing(config: type[NodeConfig]) -> NodeConfig:
    """The Config of a node that says nothing. Most do, and a Config cannot be changed, so they share it."""
    return config.model_validate({})


def _sharpen(control: Control, finding: Finding, said: Mapping[str, Any]) -> Finding:
    """Gives the findings that people meet most often a name and a way out of their own."""
    key = (finding.field or "").removeprefix("config.")
    if control is Control.CHOOSE and key == "otherwise" and "otherwise" not in said:
        return replace(
            finding,
            code="branch_without_otherwise",
            sentence="The branch does not say where to go when no case holds.",
            way_out="Add `otherwise: <port>` to its config.",
        )
    if control is Control.REPEAT and key in ("max_rounds", "until") and key not in said:
        return replace(
            finding,
            code="unbounded_loop",
            sentence=f"The loop does not say when it ends: `{key}` is missing.",
            way_out="A loop has a condition `until` and a largest number of rounds `max_rounds`.",
        )
    pattern = pattern_of_key(control, key) if key in said else None
    pattern = pattern or pattern_of_value(control, key, said.get(key))
    return refuse_pattern(pattern, finding.node, finding.field) if pattern else finding


def explain_unknown_type(name: str, types: Iterable[str], path: str) -> Finding:
    """What to say of a type that is not installed."""
    pattern = pattern_of_type(name)
    if pattern is not None:
        return refuse_pattern(pattern, path, "type")
    word, _, version = name.partition("@")
    others = sorted(each for each in types if each.partition("@")[0] == word)
    if others:
        sentence = f"Version {version} of `{word}` is not installed."
        return error("unknown_type", sentence, f"Installed: {', '.join(others)}.", path, "type", name=name)
    return error("unknown_type", f"There is no node type `{name}` here.", suggest(name, types), path, "type", name=name)


def explain_broken_type(name: str, problem: Exception, path: str) -> Finding:
    """What to say of a type that cannot tell its own ports, effects or shapes."""
    sentence = f"The node type `{name}` cannot tell its shape: {type(problem).__name__}: {problem}"
    return error(
        "type_failed", sentence[:300], "Tell its author; `handrail nodes` says who that is.", path, "type", name=name
    )


def explain_unknown_call(reference: str, called: Iterable[str], path: str) -> Finding:
    """What to say of a called workflow that is not there, or that is not pinned to a version."""
    if not PINNED.match(reference) and not FILE.match(reference):
        return error(
            "unpinned_call",
            f"The call of `{reference}` does not say which version.",
            "Write `team/name@version`; on the command line, the path of a file.",
            path,
            "config.workflow",
            name=reference,
        )
    sentence = f"There is no workflow `{reference}`."
    return error("unknown_call", sentence, suggest(reference, called), path, "config.workflow", name=reference)


def explain_broken_call(reference: str, findings: Sequence[Finding], path: str) -> Finding:
    """What to say of a called workflow that is itself wrong."""
    wrong = [finding for finding in findings if finding.severity is Severity.ERROR]
    sentence = f"The called workflow `{reference}` has {len(wrong)} error(s). The first: {wrong[0].sentence}"
    return error("broken_call", sentence, "Mend it, or call another version.", path, "config.workflow", name=reference)


def explain_expression(
    problem: ExpressionError, way: str, outer: Iterable[str], node: str | None, field: str
) -> Finding:
    """What to say of an expression or template that does not compile.

    Args:
        problem: what the compiler said.
        way: `expr` or `template`.
        outer: names that exist outside of this body.
        node: path of the node that holds it.
        field: where it stands.
    """
    for name in outer:
        if re.search(rf"[`'\"]{re.escape(name)}[.`'\"]", problem.sentence):
            return refuse_outer(name, node, field)
    word = "expression" if way == "expr" else "template"
    place = f" (line {problem.line}, column {problem.column})" if problem.line else ""
    sentence = f"The {word} is not right{place}: {problem.sentence}"
    return error(f"bad_{word}", sentence, problem.way_out or "Change it.", node, field, why=problem.sentence)


def refuse_outer(name: str, node: str | None, field: str) -> Finding:
    """What to say of a body that reads something outside of it."""
    return error(
        "body_sees_nothing_outside",
        f"`{name}` stands outside of this body, and a body sees nothing outside.",
        f"Give the container an input that is bound to `{name}`, and read it here as `input.…`.",
        node,
        field,
        name=name,
    )
