"""Answers that were decided beforehand (`--answers FILE`): step path → decision, by whom, why."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from builder.cli.output import Ending, unusable
from builder.kit.errors import HandrailError
from builder.workflows import read_file

Clarification = Literal["repeat", "happened", "give_up"]
_NO_OBJECT = ("dict_type", "model_type", "model_attributes_type")
_INDEX = re.compile(r"\[\d+\]")


class Answer(BaseModel):
    """One answer. To an uncertain step it is `repeat`, `happened` (with the output as `edit`) or `give_up`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: Literal["approve", "edit", "reject", "repeat", "happened", "give_up"]
    by: str = ""
    reason: str = ""
    edit: Any = None

    def clarified(self) -> Clarification:
        """The answer to an uncertain step.

        Raises:
            HandrailError: it answers another kind of question.
        """
        for word in get_args(Clarification):
            if self.decision == word:
                return cast("Clarification", word)
        raise HandrailError(
            "Nobody knows whether this step's effect happened.", way_out="Answer `repeat`, `happened` or `give_up`."
        )


@dataclass
class Answers:
    """The answers of a file, and which were given."""

    by_path: dict[str, Answer] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)

    def take(self, path: str) -> Answer | None:
        """The answer for a step; `rows[].check` answers for every item, unless `rows[3].check` is there."""
        return self.by_path.get(path) or self.by_path.get(_INDEX.sub("[]", path))


def read_answers(path: Path | None) -> Answers:
    """The answers of a file.

    Raises:
        Ending: the file cannot be used (exit 2).
    """
    if path is None:
        return Answers()
    try:
        document = read_file(path)
        try:
            return Answers(TypeAdapter(dict[str, Answer]).validate_python(document.value or {}))
        except ValidationError as problem:
            first = problem.errors(include_url=False)[0]
            place = tuple(first["loc"])
            about = ".".join(map(str, place)) or "the file"
            what = "it must be an object" if first["type"] in _NO_OBJECT else first["msg"]
            raise document.error(place, f"{about}: {what}.", "Write: path: {decision, by, reason}.") from None
    except HandrailError as error:
        raise unusable(error) from None


def refuse_unnamed(answers: Answers) -> None:
    """Every answer names its reviewer.

    Raises:
        Ending: one does not (exit 2).
    """
    for path, answer in answers.by_path.items():
        if not answer.by.strip():
            raise Ending(f"The answer for {path} does not say who decided. Add `by:` with the reviewer's name.")
