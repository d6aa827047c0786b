"""review.edit: people correct a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from builder.sdk import (
    MAIN,
    Control,
    Decision,
    Done,
    Kind,
    NodeType,
    Outcome,
    Question,
    ReviewConfig,
    Schema,
    Shapes,
    free_record,
)

_TEXT: Schema = {"type": "string"}


class Edit(NodeType):
    """Shows a proposal, and gives what people made of it."""

    name = "review.edit"
    title = "Edit"
    summary = "Asks people to correct a proposal."
    kind = Kind.REVIEW
    control = Control.ASK
    endorses = True
    expects: ClassVar[Mapping[str, Schema]] = {"proposal": {"title": "Proposal"}}
    Config = ReviewConfig

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        """What is decided has the shape of the proposal."""
        proposal = inputs.get("proposal", {})
        given = {
            "decided": proposal,
            "proposal": proposal,
            "changed": {"type": "boolean"},
            "by": _TEXT,
            "reason": _TEXT,
        }
        return Shapes(free_record({**inputs, "proposal": proposal}), {MAIN.name: free_record(given)})

    def question(self, config: Any, inputs: Mapping[str, Any]) -> Question:
        """What shall become of the proposal?"""
        return Question(
            title=config.question,
            record=dict(inputs),
            choices=("approve", "edit", "reject"),
            reviewers={**config.reviewers.model_dump(exclude_defaults=True, mode="json"), "k": config.k},
            barred=config.barred,
            due=config.due,
            due_clock=config.due_clock,
            on_timeout=config.on_timeout,
        )

    def settle(self, config: Any, inputs: Mapping[str, Any], decision: Decision) -> Outcome:
        """An approval keeps the proposal, an edit replaces it, a rejection refuses."""
        if decision.decision == "reject":
            return super().settle(config, inputs, decision)
        proposal = inputs["proposal"]
        decided = decision.edit if decision.decision == "edit" else proposal
        return Done(
            {
                "decided": decided,
                "proposal": proposal,
                "changed": decided != proposal,
                "by": decision.by,
                "reason": decision.reason,
            }
        )


NODE = Edit()
