"""Record and replay: the same question gets the answer that was recorded for it, so that a test is repeatable.

A cassette is a folder with one file per question. Its name is the hash of the question; the question itself is not
kept, because prompts are nobody's to read later. An answer is given back exactly as it was recorded, usage included.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from builder.kit.hashing import hash_value
from builder.providers.gateway import Gateway
from builder.providers.speech import fail
from builder.sdk import FailureClass, ModelAnswer, ModelRequest, Usage


def hash_request(request: ModelRequest) -> str:
    """The question's hash: all that shapes the answer, so not the step's idempotency key."""
    record = asdict(request)
    del record["key"], record["asker"]
    return hash_value(record)


class Cassettes:
    """A gateway that replays; where nothing is recorded it asks the one behind it and records, or fails.

    Way `replay` never asks; `record` always asks and writes; `fill` asks only where nothing is recorded.
    """

    def __init__(
        self, folder: Path, behind: Gateway | None = None, way: Literal["replay", "record", "fill"] = "replay"
    ) -> None:
        self._folder = folder
        self._behind = behind if way != "replay" else None
        self._way = way

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        """The recorded answer, or a new one. Raises NodeError (`not_recorded`, or what the gateway behind raises)."""
        place = self._folder / f"{hash_request(request)}.json"
        if self._way != "record":
            answer = _read_answer(place)
            if answer is not None:
                return answer
        if self._behind is None:
            raise fail(
                FailureClass.PERMANENT,
                "not_recorded",
                f"No answer of {request.connection!r} is recorded for this question. Record it first.",
            )
        answer = await self._behind.ask(request)
        _write_answer(place, answer)
        return answer

    def worst_cost(self, request: ModelRequest) -> float:
        """The most that this question can cost: nothing where a recorded answer is given."""
        return 0.0 if self._behind is None else self._behind.worst_cost(request)

    async def aclose(self) -> None:
        """Closes the gateway behind."""
        if self._behind is not None:
            await self._behind.aclose()


def _read_answer(place: Path) -> ModelAnswer | None:
    try:
        record = json.loads(place.read_text("utf-8"))
        return ModelAnswer(record["text"], Usage(**record["usage"]), record["record"], record["confidence"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise fail(
            FailureClass.PERMANENT, "not_recorded", f"The recorded answer {place.name} cannot be read. Record it again."
        ) from None


def _write_answer(place: Path, answer: ModelAnswer) -> None:
    """Writes beside and renames, so that a reader never sees half a file."""
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps(asdict(answer), ensure_ascii=False, sort_keys=True, indent=1), "utf-8")
    beside.replace(place)
