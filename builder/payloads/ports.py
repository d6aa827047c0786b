"""What a store of payloads is, and the rules that every store keeps."""

from __future__ import annotations

import hashlib
import re
from typing import BinaryIO, ClassVar, Protocol

from builder.kit.errors import HandrailError

LARGEST = 32 * 1024 * 1024
"""Bytes of the largest payload."""

PIECE = 256 * 1024
"""Bytes of a file that are in memory at once."""

_KEY = re.compile(r"[0-9a-f]{64}")


class PayloadError(HandrailError):
    """A payload cannot be stored, or is not there, or is not what was stored."""

    code = "payload"
    status: ClassVar[int] = 500


class PayloadStore(Protocol):
    """Keeps bytes under their hash. Storing the same bytes twice keeps them once."""

    def put(self, content: bytes) -> str:
        """Stores bytes so that they outlive a crash, and gives their key: SHA-256 as 64 hex digits.

        Raises:
            PayloadError: they are too large, or cannot be stored.
        """
        ...

    def put_file(self, file: BinaryIO) -> str:
        """The same for an open file, from where it stands to its end.

        Raises:
            PayloadError: it is too large, or cannot be stored.
        """
        ...

    def get(self, key: str) -> bytes:
        """The bytes behind a key, checked against it.

        Raises:
            PayloadError: they are not there, or were changed.
        """
        ...


def key_of(content: bytes) -> str:
    """The key of some bytes.

    Raises:
        PayloadError: they are too large.
    """
    if len(content) > LARGEST:
        raise _too_large(f"{len(content):,}")
    return hashlib.sha256(content).hexdigest()


def key_of_file(file: BinaryIO) -> str:
    """The key of what an open file holds from where it stands, read piece by piece; it stands there again afterwards.

    Raises:
        PayloadError: it is too large.
    """
    start, size, digest = file.tell(), 0, hashlib.sha256()
    while piece := file.read(PIECE):
        size += len(piece)
        if size > LARGEST:
            raise _too_large(f"more than {LARGEST:,}")
        digest.update(piece)
    file.seek(start)
    return digest.hexdigest()


def _too_large(size: str) -> PayloadError:
    return PayloadError(
        f"A value of {size} bytes is too large; the limit is {LARGEST:,}.",
        way_out="Pass on a part of it, or an address where it can be read.",
    )


def check_key(key: str) -> None:
    """Refuses what is not a key, so that none can be a path.

    Raises:
        PayloadError: it is not one.
    """
    if not _KEY.fullmatch(key):
        raise PayloadError(f"{key[:80]!r} is not the key of a payload.")


def check_content(key: str, content: bytes) -> bytes:
    """The bytes, if they are those that were stored under this key.

    Raises:
        PayloadError: they are not.
    """
    if hashlib.sha256(content).hexdigest() != key:
        raise PayloadError(f"The stored value {key[:12]}… was changed or damaged.", way_out="Restore it from a backup.")
    return content
