"""What every contract shares: both back ends, and the mark by which a stage of the suite finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backends import *  # noqa: F403  # the fixtures of both back ends

HERE = Path(__file__).resolve().parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of this folder, before any are chosen by their marks. Those that take minutes begin first, so
    that no process is left with one when the others have ended.
    """
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("contracts")
    items.sort(key=tell_patience, reverse=True)


def tell_patience(item: pytest.Item) -> float:
    """How many seconds a test asks for; 0 for one that asks for no more than all others."""
    asked = item.get_closest_marker("timeout")
    return 0.0 if asked is None else float(asked.args[0])
