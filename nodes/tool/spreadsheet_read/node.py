"""tool.spreadsheet_read: the rows of a CSV or XLSX file as records."""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, StringConstraints, field_validator

from builder.sdk import (
    MAIN,
    AfterCrash,
    Context,
    Done,
    Effect,
    Effects,
    Kind,
    NodeConfig,
    NodeType,
    Outcome,
    Schema,
    Shapes,
    StoredFile,
    broken_file,
    check_schema,
    decode_text,
    free_record,
    open_archive,
    read_part,
)
from builder.sdk.reading import OLE, refuse_ole
from builder.sdk.spreadsheets import LONGEST_CELL, find_delimiter, find_uncounted, read_rows

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEXTS = ("text/csv", "text/tab-separated-values", "text/plain")
_LARGEST_PART = 128 * 1024 * 1024
_MOST_COLUMNS = 500
_LAST_ROW = 1_048_576
"""No row of an XLSX file has a higher number."""
_STRICT = b"purl.oclc.org/ooxml/spreadsheetml"
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_KINDS = ("string", "number", "integer", "boolean")
_YES, _NO = frozenset(("true", "yes", "ja", "1", "x", "wahr")), frozenset(("false", "no", "nein", "0", "falsch"))
_DATES = {"iso": "%Y-%m-%d", "day_first": "%d.%m.%Y", "month_first": "%m/%d/%Y"}
_NO_SPACES = dict.fromkeys(map(ord, " '\u00a0\u2009\u202f\u2019"))
_INTEGERS = range(-(1 << 63), 1 << 63)


class SpreadsheetReadConfig(NodeConfig):
    """Which rows are read, and what their cells mean."""

    sheet: Annotated[
        str, StringConstraints(max_length=100), Field(title="Sheet", description="Of an XLSX file; empty: the first.")
    ] = ""
    header_row: Annotated[
        int, Field(ge=1, le=1_000, title="Row of the headings", description="The rows below it are read.")
    ] = 1
    wanted: Annotated[
        dict[str, Any],
        Field(
            alias="schema",
            title="Columns",
            description="The fields to take and what each holds; without any, all columns are taken as they are.",
        ),
    ] = Field(default_factory=dict)
    delimiter: Annotated[
        Literal["find", "comma", "semicolon", "tab", "pipe"],
        Field(title="Between the cells of a CSV file", description="`find` takes what the first lines have."),
    ] = "find"
    decimal: Annotated[Literal["point", "comma"], Field(title="Decimals in a CSV file are after a")] = "point"
    dates: Annotated[
        Literal["iso", "day_first", "month_first"],
        Field(title="Dates in a CSV file", description="2026-11-30, 30.11.2026 or 11/30/2026."),
    ] = "iso"
    on_bad_row: Annotated[
        Literal["fail", "leave_out"], Field(title="A row that does not fit", description="It can be listed as `bad`.")
    ] = "fail"
    max_rows: Annotated[int, Field(ge=1, le=9_999, title="Rows at most")] = 5_000

    @field_validator("wanted")
    @classmethod
    def _flat(cls, wanted: dict[str, Any]) -> dict[str, Any]:
        if not wanted:
            return wanted
        problems = check_schema(wanted)
        if problems:
            raise ValueError(f"{'.'.join(map(str, problems[0].path)) or 'it'}: {problems[0].sentence}")
        for name, field in wanted.get("properties", {}).items():
            if _kind_of(field) not in _KINDS or field.get("format") in ("file", "duration"):
                raise ValueError(f"a cell holds a text, a number, a date or yes and no; {name!r} is none of them")
        if wanted.get("type") != "object" or not wanted.get("properties"):
            raise ValueError("it is a record: type object, with the fields to take")
        return wanted


class Table(NamedTuple):
    """Its sheets; its rows from the headings on, each with its number; formulas without a value (row, column)."""

    sheets: list[str]
    rows: Iterator[tuple[int, Sequence[Any]]]
    uncounted: frozenset[tuple[int, int]] = frozenset()


class SpreadsheetRead(NodeType):
    """Reads a table into records."""

    name = "tool.spreadsheet_read"
    title = "Read a spreadsheet"
    summary = "Gives the rows of a CSV or XLSX file as records."
    kind = Kind.TOOL
    effects = Effects(Effect.READ, after_crash=AfterCrash.RETRY_SAFE)
    emits = frozenset({"untrusted"})
    blocking = True
    Config = SpreadsheetReadConfig
    In = free_record({"file": {"type": "string", "format": "file", "title": "File"}})
    Out = free_record({
        "rows": {"type": "array", "items": {"type": "object"}},
        "columns": {"type": "array", "items": free_record({"field": {"type": "string"}, "title": {"type": "string"}})},
        "sheets": {"type": "array", "items": {"type": "string"}},
        "bad": {
            "type": "array",
            "items": free_record({
                "row": {"type": "integer"}, "column": {"type": "string"}, "sentence": {"type": "string"}
            }),
        },
        "truncated": {"type": "boolean"},
    })  # fmt: skip

    def shapes(self, config: SpreadsheetReadConfig, inputs: Mapping[str, Schema]) -> Shapes:
        """With columns named, every row is such a record."""
        if not config.wanted:
            return super().shapes(config, inputs)
        item = {**config.wanted, "additionalProperties": False}
        properties = {**self.Out["properties"], "rows": {"type": "array", "items": item}}
        return Shapes(self.In or {}, {MAIN.name: free_record(properties)})

    async def run(self, config: SpreadsheetReadConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """Reads the rows; a cell that is not what its column says is told with its place."""
        table = _open_table(await context.read_file(inputs["file"]), config)
        titles = next((cells for number, cells in table.rows if number == config.header_row), None)
        if titles is None:
            raise broken_file("no_headings", f"The table has no row {config.header_row}, so there are no headings.")
        columns = _name_columns(titles)
        missing = [name for name in config.wanted.get("required", ()) if name not in columns]
        if missing:
            raise broken_file("column_missing", f"The table has no column {', '.join(missing[:5])}.")
        reader = Reader(config, columns, table.uncounted)
        rows: list[dict[str, Any]] = []
        truncated = False
        for number, cells in table.rows:
            if not any(cell not in (None, "") for cell in cells):
                continue
            if len(rows) + len(reader.bad) >= config.max_rows:
                truncated = True
                break
            record = reader.read(number, cells)
            if record is not None:
                rows.append(record)
        shown = [{"field": field, "title": _text_of(titles[at])} for field, at in columns.items()]
        return Done({
            "rows": rows, "columns": shown, "sheets": table.sheets, "bad": reader.bad, "truncated": truncated,
        })  # fmt: skip


class Reader:
    """Turns rows into records.

    Attributes:
        bad: the rows that do not fit: number, column, and why.
    """

    def __init__(
        self, config: SpreadsheetReadConfig, columns: Mapping[str, int], uncounted: frozenset[tuple[int, int]]
    ) -> None:
        self._config = config
        self._uncounted = uncounted
        self._columns = columns
        self._fields: Mapping[str, Any] = config.wanted.get("properties", {})
        self._required = frozenset(config.wanted.get("required", ()))
        self.bad: list[dict[str, Any]] = []

    def read(self, number: int, cells: Sequence[Any]) -> dict[str, Any] | None:
        """One row; None when it does not fit and is left out."""
        for name in (self._fields or self._columns) if self._uncounted else ():
            if (number, self._columns.get(name, -1) + 1) in self._uncounted:
                self._refuse(number, name, "it is a formula, and the file does not hold its value")
                return None
        if not self._fields:
            return {name: _plain(_cell(cells, at)) for name, at in self._columns.items()}
        record: dict[str, Any] = {}
        for name, field in self._fields.items():
            value = _cell(cells, self._columns[name]) if name in self._columns else None
            is_null = "null" in _listed(field.get("type"))
            if value in (None, ""):
                if is_null:
                    record[name] = None
                elif name in self._required:
                    self._refuse(number, name, "it is empty")
                    return None
                continue
            try:
                record[name] = self._convert(value, field)
            except (ValueError, OverflowError) as problem:
                self._refuse(number, name, str(problem))
                return None
        return record

    def _refuse(self, number: int, name: str, why: str) -> None:
        sentence = f"Row {number}, column {name}: {why}."
        if self._config.on_bad_row == "fail":
            raise broken_file("row_does_not_fit", sentence)
        self.bad.append({"row": number, "column": name, "sentence": sentence})

    def _convert(self, value: Any, field: Mapping[str, Any]) -> Any:
        kind = _kind_of(field)
        if kind in ("number", "integer"):
            found = value if _is_number(value) else _number(_text_of(value), self._config.decimal)
            if not math.isfinite(found):
                raise ValueError("it is no number")
            if kind == "number":
                return float(found)
            if int(found) != found or int(found) not in _INTEGERS:
                raise ValueError("it is no whole number")
            return int(found)
        if kind == "boolean":
            return _truth(value)
        if field.get("format") == "date":
            return _date(value, self._config.dates)
        text = _text_of(value)
        if "enum" in field and text not in field["enum"]:
            raise ValueError(f"it is none of {', '.join(map(str, field['enum'][:10]))}")
        return text


def _open_table(file: StoredFile, config: SpreadsheetReadConfig) -> Table:
    if file.media_type == _XLSX:
        return _open_xlsx(file.content, config)
    if file.media_type in _TEXTS:
        return Table([], _read_csv(decode_text(file.content), config))
    if file.media_type == OLE:
        raise refuse_ole(file.content)
    raise broken_file("table_type", f"This step reads CSV and XLSX files; this one is {file.media_type}.")


def _read_csv(text: str, config: SpreadsheetReadConfig) -> Iterator[tuple[int, Sequence[Any]]]:
    found, text = find_delimiter(text, config.header_row)
    for number, cells in enumerate(read_rows(text, _DELIMITERS.get(config.delimiter) or found), 1):
        if len(cells) > _MOST_COLUMNS:
            raise broken_file("too_many_columns", f"Row {number} has more than {_MOST_COLUMNS} cells.")
        if number >= config.header_row:
            yield number, cells


def _open_xlsx(content: bytes, config: SpreadsheetReadConfig) -> Table:
    from openpyxl import load_workbook  # heavy: 0.3 s, only who reads an XLSX file waits for it

    with open_archive(content, one=_LARGEST_PART) as archive:
        if _STRICT in (read_part(archive, "xl/workbook.xml") or b""):
            raise broken_file("table_type", "The file is a strict XLSX file; save it as a usual one.")
        try:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        except Exception as problem:  # a damaged file makes the library raise whatever comes
            raise broken_file("table_broken", "The XLSX file is damaged and cannot be read.") from problem
        sheets = {str(each.title): each for each in book.worksheets}
        if config.sheet and config.sheet not in sheets:
            raise broken_file("sheet_missing", f"None of its sheets ({len(sheets)}) is called {config.sheet!r}.")
        if not sheets:
            raise broken_file("sheet_missing", "The XLSX file has no sheet with cells.")
        sheet = sheets[config.sheet] if config.sheet else book.worksheets[0]
        try:
            uncounted = find_uncounted(archive, sheet._worksheet_path)
        except Exception as problem:  # a part that is not there, or cannot be unpacked
            raise broken_file("table_broken", "The XLSX file is damaged and cannot be read.") from problem
    return Table(list(sheets), _read_sheet(book, sheet, config), uncounted)


def _read_sheet(book: Any, sheet: Any, config: SpreadsheetReadConfig) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows that hold anything: a file of some bytes can have a million between two of them."""
    with closing(book):
        sheet.reset_dimensions()  # what the file says of its size may be a lie
        try:
            rows = sheet.iter_rows(min_row=config.header_row, max_col=_MOST_COLUMNS + 1, values_only=True)
            for number, cells in enumerate(rows, config.header_row):
                if cells.count(None) == len(cells) and config.header_row < number < _LAST_ROW:
                    continue
                if number > _LAST_ROW or cells[_MOST_COLUMNS:].count(None) != len(cells[_MOST_COLUMNS:]):
                    break
                yield number, cells
            else:
                return
        except Exception as problem:  # as above
            raise broken_file("table_broken", "The XLSX file is damaged and cannot be read.") from problem
    if number > _LAST_ROW:
        raise broken_file("table_broken", "The XLSX file has rows beyond the last that there can be.")
    raise broken_file("too_many_columns", f"Row {number} has more than {_MOST_COLUMNS} cells.")


def _name_columns(titles: Sequence[Any]) -> dict[str, int]:
    """Field name → position. `Amount (EUR)` is `amount_eur`; the second of two that are alike is `amount_eur_2`."""
    found: dict[str, int] = {}
    for at, title in enumerate(titles):
        text = unicodedata.normalize("NFKD", _text_of(title).replace("ß", "ss").casefold())
        name = re.sub(r"[^a-z0-9]+", "_", "".join(each for each in text if each.isascii() or each.isspace())).strip("_")
        if not text.strip():
            continue
        name = f"column_{name or at + 1}" if not name or name[0].isdigit() else name[:60]
        number, plain = 2, name
        while name in found:
            name, number = f"{plain}_{number}", number + 1
        found[name] = at
    if not found:
        raise broken_file("no_headings", "The row of the headings is empty.")
    return found


def _cell(cells: Sequence[Any], at: int) -> Any:
    value = cells[at] if at < len(cells) else None
    return value.strip() if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    """A cell as plain data: dates as text, empty as null."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or (_is_number(value) and abs(value) < 2**63):
        return value
    return _text_of(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)[:LONGEST_CELL]


def _number(text: str, decimal: str) -> float | int:
    """A number as it is written; `1,5` where decimals are after a point is refused, not taken for 15."""
    said = text.translate(_NO_SPACES)
    group, point = (".", ",") if decimal == "comma" else (",", ".")
    if group in said:
        if not re.match(rf"[+-]?\d{{1,3}}(\{group}\d{{3}})+(?![\d{group}])", said, re.ASCII):
            raise ValueError(f"it is no number with decimals after a {decimal}")
        said = said.replace(group, "")
    said = said.replace(point, ".")
    if not re.fullmatch(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?", said, re.ASCII):
        raise ValueError("it is no number")
    return int(said) if re.fullmatch(r"[+-]?\d{1,18}", said) else float(said)


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = _text_of(value).casefold()
    if text in _YES or text in _NO:
        return text in _YES
    raise ValueError("it is neither yes nor no")


def _date(value: Any, way: str) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return datetime.strptime(_text_of(value), _DATES[way]).date().isoformat()  # noqa: DTZ007  # a date has no zone
    except ValueError:
        raise ValueError("it is no such date") from None


def _kind_of(field: Mapping[str, Any]) -> str:
    kinds = [each for each in _listed(field.get("type")) if each not in (None, "null")]
    return str(kinds[0]) if kinds else "string" if "enum" in field else ""


def _listed(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]


NODE = SpreadsheetRead()
