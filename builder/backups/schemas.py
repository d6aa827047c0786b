"""What a backup holds, as its own files say it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from builder.kit.errors import HandrailError

FORMAT = "handrail-backup: 1"
HEAD, MANIFEST, KEYS = "format.json", "manifest.json", "keys.json"
TABLES, PAYLOADS = "tables/", "payloads/"


class BackupError(HandrailError):
    """A backup cannot be written, read or restored."""

    code: ClassVar[str] = "backup"
    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Head:
    """Where a backup comes from.

    Attributes:
        format: always `FORMAT`.
        version: of the program that wrote it.
        revision: the migration that its tables had gone through.
        dialect: `sqlite` or `postgresql`; it can be restored into either.
        made_at: when its moment was, in UTC, by the database's clock.
        prints: fingerprints of the vault key and the audit key.
    """

    format: str
    version: str
    revision: str
    dialect: str
    made_at: str
    prints: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup, said at its end: a file without one was cut off.

    Attributes:
        head: where it comes from.
        rows: table → how many rows.
        payloads: how many payloads.
        missing: keys of payloads that rows name and the store did not have whole.
        hashes: name of each file in it → SHA-256.
    """

    head: Head
    rows: dict[str, int] = field(default_factory=dict)
    payloads: int = 0
    missing: tuple[str, ...] = ()
    hashes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SealedKeys:
    """The keys of an installation under a passphrase: the salt, and both keys sealed, as hex digits."""

    salt: str
    sealed: str
