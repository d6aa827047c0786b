"""A file made to be slow, or large, gets its sentences in time."""

from __future__ import annotations

import time
from typing import Any

import pytest

from builder.engine.check import check_graph
from builder.engine.findings import suggest
from builder.engine.source import check_source

from .fakes import TYPES

STEP = "test.step@1"


def file(nodes: dict[str, Any], edges: list[dict[str, str]] | None = None) -> dict[str, Any]:
    return {"handrail": 1, "name": "Bounds", "nodes": nodes, "edges": edges or []}


def loops(depth: int, inner: dict[str, Any]) -> dict[str, Any]:
    """Loops in loops, each of which must be read twice because it reads its own last result."""
    body: dict[str, Any] = {"nodes": inner}
    for _ in range(depth):
        body["result"] = {"x": {"from": "previous.x", "default": 0}}
        config = {"body": body, "until": "true", "max_rounds": 1}
        body = {"nodes": {"deeper": {"type": "flow.loop@1", "config": config}}}
    return file(body["nodes"])


def race(width: int) -> dict[str, Any]:
    nodes: dict[str, Any] = {f"a{at}": {"type": STEP} for at in range(width)}
    nodes["m"] = {"type": "flow.merge@1", "config": {"mode": "n_of_m", "n": width // 2, "cancel": True}}
    nodes["z"] = {"type": STEP, "inputs": {"x": {"from": ["a0.text", "a1.text"]}}}
    edges = [{"from": f"a{at}", "to": "m"} for at in range(width)]
    return file(nodes, [*edges, {"from": "m", "to": "z"}])


CASES = {
    "loops in loops": loops(8, {f"n{at}": {"type": STEP} for at in range(80)}),
    "a wide race": race(60),
    "wrong names": file({f"n{at}": {"type": STEP, "inputs": {"x": {"from": f"m{at}.text"}}} for at in range(1_000)}),
    "a dense graph": file(
        {f"n{at}": {"type": STEP} for at in range(200)},
        [{"from": f"n{at}", "to": f"n{to}"} for at in range(200) for to in range(at + 1, 200)],
    ),
    "one large circle": file(
        {f"n{at}": {"type": STEP} for at in range(1_000)},
        [{"from": f"n{at}", "to": f"n{(at + 1) % 1_000}"} for at in range(1_000)],
    ),
    "a long text": file({"a": {"type": STEP, "inputs": {"x": {"template": "a{{ b }} " * 1_000_000}}}}),
    "a long expression": file({"a": {"type": STEP, "inputs": {"x": {"expr": "a + " * 1_000_000}}}}),
    "odd names": file(
        {"\x00": {"type": STEP}, "\ud800": {"type": STEP}, "a" * 64: {"type": STEP}, "é": {"type": STEP}}
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_ends_in_time(name: str) -> None:
    began = time.process_time()
    workflow, findings = check_source(CASES[name])
    if workflow is not None:
        findings = check_graph(workflow, TYPES)
    assert any(each.code != "no_outcome" for each in findings) is (name != "a dense graph")
    assert time.process_time() - began < 2


def test_a_suggestion_is_near_or_a_short_list() -> None:
    assert suggest("clasify", ["classify", "route"]) == "Did you mean `classify`?"
    assert suggest("zzz", ["classify", "route"]) == "There is `classify`, `route`."
    assert suggest("zzz", [f"n{at}" for at in range(50)]) == "Choose one that exists."
    assert suggest("zzz", []) == "Choose one that exists."
