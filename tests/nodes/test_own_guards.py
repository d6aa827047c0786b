"""A builder's own policy node counts for a rule only when it is as strict as what the rule would insert."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from builder.catalog import discover_types
from builder.engine.graph import Workflow
from builder.engine.prove import certify
from builder.engine.template import GovernanceTemplate
from builder.engine.weave import weave

RULES = GovernanceTemplate.model_validate({
    "handrail-governance": 1,
    "name": "Customer data",
    "owner": "privacy office",
    "because": "A model need not know who our customers are.",
    "rules": [
        {
            "id": "mask",
            "must_pass": {
                "from": {"labels": ["personal"]},
                "to": {"kind": "prompt"},
                "through": {"kind": "policy", "check": "personal_data"},
            },
            "insert": {"type": "policy.personal_data@1", "config": {"action": "mask"}},
        }
    ],
})  # fmt: skip


def inserted(own: dict[str, Any]) -> list[str]:
    """What is woven in where the builder's own mask has this config."""
    workflow = Workflow.model_validate({
        "handrail": 1,
        "name": "Own mask",
        "inputs": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
        "nodes": {
            "own": {"type": "policy.personal_data@1", "config": own, "inputs": {"text": {"from": "input.text"}}},
            "say": {
                "type": "prompt.complete@1",
                "config": {"model": "default", "prompt": "{{ text }}"},
                "inputs": {"text": {"from": "own.record.text"}},
            },
        },
        "edges": [{"from": "own", "to": "say"}],
        "result": {"text": {"from": "say.text"}},
    })  # fmt: skip
    woven, proof = certify(weave(workflow, [RULES], discover_types(), day=date(2026, 11, 23)))
    assert proof.holds
    return [each.id for each in woven.insertions]


def test_one_that_is_as_strict_counts() -> None:
    assert inserted({"action": "mask"}) == []


@pytest.mark.parametrize(
    "own",
    [{"action": "mask", "kinds": ["iban"]}, {"action": "review", "reviewers": {"role": "reviewer"}}],
    ids=["fewer kinds", "another action"],
)
def test_one_that_is_weaker_does_not(own: dict[str, Any]) -> None:
    assert inserted(own) == ["g_say_mask"]
