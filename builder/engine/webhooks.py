"""The settings of a webhook: what it takes, and how it answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from builder.engine.findings import Finding, error, warning
from builder.engine.source import explain_settings
from builder.kit.expressions import Expression, ExpressionError, compile_expression
from builder.sdk import Schema

LONGEST_WAIT = 60
"""Seconds that a caller may be kept waiting for an answer."""


class WebhookSettings(BaseModel):
    """What a webhook takes, and how it answers.

    Attributes:
        signed: whether each delivery must carry a signature (Standard Webhooks).
        when: a condition over `body` and `headers`; empty: every delivery starts a run.
        answer: `at_once` with the run's address, or `wait` for its result.
        wait_seconds: how long a caller waits at most; then he gets the address.
        per_minute: how many deliveries are taken in a minute.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    signed: bool = True
    when: Annotated[str, Field(max_length=2_000)] = ""
    answer: Literal["at_once", "wait"] = "at_once"
    wait_seconds: Annotated[int, Field(ge=1, le=LONGEST_WAIT)] = 10
    per_minute: Annotated[int, Field(ge=1, le=60_000)] = 600

    def condition(self, names: Mapping[str, Schema]) -> Expression | None:
        """The condition, ready to be worked out; None where there is none.

        Raises:
            ExpressionError: it means nothing.
        """
        return compile_expression(self.when, names, "boolean") if self.when.strip() else None


def check_webhook(settings: Mapping[str, Any], names: Mapping[str, Schema]) -> list[Finding]:
    """Everything there is to say about the settings of a webhook.

    Args:
        settings: as a file says them.
        names: what a condition may read.
    """
    try:
        read = WebhookSettings.model_validate(dict(settings), strict=True)
    except ValidationError as problem:
        return explain_settings(problem, dict(settings), WebhookSettings)
    findings = []
    if not read.signed:
        sentence = "Whoever knows the address can start runs: deliveries are not signed."
        findings.append(warning("unsigned_webhook", sentence, "Let deliveries be signed.", field="settings.signed"))
    try:
        read.condition(names)
    except ExpressionError as problem:
        way_out = problem.way_out or "Change the condition."
        findings.append(error("bad_expression", problem.sentence, way_out, field="settings.when"))
    return findings
