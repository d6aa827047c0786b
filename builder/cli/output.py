"""What leaves the command line: one JSON document on stdout, or words for people; never a traceback."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from builder.kit.errors import HandrailError

NOT_SIGNED_IN = "name as given, not signed in"
HOLDS, FINDINGS, UNUSABLE, WAITING, FAULT = 0, 1, 2, 3, 70


class Ending(Exception):
    """Ends a command with an exit code and one sentence.

    Attributes:
        code: the exit code.
        record: what `--json` prints, under `error`.
    """

    def __init__(self, sentence: str, *, code: int = UNUSABLE, record: dict[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.record = record or {"code": "unusable", "sentence": sentence}


def unusable(error: HandrailError) -> Ending:
    """An error for people as the end of a command."""
    sentence = error.sentence if error.way_out is None else f"{error.sentence} {error.way_out}"
    return Ending(sentence, record=error.as_record())


def end_with(ending: Ending, *, as_json: bool) -> int:
    """Prints an Ending where it belongs and gives its exit code."""
    if as_json:
        print_json({"error": ending.record})
    else:
        print(ending.sentence, file=sys.stderr)
    return ending.code


def open_streams() -> None:
    """Lets what the terminal's encoding does not have stand as its escape, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_json(document: Any) -> None:
    """The one JSON document of this command."""
    narrow = not (sys.stdout.encoding or "").lower().startswith("utf")
    sys.stdout.write(json.dumps(document, ensure_ascii=narrow, indent=2, allow_nan=False, default=str))
    sys.stdout.write("\n")
    sys.stdout.flush()


def say(line: str = "") -> None:
    """A line for people, at once: whoever waits for it may read from a pipe."""
    print(line, flush=True)
