"""What a credential must be like, and what is left of it: pure decisions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from builder.credentials.schemas import (
    HOSTED,
    KINDS,
    ConnectionWanted,
    CredentialError,
    CredentialRow,
    ModelConnectionError,
    Wanted,
)
from builder.egress import HostError, read_host, read_port
from builder.engine.credentials import CredentialFacts

LONGEST = 20_000
NAME = re.compile(r"[a-z0-9](?:[a-z0-9 ._-]{0,62}[a-z0-9])?\Z", re.IGNORECASE)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}\Z")
_HEADER_TEXT = re.compile(r"[\x20-\x7e]*\Z")
_MOST_HOSTS = 100


def judge_fields(kind: str, fields: Mapping[str, str]) -> dict[str, str]:
    """The fields of a credential in their one form, empty ones left out.

    Raises:
        CredentialError: the kind is none, or a field is missing, unknown or cannot be so. A value is never repeated.
    """
    if kind not in KINDS:
        raise CredentialError(f"There is no kind {kind[:40]!r} of credentials.", field="kind")
    known = {each.name: each for each in KINDS[kind]}
    for name in fields:
        if name not in known:
            raise CredentialError(f"A credential of the kind {kind} has no field {name[:40]!r}.", field="fields")
    given = {name: fields[name] for name in known if fields.get(name, "") != ""}
    for name, each in known.items():
        where = f"fields.{name}"
        value = given.get(name)
        if value is None:
            if each.required:
                raise CredentialError(f"“{name}” is missing.", field=where)
            continue
        if len(value) > LONGEST or "\x00" in value:
            raise CredentialError(f"“{name}” cannot be kept: it is too long, or holds a NUL.", field=where)
        if each.choices and value not in each.choices:
            raise CredentialError(f"“{name}” is one of {', '.join(each.choices)}.", field=where)
    _judge_kind(kind, given)
    return given


def _judge_kind(kind: str, given: Mapping[str, str]) -> None:
    if kind in ("http_bearer", "http_basic", "http_header"):
        for name, value in given.items():
            if not _HEADER_TEXT.match(value) and kind != "http_basic":
                raise CredentialError(f"“{name}” holds characters that no header may hold.", field=f"fields.{name}")
    if kind == "http_basic" and ":" in given["user"]:
        raise CredentialError("A user name for Basic holds no colon.", field="fields.user")
    if kind == "http_header" and not _HEADER.match(given["header"]):
        raise CredentialError("This is not the name of a header.", field="fields.header")
    if kind == "oauth2_client" and not given["token_url"].startswith(("https://", "http://")):
        raise CredentialError("The address of the token endpoint begins with https://.", field="fields.token_url")
    if "port" in given and not (given["port"].isdecimal() and 0 < int(given["port"][:6]) < 65_536):
        raise CredentialError("A port is a number from 1 to 65535.", field="fields.port")
    if kind == "sql" and not split_shown(kind, given).get("host"):
        raise CredentialError("Say the address of the database, or its driver and its host.", field="fields.url")
    if kind == "sql" and not split_shown(kind, given).get("driver"):
        raise CredentialError("Say which driver speaks to the database.", field="fields.driver")


def split_shown(kind: str, fields: Mapping[str, str]) -> dict[str, str]:
    """The fields that may be shown; of a database's address its host, port and name."""
    shown = {each.name: fields[each.name] for each in KINDS[kind] if not each.secret and each.name in fields}
    if kind == "sql" and "url" in fields:
        try:
            parts = urlsplit(fields["url"])
            found = {
                "driver": parts.scheme.partition("+")[0],
                "host": parts.hostname,
                "database": parts.path.strip("/"),
            }
            found["port"] = str(parts.port) if parts.port else ""
        except ValueError:
            found = {}
        shown |= {name: value for name, value in found.items() if value}
    return shown


def judge_hosts(kind: str, hosts: Iterable[str], shown: Mapping[str, str]) -> tuple[str, ...]:
    """The list of hosts in its one form. Of what names its own host, that host is the list where nothing else is said.

    Raises:
        CredentialError: an entry is no host, or there is none and must be.
    """
    found = tuple(dict.fromkeys(read_entry(each) for each in hosts if each.strip()))
    if len(found) > _MOST_HOSTS:
        raise CredentialError(f"A credential is for at most {_MOST_HOSTS} hosts.", field="hosts")
    if not found and shown.get("host"):
        port = shown.get("port", "")
        found = (read_entry(f"{shown['host']}:{port}" if port else shown["host"]),)
    if not found and kind in HOSTED:
        raise CredentialError(
            "Say at least one host: it is sent nowhere else.",
            field="hosts",
            way_out="As in crm.example or 127.0.0.1:8080.",
        )
    return found


def read_entry(text: str) -> str:
    """One entry of a list of hosts, as `host` or `host:port`.

    Raises:
        CredentialError: it is none.
    """
    parts = re.fullmatch(r"(\[[^\]]*\]|[^:/@\s]*)(?::([0-9]{1,9}))?", text.strip())
    host, port = parts.groups() if parts else ("", None)
    try:
        name = str(read_host(host))
        return f"{name}:{read_port(int(port))}" if port else name
    except HostError as error:
        raise CredentialError(
            f"{text[:80]!r} is not a host: {error}.", field="hosts", way_out="As in crm.example or 127.0.0.1:8080."
        ) from None


def place_of(url: str) -> tuple[str, int, str]:
    """Host, port and scheme of an address, in the form of a list of hosts.

    Raises:
        ValueError: it is none.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return str(read_host(parts.hostname or "")), port, parts.scheme


def over_since(row: CredentialRow, now: datetime) -> str:
    """Why nobody may use a credential any more, as the end of a sentence; empty while they may."""
    if row.off_at is not None:
        return "was switched off"
    if row.ends_at is not None and row.ends_at <= now:
        return f"ended on {row.ends_at:%Y-%m-%d}"
    return ""


def facts_for(row: CredentialRow, team: int | None, now: datetime) -> CredentialFacts:
    """What a team may know of a credential; a file on the command line is of no team."""
    granted = row.all_teams or (team is not None and team in row.teams)
    return CredentialFacts(row.kind, granted, over_since(row, now), row.hosts, row.types)


def expect_name(wanted: Wanted) -> str:
    """The name in its one form.

    Raises:
        CredentialError: it will not do.
    """
    name = " ".join(wanted.name.split())
    if not NAME.match(name):
        raise CredentialError(
            "A name has at most 64 letters, digits, dots, dashes and spaces.", field="name", way_out="As in crm-read."
        )
    return name


_CONNECTION = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")
_URL = re.compile(r"https?://(\[[0-9a-fA-F:.]+\]|[^\s@?#/:\[\]]+)(:[0-9]{1,5})?(/[^\s@?#]*)?\Z")
_NEEDS_URL = frozenset({"ollama", "openai-compatible"})
_METADATA = ("169.254.", "168.63.129.16", "fe80:")


def judge_connection(name: str, wanted: ConnectionWanted) -> None:
    """Whether a model connection can be so.

    Raises:
        ModelConnectionError: it cannot.
    """
    if not _CONNECTION.match(name):
        raise ModelConnectionError(
            "A name begins with a small letter and holds small letters, digits, - and _.", field="name"
        )
    if not _CONNECTION.match(wanted.provider) or wanted.provider == "practice":
        raise ModelConnectionError("This is no provider.", field="provider", way_out="As in openai-compatible.")
    if wanted.base_url and not _URL.match(wanted.base_url):
        raise ModelConnectionError(
            "The address is http:// or https://, a host and perhaps a port and a path; no user name, no ? and no #.",
            field="base_url",
        )
    if not wanted.base_url and wanted.provider in _NEEDS_URL:
        raise ModelConnectionError("Say where its server is, up to /v1.", field="base_url")
    if wanted.base_url:
        try:
            host = place_of(wanted.base_url)[0]
        except ValueError:
            raise ModelConnectionError("The host of the address cannot be used.", field="base_url") from None
        if host.startswith(_METADATA):
            raise ModelConnectionError("No model answers at this address.", field="base_url")
