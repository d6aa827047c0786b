"""Small node types of every kind for the tests of governance, and the support triage as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from builder.engine.facts import ConnectionFacts
from builder.engine.graph import Workflow
from builder.engine.prove import certify
from builder.engine.template import GovernanceTemplate
from builder.engine.weave import weave
from builder.engine.woven import Woven
from builder.sdk import (
    Effect,
    Effects,
    Kind,
    ModelConnection,
    NodeConfig,
    NodeType,
    Schema,
    Shapes,
    Stricter,
    free_record,
)
from nodes.flow.branch.node import NODE as BRANCH
from nodes.flow.call.node import NODE as CALL
from nodes.flow.loop.node import NODE as LOOP
from nodes.flow.map.node import NODE as MAP
from nodes.flow.merge.node import NODE as MERGE
from nodes.flow.stop.node import NODE as STOP
from nodes.flow.transform.node import NODE as TRANSFORM
from nodes.flow.wait.node import NODE as WAIT
from nodes.review.approve.node import NODE as APPROVE
from nodes.review.edit.node import NODE as EDIT

DAY = date(2026, 3, 1)
TEXT: Schema = {"type": "string"}
MODELS = {"default": ConnectionFacts("practice", "local", "eu"), "far": ConnectionFacts("big", "external", "us")}


class Fake(NodeType):
    title = "Fake"
    summary = "A step for tests."


class AskConfig(NodeConfig):
    model: Annotated[str, ModelConnection()] = "default"


class Ask(Fake):
    name = "prompt.ask"
    kind = Kind.PROMPT
    effects = Effects(Effect.READ, external=True, spends=True)
    Config = AskConfig
    Out: ClassVar[Schema] = free_record({"text": TEXT})


class Send(Fake):
    name = "tool.send"
    kind = Kind.TOOL
    effects = Effects(Effect.WRITE, external=True)
    Out: ClassVar[Schema] = free_record({"text": TEXT})


class Fetch(Fake):
    name = "tool.fetch"
    kind = Kind.TOOL
    effects = Effects(Effect.READ, external=True)
    emits: ClassVar[frozenset[str]] = frozenset({"confidential"})
    Out: ClassVar[Schema] = free_record({"text": TEXT})


class Recorder(Fake):
    """Gives the record that it was given."""

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        taken = free_record(inputs)
        return Shapes(taken, {port.name: free_record({"record": taken}) for port in self.ports_of(config)})


class MaskConfig(NodeConfig):
    action: Literal["mask", "block"] = "mask"
    level: Annotated[int, Stricter("higher")] = 1


class Mask(Recorder):
    name = "policy.personal_data"
    kind = Kind.POLICY
    check = "personal_data"
    emits: ClassVar[frozenset[str]] = frozenset({"masked"})
    Config = MaskConfig


class Unmask(Recorder):
    name = "policy.unmask"
    kind = Kind.POLICY
    removes: ClassVar[frozenset[str]] = frozenset({"masked"})


class Secrets(Recorder):
    name = "policy.secrets"
    kind = Kind.POLICY
    check = "secrets"
    removes: ClassVar[frozenset[str]] = frozenset({"secret"})


class Tone(Recorder):
    name = "policy.tone"
    kind = Kind.POLICY
    check = "tone"


FAKES: tuple[NodeType, ...] = (Ask(), Send(), Fetch(), Mask(), Unmask(), Secrets(), Tone())
REAL: tuple[NodeType, ...] = (APPROVE, BRANCH, CALL, EDIT, LOOP, MAP, MERGE, STOP, TRANSFORM, WAIT)
TYPES: dict[str, NodeType] = {each.key(): each for each in (*FAKES, *REAL)}

TRIAGE: dict[str, Any] = {
    "handrail": 1,
    "name": "Support triage",
    "owner": "Mara",
    "deputy": "Jonas",
    "team": "support",
    "inputs": {
        "type": "object",
        "required": ["ticket", "customer_email"],
        "properties": {
            "ticket": {"type": "string", "labels": ["customer-text", "personal"]},
            "customer_email": {"type": "string", "format": "email", "labels": ["personal"]},
        },
    },
    "nodes": {
        "classify": {"type": "prompt.ask@1", "inputs": {"text": {"from": "input.ticket"}}},
        "route": {
            "type": "flow.branch@1",
            "config": {"cases": [{"port": "unsure", "when": "classify.text == ''"}], "otherwise": "sure"},
        },
        "sort": {
            "type": "review.edit@1",
            "config": {"question": "Which?", "reviewers": {"role": "reviewer"}},
            "inputs": {"proposal": {"from": "classify.text"}, "ticket": {"from": "input.ticket"}},
        },
        "answer": {
            "type": "prompt.ask@1",
            "inputs": {"ticket": {"from": "input.ticket"}, "topic": {"from": ["sort.decided", "classify.text"]}},
        },
        "send": {
            "type": "tool.send@1",
            "inputs": {"body": {"expr": "{'to': input.customer_email, 'text': answer.text}"}},
        },
    },
    "edges": [
        {"from": "classify", "to": "route"},
        {"from": "route.unsure", "to": "sort"},
        {"from": "route.sure", "to": "answer"},
        {"from": "sort", "to": "answer"},
        {"from": "answer", "to": "send"},
    ],
    "result": {"category": {"from": ["sort.decided", "classify.text"]}, "reply": {"from": "answer.text"}},
}

MASK_RULE: dict[str, Any] = {
    "id": "mask-before-model",
    "must_pass": {
        "from": {"labels": ["personal"]},
        "to": {"kind": "prompt"},
        "through": {"kind": "policy", "check": "personal_data"},
    },
    "insert": {"type": "policy.personal_data@1", "config": {"action": "mask"}, "place": "at_target"},
    "restore": [{"effect": "write", "external": True}, {"result": True}],
}
HUMAN_RULE: dict[str, Any] = {
    "id": "human-before-outward-write",
    "must_pass": {
        "from": {"kind": "prompt"},
        "to": {"effect": "write", "external": True},
        "through": {"kind": "review"},
    },
    "insert": {
        "type": "review.approve@1",
        "config": {"reviewers": {"role": "reviewer"}, "not": ["author", "starter"]},
        "place": "at_target",
    },
}
OTHER_RULES: list[dict[str, Any]] = [
    {"id": "no-foreign-models", "forbid": {"kind": "prompt", "hosted": "external", "region_not": ["eu"]}},
    {"id": "budget", "limit": "run.cost <= 2.0"},
    {"id": "four-eyes", "separate": ["author", "approver", "starter"]},
    {"id": "ready", "require": ["owner", "deputy"]},
]


def template(*rules: dict[str, Any], name: str = "Customer data", **more: Any) -> GovernanceTemplate:
    plain = {
        "handrail-governance": 1, "name": name, "owner": "privacy office", "because": "It is right.", "rules": rules
    }  # fmt: skip
    return GovernanceTemplate.model_validate({**plain, **more})


def workflow(plain: dict[str, Any]) -> Workflow:
    return Workflow.model_validate({"handrail": 1, "name": "Test", **plain})


def woven(plain: dict[str, Any], *templates: GovernanceTemplate, **more: Any) -> Woven:
    """Woven and proved; fails where a rule does not hold."""
    done, proof = certify(weave(workflow(plain), templates, TYPES, day=DAY, connections=MODELS, **more))
    assert proof.counterexamples == ()
    return done
