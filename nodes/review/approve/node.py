"""review.approve: people say whether something may go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.sdk import (
    Control,
    Decision,
    Done,
    Kind,
    NodeType,
    Outcome,
    Port,
    Question,
    ReviewConfig,
    Schema,
    Shapes,
    free_record,
)

APPROVED = Port("approved", "Approved")
REJECTED = Port("rejected", "Rejected")
_TEXT: Schema = {"type": "string"}


class Approve(NodeType):
    """Shows its inputs and lets them through unchanged, or not."""

    name = "review.approve"
    title = "Approve"
    summary = "Asks people whether something may go on."
    kind = Kind.REVIEW
    control = Control.ASK
    ports = (APPROVED, REJECTED)
    endorses = True
    Config = ReviewConfig

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        """The record is there only behind `approved`."""
        record = free_record(inputs)
        word = {"decision": {"type": "string", "enum": ["approve", "reject"]}, "by": _TEXT, "reason": _TEXT}
        return Shapes(
            inputs=record,
            outputs={APPROVED.name: free_record({"record": record, **word}), REJECTED.name: free_record(word)},
        )

    def question(self, config: Any, inputs: Mapping[str, Any]) -> Question:
        """May exactly these inputs go on?"""
        return Question(
            title=config.question,
            record=dict(inputs),
            reviewers={**config.reviewers.model_dump(exclude_defaults=True, mode="json"), "k": config.k},
            barred=config.barred,
            due=config.due,
            due_clock=config.due_clock,
            on_timeout=config.on_timeout,
        )

    def settle(self, config: Any, inputs: Mapping[str, Any], decision: Decision) -> Outcome:
        """An approval lets the record through; a rejection takes the port `rejected`."""
        word = {"decision": decision.decision, "by": decision.by, "reason": decision.reason}
        if decision.decision == "approve":
            return Done({"record": dict(inputs), **word}, APPROVED.name)
        return Done(word, REJECTED.name)


NODE = Approve()
