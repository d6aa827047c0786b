"""Small node types of every kind for the tests of governance, and the support triage as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from builder.engine.facts import ConnectionFacts
from builder.engine.graph import Workflow
from builder.engine.prove import certify
from builder.engine.template import GovernanceTemplate
from builder.engine.weave import weave
from builder.engine.woven import Woven
from builder.sdk import (
    Control,
    Effect,
    Effects,
    Expression,
    Kind,
    ModelConnection,
    NodeConfig,
    NodeType,
    Port,
    Schema,
    Shapes,
    Stricter,
    free_record,
)

DAY = date(2026, 3, 1)
TEXT: Schema = {"type": "string"}
FREE: Schema = {"type": "object", "properties": {}, "additionalProperties": False}
MODELS = {"default": ConnectionFacts("practice", "local", "eu"), "far": ConnectionFacts("big", "external", "us")}


def record_of(fields: Mapping[str, Any]) -> Schema:
    return free_record(fields)


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
    Out: ClassVar[Schema] = record_of({"text": TEXT})


class Send(Fake):
    name = "tool.send"
    kind = Kind.TOOL
    effects = Effects(Effect.WRITE, external=True)
    Out: ClassVar[Schema] = record_of({"text": TEXT})


class Fetch(Fake):
    name = "tool.fetch"
    kind = Kind.TOOL
    effects = Effects(Effect.READ, external=True)
    emits: ClassVar[frozenset[str]] = frozenset({"confidential"})
    Out: ClassVar[Schema] = record_of({"text": TEXT})


class Shape(Fake):
    name = "flow.shape"
    kind = Kind.FLOW
    Out: ClassVar[Schema] = record_of({"text": TEXT})


class Case(NodeConfig):
    port: str
    when: Annotated[str, Expression(scope="graph", returns="boolean")]


class BranchConfig(NodeConfig):
    cases: tuple[Case, ...]
    otherwise: str


class Branch(Fake):
    name = "flow.branch"
    kind = Kind.FLOW
    control = Control.CHOOSE
    Config = BranchConfig

    def ports_of(self, config: BranchConfig) -> tuple[Port, ...]:
        return tuple(Port(name) for name in dict.fromkeys([*(case.port for case in config.cases), config.otherwise]))


class Merge(Fake):
    name = "flow.merge"
    kind = Kind.FLOW
    control = Control.MERGE


class Stop(Fake):
    name = "flow.stop"
    kind = Kind.FLOW
    control = Control.STOP


class MapConfig(NodeConfig):
    body: dict[str, Any]
    concurrency: int = 1
    on_item_error: Literal["fail", "keep"] = "fail"
    quorum: int = 0
    cancel: bool = False


class Map(Fake):
    name = "flow.map"
    kind = Kind.FLOW
    control = Control.EACH
    Config = MapConfig


class LoopConfig(NodeConfig):
    body: dict[str, Any]
    until: Annotated[str, Expression(scope="result", returns="boolean")]
    max_rounds: int


class Loop(Fake):
    name = "flow.loop"
    kind = Kind.FLOW
    control = Control.REPEAT
    ports = (Port("done"), Port("exhausted"))
    Config = LoopConfig


class CallConfig(NodeConfig):
    workflow: str


class Call(Fake):
    name = "flow.call"
    kind = Kind.FLOW
    control = Control.CALL
    Config = CallConfig


class Recorder(Fake):
    """Gives the record that it was given."""

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        taken = free_record(inputs)
        return Shapes(taken, {port.name: record_of({"record": taken}) for port in self.ports_of(config)})


class ReviewConfig(NodeConfig):
    reviewers: dict[str, Any] = Field(default_factory=dict)
    barred: Annotated[tuple[str, ...], Stricter("superset")] = Field((), alias="not")


class Approve(Recorder):
    name = "review.approve"
    kind = Kind.REVIEW
    control = Control.ASK
    ports = (Port("approved"), Port("rejected"))
    endorses = True
    Config = ReviewConfig


class EditConfig(NodeConfig):
    question: str = ""


class Edit(Fake):
    name = "review.edit"
    kind = Kind.REVIEW
    control = Control.ASK
    endorses = True
    Config = EditConfig
    Out: ClassVar[Schema] = record_of({"decided": TEXT, "proposal": TEXT})


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


FAKES: tuple[type[NodeType], ...] = (
    Ask, Send, Fetch, Shape, Branch, Merge, Stop, Map, Loop, Call, Approve, Edit, Mask, Unmask, Secrets, Tone
)  # fmt: skip
TYPES: dict[str, NodeType] = {each.key(): each() for each in FAKES}

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
