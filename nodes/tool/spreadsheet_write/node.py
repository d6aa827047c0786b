"""tool.spreadsheet_write: records as the rows of a CSV or XLSX file."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from builder.sdk import (
    MAIN,
    Context,
    Done,
    Effects,
    Kind,
    NodeConfig,
    NodeType,
    Outcome,
    Schema,
    Shapes,
    Template,
    broken_file,
    free_record,
)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?\Z")
_NO_CELL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NO_SHEET = re.compile(r"[\\/*?:\[\]]")
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_LONGEST_CELL = 32_767
_MOST_COLUMNS = 500
_FIRST_YEAR = 1901
"""Office programs count days from 1900, and disagree about its first months."""
_EXACT = 10**15
"""Up to here an office program keeps every digit of a number."""
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}


class Column(NodeConfig):
    """One column: which field of a row stands in it, and what is written above."""

    field: Annotated[str, StringConstraints(min_length=1, max_length=200), Field(title="Field")]
    title: Annotated[str, StringConstraints(max_length=200), Field(title="Heading")] = ""


class SpreadsheetWriteConfig(NodeConfig):
    """What the file is called, and which columns it has."""

    name: Annotated[
        str,
        Template(scope="inputs"),
        StringConstraints(min_length=1, max_length=300),
        Field(title="File name", description="{{ name }} puts an input in."),
    ]
    write_as: Annotated[Literal["xlsx", "csv"], Field(title="Sort of file")] = "xlsx"
    columns: Annotated[
        tuple[Column, ...],
        Field(max_length=_MOST_COLUMNS, title="Columns", description="Without any, every field that a row has."),
    ] = ()
    sheet: Annotated[str, StringConstraints(min_length=1, max_length=31), Field(title="Sheet")] = "Rows"
    delimiter: Annotated[
        Literal["comma", "semicolon", "tab"], Field(title="Between the cells of a CSV file")
    ] = "comma"  # fmt: skip


class SpreadsheetWrite(NodeType):
    """Writes records into a table."""

    name = "tool.spreadsheet_write"
    title = "Write a spreadsheet"
    summary = "Writes records into a CSV or XLSX file of the run."
    kind = Kind.TOOL
    effects = Effects()
    blocking = True
    Config = SpreadsheetWriteConfig
    expects: ClassVar[Mapping[str, Schema]] = {"rows": {"type": "array", "items": {"type": "object"}, "title": "Rows"}}
    Out = free_record({
        "file": {"type": "string", "format": "file"},
        "name": {"type": "string"},
        "media_type": {"type": "string"},
        "size": {"type": "integer", "minimum": 0},
        "rows": {"type": "integer", "minimum": 0},
    })  # fmt: skip

    def shapes(self, config: SpreadsheetWriteConfig, inputs: Mapping[str, Schema]) -> Shapes:
        """`rows` is a list of records; all other inputs are for the name."""
        given = inputs.get("rows", {})
        item = given.get("items", {}) if given.get("type") == "array" else {}
        rows = {"type": "array", "items": item if item.get("type") == "object" else {"type": "object"}}
        return Shapes(free_record({**inputs, "rows": rows}), {MAIN.name: self.Out})

    async def run(self, config: SpreadsheetWriteConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """Writes the file; the same rows give the same file, however often the step is tried."""
        rows: Sequence[Mapping[str, Any]] = inputs["rows"]
        columns = config.columns or tuple(Column(field=each) for each in _fields_of(rows))
        name = config.name if "{{" not in config.name else context.render(config.name, dict(inputs))
        if not name.lower().endswith(f".{config.write_as}"):
            name += f".{config.write_as}"
        dates = _dates_in(context.schema)
        if config.write_as == "csv":
            content, media_type = _write_csv(rows, columns, _DELIMITERS[config.delimiter]), "text/csv"
        else:
            content, media_type = _write_xlsx(rows, columns, config.sheet, dates), _XLSX
        kept = await context.keep_file(name, media_type, content)
        return Done({
            "file": kept.id, "name": kept.name, "media_type": kept.media_type, "size": kept.size, "rows": len(rows),
        })  # fmt: skip


def _fields_of(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """Every field that a row has, in the order in which they are first met."""
    found = list(dict.fromkeys(name for row in rows for name in row))
    if len(found) > _MOST_COLUMNS:
        raise broken_file("too_many_columns", f"The rows have {len(found):,} fields; a table has {_MOST_COLUMNS}.")
    return found


def _dates_in(schema: Schema) -> Mapping[str, str]:
    """Which fields of the rows are dates or moments, by the schema that the step was woven with."""
    fields = schema.get("properties", {}).get("rows", {}).get("items", {}).get("properties", {})
    return {name: said["format"] for name, said in fields.items() if said.get("format") in ("date", "date-time")}


def _value(row: Mapping[str, Any], column: Column) -> Any:
    """A cell's value: of a list its items in a line, of a record its JSON."""
    value = row.get(column.field)
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        return ", ".join("" if each is None else str(each) for each in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _harmless(text: str) -> str:
    """A text that no office program takes for a formula when it opens a CSV file."""
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.match(text) else text


def _write_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], delimiter: str) -> bytes:
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([_harmless(each.title or each.field) for each in columns])
    for row in rows:
        cells = [_value(row, each) for each in columns]
        writer.writerow([
            _harmless(each) if isinstance(each, str) else "" if each is None else str(each).lower()
            if isinstance(each, bool) else each
            for each in cells
        ])  # fmt: skip
    return made.getvalue().encode("utf-8-sig")


def _write_xlsx(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], sheet: str, dates: Mapping[str, str]
) -> bytes:
    from openpyxl import Workbook  # heavy: 0.3 s, only who writes an XLSX file waits for it
    from openpyxl.cell import WriteOnlyCell  # heavy: as above
    from openpyxl.styles import Font  # heavy: as above

    heads = [_cut(each.title or each.field) for each in columns]
    lines = [[_typed(_value(row, each), dates.get(each.field)) for each in columns] for row in rows]
    book = Workbook(write_only=True)
    page = book.create_sheet(_NO_SHEET.sub(" ", sheet).strip("' ") or "Rows")
    page.freeze_panes = "A2"

    def cell(value: Any, shown: str | None = None, *, bold: bool = False) -> Any:
        made = WriteOnlyCell(page, value=value)
        if isinstance(value, str):
            made.data_type = "s"  # a text that begins like a formula stays a text
        if shown:
            made.number_format = shown
        if bold:
            made.font = Font(bold=True)
        return made

    page.append([cell(each, bold=True) for each in heads])
    for line in lines:
        page.append([cell(*each) for each in line])
    made = io.BytesIO()
    book.save(made)
    return _same_each_time(made.getvalue())


def _typed(value: Any, date_format: str | None) -> tuple[Any, str | None]:
    """A value as the cell holds it, and how it is shown."""
    if isinstance(value, int) and abs(value) > _EXACT:
        return str(value), None  # as a number its last digits would be lost
    if not isinstance(value, str):
        return value, None
    try:
        if date_format == "date" and (day := date.fromisoformat(value)).year >= _FIRST_YEAR:
            return day, "yyyy-mm-dd"
        if date_format == "date-time" and (moment := datetime.fromisoformat(value)).year >= _FIRST_YEAR:
            return moment.replace(tzinfo=None), "yyyy-mm-dd hh:mm:ss"
    except ValueError:
        return _cut(value), None
    return _cut(value), None


def _cut(text: str) -> str:
    if len(text) > _LONGEST_CELL:
        raise broken_file("cell_too_long", f"A text has {len(text):,} characters; a cell holds {_LONGEST_CELL:,}.")
    return _NO_CELL.sub("", text)


def _same_each_time(content: bytes) -> bytes:
    """An XLSX file without the moments at which it was made: the same rows are the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            inside = _STAMP.sub(rb"\g<1>2000-01-01T00:00:00Z", old.read(part))
            new.writestr(zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0)), inside, zipfile.ZIP_DEFLATED)
    return made.getvalue()


NODE = SpreadsheetWrite()
