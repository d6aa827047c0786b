"""What runs while processes die: workflows of every shape whose right end, and whose every write, is known beforehand.

A write goes to `/keyed/<label>/<step>` or `/unsafe/<label>/<step>` of the Sink, so that it can be counted there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from random import Random
from typing import Any

from builder.catalog import discover_types
from builder.engine.compile_plan import compile_plan
from builder.engine.graph import Workflow
from builder.engine.plan import Plan
from builder.engine.prove import certify
from builder.engine.weave import weave
from builder.engine.woven import dump_woven
from builder.providers import connection_facts, connections_from_environment

TEXT = {"type": "string"}
ITEM = {"type": "object", "properties": {"n": TEXT}, "required": ["n"]}
INPUTS = {
    "type": "object",
    "properties": {"label": TEXT, "text": TEXT, "left": {"type": "boolean"}, "items": {"type": "array", "items": ITEM}},
    "required": ["label", "text", "left", "items"],
}
KINDS = ("line", "fork", "each", "asked", "timed", "stopped")
ITEMS = 5


@dataclass(frozen=True)
class Wanted:
    """How a run must end.

    Attributes:
        kind: which workflow.
        statuses: the run statuses that are right; two where a cancellation races the end.
        writes: what the Sink must have counted once, if the run succeeded or was refused.
        approve: how its review is decided.
        cancel_after: seconds after which somebody cancels it.
    """

    kind: str
    label: str
    input: dict[str, Any]
    statuses: tuple[str, ...]
    writes: frozenset[str]
    approve: bool = True
    cancel_after: float | None = None


@dataclass(frozen=True)
class Load:
    """The workflows, woven and compiled against one Sink."""

    documents: dict[str, Any]
    plans: dict[str, Plan] = field(repr=False)

    def draw(self, rng: Random, number: int) -> Wanted:
        """The next run: its input, and how it must end."""
        kind = rng.choices(KINDS, (30, 25, 15, 15, 10, 5))[0]
        label, left = f"r{number}", rng.random() < 0.5
        text = "long " * 3_000 if rng.random() < 0.05 else "short"
        items = [{"n": f"{label}-{place}"} for place in range(ITEMS)]
        given = {"label": label, "text": text, "left": left, "items": items}
        approve = rng.random() < 0.7
        done: tuple[str, ...] = ("succeeded",)
        cancel_after = None
        if kind == "asked" and not approve:
            done = ("refused",)
        if kind == "stopped":
            cancel_after, done = rng.uniform(0.0, 0.5), ("succeeded", "cancelled")
        return Wanted(kind, label, given, done, _writes(kind, label, left, approve), approve, cancel_after)


def _writes(kind: str, label: str, left: bool, approve: bool) -> frozenset[str]:
    match kind:
        case "line" | "stopped":
            found = [f"unsafe/{label}/a", f"keyed/{label}/b", f"unsafe/{label}/c"]
        case "fork":
            way = f"keyed/{label}/left" if left else f"unsafe/{label}/right"
            found = [way, f"unsafe/{label}/x", f"keyed/{label}/y", f"unsafe/{label}/z"]
        case "each":
            kinds = ("unsafe", "keyed")
            found = [f"{each}/{label}-{place}/{each}" for place in range(ITEMS) for each in kinds]
        case "asked":
            found = [f"keyed/{label}/before", *([f"unsafe/{label}/after"] if approve else [])]
        case _:
            found = [f"unsafe/{label}/before", f"keyed/{label}/after"]
    return frozenset(found)


def make_load(url: str) -> Load:
    """The workflows, writing to a Sink at `url` (ends with a slash)."""
    types = discover_types()
    facts = connection_facts(connections_from_environment({}))
    documents, plans = {}, {}
    for kind, (nodes, edges) in _workflows(url).items():
        workflow = Workflow.model_validate(
            {
                "handrail": 1,
                "name": kind.capitalize(),
                "inputs": INPUTS,
                "nodes": nodes,
                "edges": [dict(zip(("from", "to"), line.split(" -> "), strict=True)) for line in edges],
                "result": {"text": {"from": "last.text"}},
            }
        )
        woven, proof = certify(weave(workflow, (), types, day=date(2026, 11, 23), connections=facts))
        assert proof.counterexamples == ()
        documents[kind], plans[kind] = dump_woven(woven), compile_plan(woven, types)
    return Load(documents, plans)


def _workflows(url: str) -> dict[str, tuple[dict[str, Any], list[str]]]:
    def write(kind: str, name: str, label: str = "input.label") -> dict[str, Any]:
        return {
            "type": "tool.http_request@1",
            "config": {"url": f"{url}{kind}/{{{{ label }}}}/{name}", "idempotent": kind == "keyed"},
            "inputs": {"label": {"from": label}},
        }

    copy = {"type": "flow.transform@1", "inputs": {"text": {"from": "input.text"}}}
    clean = {
        "type": "policy.secrets@1", "config": {"action": "redact"}, "inputs": {"text": {"from": "input.text"}},
    }  # fmt: skip
    merge = {"type": "flow.merge@1", "config": {"mode": "all"}}
    line = {
        "first": copy, "clean": clean, "a": write("unsafe", "a"), "b": write("keyed", "b"), "middle": copy,
        "c": write("unsafe", "c"), "last": copy,
    }  # fmt: skip
    ways = {"cases": [{"port": "left", "when": "input.left"}], "otherwise": "right"}
    fork = {
        "way": {"type": "flow.branch@1", "config": ways}, "left": write("keyed", "left"),
        "right": write("unsafe", "right"), "either": {"type": "flow.merge@1", "config": {"mode": "first"}},
        "x": write("unsafe", "x"), "y": write("keyed", "y"), "z": write("unsafe", "z"), "all": merge, "last": copy,
    }  # fmt: skip
    each = {
        "rows": {
            "type": "flow.map@1",
            "config": {
                "concurrency": 3,
                "body": {
                    "nodes": {"u": write("unsafe", "unsafe", "item.n"), "k": write("keyed", "keyed", "item.n")},
                    "edges": [{"from": "u", "to": "k"}],
                    "result": {"status": {"from": "k.status"}},
                },
            },
            "inputs": {"items": {"from": "input.items"}},
        },
        "last": copy,
    }
    asked = {
        "before": write("keyed", "before"),
        "check": {
            "type": "review.approve@1",
            "config": {"reviewers": {"role": "lead"}},
            "inputs": {"text": {"from": "input.text"}},
        },
        "after": write("unsafe", "after"),
        "last": copy,
    }
    timed = {
        "before": write("unsafe", "before"), "wait": {"type": "flow.wait@1", "config": {"wait_for": "PT2.5S"}},
        "after": write("keyed", "after"), "last": copy,
    }  # fmt: skip
    forks = ["x", "y", "z"]
    in_line = (line, _in_a_row(line))
    return {
        "line": in_line,
        "stopped": in_line,
        "fork": (
            fork,
            ["way.left -> left", "way.right -> right", "left -> either", "right -> either", "all -> last"]
            + [f"either -> {name}" for name in forks]
            + [f"{name} -> all" for name in forks],
        ),
        "each": (each, _in_a_row(each)),
        "asked": (asked, _in_a_row(asked)),
        "timed": (timed, _in_a_row(timed)),
    }


def _in_a_row(nodes: dict[str, Any]) -> list[str]:
    return [f"{a} -> {b}" for a, b in pairwise(nodes)]
