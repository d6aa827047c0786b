"""Logs: JSON lines with ids, and nothing of what went through."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from builder.db import Database, open_database
from builder.kit.logs import set_up_logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    lines = io.StringIO()
    set_up_logs("info", lines)
    yield lines
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def entries(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_object_with_its_ids(stream: io.StringIO) -> None:
    structlog.get_logger("builder.runs").info("run_fenced", run=7, step="rows[3].check")
    structlog.get_logger("builder.runs").debug("too small to tell")
    (entry,) = entries(stream)
    assert (entry["event"], entry["level"], entry["run"], entry["step"]) == ("run_fenced", "info", 7, "rows[3].check")
    assert entry["timestamp"].endswith("Z")


@pytest.mark.parametrize("logger", [structlog.get_logger("builder"), logging.getLogger("celery.x")])
def test_an_exception_tells_where_it_came_from_and_not_what_it_quotes(stream: io.StringIO, logger: Any) -> None:
    def fail() -> None:
        try:
            {}["secret of Ann"]
        except KeyError as inner:
            raise ValueError("about Ann's secret") from inner

    try:
        fail()
    except ValueError:
        logger.exception("it_broke")
    (entry,) = entries(stream)
    assert entry["error"] == ["ValueError", "KeyError"]
    assert any("test_logs.py" in place for place in entry["places"])
    assert "secret" not in stream.getvalue()
    assert "Ann" not in stream.getvalue()


def test_a_database_error_does_not_quote_the_values(tmp_path_factory: pytest.TempPathFactory) -> None:
    database: Database = open_database(str(tmp_path_factory.mktemp("logs") / "x.db"))
    with pytest.raises(Exception, match="no such table") as caught, database.read() as session:
        session.execute(text("SELECT * FROM nowhere WHERE x = :x"), {"x": "secret of Ann"})
    assert "Ann" not in str(caught.value)
    database.close()
