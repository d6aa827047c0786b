"""This machine: settings, folders, keys, disk and time zones."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from builder.doctor.schemas import Sign, bad, doubtful, good
from builder.kit.sealing import KeyFileError, SigningKey, load_key
from builder.opening import Keys
from builder.settings import Settings, describe_settings

_LITTLE, _TOO_LITTLE = 2 * 1024**3, 200 * 1024**2
_OUR_OWN = frozenset(("HANDRAIL_DEBUG", "HANDRAIL_POSTGRES_PASSWORD"))
"""Names that are no setting: for developers, and for the compose file."""
_HERE = ("127.0.0.1", "localhost", "::1")


def look_at_settings(settings: Settings, environment: Mapping[str, str]) -> Iterator[Sign]:
    """Names that nothing reads, and values that work but do not belong in production."""
    known = {row.variable for row in describe_settings()} | _OUR_OWN
    strangers = [name for name in sorted(environment) if name.startswith("HANDRAIL_") and name not in known]
    for name in strangers:
        near = get_close_matches(name, known, 1)
        hint = (
            f"Did you mean {near[0]}?" if near else "Take it away, or look for its name in docs/reference/settings.md."
        )
        yield doubtful("settings", f"Nothing reads {name}.", hint)
    place = urlsplit(settings.url)
    if place.scheme == "http" and place.hostname not in _HERE:
        yield doubtful(
            "settings", f"People open the product at {settings.url}, without TLS: others can read what they type.",
            "Put TLS in front, and say https in HANDRAIL_URL.",
        )  # fmt: skip
    if settings.metrics is not None and settings.metrics[0] not in _HERE:
        yield doubtful(
            "settings", f"The side door listens on {settings.metrics[0]} and asks nobody for a password.",
            "See that only your probes and your Prometheus reach it.",
        )  # fmt: skip
    if not strangers:
        yield good("settings", f"All can be meant: {'several processes' if settings.scaled else 'one process'}.")


def look_at_home(settings: Settings) -> Iterator[Sign]:
    """Whether the folder of this machine can be written, and how much room is there and beside the payloads."""
    places = {settings.home: "HANDRAIL_HOME"}
    if isinstance(settings.payloads, Path):
        places[settings.payloads] = "HANDRAIL_PAYLOADS"
    for place, variable in places.items():
        problem = _why_not_writable(place)
        if problem is not None:
            yield bad("disk", f"{place} cannot be written: {problem}.", f"Give it to this user, or set {variable}.")
            continue
        free = shutil.disk_usage(_first_there(place)).free
        sentence = f"{place} can be written; {free / 1024**3:.1f} GiB are free."
        if free < _TOO_LITTLE:
            yield bad("disk", sentence, "Make room: a full disk stops every run.")
        elif free < _LITTLE:
            yield doubtful("disk", sentence, "Make room before it is full.")
        else:
            yield good("disk", sentence)


def look_at_keys(settings: Settings) -> Iterator[Sign]:
    """Whether the keys are there and nobody else reads them."""
    folder = settings.home / "keys"
    given = {"vault": settings.vault_key, "audit": settings.audit_key}
    for name, key in given.items():
        file = folder / f"{name}.key"
        variable = f"HANDRAIL_{name.upper()}_KEY"
        if key is not None:
            yield good("keys", f"The {name} key comes from {variable}.")
            continue
        try:
            load_key(file)
        except KeyFileError as problem:
            if file.exists():
                yield bad(
                    "keys", f"{problem.sentence[:1].upper()}{problem.sentence[1:]}.", problem.way_out or "Restore it."
                )
            elif settings.scaled:
                yield bad("keys", f"There is no {name} key.", f"Set {variable}: the same for every process.")
            else:
                yield good("keys", f"The {name} key will be made at the first start, in {folder}.")
            continue
        if settings.scaled:
            yield doubtful(
                "keys", f"The {name} key is a file of this machine, {file}.",
                f"Set {variable}, so that every process surely has the same.",
            )  # fmt: skip
        else:
            yield good("keys", f"The {name} key is {file}; only its owner reads it. Keep a copy elsewhere.")


def held_keys(settings: Settings) -> Keys | None:
    """The keys, where both are there; none is made."""
    folder = settings.home / "keys"
    try:
        vault = settings.vault_key or load_key(folder / "vault.key")
        return Keys(vault, SigningKey(settings.audit_key or load_key(folder / "audit.key")))
    except KeyFileError:
        return None


def look_at_zones() -> Iterator[Sign]:
    """Whether this machine knows time zones: schedules need them."""
    try:
        for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata"):
            ZoneInfo(name)
    except ZoneInfoNotFoundError as problem:
        yield bad("time zones", f"This machine does not know the zone {problem.args[0]!r}.", "Install tzdata.")
    else:
        yield good("time zones", "This machine knows them.")


def _first_there(place: Path) -> Path:
    while not place.exists():
        place = place.parent
    return place


def _why_not_writable(place: Path) -> str | None:
    try:
        there = _first_there(place)
        if not there.is_dir():
            return f"{there} is no folder"
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        return (problem.strerror or type(problem).__name__).lower()
    return None
