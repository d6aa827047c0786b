"""What questions cost: counted after the fact, bounded before it."""

from __future__ import annotations

import json

from builder.providers.connections import PRACTICE, Connection
from builder.sdk import ModelRequest

REPAIRS = 2
"""How often a model is told what was wrong with its structured answer."""

_FRAME_TOKENS = 400  # roles, the answer's rules, a repair's sentence
_CHARACTERS_PER_TOKEN = 4  # a rough mean for European text; used only where a server does not count


def count_cost(connection: Connection, tokens_in: int, tokens_out: int) -> float:
    """The price of so many tokens, in the organisation's currency."""
    return (tokens_in * connection.price_in + tokens_out * connection.price_out) / 1_000_000


def guess_tokens(text: str) -> int:
    """Tokens of a text, roughly, for a server that does not say."""
    return max(1, len(text) // _CHARACTERS_PER_TOKEN)


def worst_cost(connection: Connection, request: ModelRequest) -> float:
    """The most that a question can cost, every repair included; asked before the step may spend.

    A token is never less than one byte, so bytes bound what goes in; each repair sends the answers so far again.
    """
    if connection.provider == PRACTICE:
        return 0.0
    schema = "" if request.schema is None else json.dumps(request.schema, ensure_ascii=False, default=str)
    first = sum(
        len(text.encode("utf-8", "surrogatepass")) for text in (request.instructions, request.text, schema, schema)
    )
    tries = 1 if request.schema is None else 1 + REPAIRS
    tokens_in = sum(first + _FRAME_TOKENS + done * (request.max_tokens + _FRAME_TOKENS) for done in range(tries))
    return count_cost(connection, tokens_in, tries * request.max_tokens)
