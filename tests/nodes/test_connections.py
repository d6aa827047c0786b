"""A model connection that is not open here is said before anything runs."""

from __future__ import annotations

from builder.catalog import discover_types
from builder.engine.check import check_connections
from builder.engine.graph import Workflow
from builder.engine.reading import read_workflow


def test_a_connection_that_is_not_there_is_named_with_its_node() -> None:
    ask = {"type": "prompt.complete@1", "config": {"model": "gemini", "prompt": "Hello"}}
    workflow = Workflow.model_validate({"handrail": 1, "name": "Ask", "nodes": {"ask": ask}})
    reading, findings = read_workflow(workflow, discover_types(), {})
    assert findings == []
    [finding] = check_connections(reading, {"default", "practice"})
    assert (finding.code, finding.node, finding.field) == ("unknown_connection", "ask", "config.model")
    assert "default, practice" in finding.sentence
    assert check_connections(reading, {"gemini"}) == []
