"""Check, weave, prove and verify: what governance costs on graphs of 100 and 1,000 nodes, and one minimum cut on 300.

The types are small declarations of this script's own, one of each kind, so that only the heart is measured.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import networkx as nx

from benchmarks.harness import Report, median_of, read_arguments
from builder.engine.check import check_reading
from builder.engine.facts import ConnectionFacts, collect_facts
from builder.engine.fewest import find_cut
from builder.engine.findings import has_error
from builder.engine.graph import Workflow
from builder.engine.labels import make_view
from builder.engine.prove import certify
from builder.engine.questions import ask_question, bind_rules
from builder.engine.reading import read_workflow
from builder.engine.template import GovernanceTemplate
from builder.engine.verify import verify
from builder.engine.weave import weave
from builder.sdk import (
    Control,
    Effect,
    Effects,
    Kind,
    ModelConnection,
    NodeConfig,
    NodeType,
    Port,
    Schema,
    Shapes,
    free_record,
)

TEXT: Schema = {"type": "string"}
DAY = date(2026, 1, 1)
MODELS = {"default": ConnectionFacts("practice", "local", "eu")}


class AskConfig(NodeConfig):
    """Which model."""

    model: Annotated[str, ModelConnection()] = "default"


class Ask(NodeType):
    """A prompt."""

    name = "prompt.ask"
    kind = Kind.PROMPT
    effects = Effects(Effect.READ, external=True)
    Config = AskConfig
    Out = free_record({"text": TEXT})


class Send(NodeType):
    """A tool that writes."""

    name = "tool.send"
    kind = Kind.TOOL
    effects = Effects(Effect.WRITE, external=True)
    Out = free_record({"text": TEXT})


class Shape(NodeType):
    """A pure step."""

    name = "flow.shape"
    kind = Kind.FLOW
    Out = free_record({"text": TEXT})


class Recorder(NodeType):
    """Gives its record back."""

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        """The record as it was given."""
        taken = free_record(inputs)
        return Shapes(taken, {port.name: free_record({"record": taken}) for port in self.ports})


class Mask(Recorder):
    """A check that masks."""

    name = "policy.mask"
    kind = Kind.POLICY
    check = "personal_data"
    emits = frozenset({"masked"})


class Unmask(Recorder):
    """Turns tokens back."""

    name = "policy.unmask"
    kind = Kind.POLICY
    removes = frozenset({"masked"})


class Tone(Recorder):
    """Another check."""

    name = "policy.tone"
    kind = Kind.POLICY
    check = "tone"


class Approve(Recorder):
    """A review."""

    name = "review.approve"
    kind = Kind.REVIEW
    control = Control.ASK
    ports = (Port("approved"), Port("rejected"))


TYPES: dict[str, NodeType] = {each.key(): each() for each in (Ask, Send, Shape, Mask, Unmask, Tone, Approve)}
WRITE, PERSONAL = {"effect": "write", "external": True}, {"labels": ["personal"]}
GUARDS: dict[str, tuple[dict[str, Any], str]] = {
    "mask": ({"kind": "policy", "check": "personal_data"}, "policy.mask@1"),
    "tone": ({"kind": "policy", "check": "tone"}, "policy.tone@1"),
    "human": ({"kind": "review"}, "review.approve@1"),
}


def make_graph(size: int, seed: int = 1) -> Workflow:
    """A random workflow: each node behind up to three of the last twenty, reading them and the input."""
    draw = random.Random(seed)
    nodes: dict[str, Any] = {}
    edges = []
    for number in range(size):
        behind = sorted(draw.sample(range(max(0, number - 20), number), min(number, draw.randint(1, 3))))
        edges += [{"from": f"n{each}", "to": f"n{number}"} for each in behind]
        inputs = {f"in{each}": {"from": f"n{each}.text"} for each in behind}
        if number % 7 == 0:
            inputs["ticket"] = {"from": "input.ticket"}
        if number % 5 == 1 and behind:
            inputs["said"] = {"template": f"Topic: {{{{ n{behind[0]}.text }}}}"}
        kind = "prompt.ask@1" if number % 4 == 1 else "tool.send@1" if number % 10 == 9 else "flow.shape@1"
        nodes[f"n{number}"] = {"type": kind, "inputs": inputs}
    inputs_schema = {"type": "object", "required": ["ticket"], "properties": {"ticket": {"type": "string"}}}
    return Workflow.model_validate({
        "handrail": 1, "name": f"Random {size}", "team": "t", "owner": "o", "inputs": inputs_schema, "nodes": nodes,
        "edges": edges, "result": {"out": {"from": f"n{size - 1}.text"}},
    })  # fmt: skip


def make_rules(count: int, place: str = "at_target") -> list[GovernanceTemplate]:
    """Twenty rules of every sort, most of which want a guard at their targets."""
    rules: list[dict[str, Any]] = []
    sources = [PERSONAL, {"integrity": "untrusted"}, {"kind": "prompt"}, {"input": True}]
    targets = [{"kind": "prompt"}, WRITE, {"result": True}, {"kind": "tool"}]
    for number in range(count):
        through, kind = GUARDS[("mask", "tone", "human")[number % 3]]
        target = {"kind": "prompt"} if kind == "policy.mask@1" else targets[number // 4 % 4]
        ends = {"from": sources[number % 4], "to": target, "through": through}
        rules.append({"id": f"r{number}", "must_pass": ends, "insert": {"type": kind, "place": place}})
        if number == 0:
            rules[0]["restore"] = [WRITE, {"result": True}]
        if number % 10 == 7:
            rules[-1] = {"id": f"r{number}", "forbid": {"kind": "prompt", "region_not": ["eu"]}}
        if number % 10 == 8:
            rules[-1] = {"id": f"r{number}", "limit": "run.cost <= 2.0"}
    head = {"handrail-governance": 1, "name": "Bench", "owner": "o", "because": "b"}
    return [GovernanceTemplate.model_validate({**head, "rules": rules})]


def govern(workflow: Workflow, templates: list[GovernanceTemplate]) -> int:
    """Checks, weaves, proves and verifies; gives how many nodes were woven in."""
    reading, findings = read_workflow(workflow, TYPES, {})
    assert not has_error([*findings, *check_reading(reading)])
    woven, proof = certify(weave(workflow, templates, TYPES, day=DAY, connections=MODELS, reading=reading))
    assert proof.holds, proof.counterexamples[0]
    assert woven.woven_hash
    verdict = verify(woven, TYPES, connections=MODELS)
    assert verdict.holds, verdict.sentence
    return len(woven.insertions)


def cut_once(size: int) -> Any:
    """One `fewest` rule on a graph of this size: asked once, then cut by each call."""
    workflow = make_graph(size)
    ends = {"from": PERSONAL, "to": WRITE, "through": GUARDS["tone"][0]}
    head = {"handrail-governance": 1, "name": "Bench", "owner": "o", "because": "b"}
    rule = {"id": "cut", "must_pass": ends, "insert": {"type": "policy.tone@1", "place": "fewest"}}
    templates = [GovernanceTemplate.model_validate({**head, "rules": [rule]})]
    reading, _ = read_workflow(workflow, TYPES, {})
    facts = collect_facts(reading, MODELS)
    view = make_view(facts)
    question = ask_question(view, bind_rules(templates, facts, DAY)[0])
    assert question is not None
    return lambda: find_cut(view.flow, question, lambda door: view.flow.vertices[door][0] or ".result", 1)


def probe(size: int) -> Any:
    """The raw work of the library on the same graph: topological order and dominators."""
    graph = nx.DiGraph((edge.source, edge.to) for edge in make_graph(size).edges)
    graph.add_edges_from(("start", node) for node, degree in list(graph.in_degree()) if degree == 0)
    return lambda: (list(nx.topological_sort(graph)), nx.immediate_dominators(graph, "start"))


def main() -> int:
    """Measures and reports."""
    arguments = read_arguments(__doc__)
    report = Report("check + weave + prove + verify, 20 rules", arguments)
    times = 5 if arguments.quick else 15
    for size, most in ((100, 50), (1_000, 400)):
        workflow, templates = make_graph(size), make_rules(20)
        report.add(f"{size} nodes", 1000 * median_of(lambda w=workflow, t=templates: govern(w, t), times), "ms",
                   at_most=most)  # fmt: skip
        report.add(f"woven in, {size} nodes", govern(workflow, templates), "nodes")
    report.add("one `fewest` rule, 300 nodes", 1000 * median_of(cut_once(300), times), "ms", at_most=50)
    report.probe("networkx order + dominators, 1000 nodes", 1000 * median_of(probe(1_000), times), "ms")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
