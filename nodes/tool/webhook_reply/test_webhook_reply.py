"""tool.webhook_reply: its examples hold, and it is known as one that replies."""

from pathlib import Path

from builder.sdk.testing import check_examples
from nodes.tool.webhook_reply.node import NODE


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) == 5


def test_it_replies_and_reaches_nothing() -> None:
    assert NODE.replies
    assert NODE.effects.pure
