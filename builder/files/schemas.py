"""What is said of a file, inside and over the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from builder.kit.wire import Id


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Everything of a file but its content.

    Attributes:
        team_id: whose it is; None for a file given on the command line.
        name: as people see it; never a path.
        media_type: found by looking into it.
        size: in bytes.
        key: of the payload that is its content.
        made_by: the id of the person who uploaded it; None when a step made it.
        run_id, path: the step that made it.
    """

    id: int
    team_id: int | None
    name: str
    media_type: str
    size: int
    key: str
    made_at: datetime
    made_by: str | None
    run_id: int | None
    path: str | None


class FileView(BaseModel):
    """A file as screens name it; its content is fetched apart."""

    model_config = ConfigDict(extra="forbid")

    id: Id
    name: str
    media_type: str
    size: int
    made_at: datetime


def show_file(file: FileFacts) -> FileView:
    """A file for a screen."""
    return FileView(id=file.id, name=file.name, media_type=file.media_type, size=file.size, made_at=file.made_at)
