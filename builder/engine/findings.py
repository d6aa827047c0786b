"""A Finding is one thing that the checker has to say."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any


class Severity(StrEnum):
    """`error` keeps a workflow from being woven; `warning` and `note` do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about a workflow.

    Attributes:
        code: stable name, `lower_snake`.
        severity: how bad it is.
        sentence: what is wrong, in plain words.
        way_out: what to do about it.
        node: path of the node it is about (`rows.check` for a node in a body), or None for the whole workflow.
        field: dotted path inside that node (`inputs.body`, `config.cases.0.when`), or inside the file.
        params: the values inside the sentence.
    """

    code: str
    severity: Severity
    sentence: str
    way_out: str
    node: str | None = None
    field: str | None = None
    params: dict[str, Any] = dataclasses.field(default_factory=dict, compare=False)

    def as_record(self) -> dict[str, Any]:
        """The finding as plain data, keys as `handrail check --json` gives them."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "node": self.node,
            "field": self.field,
            "sentence": self.sentence,
            "way_out": self.way_out,
        }

    def as_view(self) -> dict[str, Any]:
        """The finding for a screen: the record, and the values inside its sentence."""
        return {**self.as_record(), "params": self.params}


def has_error(findings: list[Finding]) -> bool:
    """True when any of them keeps the workflow from being woven."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def error(
    code: str, sentence: str, way_out: str, node: str | None = None, field: str | None = None, **params: Any
) -> Finding:
    """A finding that keeps the workflow from being woven.

    Args:
        code: its name; of sentences that differ, `case` among the params says which.
        sentence: what is wrong.
        way_out: what to do about it.
        node: path of the node.
        field: place inside that node, or inside the file.
        params: the values inside the sentence, for a screen with words of its own.
    """
    return Finding(code, Severity.ERROR, sentence, way_out, node, field, params)


def warning(
    code: str, sentence: str, way_out: str, node: str | None = None, field: str | None = None, **params: Any
) -> Finding:
    """A finding that people should read, and may leave; its arguments are those of `error`."""
    return Finding(code, Severity.WARNING, sentence, way_out, node, field, params)


_MOST_COMPARED = 20
_MOST_KNOWN = 1_000
"""A file with thousands of wrong names must not take minutes."""


def suggest(word: str, words: Iterable[str]) -> str:
    """`Did you mean …?` with the nearest of the known words, or a list of them when none is near and they are few."""
    known = list(islice(words, _MOST_KNOWN))
    alike = [
        each
        for each in known
        if abs(len(each) - len(word)) <= 3 and (each[:1] == word[:1] or each[-1:] == word[-1:])
    ]  # fmt: skip
    near = difflib.get_close_matches(word, sorted(alike[:_MOST_COMPARED]), n=1, cutoff=0.6)
    if near:
        return f"Did you mean `{near[0]}`?"
    if known and len(known) <= 12:
        return "There is " + ", ".join(f"`{each}`" for each in sorted(known)) + "."
    return "Choose one that exists."
