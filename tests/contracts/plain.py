"""Workflows of the built-in nodes, woven under no rule, as documents that an installation may run."""

from __future__ import annotations

from datetime import date
from typing import Any

from builder.catalog import discover_types
from builder.engine.graph import Workflow
from builder.engine.prove import certify
from builder.engine.weave import weave
from builder.engine.woven import dump_woven
from builder.providers import connection_facts, connections_from_environment

TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


def weave_plain(nodes: dict[str, Any], edges: list[str], result: dict[str, Any]) -> dict[str, Any]:
    """A document whose input is `{text}`."""
    pairs = [tuple(part.strip() for part in line.split("->")) for line in edges]
    workflow = Workflow.model_validate(
        {
            "handrail": 1,
            "name": "Plain",
            "inputs": TEXT,
            "nodes": nodes,
            "edges": [{"from": a, "to": b} for a, b in pairs],
            "result": result,
        }
    )
    facts = connection_facts(connections_from_environment({}))
    woven, proof = certify(weave(workflow, (), discover_types(), day=date(2026, 11, 23), connections=facts))
    assert proof.counterexamples == ()
    return dump_woven(woven)


def copying() -> dict[str, Any]:
    """Gives its text back."""
    nodes = {"copy": {"type": "flow.transform@1", "inputs": {"text": {"from": "input.text"}}}}
    return weave_plain(nodes, [], {"text": {"from": "copy.text"}})


def asking() -> dict[str, Any]:
    """Gives its text back when somebody has approved it."""
    approve = {
        "type": "review.approve@1",
        "config": {"reviewers": {"role": "lead"}, "not": ["starter"]},
        "inputs": {"text": {"from": "input.text"}},
    }
    nodes = {
        "check": approve,
        "copy": {"type": "flow.transform@1", "inputs": {"text": {"from": "check.record.text"}}},
    }
    return weave_plain(nodes, ["check.approved -> copy"], {"text": {"from": "copy.text"}})


def waiting(duration: str) -> dict[str, Any]:
    """Gives its text back after a while."""
    nodes = {
        "wait": {"type": "flow.wait@1", "config": {"wait_for": duration}},
        "copy": {"type": "flow.transform@1", "inputs": {"text": {"from": "input.text"}}},
    }
    return weave_plain(nodes, ["wait -> copy"], {"text": {"from": "copy.text"}})
