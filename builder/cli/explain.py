"""`handrail explain`: a workflow told in plain sentences, with what governance added and why."""

from __future__ import annotations

from collections.abc import Iterator

from builder.cli.files import FileArgument, GovernanceOption, JsonOption, StageOption, open_workflow, refuse_errors
from builder.cli.govern import govern
from builder.cli.output import print_json, say
from builder.engine.graph import Binding, Node
from builder.engine.reading import GraphReading, NodeReading, Reading, read_workflow
from builder.sdk import Effect, Stage


def explain(
    file: FileArgument,
    governance: GovernanceOption = None,
    stage: StageOption = Stage.PILOT,
    as_json: JsonOption = False,
) -> None:
    """Tells the workflow."""
    opened = open_workflow(file)
    reading = refuse_errors(opened, as_json=as_json)
    governed = govern(opened, reading, governance, stage=stage)
    if governed.woven is not None:
        reading, _ = read_workflow(governed.woven.graph, opened.types, governed.woven.called_workflows)
    lines = list(tell_workflow(reading))
    for counterexample in governed.counterexamples:
        lines += ["", f"It cannot go live under these rules: {counterexample.sentence} {counterexample.way_out}"]
    if as_json:
        print_json({"lines": lines})
    else:
        for line in lines:
            say(line)


def tell_workflow(reading: Reading) -> Iterator[str]:
    """The sentences of a whole workflow."""
    workflow = reading.workflow
    yield workflow.name
    if workflow.purpose:
        yield workflow.purpose
    people = [f"{word} {name}" for word, name in (("owner", workflow.owner), ("deputy", workflow.deputy)) if name]
    if workflow.team or people:
        yield f"It belongs to {', '.join([workflow.team or 'no team yet', *people])}."
    yield ""
    yield "It starts with:"
    inputs = reading.root.names["input"]
    required = set(inputs.get("required", ()))
    for name, schema in inputs.get("properties", {}).items():
        kind = schema.get("format") or schema.get("type", "anything")
        labels = f"; labelled {', '.join(schema['labels'])}" if schema.get("labels") else ""
        left_out = "" if name in required else ", may be left out"
        yield f"  - {schema.get('title', name)} ({name}: {kind}{left_out}{labels})"
    yield ""
    yield from tell_graph(reading.root, "")
    yield ""
    yield "It ends with:"
    for name, binding in reading.root.result_bindings.items():
        yield f"  - {name}: {tell_binding(binding)}"


def tell_graph(graph: GraphReading, indent: str) -> Iterator[str]:
    """The sentences of one graph, in the order in which its nodes can run."""
    arrivals: dict[str, list[tuple[str, str]]] = {}
    for source, port, target in graph.edges:
        arrivals.setdefault(target, []).append((source, port))
    for number, name in enumerate(graph.order, 1):
        node = graph.nodes[name]
        mark = "[required] " if node.node.woven else ""
        yield f"{indent}{number}. {mark}{title_of(node)} ({name}, {node.node.type})"
        for sentence in tell_node(graph, node, arrivals.get(name, [])):
            yield f"{indent}   {sentence}"
        if node.body is not None:
            yield f"{indent}   Inside it:"
            yield from tell_graph(node.body, indent + "      ")


def tell_node(graph: GraphReading, node: NodeReading, arrivals: list[tuple[str, str]]) -> Iterator[str]:
    """What one node does, when, on what, and who demanded it."""
    if node.type is not None:
        yield node.type.summary
    if arrivals:
        yield f"It runs after {', or '.join(_tell_arrival(graph, source, port) for source, port in arrivals)}."
    for name, binding in node.node.inputs.items():
        yield f"It is given {name}: {tell_binding(binding)}."
    if node.effects.effect is Effect.WRITE:
        yield "It changes something outside the run" + (", outside the organisation." if node.effects.external else ".")
    yield from _tell_errors(node.node)
    woven = node.node.woven
    if woven is not None:
        yield f'Required by "{woven.template}" ({woven.owner}), rule {woven.rule}, because: {woven.because}'
        yield "Nobody who edits this workflow can remove, bypass or change it."


def tell_binding(binding: Binding) -> str:
    """Where a value comes from, in words."""
    if binding.way == "from" and binding.from_ is not None:
        words = ", or else ".join(binding.from_)
    elif binding.way == "expr":
        words = f"computed as {binding.expr}"
    elif binding.way == "template":
        words = f"the text “{' '.join((binding.template or '').split())}”"
    else:
        words = f"always {binding.value!r}"
    return f"{words} (or {binding.default!r} when nothing is there)" if binding.has_default else words


def title_of(node: NodeReading) -> str:
    """What people call a node."""
    return node.node.title or (node.type.title if node.type is not None else node.path.rpartition(".")[2])


def _tell_arrival(graph: GraphReading, source: str, port: str) -> str:
    before = graph.nodes[source]
    return title_of(before) if before.ports and before.ports[0] == port else f"{title_of(before)} ({port})"


def _tell_errors(node: Node) -> Iterator[str]:
    if node.on_error is None:
        return
    if node.on_error.retry is not None:
        kinds = " or ".join(word.replace("_", "-") for word in node.on_error.retry.on)
        yield f"After a {kinds} failure it is tried up to {node.on_error.retry.attempts} times."
    if node.on_error.timeout is not None:
        yield f"One try may take {node.on_error.timeout}."
