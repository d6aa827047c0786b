"""What a file is told by, what it may be called, and where its id stands in a value."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.files.rules import (
    LONGEST_NAME,
    PLAIN,
    clean_name,
    file_ids,
    find_media_type,
    find_places,
    is_accepted,
    write_disposition,
)
from builder.kit.ids import show_id

OFFICE = "application/vnd.openxmlformats-officedocument"
XLSX, DOCX = f"{OFFICE}.spreadsheetml.sheet", f"{OFFICE}.wordprocessingml.document"


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (b"%PDF-1.7 ...", "a.txt", "application/pdf"),
        (b"\xef\xbb\xbf\n%PDF-1.4", "a", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "a.pdf", "image/png"),
        (b"\xff\xd8\xff\xe0", "a", "image/jpeg"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "a.zip", XLSX),
        (zipped("[Content_Types].xml", "word/document.xml"), "a.docx", DOCX),
        (zipped("a.txt"), "a.xlsx", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old.xls", "application/x-ole-storage"),
        (b"name;amount\nA;1\n", "a.csv", "text/csv"),
        ("Straße;1\n".encode("cp1252"), "a.CSV", "text/csv"),
        ("name\tA".encode("utf-16"), "a.tsv", "text/tab-separated-values"),
        (b"plain", "a.exe", "text/plain"),
        (b"MZ\x90\x00", "a.csv", "application/x-msdownload"),
        (b"abc\x00def", "a.txt", PLAIN),
        (b"  <!DOCTYPE html><html>", "a.txt", "text/html"),
        (b"<script>alert(1)</script>", "a.csv", "text/html"),
        (b"<?xml version='1.0'?>\n<svg onload='x'>", "a.txt", "image/svg+xml"),
        (b"{}", "a.json", "application/json"),
        (b"", "a", "text/plain"),
    ],
)  # fmt: skip
def test_a_type_is_told_by_what_stands_in_a_file(content: bytes, name: str, found: str) -> None:
    assert find_media_type(content, content, name) == found


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\Invoice 7.pdf", "Invoice 7.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("..", "file"),
        ("", "file"),
        ("Ru\u0308ckzahlung.pdf", "R\u00fcckzahlung.pdf"),
        ("a" * 300 + ".xlsx", "a" * (LONGEST_NAME - 5) + ".xlsx"),
    ],
)
def test_a_name_is_kept_without_what_no_name_may_hold(name: str, kept: str) -> None:
    assert clean_name(name) == kept


@given(st.text(max_size=400))
def test_any_name_can_be_kept_and_sent(name: str) -> None:
    kept = clean_name(name)
    assert 1 <= len(kept) <= LONGEST_NAME
    assert not set(kept) & set('/\\"\r\n\x00')
    header = write_disposition(kept)
    assert header.isascii()
    assert header.startswith("attachment; ")
    assert clean_name(kept) == kept


@pytest.mark.parametrize(
    ("media_type", "accept", "taken"),
    [
        ("application/pdf", [], True),
        ("application/pdf", ["application/pdf"], True),
        ("image/png", ["application/pdf", "image/*"], True),
        ("text/html", ["image/*"], False),
        ("text/html", ["*/*"], True),
    ],
)
def test_a_field_takes_what_it_names(media_type: str, accept: list[str], *, taken: bool) -> None:
    assert is_accepted(media_type, accept) is taken


FILE = {"type": "string", "format": "file"}


def test_ids_are_found_where_the_schema_says_that_a_file_stands() -> None:
    schema = {
        "type": "object",
        "properties": {
            "one": FILE,
            "text": {"type": "string"},
            "many": {"type": "array", "items": {"type": "object", "properties": {"scan": FILE}}},
            "either": {
                "oneOf": [
                    {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "a"}, "of": FILE}},
                    {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "b"}}},
                ]
            },
        },
        "additionalProperties": {"type": ["string", "null"], "format": "file"},
    }
    value = {
        "one": "f1", "text": "f2", "many": [{"scan": "f3"}, {"scan": None}], "either": {"kind": "a", "of": "f4"},
        "other": "f5", "none": None,
    }  # fmt: skip
    found = {each.path: each.id for each in find_places(schema, value)}
    assert found == {"one": "f1", "many.0.scan": "f3", "either.of": "f4", "other": "f5"}


IDS = st.integers(0, (1 << 63) - 1).map(show_id)
VALUES = st.recursive(IDS | st.none() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3), max_leaves=5)


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=3))
def test_what_looks_like_an_id_is_found_anywhere(value: object) -> None:
    assert all(show_id(each) in str(value) for each in file_ids(value))
