"""What model connections look like over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from builder.credentials.schemas import ConnectionRow, ConnectionWanted
from builder.credentials.store import list_all_credentials
from builder.credentials.views import TeamName
from builder.kit.wire import Id
from builder.providers import Connection
from builder.teams import read_teams

Hosted = Literal["local", "internal", "external"]
Name = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")]
Price = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class ConnectionSaid(Wire):
    """What is said of a model connection. `teams`: None means every team."""

    provider: Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")]
    model: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    base_url: Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00]*$")] = ""
    hosted: Hosted = "external"
    region: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=r"^[^\x00]*$")] = ""
    price_in: Price = 0.0
    price_out: Price = 0.0
    max_concurrency: Annotated[int, Field(ge=1, le=1_000)] = 8
    timeout: Annotated[float, Field(gt=0, le=3_600)] = 120.0
    credential: Id | None = None
    teams: Annotated[list[Id], Field(max_length=1_000)] | None = None


class ConnectionIn(ConnectionSaid):
    """A new model connection."""

    name: Name


class ConnectionView(Wire):
    """A model connection. One of the environment (`id` is null) is changed where it was written."""

    id: Id | None
    name: str
    provider: str
    model: str
    base_url: str
    hosted: Hosted
    region: str
    price_in: float
    price_out: float
    max_concurrency: int
    timeout: float
    credential: str | None
    credential_id: Id | None
    all_teams: bool
    teams: list[TeamName]
    off: bool
    is_default: bool
    tested_at: datetime | None
    test_ok: bool | None
    test_said: str | None


class UsableConnection(Wire):
    """A model connection as a team sees it."""

    name: str
    model: str
    hosted: Hosted
    region: str


class DefaultIn(Wire):
    """Which connection is `default`; null: the environment decides."""

    name: Name | None


class ConnectionName(Wire):
    """Which connection is meant."""

    name: Name


def read_connection_wanted(sent: ConnectionSaid) -> ConnectionWanted:
    """What was sent."""
    teams = None if sent.teams is None else frozenset(sent.teams)
    return ConnectionWanted(
        sent.provider, sent.model, sent.base_url, sent.hosted, sent.region, sent.price_in, sent.price_out,
        sent.max_concurrency, sent.timeout, sent.credential, teams,
    )  # fmt: skip


def show_connections(
    session: Session, rows: list[ConnectionRow], own: Mapping[str, Connection], default: str | None
) -> list[ConnectionView]:
    """Those of the environment first, then those that admins wrote."""
    teams = read_teams(session, frozenset().union(*(row.wanted.teams or () for row in rows)))
    names = {row.id: row.name for row in list_all_credentials(session)}
    usual = own["default"]
    shown = [
        ConnectionView(
            id=None, name=name, provider=each.provider, model=each.model, base_url=each.base_url, hosted=each.hosted,
            region=each.region, price_in=each.price_in, price_out=each.price_out,
            max_concurrency=each.max_concurrency, timeout=each.timeout, credential=None, credential_id=None,
            all_teams=True, teams=[], off=False, tested_at=None, test_ok=None, test_said=None,
            is_default=name == default
            or (default is None and (each.provider, each.model, each.base_url) == _place(usual)),
        )
        for name, each in own.items()
        if name != "default" or not any(_place(other) == _place(usual) for key, other in own.items() if key != name)
    ]  # fmt: skip
    for row in rows:
        said = row.wanted
        shown.append(
            ConnectionView(
                id=row.id, name=row.name, provider=said.provider, model=said.model, base_url=said.base_url,
                hosted=said.hosted, region=said.region, price_in=said.price_in, price_out=said.price_out,
                max_concurrency=said.max_concurrency, timeout=said.timeout,
                credential=None if said.credential_id is None else names.get(said.credential_id),
                credential_id=said.credential_id, all_teams=said.teams is None,
                teams=[TeamName(id=each, name=teams[each]) for each in sorted(said.teams or ()) if each in teams],
                off=row.off_at is not None, is_default=row.name == default, tested_at=row.tested_at,
                test_ok=row.test_ok, test_said=row.test_said,
            )
        )  # fmt: skip
    return shown


def _place(connection: Connection) -> tuple[str, str, str]:
    return connection.provider, connection.model, connection.base_url
