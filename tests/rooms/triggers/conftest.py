"""Each test of this room begins without anything having come too often."""

import pytest

from builder.kit.pace import Pace
from builder.triggers import deliver
from tests.rooms.verbs import *  # noqa: F403  # the fixtures of an organisation


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "_PACE", Pace())
    monkeypatch.setattr(deliver, "_LOG", deliver.Log())
