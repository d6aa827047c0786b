"""A Source is plain data that wants to be a workflow: read into models, or told in sentences what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from builder.engine.findings import Finding, error, suggest
from builder.engine.graph import Binding, Edge, Node, OnError, Part, Retry, Trigger, Workflow, Woven

_KNOWN: dict[tuple[str, ...], type[Part]] = {
    (): Workflow,
    ("nodes", "*"): Node,
    ("nodes", "*", "inputs", "*"): Binding,
    ("nodes", "*", "on_error"): OnError,
    ("nodes", "*", "on_error", "retry"): Retry,
    ("nodes", "*", "woven"): Woven,
    ("edges", "*"): Edge,
    ("result", "*"): Binding,
    ("triggers", "*"): Trigger,
    ("triggers", "*", "inputs", "*"): Binding,
}
_WANTED = {
    "string_type": "a text", "int_type": "a whole number", "int_from_float": "a whole number",
    "int_parsing": "a whole number", "float_type": "a number", "float_parsing": "a number",
    "bool_type": "true or false", "bool_parsing": "true or false", "list_type": "a list", "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object", "model_attributes_type": "an object", "none_required": "nothing",
}  # fmt: skip
MAX_ERRORS = 200


def check_source(value: Any) -> tuple[Workflow | None, list[Finding]]:
    """Reads plain data as a workflow. Nothing is raised for a bad file.

    Args:
        value: what a document holds: plain data.

    Returns:
        The workflow, or None with what is wrong.
    """
    if not isinstance(value, Mapping):
        return None, [error("not_a_workflow", "A workflow file holds one object.", "Begin it with `handrail: 1`.")]
    if "handrail" not in value:
        return None, [
            error("not_a_workflow", "This is not a workflow file: `handrail` is missing.", "Begin it with "
                  "`handrail: 1`, the version of the language.", field="handrail")
        ]  # fmt: skip
    try:
        return Workflow.model_validate(value), []
    except ValidationError as problem:
        return None, explain_errors(problem, value)
    except RecursionError:
        return None, [error("too_deep", "The file nests deeper than a workflow can.", "Use fewer levels.")]


class CasedError(ValueError):
    """A value that a validator refuses; a screen has words of its own for the `case`, with `values` in them."""

    def __init__(self, sentence: str, case: str, *, way_out: str = "Change it.", **values: str | int) -> None:
        super().__init__(sentence)
        self.case = case
        self.way_out = way_out
        self.values = values


def explain_errors(problem: ValidationError, value: Any, path: str = "") -> list[Finding]:
    """What pydantic says of a graph, as findings.

    Args:
        problem: what it raised.
        value: the plain data of the graph.
        path: path of the container whose body it is, or `""`.
    """
    findings = []
    for each in problem.errors(include_url=False)[:MAX_ERRORS]:
        parts = real_parts(each["loc"], value)
        node, field = path or None, parts
        if len(parts) > 1 and parts[0] == "nodes":
            node, field = (f"{path}.{parts[1]}" if path else parts[1]), parts[2:]
        elif path:
            field = ("config", "body", *parts)
        findings.append(_explain("bad_file", each, known_names(parts[:-1]), node, field))
    return findings


def explain_config(problem: ValidationError, value: Any, config: type[BaseModel], node: str) -> list[Finding]:
    """What pydantic says of a node's config, as findings."""
    names = [info.alias or name for name, info in config.model_fields.items()]
    findings = []
    for each in problem.errors(include_url=False)[:MAX_ERRORS]:
        parts = real_parts(each["loc"], value)
        known = names if len(parts) < 2 else []
        findings.append(_explain("bad_config", each, known, node, ("config", *parts)))
    return findings


def explain_settings(problem: ValidationError, value: Any, settings: type[BaseModel]) -> list[Finding]:
    """What pydantic says of the settings of a trigger, as findings."""
    names = [info.alias or name for name, info in settings.model_fields.items()]
    findings = []
    for each in problem.errors(include_url=False)[:MAX_ERRORS]:
        parts = real_parts(each["loc"], value)
        known = names if len(parts) < 2 else []
        findings.append(_explain("bad_settings", each, known, None, ("settings", *parts)))
    return findings


def known_names(place: tuple[str, ...]) -> list[str]:
    """The fields that may stand at a place of a workflow file; empty where any may."""
    for pattern, model in _KNOWN.items():
        if len(pattern) == len(place) and all(step in ("*", part) for step, part in zip(pattern, place, strict=True)):
            return [info.alias or name for name, info in model.model_fields.items()]
    return []


def real_parts(place: Iterable[int | str], value: Any) -> tuple[str, ...]:
    """Pydantic's place without the names of union members and validators, which are in no file."""
    parts = []
    steps = list(place)
    for position, step in enumerate(steps):
        is_list = isinstance(value, list | tuple) and isinstance(step, int) and step < len(value)
        if is_list or (isinstance(value, Mapping) and step in value):
            value = value[step]
        elif position < len(steps) - 1 or not isinstance(value, Mapping):
            continue
        parts.append(str(step))
    return tuple(parts)


def _explain(code: str, each: ErrorDetails, known: list[str], node: str | None, field: tuple[str, ...]) -> Finding:
    kind, context = each["type"], each.get("ctx", {})
    place = ".".join(field)
    last = field[-1] if field else node.rpartition(".")[2] if node else "the file"
    if kind == "missing":
        return error(code, f"`{last}` is missing.", f"Write `{place}`.", node, place, case="missing", name=last)
    if kind == "extra_forbidden":
        way_out = suggest(last, known) if known else "Take it out, or move it to where it belongs."
        return error(code, f"There is no field `{last}` here.", way_out, node, place, case="unknown", name=last)
    if kind in _WANTED:
        sentence = f"`{last}` must be {_WANTED[kind]}, not {_shown(each['input'])}."
        return error(code, sentence, "Change it.", node, place, case="kind", name=last)
    if kind in ("literal_error", "enum"):
        way_out = f"Choose one of: {context.get('expected', '')}."
        sentence = f"`{last}` cannot be {_shown(each['input'])}."
        return error(
            code, sentence, way_out, node, place, case="choice", name=last, choices=context.get("expected", "")
        )
    if kind == "value_error":
        said = context.get("error", each["msg"])
        sentence = str(said)
        known_as, way_out = {}, "Change it."
        if isinstance(said, CasedError):
            known_as, way_out = {"case": said.case, **said.values}, said.way_out
        return error(code, sentence[:1].upper() + sentence[1:].rstrip(".") + ".", way_out, node, place, **known_as)
    sentence = f"`{last}` is not right: {_plain(kind, context, each['msg'])}."
    limit = next((context[word] for word in _LIMITS if word in context), None)
    return error(code, sentence, "Change it.", node, place, case=kind, name=last, limit=limit)


_LIMITS = ("ge", "gt", "le", "lt", "max_length", "min_length", "pattern")


def _plain(kind: str, context: Mapping[str, Any], otherwise: str) -> str:
    sentences = {
        "greater_than_equal": "it must be at least {ge}",
        "greater_than": "it must be more than {gt}",
        "less_than_equal": "it must be at most {le}",
        "less_than": "it must be less than {lt}",
        "string_too_long": "it may have at most {max_length} characters",
        "string_too_short": "it must have at least {min_length} character(s)",
        "too_long": "it may hold at most {max_length}",
        "too_short": "it must hold at least {min_length}",
        "string_pattern_mismatch": "it must look like {pattern}",
    }
    said = sentences.get(kind)
    return said.format(**context) if said else otherwise[:1].lower() + otherwise[1:]


def _shown(value: Any) -> str:
    if value is None:
        return "nothing (null)"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
