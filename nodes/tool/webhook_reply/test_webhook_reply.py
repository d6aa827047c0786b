"""tool.webhook_reply: its examples hold, and it is known as one that replies."""

from pathlib import Path

import pytest

from builder.sdk.testing import check_examples
from nodes.tool.webhook_reply.node import NODE, WebhookReplyConfig


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) == 5


def test_it_replies_and_reaches_nothing() -> None:
    assert NODE.replies
    assert NODE.effects.pure


@pytest.mark.parametrize("name", ["Set-Cookie", "X-Accel-Redirect", "X-Sendfile", "Refresh", "Clear-Site-Data"])
def test_no_header_moves_a_browser_or_a_proxy_in_front(name: str) -> None:
    with pytest.raises(ValueError, match="written for you"):
        WebhookReplyConfig(headers={name: "/etc/passwd"})
