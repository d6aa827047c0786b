"""What each setting may say: one function for each kind of value. Each raises ValueError with what it must be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import get_args
from urllib.parse import unquote, urlsplit

from builder.settings.shapes import LOG_LEVELS, MailSettings, ObjectStoreSettings, RecordingWay

_BROKERS = ("redis", "rediss", "redis+socket")
_TOO_MANY_THREADS = 64


def read_url(text: str) -> str:
    """Where people open the product."""
    parts = urlsplit(text or "http://127.0.0.1:8700")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("it must be an address without a path, such as https://handrail.example.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def read_database(text: str, home: Path) -> str:
    """The address of the database."""
    if not text:
        return f"sqlite:///{home / 'handrail.db'}"
    if not re.match(r"(sqlite|postgresql|postgresql\+psycopg|postgres)://", text):
        raise ValueError("it must be an address that starts with sqlite:/// or postgresql://.")
    return text


def read_broker(text: str, database_url: str) -> str | None:
    """The address of Redis; None when one process does everything."""
    if not text:
        return None
    if urlsplit(text).scheme not in _BROKERS:
        raise ValueError("it must be an address that starts with redis://, rediss:// or redis+socket://.")
    if database_url.startswith("sqlite"):
        raise ValueError("several processes need PostgreSQL; set HANDRAIL_DATABASE_URL, or unset this.")
    return text


def read_payloads(text: str, home: Path, said: Mapping[str, str]) -> Path | ObjectStoreSettings:
    """A folder, or an object store."""
    if not text:
        return home / "payloads"
    if not text.startswith("s3:"):
        return Path(text).expanduser().absolute()
    place = urlsplit(text)
    if not place.netloc:
        raise ValueError("it must name a bucket: s3://bucket/prefix.")
    missing = [name for name in ("HANDRAIL_S3_ENDPOINT", "HANDRAIL_S3_KEY", "HANDRAIL_S3_SECRET") if not said[name]]
    if missing:
        raise ValueError(f"an object store also needs {', '.join(missing)}.")
    endpoint = said["HANDRAIL_S3_ENDPOINT"]
    if urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname:
        raise ValueError("HANDRAIL_S3_ENDPOINT must be an address such as https://objects.example.")
    return ObjectStoreSettings(
        endpoint=endpoint,
        bucket=place.netloc,
        prefix=place.path.strip("/") or "payloads",
        region=said["HANDRAIL_S3_REGION"] or "us-east-1",
        key=said["HANDRAIL_S3_KEY"],
        secret=said["HANDRAIL_S3_SECRET"],
    )


def read_mail(text: str, sender: str) -> MailSettings | None:
    """How mail is sent; None when it is not."""
    if not text:
        return None
    place = urlsplit(text)
    if place.scheme not in ("smtp", "smtps") or not place.hostname or place.path.strip("/") or place.query:
        raise ValueError("it must be an address such as smtps://user:password@mail.example:465.")
    if not re.fullmatch(r"[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+", sender):
        raise ValueError("HANDRAIL_MAIL_FROM must say who mail comes from, such as Handrail <handrail@example.org>.")
    tls = place.scheme == "smtps"
    return MailSettings(
        host=place.hostname,
        port=place.port or (465 if tls else 587),
        sender=sender,
        tls=tls,
        plain=place.hostname in ("localhost", "127.0.0.1", "::1"),
        user=None if place.username is None else unquote(place.username),
        password=unquote(place.password or ""),
    )


def read_days(text: str, usual: int) -> int:
    """A number of days."""
    if not text:
        return usual
    if not text.isdecimal() or len(text) > 5:
        raise ValueError("it must be a number of days, 0 to 99999.")
    return int(text)


def read_threads(text: str) -> int:
    """How many rings one worker takes at once."""
    if not text:
        return 8
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= _TOO_MANY_THREADS:
        raise ValueError(f"it must be a whole number from 1 to {_TOO_MANY_THREADS}, not {text[:40]!r}.")
    return int(text)


def read_address(text: str) -> tuple[str, int] | None:
    """A host and a port; None when nothing is said."""
    if not text:
        return None
    host, colon, port = text.rpartition(":")
    if not colon or not host or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        raise ValueError("it must be an address and a port, such as 127.0.0.1:9700.")
    return host.removeprefix("[").removesuffix("]"), int(port)


def read_endpoint(text: str) -> str | None:
    """An address of another server; None when nothing is said."""
    if not text:
        return None
    place = urlsplit(text)
    if place.scheme not in ("http", "https") or not place.hostname or place.username or place.query:
        raise ValueError("it must be an address such as http://collector.internal:4318.")
    return text.rstrip("/")


def read_networks(text: str) -> tuple[str, ...]:
    """Addresses and networks."""
    places = tuple(part.strip() for part in text.split(",") if part.strip())
    for place in places:
        try:
            ip_network(place, strict=False)
        except ValueError:
            raise ValueError(f"{place[:60]!r} is no address and no network, such as 10.0.0.0/8.") from None
    return places or ("127.0.0.1",)


def read_recordings(text: str) -> tuple[RecordingWay, Path] | None:
    """What is done with recorded answers, and where they are; None when nothing is."""
    if not text:
        return None
    word, _, folder = text.partition(":")
    for way in get_args(RecordingWay):
        if word == way and folder:
            return way, Path(folder).expanduser().absolute()
    raise ValueError("write replay:FOLDER, record:FOLDER or fill:FOLDER")


def read_level(text: str) -> str:
    """What is worth a line in the log."""
    if not text:
        return "warning"
    if text.lower() not in LOG_LEVELS:
        raise ValueError(f"it must be one of {', '.join(LOG_LEVELS)}, not {text[:40]!r}.")
    return text.lower()


def read_key_text(text: str) -> bytes | None:
    """A key of 32 bytes; None when nothing is said."""
    if not text:
        return None
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError("it must be 64 hex digits.")
    return bytes.fromhex(text)
