from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rooms.reviews.desk import Desk
from tests.rooms.world import *  # noqa: F403  # the fixtures of an organisation behind the API
from tests.rooms.world import make_world


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Desk]:
    """An installation that executes what is started in it."""
    made = make_world(tmp_path_factory.mktemp("files"), migrated_file)
    made.application.work()
    made.application.listen()
    yield Desk(made)
    made.application.close()
