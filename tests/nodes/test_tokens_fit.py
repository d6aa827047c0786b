"""Where a token can have no room, the checker says so before anything runs."""

from __future__ import annotations

from typing import Any

import pytest

from builder.catalog import discover_types
from builder.engine.check import check_graph
from builder.engine.findings import Severity
from builder.engine.graph import Workflow


def findings_for(schema: dict[str, Any]) -> list[str]:
    workflow = Workflow.model_validate({
        "handrail": 1,
        "name": "Mask",
        "inputs": {"type": "object", "properties": {"field": schema}, "required": ["field"]},
        "nodes": {"mask": {"type": "policy.personal_data@1", "config": {"action": "mask"},
                           "inputs": {"field": {"from": "input.field"}}}},
        "result": {"field": {"from": "mask.record.field"}},
    })  # fmt: skip
    found = check_graph(workflow, discover_types())
    assert all(each.severity is not Severity.ERROR for each in found)
    return [each.code for each in found]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "maxLength": 20},
        {"type": "string", "format": "date"},
        {"type": "array", "items": {"type": "string", "maxLength": 8}},
        {"type": "object", "properties": {"code": {"type": "string", "maxLength": 8}}},
    ],
)
def test_a_field_without_room_is_named(schema: dict[str, Any]) -> None:
    assert "token_may_not_fit" in findings_for(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "string", "format": "email"},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "string", "maxLength": 200},
        {"type": "integer"},
    ],
)
def test_a_field_with_room_is_not(schema: dict[str, Any]) -> None:
    assert findings_for(schema) == []
