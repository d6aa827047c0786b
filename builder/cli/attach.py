"""Files on the command line: named by their paths in the input, and saved into a folder when a run made them."""

from __future__ import annotations

from pathlib import Path

from builder.cli.output import Ending, say, unusable
from builder.files import Content, change_files, keep_upload, read_files_of
from builder.kit.errors import HandrailError
from builder.kit.ids import read_id, show_id
from builder.sdk import JSON, Schema
from builder.wiring import Application

PIECE = 256 * 1024


def attach_files(application: Application, schema: Schema, value: JSON, starter: str) -> tuple[JSON, frozenset[int]]:
    """The input with an id for every path where its schema wants a file, and those ids.

    Raises:
        Ending: a file is not there, cannot be read, or is too large (exit 2).
    """
    kept: dict[str, str] = {}

    def take(path: str) -> str:
        if path not in kept:
            kept[path] = show_id(_keep(application, Path(path), starter))
        return kept[path]

    changed = change_files(schema, value, take)
    return changed, frozenset(read_id(each) for each in kept.values())


def _keep(application: Application, path: Path, starter: str) -> int:
    try:
        with Content() as content, path.open("rb") as file:
            while piece := file.read(PIECE):
                content.write(piece)
            key = content.store(application.payloads)
            with application.transaction() as session:
                kept = keep_upload(session, content, key, path.name, team_id=None, person=starter, actor=starter)
    except OSError as error:
        raise Ending(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    except HandrailError as error:
        raise unusable(error) from None
    return kept.id


def save_files(application: Application, run_id: int, folder: Path, *, say_so: bool) -> None:
    """Writes what a run made into a folder; a name that is there already gets a number.

    Raises:
        Ending: the folder cannot be written to (exit 2).
    """
    with application.database.read() as session:
        made = [each for each in read_files_of(session, run_id) if each.run_id is not None]
    try:
        for each in made:
            folder.mkdir(parents=True, exist_ok=True)
            place = _free_place(folder, each.name)
            place.write_bytes(application.payloads.get(each.key))
            if say_so:
                say(f"Saved {place}")
    except OSError as error:
        raise Ending(f"{folder} cannot be written to: {(error.strerror or str(error)).lower()}.") from None


def _free_place(folder: Path, name: str) -> Path:
    place, number = folder / name, 2
    while place.exists():
        place, number = folder / f"{Path(name).stem} {number}{Path(name).suffix}", number + 1
    return place
