"""What databases say, as plain data: values of every sort, how much they weigh, and what a refused connection means."""

from __future__ import annotations

import math
import os
import re
import ssl
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from builder.sdk.outcomes import Failed, FailureClass

INTEGERS = range(-(1 << 63), 1 << 63)
"""What a database and plain data both hold as a whole number."""
_BUSY = re.compile(r"starting up|shutting down|in recovery|recovery mode|too many|connection slots|connection limit")
_SIGN_IN = re.compile(r"authentication|pg_hba\.conf|permitted to log in|(role|database) \".*\" does not exist")
_UNTRUSTED = re.compile(r"does not support SSL|certificate|SSL error|SSL required", re.IGNORECASE)


class BytesError(ValueError):
    """A column holds bytes, which are no plain data."""


def plain_value(value: Any) -> Any:
    """A value of a database as plain data.

    Raises:
        BytesError: it holds bytes.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, int):
        return value if value in INTEGERS else str(value)
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            return None
        return int(value) if value == int(value) and int(value) in INTEGERS else float(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain_value(each) for each in value]
    if isinstance(value, dict):
        return {str(name): plain_value(each) for name, each in value.items()}
    if isinstance(value, bytes | bytearray | memoryview):
        raise BytesError
    return str(value)


def weigh(value: Any) -> int:
    """About how many bytes a plain value has, with all that is in it."""
    if isinstance(value, str):
        return len(value) + 8
    if isinstance(value, list):
        return 8 + sum(map(weigh, value))
    if isinstance(value, dict):
        return 8 + sum(len(name) + weigh(each) for name, each in value.items())
    return 8


def find_roots() -> str:
    """The file of the certificate authorities that a database's certificate is looked up in.

    A driver that comes with a TLS of its own knows none of this machine's.
    """
    own = Path.home() / ".postgresql" / "root.crt"
    found = (os.environ.get("SSL_CERT_FILE"), str(own), ssl.get_default_verify_paths().cafile)
    place = next((each for each in found if each and Path(each).is_file()), None)
    if place is None:
        import certifi  # heavy: a file of authorities, for a machine that has none

        place = certifi.where()
    return place


def tell_connection(said: str, *, asked_for_password: bool) -> Failed | None:
    """What it means that a database let nobody in; None: it is away or busy, and may be tried again.

    Before somebody is in, a server gives no number but words, in its own language; nothing of them is repeated.

    Args:
        said: the driver's words.
        asked_for_password: whether the server asked for it, so that it looked at it.
    """
    if _UNTRUSTED.search(said):
        sentence = "The database offers no TLS, or did not prove who it is."
        return Failed(FailureClass.PERMANENT, "database_untrusted", sentence)
    if "FATAL" not in said or _BUSY.search(said):
        return None
    if asked_for_password or _SIGN_IN.search(said):
        return Failed(FailureClass.PERMANENT, "sign_in_refused", "The database refused the sign-in.")
    return None


def lenient(base: Any, error: type[Exception]) -> type:
    """A driver's loader that gives as text what Python has no value for: infinity, years before 1 and after 9999.

    Args:
        base: the driver's own.
        error: what that raises then.
    """

    class Lenient(base):  # type: ignore[misc]  # the base is chosen at run time
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except error:
                return bytes(data).decode()

    return Lenient
