"""Reading tables that strangers made: what stands between the cells of a CSV file, and what an XLSX file leaves out."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from itertools import chain, islice

from builder.sdk.reading import broken_file

DELIMITERS = (",", ";", "\t", "|")
LONGEST_CELL = 100_000
"""Characters that a cell may have."""
_LOOKED_AT = 256 * 1024
_ROWS_LOOKED_AT = 20
_SAID = re.compile(r"\Asep=([^\n\w\"])\n", re.IGNORECASE)
_END = "\x00"
"""Stands in no text that was decoded, so a cell that holds it has swallowed the end of its file."""
_UNCOUNTED = re.compile(
    rb"<c\b(?P<says>[^<>]{0,300})>\s{0,9}<f\b(?:[^<>]{0,300}/>|[^<>]{0,300}>[^<]{0,9999}</f>)"
    rb"\s{0,9}(?:<v>\s{0,9}</v>|<v\s{0,9}/>)?\s{0,9}</c>"
)
_CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_MOST_UNCOUNTED = 100_000
_PIECE = 4 * 1024 * 1024
_OVERLAP = 64 * 1024


def find_delimiter(text: str, head: int = 1) -> tuple[str, str]:
    """What stands between the cells of a CSV text, and the text without a first line that says so (`sep=;`).

    It is what cuts the most rows into as many cells as the headings have: commas in numbers do not count.

    Args:
        text: decoded, with line feeds.
        head: the row of the headings, from 1.
    """
    said = _SAID.match(text)
    if said:
        return said.group(1), text[said.end() :]

    def fits(delimiter: str) -> tuple[int, int]:
        rows = csv.reader(io.StringIO(text[:_LOOKED_AT], newline=""), delimiter=delimiter)
        try:
            cells = [len(row) for row in islice(rows, head - 1, head + _ROWS_LOOKED_AT) if row]
        except csv.Error:
            return 0, 0
        wide = cells[0] if cells else 0
        return (cells.count(wide), wide) if wide > 1 else (0, 0)

    return max(DELIMITERS, key=fits), text


def read_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows of a CSV text.

    Raises:
        NodeError: it is damaged, or a quote opens that never closes, which would swallow all rows after it.
    """
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(chain(io.StringIO(text, newline=""), (_END,)), delimiter=delimiter)
    row = 0
    try:
        for row, cells in enumerate(reader, 1):
            if cells == [_END]:
                return
            if cells and cells[-1].endswith(_END):
                raise broken_file(
                    "table_broken", f"A quotation mark opens in row {row} of the CSV file and never closes."
                )
            yield cells
    except csv.Error as problem:
        raise broken_file("table_broken", f"The CSV file cannot be read beyond row {row}.") from problem


def find_uncounted(archive: zipfile.ZipFile, part: str) -> frozenset[tuple[int, int]]:
    """The cells of a sheet with a formula whose value the file does not hold: (row, column), from 1.

    Programs that write XLSX files often leave values to whoever opens them; a library reads such a cell as empty.
    """
    found: set[tuple[int, int]] = set()
    with archive.open(part) as source:
        kept = b""
        while piece := source.read(_PIECE):
            seen = kept + piece
            for cell in _UNCOUNTED.finditer(seen):
                place = _CELL.search(cell["says"])
                if place and b't="str"' not in cell["says"]:  # the value of such a formula may be an empty text
                    found.add((int(place[2]), _column(place[1])))
            if len(found) > _MOST_UNCOUNTED:
                break
            kept = seen[-_OVERLAP:]
    return frozenset(found)


def _column(letters: bytes) -> int:
    number = 0
    for each in letters:
        number = number * 26 + each - ord("A") + 1
    return number
