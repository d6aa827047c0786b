"""What a file is, by what stands in it; what it may be called; and where ids of files stand in a value. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from builder.kit.ids import read_id
from builder.kit.shapes import branch_of
from builder.sdk import JSON, Schema

LOOKED_AT = 64 * 1024
"""Bytes at each end of a file by which its type is told."""
LONGEST_NAME = 200
PLAIN = "application/octet-stream"
"""The type of what is not known."""

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/x-msdownload"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_INSIDE_ZIP: tuple[tuple[bytes, str], ...] = (
    (b"xl/workbook.xml", f"{_OFFICE}spreadsheetml.sheet"),
    (b"word/document.xml", f"{_OFFICE}wordprocessingml.document"),
    (b"ppt/presentation.xml", f"{_OFFICE}presentationml.presentation"),
    (b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (b"mimetypeapplication/epub+zip", "application/epub+zip"),
)
_TEXTS = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "xml": "application/xml",
    "md": "text/markdown",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "eml": "message/rfc822",
    "ics": "text/calendar",
    "vcf": "text/vcard",
}
_MARKUP = re.compile(rb"\s*<(!doctype\s+html|html|head|body|script|iframe)\b", re.IGNORECASE)
_SVG = re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!doctype\s+svg[^>]*>\s*)?<svg\b", re.IGNORECASE)
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def find_media_type(head: bytes, tail: bytes, name: str) -> str:
    """The media type of a file, told by its beginning and its end; its name only tells one sort of text from another.

    Args:
        head: its first `LOOKED_AT` bytes, or all of it.
        tail: its last `LOOKED_AT` bytes, or all of it.
        name: what it is called.
    """
    for begins, media_type in _BEGINNINGS:
        if head.startswith(begins):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in (b"heic", b"heix", b"mif1") else "video/mp4"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return next((found for mark, found in _INSIDE_ZIP if mark in head or mark in tail), "application/zip")
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    if not head.startswith(_WIDE) and (_NO_TEXT.search(head) or _NO_TEXT.search(tail)):
        return PLAIN
    if _SVG.match(head):
        return "image/svg+xml"
    if _MARKUP.match(head):
        return "text/html"
    return _TEXTS.get(name.rpartition(".")[2].lower(), "text/plain")


def clean_name(name: str) -> str:
    """A file's name as it is kept: no folder, no character that no name may hold, not too long."""
    text = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    text = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text)
    text = re.sub(r'[<>:"|?*]', "_", " ".join(text.split())).strip(". ")
    if len(text) > LONGEST_NAME:
        stem, dot, ending = text.rpartition(".")
        ending = f"{dot}{ending}" if dot and len(ending) <= 10 else ""
        text = text[: LONGEST_NAME - len(ending)].rstrip() + ending if stem else text[:LONGEST_NAME]
    return text or "file"


def write_disposition(name: str) -> str:
    """The header that makes a browser save a file under its name and never show it (RFC 6266)."""
    plain = re.sub(r"[^ -~]|[\"\\%]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def is_accepted(media_type: str, accept: Collection[str]) -> bool:
    """Whether a field that names these media types (`image/*`, `application/pdf`) takes this one; without any, all."""
    family = f"{media_type.partition('/')[0]}/*"
    return not accept or any(each.strip().lower() in (media_type, family, "*/*") for each in accept)


class Place(NamedTuple):
    """A file's id where a value must hold one.

    Attributes:
        path: where in the value (`rows.0.scan`).
        id: as the value writes it.
        schema: what the field says of it.
    """

    path: str
    id: str
    schema: Schema


def find_places(schema: Schema, value: JSON, path: str = "") -> Iterator[Place]:
    """Every id of a file in a value, where its schema says `format: file`."""

    def inside(key: object) -> str:
        return f"{path}.{key}" if path else str(key)

    if "oneOf" in schema:
        branch = branch_of(schema, value)
        if branch is not None:
            yield from find_places(branch, value, path)
    elif isinstance(value, str):
        if schema.get("format") == "file":
            yield Place(path, value, schema)
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from find_places(_part(schema.get("items")), item, inside(at))
    elif isinstance(value, dict):
        fields, others = _part(schema.get("properties")), _part(schema.get("additionalProperties"))
        for name, item in value.items():
            yield from find_places(fields.get(name, others), item, inside(name))


def change_files(schema: Schema, value: JSON, change: Callable[[str], str]) -> JSON:
    """A value with every text changed that stands where its schema says `format: file`."""
    if "oneOf" in schema:
        branch = branch_of(schema, value)
        return value if branch is None else change_files(branch, value, change)
    if isinstance(value, str):
        return change(value) if schema.get("format") == "file" else value
    if isinstance(value, list):
        return [change_files(_part(schema.get("items")), item, change) for item in value]
    if isinstance(value, dict):
        fields, others = _part(schema.get("properties")), _part(schema.get("additionalProperties"))
        return {name: change_files(fields.get(name, others), item, change) for name, item in value.items()}
    return value


def _part(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {}


def file_ids(value: JSON) -> frozenset[int]:
    """Every text in a value that could be a file's id, as numbers."""
    found: set[int] = set()
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if len(each) == 13:
                try:
                    found.add(read_id(each))
                except ValueError:
                    continue
        elif isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, dict):
            waiting.extend(each.values())
    return frozenset(found)
