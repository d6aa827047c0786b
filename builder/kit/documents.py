"""A Document is a YAML or JSON file read as plain data, with the place of every part, and nothing run on the way.

YAML is the safe subset: no aliases, anchors, tags, merges or several documents. What looks like a word stays a text:
`no`, `on`, `2026-01-01`, `1_000`, `007`, `+49…`, `12:30`. Only `null`, `true`, `false` and plain numbers are more.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from builder.kit.errors import HandrailError
from builder.kit.yaml_text import write_yaml

if TYPE_CHECKING:
    import yaml

__all__ = ["MAX_BYTES", "Document", "DocumentError", "read_document", "write_yaml"]

MAX_BYTES = 5_000_000
MAX_TEXT = 1_000_000
MAX_DEPTH = 64
MAX_NODES = 100_000

_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "True": True, "TRUE": True,
          "false": False, "False": False, "FALSE": False}  # fmt: skip
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.?(inf|nan)|-?infinity", re.IGNORECASE)
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_REST_OF_TEXT = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_PIECE = re.compile(r'[ \t\r\n]*+([{}\[\]:,"]|[^\s{}\[\]:,"]+|\S|\s)')


class DocumentError(HandrailError):
    """A file that cannot be used; the sentence says where and why.

    Attributes:
        name: the file as the person named it.
        line: from 1.
        column: from 1.
    """

    code = "bad_document"

    def __init__(self, what: str, name: str, line: int = 1, column: int = 1, way_out: str | None = None) -> None:
        super().__init__(f"{name}, line {line}, column {column}: {what}", way_out=way_out)
        self.name = name
        self.line = line
        self.column = column


@dataclass(slots=True)
class _Place:
    """Where a part begins (a field: where its key does), and the places inside it."""

    line: int
    column: int
    inside: dict[str | int, _Place] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file as plain data.

    Attributes:
        name: the file as the person named it.
        value: its content.
    """

    name: str
    value: Any
    _root: _Place = field(repr=False, compare=False)

    def place(self, path: tuple[str | int, ...]) -> tuple[int, int] | None:
        """Line and column, from 1, of a field's key or a list's item; None when the file does not have it."""
        place: _Place | None = self._root
        for part in path:
            place = place.inside.get(part) if place and place.inside else None
        return (place.line, place.column) if place else None

    def error(self, path: tuple[str | int, ...], what: str, way_out: str | None = None) -> DocumentError:
        """An error at a path, or at the nearest part above it that the file has."""
        while path and self.place(path) is None:
            path = path[:-1]
        line, column = self.place(path) or (1, 1)
        return DocumentError(what, self.name, line, column, way_out)


def read_document(source: bytes, name: str) -> Document:
    """Reads a file: JSON when its name ends in `.json`, or begins like it and does not end in `.yaml` or `.yml`.

    Args:
        source: the file's bytes, UTF-8, at most 5 MB.
        name: what the person calls it; it stands in every error.

    Raises:
        DocumentError: it is too large, too deep, or says what plain data cannot hold.
    """
    if len(source) > MAX_BYTES:
        raise DocumentError(f"The file has {len(source):,} bytes; at most {MAX_BYTES:,} can be read.", name)
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = source[: error.start].decode("utf-8", "replace")
        raise DocumentError("This is not UTF-8 text.", name, *_line_and_column(before, len(before))) from None
    zero = text.find("\x00")
    if zero >= 0:
        raise DocumentError("A NUL character cannot stand in a text.", name, *_line_and_column(text, zero))
    building = _Building(name)
    is_json = text.lstrip(" \t\r\n")[:1] in {"{", "["} and not name.lower().endswith((".yaml", ".yml"))
    if is_json or name.lower().endswith(".json"):
        _read_json(text, building)
    else:
        _read_yaml(text, building)
    return Document(name, building.value, building.place)


def _shown(text: str) -> str:
    """A piece of a file inside a sentence: short, on one line."""
    return repr(text if len(text) <= 30 else f"{text[:30]}…")


def _line_and_column(text: str, position: int) -> tuple[int, int]:
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


class _Building:
    """Puts a document together part by part, without recursion, and holds it to the limits."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.value: Any = None
        self.place = _Place(1, 1)
        self._open: list[tuple[Any, _Place]] = []
        self._key: tuple[str, int, int] | None = None
        self._nodes = 0

    @property
    def inside(self) -> str:
        """`map`, `list` or `` (nothing is open)."""
        if not self._open:
            return ""
        return "map" if isinstance(self._open[-1][0], dict) else "list"

    @property
    def wants_key(self) -> bool:
        """Whether a field's key comes next."""
        return self.inside == "map" and self._key is None

    def fail(self, what: str, at: tuple[int, int], way_out: str | None = None) -> DocumentError:
        """The error for a place."""
        return DocumentError(what, self.name, *at, way_out)

    def key(self, key: str, at: tuple[int, int]) -> None:
        """A field begins."""
        self._check_text(key, at)
        container, place = self._open[-1]
        if key in container and place.inside:
            raise self.fail(
                f"{_shown(key)} already stands in line {place.inside[key].line}.", at, "Keep one of the two."
            )
        self._key = (key, *at)

    def open(self, container: Any, at: tuple[int, int]) -> None:
        """A map or list begins."""
        if len(self._open) >= MAX_DEPTH:
            raise self.fail(f"It nests deeper than {MAX_DEPTH} levels.", at)
        place = self._put(container, at)
        place.inside = {}
        self._open.append((container, place))

    def close(self) -> None:
        """The innermost map or list ends."""
        self._open.pop()

    def scalar(self, value: Any, at: tuple[int, int]) -> None:
        """A text, number, true, false or null."""
        if isinstance(value, str):
            self._check_text(value, at)
        self._put(value, at)

    def number(self, text: str, at: tuple[int, int]) -> None:
        """A number as it is written."""
        if _INTEGER.fullmatch(text):
            if len(text) > 20 or not -(1 << 63) <= int(text) < 1 << 63:
                raise self.fail(
                    "This whole number does not fit into 64 bits.", at, "Put it in quotes to make it a text."
                )
            self._put(int(text), at)
            return
        value = float(text) if len(text) <= 400 else math.inf
        if not math.isfinite(value):
            raise self.fail("This number is too large.", at, "Put it in quotes to make it a text.")
        self._put(value, at)

    def _put(self, value: Any, at: tuple[int, int]) -> _Place:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self.fail(f"It has more than {MAX_NODES:,} parts.", at)
        place = _Place(*at)
        if not self._open:
            self.value, self.place = value, place
            return place
        container, outer = self._open[-1]
        inside = outer.inside if outer.inside is not None else {}
        if self._key is not None:
            key, place.line, place.column = self._key
            container[key] = value
            inside[key] = place
            self._key = None
        else:
            inside[len(container)] = place
            container.append(value)
        return place

    def _check_text(self, text: str, at: tuple[int, int]) -> None:
        if len(text) > MAX_TEXT:
            raise self.fail(f"This text has {len(text):,} characters; at most {MAX_TEXT:,} can be read.", at)
        if "\x00" in text:
            raise self.fail("A NUL character cannot stand in a text.", at)
        try:
            text.encode()
        except UnicodeEncodeError:
            raise self.fail("Half a surrogate pair cannot stand in a text.", at) from None


def _read_yaml(text: str, building: _Building) -> None:
    import yaml  # heavy: loaded on first use

    documents = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            at = _place_of(event.start_mark)
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise building.fail("A second document begins here; a file holds one.", at)
                continue
            _refuse_yaml_extras(event, building, at)
            if building.wants_key and isinstance(event, yaml.ScalarEvent):
                if event.value == "<<" and not event.style:
                    raise building.fail("`<<` (merge) is not used.", at, "Write the fields out.")
                building.key(event.value, at)
            elif building.wants_key and isinstance(event, yaml.CollectionStartEvent):
                raise building.fail("A key must be a text.", at, "If this is a value with braces, put it in quotes.")
            elif isinstance(event, yaml.CollectionStartEvent):
                building.open({} if isinstance(event, yaml.MappingStartEvent) else [], at)
            elif isinstance(event, yaml.CollectionEndEvent):
                building.close()
            elif isinstance(event, yaml.ScalarEvent):
                _put_yaml_scalar(event, building, at)
    except yaml.MarkedYAMLError as error:
        problem, at = error.problem or "it cannot be read", _place_of(error.problem_mark or error.context_mark)
        raise building.fail(f"This is not valid YAML: {problem}.", at) from None
    except yaml.reader.ReaderError as error:
        place = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]", text)
        at = _line_and_column(text, place.start() if place else 0)
        raise building.fail(f"A character stands here that YAML does not allow ({error.reason}).", at) from None


def _place_of(mark: Any) -> tuple[int, int]:
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)


def _refuse_yaml_extras(event: yaml.Event, building: _Building, at: tuple[int, int]) -> None:
    import yaml  # heavy: loaded on first use

    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise building.fail("Anchors and aliases (& and *) are not used.", at, "Write it out, or put it in quotes.")
    if getattr(event, "tag", None) is not None:
        raise building.fail("Tags (!) are not used.", at, "Leave it out, or put it in quotes.")


def _put_yaml_scalar(event: yaml.ScalarEvent, building: _Building, at: tuple[int, int]) -> None:
    text = event.value
    if event.style:
        building.scalar(text, at)
    elif text in _WORDS:
        building.scalar(_WORDS[text], at)
    elif _NUMBER.fullmatch(text):
        building.number(text, at)
    elif _NO_NUMBER.fullmatch(text) and text.lstrip("+-").startswith("."):
        raise building.fail("NaN and infinity are not numbers here.", at, "Put it in quotes to make it a text.")
    else:
        building.scalar(text, at)


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """The words, signs and quoted texts of JSON with their positions; at last an empty one."""
    position = 0
    while found := _PIECE.match(text, position):
        position = found.end()
        start = found.start(1)
        if found[1] == '"':
            rest = _REST_OF_TEXT.match(text, position)
            position = rest.end() if rest else len(text)
        yield text[start:position], start
    yield "", len(text)


def _read_json(text: str, building: _Building) -> None:
    """JSON by hand: its places, its limits and its duplicate keys are not to be had from the library."""
    breaks = [found.end() for found in re.finditer("\n", text)]
    line = 0
    expect = "value"
    for piece, position in _pieces(text):
        while line < len(breaks) and breaks[line] <= position:
            line += 1
        at = (line + 1, position - (breaks[line - 1] if line else 0) + 1)
        expect = _take_piece(piece, at, expect, building)
        if not piece:
            return


_AFTER_VALUE = {"map": ", or }", "list": ", or ]", "": "the end"}


def _take_piece(piece: str, at: tuple[int, int], expect: str, building: _Building) -> str:
    """Takes one piece and says what is expected next."""
    if expect.startswith("value") and (piece in {"{", "["} or piece[:1] == '"' or piece[:1] not in "{}[]:,"):
        if piece in {"{", "["}:
            building.open({} if piece == "{" else [], at)
            return "key or }" if piece == "{" else "value or ]"
        _put_json_scalar(piece, at, building)
        return _AFTER_VALUE[building.inside]
    if expect.startswith("key") and piece[:1] == '"':
        building.key(_json_text(piece, at, building), at)
        return ":"
    if expect == ":" and piece == ":":
        return "value"
    if piece in {"}", "]"} and expect.endswith(f"or {piece}"):
        building.close()
        return _AFTER_VALUE[building.inside]
    if piece == "," and expect.startswith(","):
        return "key" if building.inside == "map" else "value"
    if expect == "the end" and not piece:
        return expect
    shown = _shown(piece) if piece else "the end of the file"
    words = expect.replace("key", "a key in double quotes").replace("value", "a value")
    raise building.fail(f"This is not valid JSON: {words} is expected here, not {shown}.", at)


def _put_json_scalar(piece: str, at: tuple[int, int], building: _Building) -> None:
    if piece[:1] == '"':
        building.scalar(_json_text(piece, at, building), at)
    elif piece in {"null", "true", "false"}:
        building.scalar(_WORDS[piece], at)
    elif _JSON_NUMBER.fullmatch(piece):
        building.number(piece, at)
    elif _NO_NUMBER.fullmatch(piece):
        raise building.fail("NaN and infinity are not numbers here.", at, "Write null, or a text.")
    else:
        shown = _shown(piece) if piece else "the end of the file"
        raise building.fail(f"This is not valid JSON: a value is expected here, not {shown}.", at)


def _json_text(piece: str, at: tuple[int, int], building: _Building) -> str:
    try:
        text: str = json.loads(piece)
    except ValueError:
        raise building.fail("This text does not end, or holds a character that must be escaped.", at) from None
    return text
