"""Random workflows that are sound by themselves, and random rules about them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from .draws import pick, pick_some, upto

PROPERTIES = {
    "ticket": {"type": "string"},
    "code": {"type": "string", "declassified": {"personal": "product codes only", "customer-text": "the same"}},
    "number": {"type": "integer"},
    "rows": {"type": "array", "items": {"type": "string"}, "labels": ["health"]},
}
INPUTS = {"type": "object", "required": sorted(PROPERTIES), "properties": PROPERTIES}
RECORD_TYPES = ("review.approve@1", "policy.personal_data@1", "policy.tone@1", "policy.secrets@1")
TEXT_TYPES = ("prompt.ask@1", "tool.send@1", "tool.fetch@1")
LEAVES = ("prompt.ask@1",) * 3 + ("tool.send@1",) * 3 + (
    "tool.fetch@1", "flow.transform@1", "flow.transform@1", "review.approve@1", "review.edit@1", "flow.branch@1",
    "policy.personal_data@1", "policy.tone@1", "flow.wait@1",
)  # fmt: skip
NAMES = [["a"], ["a"], ["a", "b"], []]
REVIEWERS = {"reviewers": {"role": "reviewer"}}
CONFIGS: dict[str, list[dict[str, Any]]] = {
    "prompt.ask@1": [{}, {"model": "far"}],
    "review.approve@1": [REVIEWERS, {**REVIEWERS, "not": ["author"]}, {**REVIEWERS, "not": ["author", "starter"]}],
    "review.edit@1": [{"question": "Which?", **REVIEWERS}],
    "flow.wait@1": [{"signal": "go"}, {"signal": "go", "wait_for": "PT1H"}, {"wait_for": "PT1M"}],
    "policy.personal_data@1": [{}, {"action": "block"}, {"level": 3}],
}
PORTS = {"flow.branch@1": ("left", "right"), "review.approve@1": ("approved", "rejected"), "flow.loop@1": ("done",)}


@st.composite
def workflows(draw: st.DrawFn, size: int = 7, depth: int = 1) -> dict[str, Any]:
    """A workflow file as plain data. Every reference has a default, so that it is sound whatever was taken."""
    graph = draw_graph(draw, sorted(f"input.{name}" for name in PROPERTIES), size, depth)
    return {"handrail": 1, "name": "Random", "team": "support", "owner": "Mara", "inputs": INPUTS, **graph}


def draw_graph(draw: st.DrawFn, readable: list[str], size: int, depth: int) -> dict[str, Any]:
    count = 1 + draw(upto(size - 1))
    nodes: dict[str, Any] = {}
    above: dict[str, set[str]] = {}
    values: dict[str, list[str]] = {}
    edges: list[dict[str, str]] = []
    for position in range(count):
        name = f"n{position}"
        sources = pick_some(draw, sorted(nodes), 2)
        above[name] = set(sources).union(*(above[source] for source in sources))
        for source in sorted(sources):
            ports = (*PORTS.get(nodes[source]["type"], ("done",)), "error")
            port = pick(draw, (ports[0], ports[0], *ports))
            edges.append({"from": source if port == "done" else f"{source}.{port}", "to": name})
        seen = readable + [value for source in sorted(above[name]) for value in values[source]]
        nodes[name], values[name] = draw_node(draw, name, seen, depth)
    settle_choices(nodes, edges, above)
    fields = [value for name in sorted(values) for value in values[name]]
    result = {name: draw_binding(draw, readable + fields) for name in ("out", "more")}
    return {"nodes": nodes, "edges": edges, "result": result}


def settle_choices(nodes: dict[str, Any], edges: list[dict[str, str]], above: dict[str, set[str]]) -> None:
    """An expression has no default, so a branch chooses only by a text that is there on every way to it.

    That is so of what is given by each arrow into the node, and of the nodes above that always run and, if they fail,
    let the run fail.
    """
    ways: dict[str, list[tuple[str, str]]] = {name: [] for name in nodes}
    for edge in edges:
        source, _, port = edge["from"].partition(".")
        ways[edge["to"]].append((source, port))
    ported = {name for name, node in nodes.items() if node["type"] in PORTS}
    steady = nodes.keys() - ported - {source for way in ways.values() for source, port in way if port == "error"}
    always: set[str] = set()
    given: dict[str, set[str]] = {}
    for name, node in nodes.items():  # in topological order
        if not ways[name] or any(source in always & steady for source, _ in ways[name]):
            always.add(name)
        arrows = [given[source] | ({source} if port != "error" else set()) for source, port in ways[name]]
        given[name] = (set.intersection(*arrows) if arrows else set()) | (above[name] & always & steady)
        for case in node.get("config", {}).get("cases", ()):
            if case["when"].startswith("n") and case["when"].partition(".")[0] not in given[name]:
                case["when"] = "1 > 0"


def draw_binding(draw: st.DrawFn, seen: list[str]) -> dict[str, Any]:
    if draw(upto(7)) == 0:
        return {"value": "constant"}
    paths = pick_some(draw, seen, 2, least=1)
    return {"from": paths[0] if len(paths) == 1 else paths, "default": ""}


def draw_node(draw: st.DrawFn, name: str, seen: list[str], depth: int) -> tuple[dict[str, Any], list[str]]:
    """A node and what can be read of it."""
    if depth and draw(upto(4)) == 0:
        return draw_container(draw, seen, depth, name)
    kind = pick(draw, LEAVES)
    node: dict[str, Any] = {"type": kind}
    if kind in CONFIGS:
        node["config"] = pick(draw, CONFIGS[kind])
    if kind == "flow.branch@1":
        texts = [each for each in seen if each.startswith("n") and each.endswith(".text")]
        when = "input.number > 3" if "input.number" in seen else "1 > 0"
        if texts and draw(upto(3)):
            when = f"{pick(draw, texts)} == 'yes'"
        node["config"] = {"cases": [{"port": "left", "when": when}], "otherwise": "right"}
        return node, []
    names = ["proposal"] if kind == "review.edit@1" else pick(draw, NAMES)
    if names:
        node["inputs"] = {each: draw_binding(draw, seen) for each in names}
    if kind == "review.edit@1":
        return node, [f"{name}.decided"]
    if kind in RECORD_TYPES:
        return node, [f"{name}.record.{each}" for each in names]
    if kind == "flow.wait@1":
        return node, [f"{name}.signal"] if "signal" in node["config"] else []
    if kind == "flow.transform@1":
        return node, [f"{name}.{each}" for each in names]
    return node, [f"{name}.text"]


def draw_container(draw: st.DrawFn, seen: list[str], depth: int, name: str) -> tuple[dict[str, Any], list[str]]:
    inputs = {field: draw_binding(draw, seen) for field in ("x", "y")}
    if draw(upto(1)):
        body = draw_graph(draw, ["input.x", "input.y", "item"], 3, depth - 1)
        node = {"type": "flow.map@1", "config": {"body": body}, "inputs": {**inputs, "items": {"from": "input.rows"}}}
        if not any(path == "input.rows" for path in seen):
            node["inputs"]["items"] = {"value": ["one", "two"]}
        return node, []
    body = draw_graph(draw, ["input.x", "input.y", "previous.out"], 3, depth - 1)
    config = {"body": body, "until": "round >= 2", "max_rounds": 3}
    return {"type": "flow.loop@1", "config": config, "inputs": inputs}, [f"{name}.out"]


def waiting_for_signals(plain: dict[str, Any]) -> dict[str, Any]:
    """The same workflow, but what was fetched or written by a prompt is what a signal carries into a wait."""
    nodes, renamed = dict(plain["nodes"]), set[str]()
    for name, node in nodes.items():
        if node["type"] in ("tool.fetch@1", "prompt.ask@1"):
            nodes[name] = {"type": "flow.wait@1", "config": {"signal": "go"}}  # so that nothing else reaches it
            renamed.add(name)
        elif "body" in node.get("config", {}):
            config = {**node["config"], "body": waiting_for_signals(node["config"]["body"])}
            nodes[name] = {**node, "config": config}

    def rename(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: value[key] if key == "body" else rename(value[key]) for key in value}
        if isinstance(value, list):
            return [rename(each) for each in value]
        if isinstance(value, str) and value.partition(".")[0] in renamed:
            return value.replace(".text", ".signal", 1)
        return value

    return {**plain, "nodes": rename(nodes), "result": rename(plain.get("result", {}))}


# ---------------------------------------------------------------- rules

SOURCES = [
    {"labels": ["personal"]}, {"labels": ["health"]}, {"labels": ["confidential"]}, {"integrity": "untrusted"},
    {"kind": "prompt"}, {"input": True}, {"effect": "read"}, {"labels": ["personal"], "kind": "prompt"},
]  # fmt: skip
TARGETS = [
    {"kind": "prompt"}, {"effect": "write", "external": True}, {"result": True}, {"kind": "tool"},
    {"kind": "prompt", "model": ["far"]},
]  # fmt: skip
GUARDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"kind": "policy", "check": "personal_data"}, {"type": "policy.personal_data@1", "config": {"action": "mask"}}),
    ({"kind": "policy", "check": "personal_data"}, {"type": "policy.personal_data@1", "config": {"level": 2}}),
    ({"kind": "policy", "check": "tone"}, {"type": "policy.tone@1"}),
    ({"kind": "review"}, {"type": "review.approve@1", "config": {**REVIEWERS, "not": ["author"]}}),
]
PLACES = ("at_target", "at_source", "fewest")
RESTORES = [{"effect": "write", "external": True}, {"result": True}]


@st.composite
def rules(draw: st.DrawFn, number: int = 0, places: tuple[str, ...] = PLACES) -> Any:
    """A rule that wants a guard."""
    return draw_rule(draw, number, places)


def draw_rule(draw: st.DrawFn, number: int, places: tuple[str, ...] = PLACES) -> Any:
    through, insert = pick(draw, GUARDS)
    insert = {**insert, "place": pick(draw, places)}
    target = pick(draw, TARGETS)
    rule: dict[str, Any] = {"id": f"rule-{number}", "insert": insert}
    if draw(upto(4)) == 4:
        rule["precede"] = {"first": through, "then": target}
    else:
        rule["must_pass"] = {"from": pick(draw, SOURCES), "to": target, "through": through}
    if insert["type"] == "policy.personal_data@1" and target.get("kind") == "prompt" and draw(upto(1)):
        rule["restore"] = RESTORES
    return rule


@st.composite
def rule_sets(draw: st.DrawFn, most: int = 3) -> list[dict[str, Any]]:
    return [draw_rule(draw, number) for number in range(1 + draw(upto(most - 1)))]
