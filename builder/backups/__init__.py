"""A Backup is one file with all that an installation knows: its tables as one moment saw them, its payloads, and the
fingerprints of its keys. It is written while runs go, and restored into an empty installation on either database.

A Backup is a tar of JSON lines and payloads, so that it can be read without this program: `format.json`, a file of
`tables/` for each table, `payloads/` under their hashes, the keys if they were asked for (sealed by a passphrase), and
`manifest.json` with the hash of each of them at its end. Who has it has all that people gave to runs: keep it as safe.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.backups.restore import restore_backup
    from builder.backups.schemas import BackupError, Head, Manifest, SealedKeys
    from builder.backups.seal import open_keys, seal_keys
    from builder.backups.verify import verify_backup
    from builder.backups.write import write_backup

_DOORS = {
    "restore_backup": "restore",
    "BackupError": "schemas",
    "Head": "schemas",
    "Manifest": "schemas",
    "SealedKeys": "schemas",
    "open_keys": "seal",
    "seal_keys": "seal",
    "verify_backup": "verify",
    "write_backup": "write",
}

__all__ = [
    "BackupError", "Head", "Manifest", "SealedKeys", "open_keys", "restore_backup", "seal_keys", "verify_backup",
    "write_backup",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (SQLAlchemy is heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.backups has no {name!r}")
    return getattr(import_module(f"builder.backups.{_DOORS[name]}"), name)
