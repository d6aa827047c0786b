"""Giving files to a run: it may read those that stand in its input, and no other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session

from builder.files.rules import Place, file_ids, find_places, is_accepted
from builder.files.schemas import FileFacts
from builder.files.store import link_files, lock_files, read_files, read_runs_of
from builder.kit.errors import HandrailError
from builder.kit.ids import read_id
from builder.kit.shapes import example_of
from builder.sdk import JSON, Schema

EXAMPLE = str(example_of({"type": "string", "format": "file"}))
"""What stands for a file in an example; nobody uploaded it."""


class FileNotGivenError(HandrailError):
    """An input names a file that cannot be given."""

    code: ClassVar[str] = "file_not_given"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class Given:
    """What a run is started with.

    Attributes:
        team_id: whose run it is.
        schema: of its input.
        input: in its one form, and fitting its schema.
        beside: what else goes into it (pinned outputs).
        lent: the files that whoever starts it may give; nothing else is given, however it is named.
        examples: whether what stands for a file in an example may stand there (nothing is written in this run).
    """

    team_id: int | None
    schema: Schema
    input: JSON
    beside: JSON
    lent: frozenset[int]
    examples: bool = False


def give_files(session: Session, run_id: int, given: Given) -> None:
    """Lets a new run read the files in its input.

    Raises:
        FileNotGivenError: one of them is not there, may not be given, or is not what the input takes.
    """
    places = [
        each for each in find_places(given.schema, given.input) if not (given.examples and each.id == EXAMPLE)
    ]  # fmt: skip
    beside = file_ids(given.beside) & given.lent
    wanted = {_number(each) for each in places}
    files = lock_files(session, (wanted & given.lent) | beside)
    for place in places:
        _judge_file(place, files.get(_number(place)), given.team_id)
    link_files(session, run_id, [each.id for each in files.values() if each.team_id == given.team_id])


def _number(place: Place) -> int:
    try:
        return read_id(place.id)
    except ValueError:
        return -1


def _judge_file(place: Place, file: FileFacts | None, team_id: int | None) -> None:
    where = place.path or None
    named = f"`{where}`: " if where else ""
    if file is None or file.team_id != team_id:
        raise FileNotGivenError(
            f"The input does not fit. {named}There is no such file that you may give.",
            field=where,
            case="gone",
            way_out="Upload the file anew; one that no run was given is deleted after a day.",
        )
    most, accept = place.schema.get("maxSize"), place.schema.get("accept", ())
    if most is not None and file.size > most:
        raise FileNotGivenError(
            f"The input does not fit. {named}“{file.name}” has {file.size:,} bytes; it may have {most:,}.",
            field=where, case="large", file=file.name, most=most,
        )  # fmt: skip
    if not is_accepted(file.media_type, accept):
        raise FileNotGivenError(
            f"The input does not fit. {named}“{file.name}” is {file.media_type}; this takes {', '.join(accept)}.",
            field=where, case="type", file=file.name, type=file.media_type, accept=", ".join(accept),
        )  # fmt: skip


def lend_files(
    session: Session, value: JSON, person: str, sees: Callable[[Collection[int]], bool]
) -> frozenset[int]:  # fmt: skip
    """The files in a value that somebody may give to a run: what he uploaded, and what he may see.

    Args:
        session: any session.
        value: an input, or pinned outputs.
        person: his id.
        sees: whether he may see what went through one of some runs.
    """
    files: Mapping[int, FileFacts] = read_files(session, file_ids(value))
    runs = read_runs_of(session, files.keys())
    return frozenset(
        number for number, each in files.items() if each.made_by == person or sees(runs.get(number, frozenset()))
    )
