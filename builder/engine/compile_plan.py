"""From a Woven to a Plan. There is no other way to a Plan in the product, so nothing runs that was not woven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from builder.engine.facts import Facts
from builder.engine.findings import Severity
from builder.engine.graph import OnError
from builder.engine.labels import UNTRUSTED, make_view
from builder.engine.plan import Plan, PlanGraph, PlanNode, RetryPolicy, find_feeders
from builder.engine.questions import free_until
from builder.engine.reading import GraphReading, NodeReading, read_workflow
from builder.engine.woven import Woven
from builder.kit.durations import read_duration
from builder.kit.errors import HandrailError
from builder.sdk import Control, Kind, NodeType, Schema


class UnplannableError(HandrailError):
    """A woven workflow that cannot be looked up here: a type is gone, or no longer takes its config."""

    code = "unplannable"
    status = 409


def compile_plan(woven: Woven, types: Mapping[str, NodeType], prices: Mapping[str, float] | None = None) -> Plan:
    """The Plan of a woven workflow.

    Args:
        woven: the workflow with all that governance made mandatory. Whether it holds is for `verify` to say, before.
        types: `name@major` → the installed type.
        prices: model connection → the most that one attempt of a step may cost there.

    Raises:
        UnplannableError: a type is gone, or takes its config no more.
    """
    reading, findings = read_workflow(woven.graph, types, woven.called_workflows)
    for finding in findings:
        if finding.severity is Severity.ERROR:
            sentence = f"This woven workflow cannot be planned here: {finding.sentence}"
            raise UnplannableError(sentence, node=finding.node, field=finding.field, way_out=finding.way_out)
    return Plan(
        hash=woven.woven_hash,
        name=reading.workflow.name,
        graph=_plan_graph(reading.root, prices or {}, _labels_of_policies(woven.facts)),
        inputs=reading.workflow.inputs,
        guards=woven.guards,
        result_schema=reading.root.result_schema,
        authors=reading.workflow.authors,
        models=woven.facts.models,
        free_until=free_until(woven.templates, woven.facts, woven.day),
        rules=frozenset(f"{bound.template.name}/{bound.rule.id}" for bound in woven.rules),
    )


def _labels_of_policies(facts: Facts) -> dict[str, tuple[str, ...]]:
    """Path of each policy → the labels that its record may carry; marks of checks are no labels."""
    policies = [path for path in facts.nodes if facts.type_of(path).kind is Kind.POLICY]
    if not policies:
        return {}
    view = make_view(facts)
    names = [name for name in view.bits if name != UNTRUSTED and not name.startswith("unchecked:")]
    return {path: tuple(name for name in names if view.carries(view.flow.doors[path], name)) for path in policies}


def _plan_graph(graph: GraphReading, prices: Mapping[str, float], labels: Mapping[str, tuple[str, ...]]) -> PlanGraph:
    incoming: dict[str, list[tuple[str, str]]] = {name: [] for name in graph.order}
    outgoing: dict[str, dict[str, list[str]]] = {name: {} for name in graph.order}
    for source, port, target in graph.edges:
        incoming[target].append((source, port))
        outgoing[source].setdefault(port, []).append(target)
    nodes = {
        name: _plan_node(
            name,
            graph.nodes[name],
            tuple(incoming[name]),
            {port: tuple(targets) for port, targets in outgoing[name].items()},
            prices=prices,
            labels=labels,
        )
        for name in graph.order
    }
    for name, node in nodes.items():
        if node.control is Control.MERGE and node.cancels:
            nodes[name] = replace(node, feeders=find_feeders(nodes, name))
    roots = tuple(name for name, node in nodes.items() if not node.incoming)
    names: dict[str, Schema] = {**{name: node.readable for name, node in graph.nodes.items()}, **graph.names}
    return PlanGraph(nodes, roots, graph.result_bindings, names)


def _plan_node(
    name: str,
    reading: NodeReading,
    incoming: tuple[tuple[str, str], ...],
    outgoing: Mapping[str, tuple[str, ...]],
    *,
    prices: Mapping[str, float],
    labels: Mapping[str, tuple[str, ...]],
) -> PlanNode:
    node_type = reading.type
    assert node_type is not None, "a reading without error findings has every type"
    node, config = reading.node, _full_config(reading)
    control = node_type.control
    shapes = reading.shapes
    return PlanNode(
        id=name,
        type=node.type,
        kind=node_type.kind,
        control=control,
        ports=reading.ports,
        incoming=incoming,
        outgoing=outgoing,
        pure=reading.effects.pure,
        effects=reading.effects,
        config=config,
        inputs=node.inputs,
        in_schema={} if shapes is None else shapes.inputs,
        out_schemas={} if shapes is None else shapes.outputs,
        title=node.title,
        retry=_retry(node.on_error),
        timeout=None
        if node.on_error is None or node.on_error.timeout is None
        else read_duration(node.on_error.timeout),
        needed=_needed(config) if control is Control.MERGE else 0,
        cancels=bool(config.get("cancel")) and control in (Control.MERGE, Control.EACH),
        body=None if reading.body is None else _plan_graph(reading.body, prices, labels),
        concurrency=int(config.get("concurrency", 1)) if control is Control.EACH else 1,
        keep_errors=control is Control.EACH and config.get("on_item_error") == "keep",
        quorum=int(config.get("quorum") or 0) if control is Control.EACH else 0,
        max_rounds=int(config.get("max_rounds", 0)) if control is Control.REPEAT else 0,
        until=str(config.get("until", "")) if control is Control.REPEAT else "",
        check=node_type.check,
        labels=labels.get(reading.path, ()),
        woven=node.woven is not None,
        target=None if node.woven is None else node.woven.target,
        spends_at_most=None if reading.connection is None else prices.get(reading.connection),
    )


def _full_config(reading: NodeReading) -> Mapping[str, Any]:
    """The config with its defaults; a body is planned apart and need not be carried twice."""
    full: dict[str, Any] = reading.config.model_dump(mode="json", by_alias=True)
    if reading.body is not None:
        full.pop("body", None)
    return full


def _retry(on_error: OnError | None) -> RetryPolicy:
    if on_error is None or on_error.retry is None:
        return RetryPolicy()
    said = on_error.retry
    return RetryPolicy(said.attempts, frozenset(said.on), read_duration(said.max_delay))


def _needed(config: Mapping[str, Any]) -> int:
    """How many edges let a merge run; 0 waits for all to be resolved."""
    modes = {"all": 0, "first": 1, "n_of_m": int(config.get("n") or 1)}
    return modes[str(config.get("mode", "all"))]
