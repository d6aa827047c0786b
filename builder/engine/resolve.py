"""Resolving: what a step is given, out of what its scope knows.

A binding reads names: `input`; in a map's body `item` and `index`, in a loop's `round` and `previous` (absent in round
1); and the nodes of its own graph, each once it has succeeded (its output) or failed with its `error` port taken (only
`error`). Absent and null are two things: a `default` stands in for what is absent, and a field that is bound to
something absent without a default is left out of the inputs, for their schema to judge.

Bindings are compiled once per Plan. A plain `from` never touches CEL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from builder.engine.graph import Binding, split_path
from builder.engine.plan import Plan
from builder.engine.state import RunState, Scope, StepState, StepStatus, join_scope_path, split_step_path
from builder.kit.expressions import EvaluationError, Expression, Template, compile_expression, compile_template
from builder.sdk import ERROR_PORT, JSON, Schema

Path: TypeAlias = tuple[str, ...]
Reader: TypeAlias = Callable[[Scope], JSON]
Names: TypeAlias = Mapping[str, Schema]


class Absent:
    """What is read where nothing is."""


ABSENT = Absent()
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


# ------------------------------------------------------------------ what the machine asks for


def resolve_inputs(plan: Plan, state: RunState, path: str) -> dict[str, JSON]:
    """The record that a step is given: a value for each binding that has one. Not yet checked against its schema.

    Raises:
        EvaluationError: an expression or template of a binding has no result.
    """
    scope, node = split_step_path(path)
    return _read_all(_readers(plan, scope, node), state.scopes[scope])


def resolve_result(plan: Plan, state: RunState, scope: str) -> dict[str, JSON]:
    """What the result bindings of a scope give. Raises EvaluationError."""
    return _read_all(_readers(plan, scope, None), state.scopes[scope])


def resolve_bindings(bindings: Mapping[str, Binding], names: Names, values: Mapping[str, JSON]) -> dict[str, JSON]:
    """What bindings outside of a graph give: those of a trigger.

    Args:
        bindings: field → its binding.
        names: what may be read, with its schema.
        values: what is there under these names; as if each were a step that has given it.

    Raises:
        EvaluationError: an expression or template has no result.
        builder.kit.expressions.ExpressionError: it does not compile.
    """
    there = {name: StepState(StepStatus.SUCCEEDED, output=value) for name, value in values.items()}
    return _read_all(((field, _compile(each, names)) for field, each in bindings.items()), Scope("", steps=there))


def choose_ports(plan: Plan, state: RunState, path: str) -> tuple[str, ...]:
    """The ports that a choice takes: its first true case or every one, else `otherwise`.

    Raises:
        EvaluationError: a condition has no result. No case is then taken.
    """
    scope, node = split_step_path(path)
    config = plan.graph_of(scope).nodes[node].config
    every = config.get("take") == "every"
    taken: list[str] = []
    for port, reader in _cases(plan, scope, node):
        if _is_true(reader(state.scopes[scope])):
            taken.append(port)
            if not every:
                break
    return tuple(taken) or (str(config["otherwise"]),)


def judge_loop(plan: Plan, state: RunState, path: str, round_: int) -> bool:
    """Whether a loop ends after this round: its `until` over `result` and `round`. Raises EvaluationError."""
    scope, name = split_step_path(path)
    node = plan.graph_of(scope).nodes[name]
    compiled = plan.compiled.get((node.until, "until"))
    if compiled is None:
        compiled = compile_expression(node.until, {"result": {}, "round": {"type": "integer"}}, "boolean")
        plan.compiled[node.until, "until"] = compiled
    result = state.scopes[join_scope_path(path, round_)].result
    return _is_true(compiled.evaluate({"result": result, "round": round_}))


def _is_true(value: JSON) -> bool:
    if isinstance(value, bool):
        return value
    raise EvaluationError("A condition gave something that is neither true nor false.")


# ------------------------------------------------------------------ names


def look_up(scope: Scope, path: Path) -> JSON:
    """The value behind a path of names, or ABSENT."""
    value = _root(scope, path[0])
    for part in path[1:]:
        if not isinstance(value, Mapping) or part not in value:
            return ABSENT
        value = value[part]
    return value


def _root(scope: Scope, name: str) -> JSON:
    if name == "input":
        return scope.inputs
    step = scope.steps.get(name)
    if step is not None:
        if step.status is StepStatus.SUCCEEDED:
            return step.output
        return {ERROR_PORT: step.error} if step.ports else ABSENT
    if name == "item" and scope.index is not None:
        return scope.item
    if name == "index" and scope.index is not None:
        return scope.index
    if name == "round" and scope.round is not None:
        return scope.round
    if name == "previous" and scope.round is not None and scope.round > 1:
        return scope.previous
    return ABSENT


# ------------------------------------------------------------------ compiled bindings


def _read_all(readers: Iterable[tuple[str, Reader]], scope: Scope) -> dict[str, JSON]:
    record = {}
    for name, reader in readers:
        value = reader(scope)
        if value is not ABSENT:
            record[name] = value
    return record


def _readers(plan: Plan, scope: str, node: str | None) -> list[tuple[str, Reader]]:
    """The compiled bindings of a node's inputs, or of a graph's result."""
    graph = plan.graph_of(scope)
    key = (id(graph), node)
    readers: list[tuple[str, Reader]] | None = plan.compiled.get(key)
    if readers is None:
        bindings = graph.result if node is None else graph.nodes[node].inputs
        readers = plan.compiled[key] = [(name, _compile(binding, graph.names)) for name, binding in bindings.items()]
    return readers


def _cases(plan: Plan, scope: str, node: str) -> list[tuple[str, Reader]]:
    graph = plan.graph_of(scope)
    key = (id(graph), node, "cases")
    cases: list[tuple[str, Reader]] | None = plan.compiled.get(key)
    if cases is None:
        cases = plan.compiled[key] = [
            (str(case["port"]), _evaluated(_expression(str(case["when"]), graph.names, "boolean"), ABSENT))
            for case in graph.nodes[node].config["cases"]
        ]
    return cases


def _compile(binding: Binding, names: Names) -> Reader:
    default = binding.default if binding.has_default else ABSENT
    if binding.from_ is not None:
        return _first_of(tuple(split_path(path) for path in binding.from_), default)
    if binding.expr is not None:
        return _evaluated(_expression(binding.expr, names, "any"), default)
    if binding.template is not None:
        return _evaluated(compile_template(binding.template, _names_in(binding.template, names)), default)
    constant = binding.value
    return lambda _scope: constant


def _expression(source: str, names: Names, returns: str) -> Expression:
    return compile_expression(source, _names_in(source, names), returns)


def _names_in(source: str, names: Names) -> dict[str, Schema]:
    """The names in scope that a source may mean, with their schemas."""
    return {name: names[name] for name in dict.fromkeys(_NAME.findall(source)) if name in names}


def _first_of(paths: tuple[Path, ...], default: JSON) -> Reader:
    def read(scope: Scope) -> JSON:
        for path in paths:
            value = look_up(scope, path)
            if value is not ABSENT:
                return value
        return default

    return read


def _evaluated(compiled: Expression | Template, default: JSON) -> Reader:
    reads = tuple(compiled.reads)
    names = tuple(dict.fromkeys(path[0] for path in reads))

    def read(scope: Scope) -> JSON:
        if default is not ABSENT and any(look_up(scope, path) is ABSENT for path in reads):
            return default
        roots = ((name, _root(scope, name)) for name in names)
        return compiled.evaluate({name: value for name, value in roots if value is not ABSENT})

    return read
