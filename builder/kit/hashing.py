"""Canonical JSON and its hash: equal values have equal bytes, whatever order they were written in."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """Plain data as its one canonical JSON text (sorted keys, no spaces, UTF-8).

    Raises:
        ValueError: the value holds NaN or infinity, which JSON cannot say.
        TypeError: the value is not plain data.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def hash_value(value: Any) -> str:
    """SHA-256 of the canonical JSON, as 64 hex digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
