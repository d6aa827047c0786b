"""A payload is a value too large for a row: stored once under the hash of its content, before the commit that names it.

Two stores keep them: a folder, for one machine, and an object store that speaks S3, for several.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.payloads.folder import PARTS, FolderStore
    from builder.payloads.objects import ObjectStore
    from builder.payloads.ports import LARGEST, PayloadError, PayloadStore
    from builder.payloads.signature import S3Key

_DOORS = {
    "FolderStore": "folder",
    "PARTS": "folder",
    "ObjectStore": "objects",
    "LARGEST": "ports",
    "PayloadError": "ports",
    "PayloadStore": "ports",
    "S3Key": "signature",
}

__all__ = ["LARGEST", "PARTS", "FolderStore", "ObjectStore", "PayloadError", "PayloadStore", "S3Key"]


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (the object store brings an HTTP client)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.payloads has no {name!r}")
    return getattr(import_module(f"builder.payloads.{_DOORS[name]}"), name)
