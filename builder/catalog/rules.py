"""What a node type must be, judged from what it says of itself. Pure."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from builder.kit.shapes import check_schema
from builder.sdk import Control, Kind, NodeType

_SCALARS = {"string", "integer", "number", "boolean", "null"}
_FREE = {"body", "schema"}
"""Fields with an editor of their own: a graph, and the shape of a record."""
_DEEPEST = 2
_MAY_IMPORT = {"builder.sdk", "pydantic", "__future__"}
_NEVER = {"builder", "nodes", "tests", "", "sqlalchemy", "celery", "httpx"}
"""What no node imports, wherever: rooms, other nodes, and what would go around the Context."""
_OUTSIDE = (Control.STEP, Control.ASK)
_REPLY = frozenset({"status", "headers", "body"})


def judge_type(node: NodeType, *, kind: str, word: str, outside: bool) -> Iterator[str]:
    """What is wrong with what a type declares.

    Args:
        node: the type.
        kind: name of the folder above its own.
        word: name of its own folder.
        outside: whether it comes from another package than Handrail's.
    """
    if node.name != f"{kind}.{word}":
        yield f"its name is {node.name!r}; by its folder it would be '{kind}.{word}'."
    if node.kind.value != kind:
        yield f"its kind is {node.kind.value!r}, but it lies under {kind!r}."
    for attribute in ("title", "summary"):
        if not getattr(node, attribute, "").strip():
            yield f"it has no {attribute}."
    if not getattr(node, "summary", "").endswith("."):
        yield "its summary is not a sentence that ends with a full stop."
    yield from judge_powers(node, outside=outside)
    if node.control is Control.STEP and not _declares(node, "effects"):
        yield "it does not declare its `effects`; write `effects = Effects()` if it does nothing outside the run."
    if node.replies and not (node.kind is Kind.TOOL and set(node.Out.get("required", ())) >= _REPLY):
        yield "it replies; then it is a tool, and its `Out` requires status, headers and body."
    schemas = [("In", node.In or {}), ("Out", node.Out)]
    for name, schema in schemas:
        for problem in check_schema(schema):
            yield f"{name}: {'.'.join(map(str, problem.path))} {problem.sentence}"
    for sentence in judge_form(node.Config.model_json_schema(by_alias=True)):
        yield f"its config has no form: {sentence}"


def judge_powers(node: NodeType, *, outside: bool) -> Iterator[str]:
    """Whether a type claims what it may not: labels to remove, or a control word of the machine."""
    if (node.removes or node.endorses) and node.kind not in (Kind.POLICY, Kind.REVIEW):
        yield "it removes or endorses labels, which only a policy or a review may."
    if outside and node.control not in _OUTSIDE:
        yield f"its control is {node.control.value!r}; a type from outside is `step` or `ask`."


def _declares(node: NodeType, attribute: str) -> bool:
    return any(attribute in vars(kind) for kind in type(node).__mro__ if kind not in (NodeType, object))


def judge_imports(source: str) -> Iterator[str]:
    """Which imports of a node's source are neither `builder.sdk`, nor pydantic, nor the standard library.

    Another library may be imported inside a function, where it is first used, with its reason on the line: a process
    that never uses the node does not load it.
    """
    tree, lines = ast.parse(source), source.splitlines()
    late = {
        id(statement)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in ast.walk(function)
        if isinstance(statement, ast.Import | ast.ImportFrom) and "#" in lines[statement.lineno - 1]
    }
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            names = [statement.module or ""] if statement.level == 0 else ["." * statement.level]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            allowed = name in _MAY_IMPORT or name.startswith(("builder.sdk.", "pydantic.")) or (
                top in sys.stdlib_module_names
            ) or (id(statement) in late and top and top not in _NEVER)  # fmt: skip
            if not allowed:
                way_out = "" if top in _NEVER else " Import it where it is first used, with the reason on the line."
                yield f"line {statement.lineno} imports {name}; a node imports only builder.sdk.{way_out}"


# ---------------------------------------------------------------- forms


def judge_form(schema: Mapping[str, Any]) -> Iterator[str]:
    """Where a config's schema leaves what a form can show: records to depth two, scalars, enums, lists of these, maps
    of scalars, and unions told apart by a field.
    """
    for name, field in schema.get("properties", {}).items():
        if name in _FREE and field.get("type") == "object":
            continue
        yield from _judge_field(field, schema.get("$defs", {}), name, 1)


def _judge_field(field: Mapping[str, Any], defs: Mapping[str, Any], place: str, depth: int) -> Iterator[str]:
    while "$ref" in field:
        field = defs[field["$ref"].rpartition("/")[2]]
    members = field.get("anyOf") or field.get("oneOf") or field.get("allOf")
    if members:
        yield from _judge_union(field, members, defs, place, depth)
    elif "enum" in field or "const" in field or field.get("type") in _SCALARS:
        return
    elif field.get("type") == "array":
        yield from _judge_field(field.get("items", {}), defs, f"{place}.*", depth)
    elif field.get("type") == "object":
        yield from _judge_record(field, defs, place, depth)
    else:
        yield f"`{place}` may be anything; say what it is."


def _judge_record(field: Mapping[str, Any], defs: Mapping[str, Any], place: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield f"`{place}` is a record deeper than {_DEEPEST} levels."
        return
    others = field.get("additionalProperties", False)
    if isinstance(others, Mapping):
        yield from _judge_field(others, defs, f"{place}.*", _DEEPEST + 1)
    elif others or "properties" not in field:
        yield f"`{place}` is a record of unknown fields; name them."
    for name, inner in field.get("properties", {}).items():
        yield from _judge_field(inner, defs, f"{place}.{name}", depth + 1)


def _judge_union(
    field: Mapping[str, Any], members: list[Mapping[str, Any]], defs: Mapping[str, Any], place: str, depth: int
) -> Iterator[str]:
    some = [member for member in members if member.get("type") != "null"]
    if len(some) > 1 and "discriminator" not in field and not all(_is_scalar(member) for member in some):
        yield f"`{place}` is one of several records, and no field tells them apart."
    for member in some:
        yield from _judge_field(member, defs, place, depth)


def _is_scalar(member: Mapping[str, Any]) -> bool:
    return "enum" in member or "const" in member or member.get("type") in _SCALARS
