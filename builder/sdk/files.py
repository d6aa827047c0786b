"""Files: what a person uploaded, or a step made. A workflow hands on their ids; a node reads them by its Context."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is kept.

    Attributes:
        id: what stands for it in a workflow's values (`format: file`).
        name: as people see it; never a path.
        media_type: found by looking into it, not by its name.
        size: in bytes.
        content: all of it.
    """

    id: str
    name: str
    media_type: str
    size: int
    content: bytes = field(repr=False)
