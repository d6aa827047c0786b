"""policy.secrets: blocks or removes keys, tokens and passwords."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from builder.sdk import Context, Effects, NodeConfig, Outcome, VerdictWord
from builder.sdk.policies import Policy, blocked, find_misfits, find_secrets, passed, sweep_record

REMOVED = "[secret removed]"


class SecretsConfig(NodeConfig):
    """What happens when a secret is found."""

    action: Literal["block", "redact"] = Field("block", title="When a secret is found")


class Secrets(Policy):
    """What is removed is gone: a secret gets no token, so nothing can turn it back.

    A record that may carry the label `secret` cannot be trusted to a detector: then every text in it is removed as a
    whole, or it is blocked. That, and nothing less, takes the label away.
    """

    name = "policy.secrets"
    title = "Secrets"
    summary = "Blocks or removes keys, tokens and passwords."
    check = "secrets"
    removes = frozenset({"secret"})
    effects = Effects()
    Config = SecretsConfig

    async def judge(self, config: SecretsConfig, record: Mapping[str, Any], context: Context) -> Outcome:
        """Finds, then blocks or removes."""
        labelled = "secret" in context.labels
        swept = sweep_record(record, find_secrets, lambda span, _: f"[{span.kind} removed]")
        findings = tuple(swept.findings)
        if not labelled and not findings:
            return passed(dict(record), VerdictWord.ALLOW, "no secret was found")
        kinds = ", ".join(sorted({each.kind for each in findings}))
        reason = "the record carries the label secret" if labelled else f"a secret was found: {kinds}"
        if config.action == "block":
            return blocked(reason, findings)
        stuck = list(swept.stuck)
        clean = _remove_all(dict(record), "", stuck) if labelled else swept.record
        stuck += find_misfits(clean, dict(record), context.schema)
        if stuck:
            return blocked(f"{reason}; it cannot be removed there: {', '.join(sorted(set(stuck)))}", findings)
        return passed(clean, VerdictWord.REDACT, reason, findings)


def _remove_all(value: Any, path: str, stuck: list[str]) -> Any:
    """A value with every text removed; paths of other values are added to `stuck`."""
    if isinstance(value, str):
        return REMOVED
    if isinstance(value, Mapping):
        return {key: _remove_all(inner, f"{path}.{key}".lstrip("."), stuck) for key, inner in value.items()}
    if isinstance(value, list):
        return [_remove_all(inner, f"{path}[{at}]", stuck) for at, inner in enumerate(value)]
    if value is not None:
        stuck.append(path)
    return value


NODE = Secrets()
"""The node type policy.secrets."""
