"""What every contract shares: both back ends, and the mark by which a stage of the suite finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backends import *  # noqa: F403  # the fixtures of both back ends

HERE = Path(__file__).resolve().parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of this folder, before any are chosen by their marks."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("contracts")
