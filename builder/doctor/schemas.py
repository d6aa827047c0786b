"""What a doctor says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How well something is: `warn` works, and should be looked at; `fail` does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was looked at.

    Attributes:
        name: what: `database`, `keys` …
        state: how well it is.
        sentence: what was found.
        way_out: what to do; None where there is nothing to do.
    """

    name: str
    state: State
    sentence: str
    way_out: str | None = None


def good(name: str, sentence: str) -> Sign:
    """It is well."""
    return Sign(name, State.OK, sentence)


def doubtful(name: str, sentence: str, way_out: str) -> Sign:
    """It works, and should be looked at."""
    return Sign(name, State.WARN, sentence, way_out)


def bad(name: str, sentence: str, way_out: str) -> Sign:
    """It does not work."""
    return Sign(name, State.FAIL, sentence, way_out)
