"""policy.unmask: turns the tokens of this run back into the values they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.sdk import Context, Effects, NodeConfig, Outcome, Vault, VerdictWord
from builder.sdk.policies import Policy, blocked, find_misfits, passed


class Unmask(Policy):
    """Only whole tokens that this very run gave out are turned back; what merely looks like one stays."""

    name = "policy.unmask"
    title = "Unmask"
    summary = "Turns tokens back into the values they stand for."
    removes = frozenset({"masked"})
    effects = Effects()
    Config = NodeConfig

    async def judge(self, config: NodeConfig, record: Mapping[str, Any], context: Context) -> Outcome:
        """Reveals through the record; the vault notes each unmasking for the audit."""
        revealed: list[str] = []
        restored = {key: _reveal(value, key, context.vault, revealed) for key, value in record.items()}
        if misfits := find_misfits(restored, dict(record), context.schema):
            return blocked(f"what the tokens stand for does not fit there: {', '.join(misfits)}")
        where = ", ".join(revealed)
        reason = f"tokens were turned back in {where}" if revealed else "there was no token of this run"
        return passed(restored, VerdictWord.ALLOW, reason)


def _reveal(value: Any, path: str, vault: Vault, revealed: list[str]) -> Any:
    if isinstance(value, str):
        plain = vault.reveal(value)
        if plain != value:
            revealed.append(path)
        return plain
    if isinstance(value, Mapping):
        return {vault.reveal(key): _reveal(inner, f"{path}.{key}", vault, revealed) for key, inner in value.items()}
    if isinstance(value, list):
        return [_reveal(inner, f"{path}[{at}]", vault, revealed) for at, inner in enumerate(value)]
    return value


NODE = Unmask()
"""The node type policy.unmask."""
