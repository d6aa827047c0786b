"""A Structure is right when names, arrows and ports are, nothing runs in circles, and everything can be reached."""

from __future__ import annotations

from collections.abc import Iterator

from builder.engine.facts import graphs_in
from builder.engine.findings import Finding, error, suggest, warning
from builder.engine.graph import ID_PATTERN, RESERVED_IDS, WOVEN_PREFIX, Edge
from builder.engine.order import order_nodes
from builder.engine.reading import GraphReading, NodeReading, Reading
from builder.sdk import ERROR_PORT, Control, Effect, Kind


def check_structure(graph: GraphReading, *, woven: bool) -> Iterator[Finding]:
    """Names, arrows, ports, cycles and reach of one graph.

    Args:
        graph: one graph, without its bodies.
        woven: whether nodes that governance wove in may stand here; in a source they may not.
    """
    for node_id, node in graph.nodes.items():
        yield from _check_name(node_id, node, woven=woven)
    for name in graph.graph.result:
        if not ID_PATTERN.match(name.lower()):
            yield _bad_field_name(name, graph.path or None, f"result.{name}")
    yield from _check_edges(graph)
    yield from _check_cycles(graph)
    yield from _check_reach(graph)


def check_substance(reading: Reading) -> Iterator[Finding]:
    """Whether a workflow does anything: has a node, has a container that repeats something, leaves something behind."""
    root = reading.root
    if not root.graph.nodes:
        sentence = "This workflow has no step, so a run of it would do nothing."
        yield error("no_steps", sentence, "Add at least one step.")
        return
    inside = list(graphs_in(root))
    for node in (node for graph in inside for node in graph.nodes.values()):
        repeats = node.type is not None and node.type.control in (Control.EACH, Control.REPEAT)
        if repeats and node.body is not None and not node.body.graph.nodes:
            sentence = f"`{node.path}` repeats nothing: it has no step inside."
            yield warning("empty_body", sentence, "Add the steps to repeat, or take it out.", node.path, "config.body")
    leaves = any(_leaves_something(node) for graph in inside for node in graph.nodes.values())
    if not root.graph.result and not leaves:
        sentence = "Nothing comes of this workflow: it has no result, and no step writes anything."
        yield warning(
            "no_outcome", sentence, "Add what it gives back to its result, or a step that writes.", field="result"
        )


def _leaves_something(node: NodeReading) -> bool:
    """Whether something outlasts the run where this node ran: what it wrote, or what a person decided."""
    return node.type is None or node.type.kind is Kind.REVIEW or node.effects.effect is Effect.WRITE


def _check_name(node_id: str, node: NodeReading, *, woven: bool) -> Iterator[Finding]:
    path = node.path
    if not woven and (node.node.woven is not None or node_id.startswith(WOVEN_PREFIX)):
        yield error(
            "woven_in_source",
            f"`{node_id}` is written as a node that governance wove in.",
            "Only weaving adds such nodes: take it out, or give it a name that does not begin with `g_`.",
            path,
            name=node_id,
        )
    elif not ID_PATTERN.match(node_id):
        sentence = f"`{node_id}` cannot be the name of a node."
        yield error(
            "bad_name", sentence, "Use small letters, digits and `_`, a letter first.", path, name=node_id, case="step"
        )
    elif node_id in RESERVED_IDS:
        yield error(
            "reserved_name", f"`{node_id}` is a word of the language.", "Choose another name.", path, name=node_id
        )
    for name in node.node.inputs:
        if not ID_PATTERN.match(name.lower()):
            yield _bad_field_name(name, path, f"inputs.{name}")
    if node.node.woven is not None and node.node.on_error is not None:
        sentence = "A node that governance wove in has no `on_error`: if it fails, the run ends."
        yield error("woven_locked", sentence, "Take `on_error` out.", path, "on_error")


def _bad_field_name(name: str, node: str | None, field: str) -> Finding:
    sentence = f"`{name}` cannot be the name of a field."
    return error(
        "bad_name", sentence, "Use letters, digits and `_`, a letter first.", node, field, name=name, case="field"
    )


# ---------------------------------------------------------------- arrows


def _check_edges(graph: GraphReading) -> Iterator[Finding]:
    seen: set[tuple[str, str, str]] = set()
    for position, edge in enumerate(graph.graph.edges):
        where = f"edges.{position}"
        start = edge.source
        for end, node_id in (("from", start), ("to", edge.to)):
            if node_id not in graph.nodes:
                sentence = f"An arrow names `{node_id}`, and there is no such node here."
                way_out = suggest(node_id, graph.nodes)
                yield error("unknown_node", sentence, way_out, graph.path or None, f"{where}.{end}", name=node_id)
        if start not in graph.nodes or edge.to not in graph.nodes:
            continue
        source = graph.nodes[start]
        if start == edge.to:
            yield error(
                "self_edge",
                f"An arrow leads from `{edge.to}` back to itself.",
                "Take it out; to repeat a node, put it into a loop.",
                source.path,
                where,
                step=edge.to,
            )
            continue
        yield from _check_port(source, edge, where)
        key = (start, edge.port or (source.ports[0] if source.ports else ""), edge.to)
        if key in seen:
            sentence = f"Two arrows lead from `{edge.from_}` to `{edge.to}`."
            yield error(
                "duplicate_edge", sentence, "Take one of them out.", source.path, where, step=start, other=edge.to
            )
        seen.add(key)


def _check_port(source: NodeReading, edge: Edge, where: str) -> Iterator[Finding]:
    if source.type is None or source.config is None:
        return
    if source.node.woven is not None and edge.port == ERROR_PORT:
        sentence = "No arrow may leave the `error` of a node that governance wove in: if it fails, the run ends."
        yield error("woven_locked", sentence, "Take the arrow out.", source.path, where)
    if source.type.control is Control.STOP:
        sentence = f"The run ends at `{edge.source}`; nothing can stand behind it."
        yield error("edge_behind_stop", sentence, "Take the arrow out, or start it elsewhere.", source.path, where)
    elif edge.port is not None and edge.port != ERROR_PORT and edge.port not in source.ports:
        sentence = f"`{edge.source}` has no port `{edge.port}`."
        way_out = suggest(edge.port, (*source.ports, ERROR_PORT))
        yield error("unknown_port", sentence, way_out, source.path, where, step=edge.source, port=edge.port)


# ---------------------------------------------------------------- cycles and reach


def _check_cycles(graph: GraphReading) -> Iterator[Finding]:
    if graph.order or not graph.nodes:
        return
    pairs = [(source, target) for source, _, target in graph.edges]
    _, stuck = order_nodes(graph.nodes, pairs)
    import networkx as nx  # heavy: loaded only when a cycle must be named

    left = set(stuck)
    knots: nx.DiGraph[str] = nx.DiGraph([pair for pair in pairs if left.issuperset(pair)])
    for knot in nx.strongly_connected_components(knots):
        if len(knot) < 2:
            continue
        start = min(knot)
        ways = [nx.shortest_path(knots, after, start) for after in sorted(knots[start]) if after in knot]
        names = [start, *min(ways, key=len)]
        yield error(
            "cycle",
            f"The arrows run in a circle: {' → '.join(f'`{name}`' for name in names)}.",
            "Handrail has no arrows back (arbitrary cycles, pattern 10): put these nodes into a loop.",
            graph.nodes[start].path,
            steps=names,
        )


def _check_reach(graph: GraphReading) -> Iterator[Finding]:
    if not graph.order:
        return
    entered = {edge.to for edge in graph.graph.edges if edge.to in graph.nodes}
    reached = {node_id for node_id in graph.order if node_id not in entered}
    behind: dict[str, list[str]] = {}
    for source, _, target in graph.edges:
        behind.setdefault(source, []).append(target)
    for node_id in graph.order:
        kind = graph.nodes[node_id].type
        if node_id in reached and (kind is None or kind.control is not Control.STOP):
            reached.update(behind.get(node_id, ()))
    for node_id in graph.order:
        if node_id not in reached:
            sentence = f"`{node_id}` can never run: no way from the start leads to it."
            path = graph.nodes[node_id].path
            yield error("unreachable", sentence, "Draw an arrow to it from a node that runs, or take it out.", path)
