"""A Reference is right when it leads upstream, to a field that exists, and what is there fits where it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from builder.engine.findings import Finding, error, suggest, warning
from builder.engine.graph import Binding
from builder.engine.lookups import refuse_outer
from builder.engine.order import Ancestors
from builder.engine.reading import GraphReading, NodeReading, Read
from builder.kit.shapes import Fit, at_path, fits, validate
from builder.sdk import ERROR_PORT, Schema

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Around:
    """A graph, the names outside of it, and its nodes whose `error` an arrow leaves."""

    graph: GraphReading
    outer: frozenset[str]
    failing: frozenset[str]


def check_references(graph: GraphReading, outer: frozenset[str], ancestors: Ancestors) -> Iterator[Finding]:
    """Every reference of one graph: that it exists, and that it stands upstream.

    Args:
        graph: one graph, without its bodies.
        outer: names that exist outside of this body.
        ancestors: of its nodes.
    """
    bits, above = ancestors
    around = _Around(graph, outer, frozenset(source for source, port, _ in graph.edges if port == ERROR_PORT))
    for node_id, node in graph.nodes.items():
        for read in node.reads:
            for path in read.paths:
                found = _check_path(around, path, read, node.path)
                if found is None and path[0] in graph.nodes and graph.order:
                    found = _check_upstream(node_id, node, path, read, bool(above[node_id] & bits[path[0]]))
                if found is not None:
                    yield found
    for read in graph.reads:
        for path in read.paths:
            found = _check_path(around, path, read, graph.path or None)
            if found is not None:
                yield found


def _check_path(around: _Around, path: Path, read: Read, node: str | None) -> Finding | None:
    graph, root, rest = around.graph, path[0], path[1:]
    shown = ".".join(path)
    if root in graph.names:
        return _check_field(graph.names[root], path, read, node)
    if root not in graph.nodes:
        if root in around.outer:
            return refuse_outer(root, node, read.field)
        sentence = f"`{shown}` names `{root}`, and there is no such node here."
        way_out = suggest(root, (*graph.names, *graph.nodes))
        return error("unknown_reference", sentence, way_out, node, read.field, name=root)
    if not rest and read.way == "from":
        fields = graph.nodes[root].readable.get("properties", {})
        way_out = f"Write `{root}.field`. " + suggest("", [name for name in fields if name != ERROR_PORT])
        return error("no_field", f"`{root}` names a node, not one of its fields.", way_out, node, read.field, step=root)
    if rest[:1] == (ERROR_PORT,) and root not in around.failing:
        sentence = f"`{shown}` is there only behind the port `error` of `{root}`, and no arrow leaves it."
        return error("no_error_edge", sentence, f"Draw an arrow from `{root}.error`.", node, read.field, step=root)
    return _check_field(graph.nodes[root].readable, path, read, node)


def _check_field(schema: Schema, path: Path, read: Read, node: str | None) -> Finding | None:
    if at_path(schema, path[1:]) is not None:
        return None
    shown = ".".join(path)
    for length in range(1, len(path)):
        inner = at_path(schema, path[1:length])
        if at_path(schema, path[1 : length + 1]) is None and inner is not None:
            where, missing = ".".join(path[:length]), path[length]
            sentence = f"`{shown}`: there is no field `{missing}` in `{where}`."
            return error(
                "unknown_field", sentence, suggest(missing, inner.get("properties", {})), node, read.field, value=shown
            )
    return error(
        "unknown_field", f"There is no field `{shown}`.", "Choose one that exists.", node, read.field, value=shown
    )


def _check_upstream(node_id: str, node: NodeReading, path: Path, read: Read, upstream: bool) -> Finding | None:
    if upstream:
        return None
    if path[0] == node_id:
        sentence = f"`{node_id}` reads its own output."
        return error(
            "not_upstream",
            sentence,
            "Read a node before it; to repeat, use a loop.",
            node.path,
            read.field,
            case="itself",
        )
    return error(
        "not_upstream",
        f"`{'.'.join(path)}` is read here, but no way of arrows leads from `{path[0]}` to `{node_id}`.",
        f"Draw an arrow from `{path[0]}`, or read another node.",
        node.path,
        read.field,
        case="before",
        step=path[0],
    )


# ---------------------------------------------------------------- what fits


def check_inputs(graph: GraphReading, node: NodeReading) -> Iterator[Finding]:
    """Missing and unknown inputs of a node, and whether each binding fits."""
    if node.shapes is None:
        return
    wanted = node.shapes.inputs
    fields: Mapping[str, Schema] = wanted.get("properties", {})
    for name in wanted.get("required", ()):
        if name not in node.node.inputs and "default" not in fields.get(name, {}):
            way_out = f"Bind `inputs.{name}`."
            yield error("missing_input", f"The input `{name}` is missing.", way_out, node.path, f"inputs.{name}")
    for name, binding in node.node.inputs.items():
        field = f"inputs.{name}"
        want = at_path(wanted, (name,))
        if want is None:
            sentence = f"There is no input `{name}`."
            yield error("unknown_input", sentence, suggest(name, fields), node.path, field)
        elif want and want is not node.given.get(name):
            yield from _check_binding(graph, node, name, binding, want)


def _check_binding(
    graph: GraphReading, node: NodeReading, name: str, binding: Binding, want: Schema
) -> Iterator[Finding]:
    field = f"inputs.{name}"
    constants = [("value", binding.value)] if binding.way == "value" else []
    constants += [("default", binding.default)] if binding.has_default else []
    for word, value in constants:
        for problem in validate(value, want)[:1]:
            place = "".join(f" at `{'.'.join(map(str, problem.path))}`" for _ in problem.path[:1])
            sentence = f"The {word} of `{name}`{place} does not fit. {problem.sentence}"
            yield error("wrong_value", sentence, "Write another value.", node.path, f"{field}.{word}", name=name)
    if binding.way == "from":
        for path in binding.from_ or ():
            schema = schema_at(graph, tuple(path.split(".")))
            if schema is not None:
                yield from _tell_fit(fits(schema, want), f"`{path}`", name, node.path)
    elif binding.way != "value" and node.given.get(name) is not None:
        yield from _tell_fit(fits(node.given[name], want), f"What the {binding.way} gives", name, node.path)


def _tell_fit(fit: Fit, what: str, name: str, node: str) -> Iterator[Finding]:
    field = f"inputs.{name}"
    if fit.word == "no":
        sentence = f"{what} does not fit `{name}`. {fit.reason}"
        yield error(
            "does_not_fit", sentence, "Bind something of that shape, or turn it with an `expr`.", node, field, name=name
        )
    elif fit.word == "checked":
        sentence = f"{what} fits `{name}` only if its value does, which is checked when the workflow runs. {fit.reason}"
        yield warning("checked_at_run_time", sentence, "Leave it, or narrow what is given.", node, field, name=name)


def schema_at(graph: GraphReading, path: Path) -> Schema | None:
    """The schema of what a reference gives; None where there is no such thing."""
    if path[0] in graph.names:
        return at_path(graph.names[path[0]], path[1:])
    node = graph.nodes.get(path[0])
    return at_path(node.readable, path[1:]) if node is not None else None
