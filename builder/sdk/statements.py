"""SQL statements as text with names in it: `:name` stands for a value, unless it is quoted or in a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PIECE = re.compile(
    r"""(?P<text>'(?:[^']|'')*')|(?P<name>"(?:[^"]|"")*")|(?P<line>--[^\n]*)|(?P<block>/\*)
    |(?P<dollar>\$(?:[A-Za-z_]\w*)?\$)|(?P<cast>::)|(?P<value>:[A-Za-z_]\w*)|(?P<end>;)|(?P<escape>[eE]'(?:[^'\\]|\\.|'')*')
    |(?P<word>[A-Za-z_]\w*)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)


def split_statement(query: str) -> Iterator[tuple[str, str]]:
    """A statement in pieces: `value` (`:name`), `end` (`;`), `comment`, `word`, or `other`. Quoted text is one."""
    at = 0
    while at < len(query):
        found = _PIECE.search(query, at)
        if found is None:
            yield "other", query[at:]
            return
        if found.start() > at:
            yield "other", query[at : found.start()]
        kind, stop = str(found.lastgroup), found.end()
        if kind == "block":
            stop = _end_of_comment(query, found.start())
        elif kind == "dollar":
            close = query.find(found.group(), stop)
            stop = len(query) if close < 0 else close + len(found.group())
        shown = {"line": "comment", "block": "comment", "value": "value", "end": "end", "word": "word"}
        yield shown.get(kind, "other"), query[found.start() : stop]
        at = stop


def _end_of_comment(query: str, at: int) -> int:
    """Behind a comment that may hold others, as in PostgreSQL."""
    depth = 0
    for found in re.finditer(r"/\*|\*/", query[at:]):
        depth += 1 if found.group() == "/*" else -1
        if depth == 0:
            return at + found.end()
    return len(query)


def names_in(query: str) -> list[str]:
    """The inputs that a statement takes, in order."""
    return list(dict.fromkeys(text[1:] for kind, text in split_statement(query) if kind == "value"))


def first_word(query: str) -> str:
    """The word that a statement begins with; empty when it begins with none."""
    for kind, text in split_statement(query):
        if kind == "comment" or not text.strip(" \t\r\n("):
            continue
        return text if kind == "word" else ""
    return ""


def write_for_psycopg(query: str) -> str:
    """A statement in the words of the driver: a value is `%(name)s`; a comment or an end is a space."""

    def write(kind: str, text: str) -> str:
        if kind == "value":
            return f"%({text[1:]})s"
        return " " if kind in ("comment", "end") else text.replace("%", "%%")

    return "".join(write(kind, text) for kind, text in split_statement(query))
