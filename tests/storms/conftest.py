"""The API called at random: the library that does it takes a second to load, so it is loaded for these tests only."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.import_plugin("schemathesis.pytest.plugin")
