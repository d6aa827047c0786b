"""Random workflow files: branches, merges, maps, loops, reviews, errors, and bindings that read at random.

`workflows()` draws a file in which bindings may read what is not there; `right_workflows()` mends those until the
checker finds no error.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from builder.engine.check import check_graph
from builder.engine.findings import Finding, Severity
from builder.engine.graph import Workflow

from .draws import pick, pick_some, upto
from .fakes import TYPES

INPUTS = {
    "type": "object",
    "required": ["name", "count"],
    "properties": {"name": {"type": "string"}, "count": {"type": "integer"}, "note": {"type": "string"}},
}
FIELDS = {
    "test.step": ["text", "number", "flag"],
    "test.prompt": ["text", "confidence"],
    "test.send": ["status"],
    "test.shout": ["loud", "maybe"],
    "flow.merge": ["arrived"],
    "flow.map": ["items", "errors"],
    "review.approve": ["decision", "by", "record.text"],
    "review.edit": ["decided", "changed"],
}
PORTS = {
    "review.approve": ["approved", "rejected"],
    "flow.loop": ["done", "exhausted"],
    "flow.branch": ["left", "right"],
}
MAY_FAIL = ("test.step", "test.prompt", "test.send")
KINDS = [
    "test.step", "test.step", "test.step", "test.prompt", "test.send", "flow.transform", "flow.branch", "flow.branch",
    "flow.merge", "flow.wait", "review.approve", "review.edit", "flow.stop",
]  # fmt: skip


@st.composite
def workflows(draw: st.DrawFn, depth: int = 1, most: int = 6) -> dict[str, Any]:
    """A workflow file as plain data."""
    return draw_workflow(draw, depth, most)


def draw_workflow(draw: st.DrawFn, depth: int, most: int) -> dict[str, Any]:
    graph = draw_graph(draw, ["input.name", "input.count", "input.note"], depth, most)
    return {"handrail": 1, "name": "Random", "inputs": INPUTS, **graph}


@st.composite
def right_workflows(draw: st.DrawFn, depth: int = 1, most: int = 6) -> Workflow:
    """A workflow in which the checker finds no error."""
    return mend(draw_workflow(draw, depth, most), add_defaults=bool(draw(upto(1))))


def draw_graph(draw: st.DrawFn, names: list[str], depth: int, most: int) -> dict[str, Any]:
    """The nodes, edges and result of one graph, whose bindings may read the names and the nodes above them."""
    nodes: dict[str, Any] = {}
    edges: list[dict[str, str]] = []
    readable: dict[str, list[str]] = {}
    above: dict[str, set[str]] = {}
    for number in range(1 + draw(upto(most - 1))):
        name = f"n{number}"
        sources = pick_some(draw, sorted(readable), 3)
        above[name] = set(sources).union(*(above[source] for source in sources))
        for source in sorted(sources):
            edges.append({"from": _draw_port(draw, source, nodes[source]), "to": name})
        paths = [*names, *(path for node in sorted(above[name]) for path in readable[node])]
        kind = pick(draw, KINDS + (["flow.map", "flow.loop"] * 2 if depth else []))
        nodes[name] = _draw_node(draw, kind, paths, len(sources), depth, most)
        if kind != "flow.stop":
            readable[name] = [f"{name}.{field}" for field in _fields(kind, nodes[name])]
    everything = [*names, *(path for group in readable.values() for path in group)]
    result = _draw_bindings(draw, "r", everything)
    return {"nodes": nodes, "edges": edges, "result": result}


def _fields(kind: str, node: dict[str, Any]) -> list[str]:
    fields = FIELDS.get(kind, [])
    if kind == "flow.transform":
        fields = list(node["inputs"])
    if kind == "flow.loop":
        fields = list(node["config"]["body"]["result"])
    return [*fields, "error.sentence"] if kind in MAY_FAIL else fields


def _draw_port(draw: st.DrawFn, name: str, node: dict[str, Any]) -> str:
    kind = node["type"].partition("@")[0]
    ports = [f"{name}.{port}" for port in PORTS.get(kind, [])] or [name, name]
    return pick(draw, [*ports, f"{name}.error"] if kind in MAY_FAIL else ports)


def _draw_bindings(draw: st.DrawFn, letter: str, paths: list[str]) -> dict[str, Any]:
    return {f"{letter}{at}": _draw_binding(draw, paths) for at in range(draw(upto(2)))}


def _draw_binding(draw: st.DrawFn, paths: list[str]) -> dict[str, Any]:
    some = pick_some(draw, paths, 3, least=1)
    way = pick(draw, ("from", "from", "list", "expr", "template"))
    if way == "expr":
        return {"expr": f"[{some[0]}]"}
    if way == "template":
        return {"template": "It is {{ json(" + some[0] + ") }}."}
    return {"from": some if way == "list" else some[0]}


def _draw_node(draw: st.DrawFn, kind: str, paths: list[str], entering: int, depth: int, most: int) -> dict[str, Any]:
    inputs = _draw_bindings(draw, "x", paths)
    config: dict[str, Any] = {}
    if kind == "test.prompt":
        inputs = {"text": _draw_binding(draw, paths)}
        config = {"prompt": "Say {{ json(text) }}"}
    elif kind == "flow.branch":
        when = f"json({pick(draw, paths)}) != ''"
        config = {"cases": [{"port": "left", "when": when}], "otherwise": "right"}
        config["take"] = pick(draw, ("first", "every"))
    elif kind == "flow.merge" and entering > 1:
        config = {"mode": "n_of_m", "n": 1 + draw(upto(entering - 1)), "cancel": bool(draw(upto(1)))}
    elif kind == "flow.wait":
        config = {"wait_for": "PT5S"}
    elif kind == "flow.stop":
        config = {"status": pick(draw, ("succeeded", "failed", "refused")), "reason": "Enough."}
    elif kind.startswith("review."):
        word = "proposal" if kind == "review.edit" else "text"
        inputs = {word: _draw_binding(draw, paths)}
        config = {"reviewers": {"role": "reviewer"}}
    elif kind in ("flow.map", "flow.loop"):
        inside = [f"input.{name}" for name in inputs]
        inside += ["item", "index"] if kind == "flow.map" else ["round", "previous.r0"]
        config["body"] = draw_graph(draw, inside, depth - 1, most - 2)
        if kind == "flow.map":
            inputs["items"] = {"value": [1, 2]}
            config |= {"on_item_error": pick(draw, ("fail", "keep")), "concurrency": 1 + draw(upto(2))}
        else:
            config |= {"until": "round >= 2", "max_rounds": 1 + draw(upto(2))}
    return {"type": f"{kind}@1", "config": config, "inputs": inputs}


# ---------------------------------------------------------------- mending


def mend(file: dict[str, Any], *, add_defaults: bool = False) -> Workflow:
    """Takes out, or gives a default to, every binding in which the checker finds an error, until it finds none."""
    for _ in range(20):
        workflow = Workflow.model_validate(file)
        wrong = [finding for finding in check_graph(workflow, TYPES) if finding.severity is Severity.ERROR]
        if not wrong:
            return workflow
        for finding in wrong:
            _mend_one(file, finding, add_default=add_defaults and finding.code == "maybe_missing")
    raise AssertionError(f"this cannot be mended: {wrong}")


def _mend_one(file: dict[str, Any], finding: Finding, *, add_default: bool) -> None:
    part: Any = file
    for step in (finding.node or "").split(".") if finding.node else ():
        part = part.get("config", {}).get("body", part) if "type" in part else part
        part = part["nodes"][step]
    group, _, rest = (finding.field or "").partition(".")
    if group == "config" and rest.startswith("cases"):
        part["config"]["cases"][0]["when"] = "true"
        return
    if group == "result" and "type" in part:
        part = part["config"]["body"]
    binding = part.get(group, {}).get(rest.partition(".")[0])
    if binding is None:
        return  # mended already
    if add_default and "value" not in binding:
        binding["default"] = "nothing"
        return
    binding.clear()
    binding["value"] = "nothing"
