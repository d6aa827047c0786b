"""tool.spreadsheet_read: headings become fields, cells what their columns say, and no file brings the process down."""

from __future__ import annotations

import asyncio
import contextlib
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.sdk import NodeError, StoredFile
from builder.sdk.testing import TestContext, check_examples
from nodes.tool.spreadsheet_read.node import NODE, SpreadsheetReadConfig

SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b"<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;'>]><a>&d;</a>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def read(content: bytes, media_type: str = "text/csv", **config: Any) -> dict[str, Any]:
    context = TestContext(files={"f": StoredFile("f", "a", media_type, len(content), content)})
    outcome: Any = asyncio.run(NODE.run(SpreadsheetReadConfig(**config), {"file": "f"}, context))
    found: dict[str, Any] = outcome.output
    return found


def xlsx(*rows: list[Any], sheets: tuple[str, ...] = ("One",)) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in sheets:
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def changed(content: bytes, name: str, text: bytes) -> bytes:
    """An archive with another part."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, text if part == name else old.read(part))
    return made.getvalue()


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) == 7


def test_headings_become_fields() -> None:
    found = read("Straße,Amount (EUR),amount eur,,2026,Größe\n1,2,3,4,5,6\n".encode())
    assert [each["field"] for each in found["columns"]] == [
        "strasse", "amount_eur", "amount_eur_2", "column_2026", "grosse"
    ]  # fmt: skip


def test_cells_of_a_sheet_are_what_they_are() -> None:
    content = xlsx(
        ["Report"], ["Name", "When", "At", "Count", "Share", "Ok"],
        ["Ann", date(2026, 11, 30), datetime(2026, 11, 30, 8, 5), 3, 0.5, True],  # noqa: DTZ001  # a cell has no zone
        [None] * 6, sheets=("One", "Two"),
    )  # fmt: skip
    found = read(content, XLSX, header_row=2, sheet="Two")
    assert found["rows"] == [
        {"name": "Ann", "when": "2026-11-30", "at": "2026-11-30T08:05:00", "count": 3, "share": 0.5, "ok": True}
    ]
    assert found["sheets"] == ["One", "Two"]


def test_a_schema_is_what_the_rows_fit() -> None:
    schema = {
        "type": "object", "required": ["name", "count"],
        "properties": {"name": {"type": "string"}, "count": {"type": "integer"}, "kind": {"enum": ["a", "b"]}},
    }  # fmt: skip
    content = xlsx(["Name", "Count", "Kind"], [7, "3", "a"], ["Ann", 1.5, "a"], ["Bob", 1, "c"], [None, 1, "a"])
    found = read(content, XLSX, schema=schema, on_bad_row="leave_out")
    assert found["rows"] == [{"name": "7", "count": 3, "kind": "a"}]
    assert [each["row"] for each in found["bad"]] == [3, 4, 5]
    shapes = NODE.shapes(SpreadsheetReadConfig.model_validate({"schema": schema}), {})
    assert shapes.outputs["done"]["properties"]["rows"]["items"]["required"] == ["name", "count"]


def test_only_so_many_rows() -> None:
    found = read(b"a\n" + b"1\n" * 50, max_rows=10)
    assert (len(found["rows"]), found["truncated"]) == (10, True)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"PK\x03\x04", "file_broken"),
        (lambda: changed(xlsx(["a"]), "xl/workbook.xml", b"<a"), "table_broken"),
        (lambda: changed(xlsx(["a"]), SHEET, b"<worksheet><sheetData><row><c>"), "table_broken"),
        (lambda: changed(xlsx(["a"]), "xl/workbook.xml", ENTITIES), "table_broken"),
        (lambda: changed(xlsx(["a"]), SHEET, b" " * 150_000_000), "file_too_large_inside"),
        (lambda: xlsx([]), "no_headings"),
        (lambda: xlsx([None, " "]), "no_headings"),
    ],
    ids=["no archive", "workbook", "sheet", "entities", "bomb", "empty", "blank"],
)
def test_a_sheet_that_is_damaged_or_built_to_burst(make: Callable[[], bytes], code: str) -> None:
    content = make()  # here, not while tests are collected: each process that collects would pack it
    with pytest.raises(NodeError) as caught:
        read(content, XLSX)
    assert caught.value.failed.code == code


def test_what_a_sheet_says_of_its_size_is_not_believed() -> None:
    content = xlsx(["a"], [1])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b'<dimension ref="A1:A2"' in sheet
    lying = sheet.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')
    assert read(changed(content, "xl/worksheets/sheet1.xml", lying), XLSX)["rows"] == [{"a": 1}]


@pytest.mark.parametrize("content", [b'a\n"' + b"x" * 200_000, b",".join([b"a"] * 600)])
def test_a_csv_without_an_end_or_with_too_many_cells(content: bytes) -> None:
    with pytest.raises(NodeError):
        read(content)


@given(st.binary(max_size=300))
def test_no_csv_is_a_crash(content: bytes) -> None:
    with contextlib.suppress(NodeError):
        read(content)
