"""policy.rule: a rule of one's own over a record: allow, review or block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field, model_validator

from builder.sdk import Context, Effects, Expression, Finding, Outcome, VerdictWord
from builder.sdk.policies import (
    Policy,
    PolicyConfig,
    Span,
    asked,
    blocked,
    find_personal_data,
    find_secrets,
    passed,
    sweep_record,
)


class RuleConfig(PolicyConfig):
    """The rule, and what people read when it does not say *allow*."""

    rule: Annotated[str, Expression(scope="policy", returns="string")] = Field(
        title="Rule", description="Gives allow, review or block.", min_length=1, max_length=2000
    )
    reason: str = Field(title="Reason", description="Why it does not let something pass.", min_length=1, max_length=500)

    @model_validator(mode="after")
    def _somebody_reviews(self) -> RuleConfig:
        if "review" in self.rule and self.reviewers is None:
            raise ValueError("a policy that can say `review` names its `reviewers`")
        return self


class Rule(Policy):
    """A rule that fails, or gives anything but its three words, blocks."""

    name = "policy.rule"
    title = "Rule"
    summary = "Lets a record pass, asks people, or blocks, by a rule of your own."
    check = "rule"
    effects = Effects()
    Config = RuleConfig

    async def judge(self, config: RuleConfig, record: Mapping[str, Any], context: Context) -> Outcome:
        """Evaluates the rule over the record, what detectors find in it, its labels, and the target's config."""
        findings = tuple(sweep_record(record, _find).findings) if "findings" in config.rule else ()
        answer = context.evaluate(config.rule, _names(config.rule, record, findings, context))
        if answer == VerdictWord.ALLOW:
            return passed(dict(record), VerdictWord.ALLOW, "the rule allows it", findings)
        if answer == VerdictWord.REVIEW:
            return asked(config, dict(record), config.reason, findings)
        if answer == VerdictWord.BLOCK:
            return blocked(config.reason, findings)
        return blocked("the rule gave neither allow, review nor block, so nothing passes", findings)


def _find(text: str) -> list[Span]:
    return [*find_personal_data(text), *find_secrets(text)]


def _names(rule: str, record: Mapping[str, Any], findings: tuple[Finding, ...], context: Context) -> dict[str, Any]:
    return {
        "record": dict(record),
        "findings": [asdict(each) for each in findings],
        "labels": sorted(context.labels) if "labels" in rule else [],
        "target": context.describe_target() if "target" in rule else None,
    }


NODE = Rule()
"""The node type policy.rule."""
