"""What a process says of itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Process:
    """One program that lives.

    Attributes:
        id: 32 hex digits, made at its start.
        role: `api`, `worker`, `keeper` or `up`.
        place: the machine that it runs on.
        pid: its number there.
        version: of the program.
        knows: the newest migration that it knows.
        keys: fingerprints of its vault key and its audit key; they tell nothing of the keys but whether they are equal.
    """

    id: str
    role: str
    place: str
    pid: int
    version: str
    knows: str
    keys: str
