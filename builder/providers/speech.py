"""What the gateway says to an adapter and hears from it: one turn of a conversation, whoever the vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from builder.providers.connections import Connection
from builder.sdk import Failed, FailureClass, HttpAnswer, HttpRequest, NodeError, Schema

Turn: TypeAlias = tuple[Literal["user", "assistant"], str]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is said.

    Attributes:
        instructions: what the model is told to do; for a structured answer with its schema.
        turns: the text, and after a bad answer that answer and what was wrong with it.
        schema: schema that the answer must fit, for vendors that can be held to one.
    """

    instructions: str
    turns: tuple[Turn, ...]
    schema: Schema | None
    max_tokens: int
    temperature: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What is heard. Tokens are None where the server did not count; `whole` is False when it stopped at the limit."""

    text: str
    model: str
    tokens_in: int | None = None
    tokens_out: int | None = None
    whole: bool = True


class Adapter(Protocol):
    """Speaks one vendor's protocol."""

    async def reply(self, connection: Connection, prompt: Prompt) -> Reply:
        """One turn. Raises NodeError."""
        ...


class Sender(Protocol):
    """The guarded egress client, as far as adapters need it."""

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """One call. Raises NodeError."""
        ...


def fail(failure: FailureClass, code: str, sentence: str, retry_after: float | None = None) -> NodeError:
    """The failure of a model step."""
    return NodeError(Failed(failure, code, sentence, retry_after))


_OWN_WORDS = frozenset(("labels", "declassified", "default", "title", "accept", "maxSize"))


def plain_schema(schema: Any) -> Any:
    """A schema without the words that only Handrail knows."""
    if isinstance(schema, list | tuple):
        return [plain_schema(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    plain: dict[str, Any] = {}
    for word, value in schema.items():
        if word in _OWN_WORDS or word.startswith("x-"):
            continue
        if word == "properties":
            plain[word] = {name: plain_schema(each) for name, each in value.items()}
        else:
            plain[word] = value if word in ("enum", "const", "required") else plain_schema(value)
    return plain
