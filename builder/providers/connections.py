"""Which models this installation may ask, where they run, and what they cost: from a file of IT's, or the environment.

connections:
  default:
    provider: openai                # openai, anthropic, ollama, openai-compatible, practice … (see Connection)
    model: gpt-5.6-luna
    base_url: https://eu.api.openai.com/v1
    key_from: OPENAI_API_KEY        # the environment variable that holds the key; never the key itself
    hosted: external                # local, internal, external
    region: eu
    price_in: 0.25                  # per million tokens, in the organisation's currency
    price_out: 2.0
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from builder.engine.facts import ConnectionFacts
from builder.kit.documents import read_document
from builder.kit.errors import HandrailError

Hosted: TypeAlias = Literal["local", "internal", "external"]

PRACTICE = "practice"
DEFAULT = "default"

# In this order, the first that the environment offers becomes `default`.
_USUAL_MODELS = {"openai": "gpt-5.6-luna", "anthropic": "claude-haiku-4-5", "ollama": "llama3.2"}
_OPENAI_URL = "https://api.openai.com/v1"
_URL = r"^https?://(\[[0-9a-fA-F:.]+\]|[^\s@?#/:\[\]]+)(:[0-9]{1,5})?(/[^\s@?#]*)?$"
_MAX_FILE = 1_000_000


class ConnectionsError(HandrailError):
    """The model connections cannot be used as they are written."""

    code = "connections_wrong"


@dataclass(frozen=True, slots=True)
class Connection:
    """One model that may be asked.

    Attributes:
        name: what a workflow calls it.
        provider: who speaks: `practice`, `openai`, `ollama`, `openai-compatible`, `anthropic`, or another that
            pydantic-ai knows.
        model: the provider's name of the model.
        base_url: where it is, up to `/v1`; empty for the provider's own address.
        key: sent as the provider wants it; never shown.
        hosted: on this machine, inside the organisation, or outside.
        region: where (`eu`, `us`); empty when IT did not say.
        price_in, price_out: per million tokens, in the organisation's currency.
        max_concurrency: questions under way at once.
        timeout: seconds for one answer.
        lends: whoever gives out the key just before it is used, where it is not `key`: called with who asks.
    """

    name: str
    provider: str
    model: str
    base_url: str = ""
    key: str = field(default="", repr=False)
    hosted: Hosted = "external"
    region: str = ""
    price_in: float = 0.0
    price_out: float = 0.0
    max_concurrency: int = 8
    timeout: float = 120.0
    lends: Callable[[str], Awaitable[str]] | None = field(default=None, repr=False, compare=False)

    @property
    def facts(self) -> ConnectionFacts:
        """What governance asks of it."""
        return ConnectionFacts(self.model, self.hosted, self.region or None)


PRACTICE_CONNECTION = Connection(PRACTICE, PRACTICE, PRACTICE, hosted="local", max_concurrency=64)

_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]


class _Entry(BaseModel):
    """A connection as IT writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: _Name
    model: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    base_url: Annotated[str, StringConstraints(pattern=f"^$|{_URL}")] = ""
    key_from: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    hosted: Hosted = "external"
    region: Annotated[str, StringConstraints(max_length=40)] = ""
    price_in: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    price_out: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    max_concurrency: Annotated[int, Field(ge=1, le=1_000)] = 8
    timeout: Annotated[float, Field(gt=0, le=3_600)] = 120.0


class _Entries(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    connections: dict[_Name, _Entry]


def connections_from_environment(env: Mapping[str, str]) -> dict[str, Connection]:
    """Every connection that the environment offers, by name; `practice` and `default` are always among them.

    `HANDRAIL_MODELS` names IT's file. `OPENAI_API_KEY` (with `OPENAI_BASE_URL`), `ANTHROPIC_API_KEY` and
    `OLLAMA_HOST` each add a connection of their provider's name. `default` is the file's, else the first of those
    three, else the practice model. `HANDRAIL_MODEL` chooses the default's model (`gpt-5`, `anthropic:claude-opus-4-8`,
    `practice`).

    Raises:
        ConnectionsError: the file or `HANDRAIL_MODEL` cannot be used.
    """
    found = {PRACTICE: PRACTICE_CONNECTION} | _offered(env)
    place = env.get("HANDRAIL_MODELS", "")
    if place:
        found |= _read_file(Path(place), env)
    usual = next((name for name in _USUAL_MODELS if name in found), PRACTICE)
    default = found.get(DEFAULT, found[usual])
    wish = env.get("HANDRAIL_MODEL", "")
    if wish:
        default = _wished(wish, default, found)
    return found | {DEFAULT: replace(default, name=DEFAULT)}


def connection_facts(connections: Mapping[str, Connection]) -> dict[str, ConnectionFacts]:
    """The facts of all connections, by name: data for the checker, the weaver and the certificate."""
    return {name: connection.facts for name, connection in connections.items()}


def _offered(env: Mapping[str, str]) -> dict[str, Connection]:
    found = {}
    if key := env.get("OPENAI_API_KEY", ""):
        url = _checked_url("OPENAI_BASE_URL", env.get("OPENAI_BASE_URL", "") or _OPENAI_URL)
        found["openai"] = Connection("openai", "openai", _USUAL_MODELS["openai"], url, key)
    if key := env.get("ANTHROPIC_API_KEY", ""):
        found["anthropic"] = Connection("anthropic", "anthropic", _USUAL_MODELS["anthropic"], key=key)
    if host := env.get("OLLAMA_HOST", ""):
        url, hosted = _ollama_place(host)
        url = _checked_url("OLLAMA_HOST", url)
        found["ollama"] = Connection("ollama", "ollama", _USUAL_MODELS["ollama"], url, hosted=hosted)
    return found


def _checked_url(variable: str, url: str) -> str:
    """The address, if it is one; a wrong one is not repeated, since it may hold a password."""
    if not re.match(_URL, url):
        raise ConnectionsError(
            f"{variable} is not the address of a model server.",
            way_out="Write http:// or https://, a host and perhaps a port; no user name, no ? and no #.",
        )
    return url


def _ollama_place(host: str) -> tuple[str, Hosted]:
    """Ollama's own ways to write its host: `0.0.0.0`, `127.0.0.1:11434`, `http://models.example`."""
    url = host.rstrip("/") if "://" in host else f"http://{host.rstrip('/')}"
    scheme, _, place = url.partition("://")
    name, colon, port = place.rpartition(":") if not place.endswith("]") else ("", "", "")
    if not colon or not port.isdecimal():
        name, port = place, "11434" if "://" not in host else ""
    if name in ("0.0.0.0", ""):  # noqa: S104  (an address to listen on; one connects to the machine itself)
        name = "127.0.0.1"
    local = name in ("localhost", "[::1]") or name.startswith("127.")
    return f"{scheme}://{name}{':' + port if port else ''}/v1", "local" if local else "internal"


def _read_file(path: Path, env: Mapping[str, str]) -> dict[str, Connection]:
    try:
        with path.open("rb") as file:
            source = file.read(_MAX_FILE + 1)
    except OSError as error:
        raise ConnectionsError(
            f"The file of model connections {path} cannot be read: {error.strerror}.",
            way_out="Let HANDRAIL_MODELS name a file that exists, or unset it.",
        ) from None
    document = read_document(source, path.name)
    try:
        entries = _Entries.model_validate(document.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = tuple(part for part in first["loc"] if part != "[key]")
        at = document.place(where)
        shown = f"{path}, line {at[0]}, column {at[1]}" if at else str(path)
        raise ConnectionsError(f"{shown}: {'.'.join(map(str, where))}: {first['msg']}.") from None
    return {name: _connection(name, entry, env) for name, entry in entries.connections.items()}


def _connection(name: str, entry: _Entry, env: Mapping[str, str]) -> Connection:
    key = ""
    if entry.key_from is not None:
        key = env.get(entry.key_from, "")
        if not key:
            raise ConnectionsError(
                f"The model connection {name!r} takes its key from {entry.key_from}, which is not set.",
                way_out=f"Set {entry.key_from}, or take the connection out of the file.",
            )
    given: dict[str, Any] = entry.model_dump(exclude={"key_from"})
    if entry.provider == "openai" and not entry.base_url:
        given["base_url"] = _OPENAI_URL
    if entry.provider in ("ollama", "openai-compatible") and not entry.base_url:
        raise ConnectionsError(f"The model connection {name!r} needs a base_url: where its server is, up to /v1.")
    return Connection(name=name, key=key, **given)


def _wished(wish: str, default: Connection, found: Mapping[str, Connection]) -> Connection:
    provider, colon, model = wish.partition(":")
    if wish == PRACTICE:
        return PRACTICE_CONNECTION
    if not colon or provider not in {connection.provider for connection in found.values()}:
        if default.provider == PRACTICE:
            raise ConnectionsError(
                f"HANDRAIL_MODEL asks for {wish!r}, but no connection offers a model.",
                way_out="Set OPENAI_API_KEY, ANTHROPIC_API_KEY or OLLAMA_HOST, or name IT's file in HANDRAIL_MODELS.",
            )
        return replace(default, model=wish)  # Ollama's models have a colon in their names
    chosen = next(connection for connection in found.values() if connection.provider == provider)
    return replace(chosen, model=model)
