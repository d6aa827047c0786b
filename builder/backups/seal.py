"""The keys of an installation inside its backup, under a passphrase that is never stored."""

from __future__ import annotations

import secrets

from builder.backups.schemas import BackupError, SealedKeys
from builder.kit.sealing import KEY_BYTES, SealError, open_sealed, seal

SHORTEST = 12
_CONTEXT = b"handrail backup keys"
_WORK = 2**15
"""How hard it is to try a passphrase: 32 MiB and about a tenth of a second each (RFC 7914)."""


def seal_keys(vault: bytes, audit: bytes, passphrase: str) -> SealedKeys:
    """Both keys, sealed.

    Raises:
        BackupError: the passphrase is too short to keep anything.
    """
    if len(passphrase) < SHORTEST:
        raise BackupError(f"A passphrase of fewer than {SHORTEST} characters keeps no key safe.")
    salt = secrets.token_bytes(16)
    return SealedKeys(salt.hex(), seal(_derive(passphrase, salt), vault + audit, _CONTEXT).hex())


def open_keys(keys: SealedKeys, passphrase: str) -> tuple[bytes, bytes]:
    """The vault key and the audit key.

    Raises:
        BackupError: the passphrase is another, or what was sealed was changed.
    """
    try:
        plain = open_sealed(_derive(passphrase, bytes.fromhex(keys.salt)), bytes.fromhex(keys.sealed), _CONTEXT)
    except (SealError, ValueError):
        raise BackupError("The keys in this backup do not open with this passphrase.") from None
    return plain[:KEY_BYTES], plain[KEY_BYTES:]


def _derive(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # heavy: loaded on first use

    return Scrypt(salt=salt, length=KEY_BYTES, n=_WORK, r=8, p=1).derive(passphrase.encode())
