"""What a run sends back to whoever called its webhook: headers of its own, and none that moves who stands between."""

from __future__ import annotations

import pytest

from builder.runs import RunAnswer
from builder.triggers.replies import say_answer


@pytest.mark.parametrize(
    ("name", "passed"),
    [("x-order", True), ("etag", True), ("x-accel-redirect", False), ("x-sendfile", False), ("set-cookie", False)],
)
def test_headers_of_a_reply(name: str, passed: bool) -> None:
    value = {"status": 200, "headers": {name: "/secret"}, "body": {}}
    assert (name in say_answer(7, RunAnswer(None, value)).headers) is passed
