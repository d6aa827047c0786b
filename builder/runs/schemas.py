"""What the rows of a record look like, before they are rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

STEP, SCOPE, RUN = "step", "scope", "run"


class Row(NamedTuple):
    """One row of `step`, without the run, the epoch and the moment that its commit gives it."""

    seq: int
    kind: str
    path: str
    status: str
    attempt: int
    record: str
    output: str | None
    output_ref: str | None
    secret: bytes | None


@dataclass(frozen=True, slots=True)
class StoredText:
    """A value as its row holds it: inline text, or the key of a payload."""

    text: str | None
    ref: str | None


NOTHING = StoredText(None, None)
