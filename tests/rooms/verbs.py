"""The small organisation of `tests.rooms.world` for tests of verbs: who calls is known beforehand, so that `caller`
may stand inside a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rooms.world import World, make_world

__all__ = ["world"]


@pytest.fixture
def world(tmp_path: Path, migrated_file: Path) -> Iterator[World]:
    """An installation with people in it, anew for each test."""
    made = make_world(tmp_path, migrated_file, known=True)
    yield made
    made.application.close()
