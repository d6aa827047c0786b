"""A workflow that answers letters with a model, and the rule that masks what the model may not know."""

from __future__ import annotations

from typing import Any

GRAPH: dict[str, Any] = {
    "inputs": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "maxLength": 50}}},
    "nodes": {
        "answer": {
            "type": "prompt.complete@1",
            "config": {"prompt": "Answer politely: {{ text }}"},
            "inputs": {"text": {"from": "input.text"}},
        },
    },
    "result": {"reply": {"from": "answer.text"}},
}
MASK: dict[str, Any] = {
    "id": "mask-before-model",
    "must_pass": {"from": {"labels": ["personal"]}, "to": {"kind": "prompt"},
                  "through": {"kind": "policy", "check": "personal_data"}},
    "insert": {"type": "policy.personal_data@1", "config": {"action": "mask"}, "place": "at_target"},
    "restore": [{"result": True}],
}  # fmt: skip
