"""tool.spreadsheet_read on files as offices and programs write them: what is between cells, formulas, far-off rows."""

from __future__ import annotations

from typing import Any

import pytest

from builder.sdk import NodeError
from nodes.tool.spreadsheet_read.test_spreadsheet_read import SHEET, XLSX, changed, read, xlsx

OLE = "application/x-ole-storage"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TEXT = b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>'


def sheet(*rows: bytes) -> bytes:
    """An XLSX file whose sheet is written by hand."""
    return changed(xlsx(["x"]), SHEET, HEAD + b"".join(rows) + b"</sheetData></worksheet>")


def typed(kind: str) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": {"type": kind}}}


def code_of(content: bytes, media_type: str = "text/csv", **config: Any) -> str:
    with pytest.raises(NodeError) as caught:
        read(content, media_type, **config)
    return caught.value.failed.code


@pytest.mark.parametrize(
    "text",
    [
        "a;b\n1,5;2,5\n1,5;2,5\n1,5;2,5\n1,5;2,5\n",
        '"a";"b"\n"one, two, three";"four, five"\n',
        "sep=;\na;b\n1,5;2,5\n",
        "Report, of November, by Ann\na;b\n1,5;2,5\n",
        "a\tb\n1,5;x\t2,5;y\n",
    ],
)
def test_commas_in_numbers_and_texts_are_not_what_stands_between_cells(text: str) -> None:
    found = read(text.encode(), header_row=2 if text.startswith("Report") else 1)
    assert [each["field"] for each in found["columns"]] == ["a", "b"]
    assert all("," in row["a"] for row in found["rows"])


def test_a_quote_that_never_closes_swallows_no_rows_in_silence() -> None:
    assert code_of(b'a,b\n"1,2\n3,4\n') == "table_broken"
    assert read(b'a,b\n"1\n1",2')["rows"] == [{"a": "1\n1", "b": "2"}]


@pytest.mark.parametrize(
    ("text", "decimal"), [("1,5", "point"), ("1.5", "comma"), ("1,23,456", "point"), ("1e999", "point")]
)
def test_a_number_that_means_something_else_is_refused_and_not_guessed(text: str, decimal: str) -> None:
    assert code_of(f'a\n"{text}"\n'.encode(), schema=typed("number"), decimal=decimal) == "row_does_not_fit"


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1,234,567.5", "point", 1234567.5), ("1.234,50", "comma", 1234.5), ("-5,5", "comma", -5.5),
        ("1\u202f234,5", "comma", 1234.5), ("1’234.5", "point", 1234.5),
    ],
)  # fmt: skip
def test_thousands_may_be_told_apart(text: str, decimal: str, number: float) -> None:
    assert read(f'a\n"{text}"\n'.encode(), schema=typed("number"), decimal=decimal)["rows"] == [{"a": number}]


def test_headings_in_other_letters_still_name_columns() -> None:
    found = read("Имя,Сумма,€\nx,1,2\n".encode())
    assert found["rows"] == [{"column_1": "x", "column_2": "1", "column_3": "2"}]
    assert found["columns"][0]["title"] == "Имя"


def test_a_formula_without_its_value_is_not_taken_for_empty() -> None:
    content = xlsx(["a", "b"], [1, "=A2*2"], [2, 5])
    assert code_of(content, XLSX) == "row_does_not_fit"
    found = read(content, XLSX, on_bad_row="leave_out")
    assert found["rows"] == [{"a": 2, "b": 5}]
    assert found["bad"] == [
        {"row": 2, "column": "b", "sentence": "Row 2, column b: it is a formula, and the file does not hold its value."}
    ]
    assert read(content, XLSX, schema=typed("number"))["rows"] == [{"a": 1}, {"a": 2}]


def test_a_formula_whose_value_the_file_holds_is_its_value() -> None:
    rows = (
        b'<row r="1">' + TEXT % (b"A1", b"a") + TEXT % (b"B1", b"b") + b"</row>",
        b'<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>""</f><v></v></c></row>',
    )
    assert read(sheet(*rows), XLSX)["rows"] == [{"a": 2, "b": None}]


def test_a_row_a_million_rows_below_costs_no_minute_and_one_beyond_the_last_is_no_row() -> None:
    head = b'<row r="1">' + TEXT % (b"A1", b"a") + b"</row>"
    far = b'<row r="%d"><c r="A%d"><v>7</v></c></row>'
    assert read(sheet(head, far % (200_000, 200_000)), XLSX)["rows"] == [{"a": 7}]
    assert code_of(sheet(head, far % (10**9, 10**9)), XLSX) == "table_broken"


def test_a_sheet_with_too_many_columns_is_not_cut_in_silence() -> None:
    assert code_of(xlsx([f"h{at}" for at in range(501)]), XLSX) == "too_many_columns"


def test_numbers_that_are_none_are_told() -> None:
    rows = b'<row r="1">' + TEXT % (b"A1", b"a") + b'</row><row r="2"><c r="A2"><v>1e999</v></c></row>'
    assert code_of(sheet(rows), XLSX, schema=typed("number")) == "row_does_not_fit"


def test_locked_old_and_strict_office_files_are_told_apart() -> None:
    begin = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    assert code_of(begin + "EncryptedPackage".encode("utf-16-le"), OLE) == "file_encrypted"
    assert code_of(begin, OLE) == "old_office_file"
    strict = b'<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'
    assert code_of(changed(xlsx(["a"]), "xl/workbook.xml", strict), XLSX) == "table_type"


def test_a_sheet_that_is_not_there_does_not_tell_what_others_are_called() -> None:
    with pytest.raises(NodeError) as caught:
        read(xlsx(["a"], sheets=("Kim Example 4111",)), XLSX, sheet="Orders")
    assert "Kim" not in caught.value.failed.sentence
