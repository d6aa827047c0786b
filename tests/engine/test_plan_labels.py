"""A policy is told, in the Plan, the labels that its record may carry; inside a body too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from builder.engine.compile_plan import compile_plan
from builder.engine.facts import collect_facts
from builder.engine.findings import has_error
from builder.engine.graph import Workflow
from builder.engine.plan import Plan
from builder.engine.reading import read_workflow
from builder.engine.woven import Woven
from builder.sdk import Context, Control, Kind, NodeConfig, NodeType, Outcome, VerdictWord
from builder.sdk.policies import Policy, passed


class Look(Policy):
    name = "policy.look"
    title = "Look"
    summary = "Looks."
    check = "look"
    removes = frozenset({"secret"})

    async def judge(self, config: Any, record: Mapping[str, Any], context: Context) -> Outcome:
        return passed(record, VerdictWord.ALLOW, "looked")


class Note(NodeType):
    name = "tool.note"
    title = "Note"
    summary = "Notes."
    kind = Kind.TOOL


class EachConfig(NodeConfig):
    body: dict[str, Any]


class Rows(NodeType):
    name = "flow.rows"
    title = "Rows"
    summary = "Each row."
    kind = Kind.FLOW
    control = Control.EACH
    Config = EachConfig


TYPES = {node.key(): node for node in (Look(), Note(), Rows())}
TEXT = {"type": "string", "labels": ["secret", "financial"]}


def plan_of(plain: dict[str, Any]) -> Plan:
    workflow = Workflow.model_validate({"handrail": 1, "name": "w", **plain})
    reading, findings = read_workflow(workflow, TYPES, {})
    assert not has_error(findings), findings
    woven = Woven(plain, workflow.model_dump(mode="json", by_alias=True), collect_facts(reading, {}), (), {},
                  date(2030, 1, 1), (), ())  # fmt: skip
    return compile_plan(woven, TYPES)


def test_labels_reach_the_policies_and_nobody_else() -> None:
    look = {"type": "policy.look@1", "inputs": {"text": {"from": "input.text"}}}
    plan = plan_of({
        "inputs": {"type": "object", "required": ["text"], "properties": {"text": TEXT}},
        "nodes": {"look": look, "note": {"type": "tool.note@1", "inputs": {"a": {"from": "look.record.text"}}}},
        "edges": [{"from": "look", "to": "note"}],
    })  # fmt: skip
    assert {"secret", "financial"} <= set(plan.graph.nodes["look"].labels)
    assert not any(":" in label or label == "untrusted" for label in plan.graph.nodes["look"].labels)
    assert plan.graph.nodes["note"].labels == ()


def test_a_policy_in_a_body_is_told_too() -> None:
    body = {"nodes": {"look": {"type": "policy.look@1", "inputs": {"text": {"from": "item"}}}}, "edges": []}
    plan = plan_of({
        "inputs": {"type": "object", "required": ["rows"],
                   "properties": {"rows": {"type": "array", "items": {"type": "string"}, "labels": ["secret"]}}},
        "nodes": {"rows": {"type": "flow.rows@1", "config": {"body": body},
                           "inputs": {"items": {"from": "input.rows"}}}},
    })  # fmt: skip
    inner = plan.graph.nodes["rows"].body
    assert inner is not None
    assert "secret" in inner.nodes["look"].labels
