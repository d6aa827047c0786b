"""tool.spreadsheet_write: cells keep their types, no text becomes a formula, the same rows are the same bytes."""

from __future__ import annotations

import asyncio
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from builder.sdk import NodeError
from builder.sdk.testing import TestContext, check_examples
from nodes.tool.spreadsheet_write.node import NODE, SpreadsheetWriteConfig

EVIL = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil.example")', "\uff1d1+1"]


def write(rows: list[dict[str, Any]], fields: dict[str, Any] | None = None, **config: Any) -> bytes:
    items = {"type": "object", "properties": fields or {}}
    context = TestContext(schema={"type": "object", "properties": {"rows": {"type": "array", "items": items}}})
    outcome: Any = asyncio.run(NODE.run(SpreadsheetWriteConfig(name="a", **config), {"rows": rows}, context))
    return context.files[outcome.output["file"]].content


def cells(content: bytes) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) == 3


def test_cells_keep_their_types() -> None:
    rows = [{"n": 1.5, "b": True, "d": "2026-11-30", "m": "2026-11-30T08:00:00Z", "t": "2026-11-30", "l": ["a", 1],
             "r": {"x": 1}, "e": None}]  # fmt: skip
    found = cells(write(rows, {"d": {"type": "string", "format": "date"}, "m": {"format": "date-time"}}))
    assert found[0] == ["n", "b", "d", "m", "t", "l", "r", "e"]
    day, moment = datetime(2026, 11, 30), datetime(2026, 11, 30, 8)  # noqa: DTZ001  # a cell has no zone
    assert found[1] == [1.5, True, day, moment, "2026-11-30", "a, 1", '{"x": 1}', None]


@pytest.mark.parametrize("text", EVIL)
def test_no_text_becomes_a_formula(text: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write([{text: text}])))
    for cell in (book.active["A1"], book.active["A2"]):
        assert cell.data_type in ("s", "n")
    line = write([{"x": text}], write_as="csv").decode("utf-8-sig").split("\r\n", 1)[1]
    assert line.lstrip('"').startswith("'")


def test_numbers_of_a_csv_stay_as_they_are() -> None:
    assert write([{"a": "-5", "b": -5, "c": "+4,5", "d": False}], write_as="csv", delimiter="semicolon") == (
        "\ufeffa;b;c;d\r\n-5;-5;+4,5;false\r\n".encode()
    )


def test_the_same_rows_are_the_same_bytes() -> None:
    assert write([{"a": 1}]) == write([{"a": 1}])


def test_what_no_table_holds_is_said() -> None:
    with pytest.raises(NodeError, match="a cell holds"):
        write([{"a": "x" * 40_000}])
    with pytest.raises(NodeError, match="a table has"):
        write([{f"f{number}": 1 for number in range(600)}])
    assert cells(write([{"a": "b\x01c"}], sheet="[a]/b")) == [["a"], ["bc"]]


def test_what_an_office_program_would_show_otherwise_is_written_as_text() -> None:
    born = {"born": {"type": "string", "format": "date"}}
    assert cells(write([{"born": "1899-12-24", "id": 9007199254740993, "n": 7}], born))[1] == [
        "1899-12-24", "9007199254740993", 7
    ]  # fmt: skip
