"""policy.personal_data: finds structured personal data in a record, and masks it, asks people, or blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from builder.sdk import Context, Decision, Effects, Expression, Finding, Outcome, Stricter, Vault, VerdictWord
from builder.sdk.policies import (
    STRICTNESS,
    Policy,
    PolicyConfig,
    Span,
    asked,
    blocked,
    find_misfits,
    find_personal_data,
    passed,
    sweep_record,
)

Found = Literal["email", "phone", "payment_card", "iban", "ip_address", "national_id", "date_of_birth"]
EVERYTHING: tuple[Found, ...] = ("email", "phone", "payment_card", "iban", "ip_address", "national_id", "date_of_birth")
_WORD = {"mask": VerdictWord.REDACT, "review": VerdictWord.REVIEW, "block": VerdictWord.BLOCK}


class PersonalDataConfig(PolicyConfig):
    """What is looked for, and what happens when something is found."""

    action: Literal["mask", "review", "block"] = Field("mask", title="When something is found")
    kinds: Annotated[tuple[Found, ...], Stricter("superset")] = Field(
        EVERYTHING, title="What is looked for", min_length=1
    )
    whole_fields: Annotated[tuple[str, ...], Stricter("superset")] = Field(
        (), title="Fields replaced as a whole", description="Names, addresses: what no detector finds."
    )
    region: str | None = Field(
        None, title="Country", description="Two letters; its phone numbers count without a word nearby.",
        pattern="^[A-Z]{2}$",
    )  # fmt: skip
    rule: Annotated[str | None, Expression(scope="policy", returns="string")] = Field(
        None, title="Rule", description="Gives allow, redact, review or block. It can only make the action stricter.",
        max_length=2000,
    )  # fmt: skip

    @model_validator(mode="after")
    def _somebody_reviews(self) -> PersonalDataConfig:
        if (self.action == "review" or "review" in (self.rule or "")) and self.reviewers is None:
            raise ValueError("a policy that can say `review` names its `reviewers`")
        return self


class PersonalData(Policy):
    """Only texts change, and equal values get equal tokens, so that the record keeps its shape and its joins."""

    name = "policy.personal_data"
    title = "Personal data"
    summary = "Masks personal data, asks people about it, or blocks it."
    emits = frozenset({"masked"})
    check = "personal_data"
    effects = Effects()
    Config = PersonalDataConfig

    async def judge(self, config: PersonalDataConfig, record: Mapping[str, Any], context: Context) -> Outcome:
        """Finds, decides by the stricter of action and rule, and does it."""
        kinds = frozenset[str](config.kinds)

        def find(text: str) -> list[Span]:
            return find_personal_data(text, kinds, config.region)

        swept = sweep_record(record, find)
        findings = tuple(swept.findings)
        word = _WORD[config.action] if findings or config.whole_fields else VerdictWord.ALLOW
        if config.rule is not None:
            word = max(word, self._rule_says(config.rule, record, findings, context), key=STRICTNESS.index)
        reason = _tell(findings)
        if word is VerdictWord.BLOCK:
            return blocked(reason, findings)
        if word is VerdictWord.REVIEW:
            return asked(config, dict(record), reason, findings)
        if word is VerdictWord.REDACT:
            return self._mask(config, record, context, find)
        return passed(dict(record), word, reason, findings)

    def answer(
        self, config: PersonalDataConfig, inputs: Mapping[str, Any], decision: Decision, context: Context
    ) -> Outcome:
        """Who approves lets the record pass as the action leaves it: where that is to mask, it is masked now."""
        if decision.decision != "approve" or config.action != "mask":
            return self.settle(config, inputs, decision)
        kinds = frozenset[str](config.kinds)
        word = f"{decision.by} approved it: {decision.reason or 'no reason given'}"
        return self._mask(config, inputs, context, lambda text: find_personal_data(text, kinds, config.region), word)

    def _rule_says(
        self, rule: str, record: Mapping[str, Any], findings: tuple[Finding, ...], context: Context
    ) -> VerdictWord:
        names = {
            "record": dict(record),
            "findings": [asdict(each) for each in findings],
            "labels": sorted(context.labels) if "labels" in rule else [],
            "target": context.describe_target() if "target" in rule else None,
        }
        return VerdictWord(context.evaluate(rule, names))

    def _mask(
        self, config: PersonalDataConfig, record: Mapping[str, Any], context: Context, find: Any, before: str = ""
    ) -> Outcome:
        """The record with tokens in the place of what was found; `before` opens the reason."""
        vault = context.vault

        def token_of(span: Span, value: str) -> str:
            return vault.token(span.kind, value, "email" if span.kind == "email" else "text")

        swept = sweep_record(record, find, token_of)
        findings, masked, stuck = tuple(swept.findings), dict(swept.record), list(swept.stuck)
        for name in config.whole_fields:
            if record.get(name) is not None:
                format_ = context.schema.get("properties", {}).get(name, {}).get("format")
                masked[name] = _replace_whole(
                    record[name], name, "email" if format_ == "email" else "text", vault, stuck
                )
        stuck += find_misfits(masked, dict(record), context.schema)
        if stuck:
            where = ", ".join(sorted(set(stuck)))
            return blocked(f"{_tell(findings)}; no token fits there: {where}", findings)
        wholly = f"; replaced as a whole: {', '.join(config.whole_fields)}" if config.whole_fields else ""
        reason = f"{before}; " if before else ""
        return passed(masked, VerdictWord.REDACT, reason + _tell(findings) + wholly, findings)


def _replace_whole(value: Any, path: str, shape: str, vault: Vault, stuck: list[str]) -> Any:
    """A value with every text in it replaced by a token; paths of what holds no token are added to `stuck`."""
    if isinstance(value, str):
        return vault.token("field", value, shape) if value else value
    if isinstance(value, Mapping):
        return {key: _replace_whole(inner, f"{path}.{key}", shape, vault, stuck) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replace_whole(inner, f"{path}[{at}]", shape, vault, stuck) for at, inner in enumerate(value)]
    if value is not None:
        stuck.append(path)
    return value


def _tell(findings: tuple[Finding, ...]) -> str:
    """What was found, counted by kind; never what it says."""
    if not findings:
        return "no structured personal data was found"
    counts: dict[str, int] = {}
    for each in findings:
        counts[each.kind] = counts.get(each.kind, 0) + 1
    listed = ", ".join(f"{kind} ({count})" for kind, count in sorted(counts.items()))
    return f"personal data was found: {listed}"


NODE = PersonalData()
"""The node type policy.personal_data."""
