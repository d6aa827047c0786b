"""Formats of texts: each a pure test that takes time in proportion to the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from urllib.parse import urlsplit

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_DURATION = re.compile(
    r"P(?=[0-9T])([0-9]{1,9}Y)?([0-9]{1,9}M)?([0-9]{1,9}W)?([0-9]{1,9}D)?"
    r"(T(?=[0-9])([0-9]{1,9}H)?([0-9]{1,9}M)?([0-9]{1,9}(\.[0-9]{1,9})?S)?)?"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_LOCAL = re.compile(r"[^\x00-\x20\x7f()<>\[\]:;@\\,\"]{1,64}")
_LABEL = re.compile(r"[^\W_]([\w-]{0,61}[^\W_])?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:[^\x00-\x20\x7f<>\"{}|\\^`]+")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        time.fromisoformat(text[:8])
        if text[-6] in "+-":
            time.fromisoformat(text[-5:])
    except ValueError:
        return False
    return True


def _is_moment(text: str) -> bool:
    has_zone = text.endswith("Z") or text[-6:-5] in {"+", "-"}
    return text[10:11] == "T" and has_zone and _is_date(text[:10]) and _is_time(text[11:])


def _is_duration(text: str) -> bool:
    return _DURATION.fullmatch(text) is not None


def _is_host(text: str) -> bool:
    labels = text.split(".")
    return 0 < len(text) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def _is_email(text: str) -> bool:
    local, at, host = text.rpartition("@")
    if not at or len(text) > 254 or not _LOCAL.fullmatch(local):
        return False
    return (
        not local.startswith(".") and not local.endswith(".") and ".." not in local and "." in host and _is_host(host)
    )


def _is_uri(text: str) -> bool:
    if not _SCHEME.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.netloc or parts.path) and parts.port != -1
    except ValueError:
        return False


def _is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def _is_file(text: str) -> bool:
    return _FILE.fullmatch(text) is not None


FORMATS: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "email": (_is_email, "an e-mail address (name@example.org)", "a@example.org"),
    "date": (_is_date, "a date (2026-11-30)", "2026-11-30"),
    "time": (_is_time, "a time (14:30:00)", "14:30:00"),
    "date-time": (_is_moment, "a moment with its zone (2026-11-30T14:30:00Z)", "2026-11-30T14:30:00Z"),
    "duration": (_is_duration, "a duration (PT24H, P3D)", "PT24H"),
    "uri": (_is_uri, "an address (https://example.org/page)", "https://example.org/"),
    "hostname": (_is_host, "a host name (example.org)", "example.org"),
    "uuid": (_is_uuid, "a UUID", "0b9b2a52-6f2e-4c7a-9a39-2d6f0c8f1e11"),
    "file": (_is_file, "an uploaded file's id", "file-example"),
}
"""Format → its test, what it is in words, and an example."""
