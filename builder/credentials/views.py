"""What credentials look like over the wire. What one holds travels in one direction only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from builder.credentials.rules import over_since
from builder.credentials.schemas import KINDS, CredentialRow, UseRow, Wanted
from builder.kit.ids import read_id, show_id
from builder.kit.wire import Id, Line, Prose
from builder.teams import read_people, read_teams

Secret = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]
Fields = Annotated[dict[Annotated[str, StringConstraints(max_length=40)], Secret], Field(max_length=20, repr=False)]
Host = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
TypeName = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z0-9_]+(@[0-9]+)?$", max_length=100)]


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told, without what stood in it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class FieldView(Wire):
    """One field of a kind."""

    name: str
    secret: bool
    required: bool
    choices: list[str]


class KindView(Wire):
    """One kind of credential."""

    kind: str
    fields: list[FieldView]


class TeamName(Wire):
    """A team that may use it."""

    id: Id
    name: str


class CredentialView(Wire):
    """A credential without what it holds. `state`: usable, over (its end has come), or off."""

    id: Id
    name: str
    kind: str
    note: str
    version: int
    shown: dict[str, str]
    hosts: list[str]
    types: list[str]
    all_teams: bool
    teams: list[TeamName]
    ends_at: datetime | None
    state: Literal["usable", "over", "off"]
    made_by: str
    made_at: datetime
    changed_at: datetime
    tested_at: datetime | None
    test_ok: bool | None
    test_said: str | None


class UsableView(Wire):
    """A credential as a team sees it: what a step can name."""

    name: str
    kind: str
    hosts: list[str]
    types: list[str]
    ends_at: datetime | None
    state: Literal["usable", "over", "off"]


class SecretVersionView(Wire):
    """A version: who put it in, and when."""

    number: int
    made_by: str
    made_at: datetime


class CredentialDetail(Wire):
    """A credential with its versions."""

    credential: CredentialView
    versions: list[SecretVersionView]


class UseView(Wire):
    """One use."""

    at: datetime
    way: str
    who: str
    version: int
    run: Id | None
    path: str
    team: str | None
    host: str


class GrantsIn(Wire):
    """What is said of a credential. `teams`: None means every team."""

    note: Prose = ""
    hosts: Annotated[list[Host], Field(max_length=100)] = []
    types: Annotated[list[TypeName], Field(max_length=100)] = []
    teams: Annotated[list[Id], Field(max_length=1_000)] | None = []
    ends_at: AwareDatetime | None = None


class CredentialIn(GrantsIn):
    """A new credential."""

    name: Line
    kind: Annotated[str, StringConstraints(max_length=40)]
    fields: Fields


class FieldsIn(Wire):
    """What it holds from now on."""

    fields: Fields


class TestIn(Wire):
    """What a test asks, for kinds that sign requests; empty: the first host's root."""

    url: Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00-\x20]*$")] = ""


class TriedView(Wire):
    """How a test went."""

    ok: bool
    said: str


class MadeView(Wire):
    """What was made."""

    id: Id


def read_wanted_credential(sent: CredentialIn) -> Wanted:
    """A new credential as it was sent."""
    return replace(read_wanted_grants(sent), name=sent.name, kind=sent.kind, fields=sent.fields)


def read_wanted_grants(sent: GrantsIn) -> Wanted:
    """What is said of a credential from now on."""
    teams = None if sent.teams is None else frozenset(sent.teams)
    return Wanted("", "", {}, sent.note, tuple(sent.hosts), tuple(sent.types), teams, sent.ends_at)


def show_kinds() -> list[KindView]:
    """Every kind, in the order of the list that people choose from."""
    return [
        KindView(
            kind=kind,
            fields=[
                FieldView(name=each.name, secret=each.secret, required=each.required, choices=list(each.choices))
                for each in fields
            ],
        )
        for kind, fields in KINDS.items()
    ]


def state_of(row: CredentialRow, now: datetime) -> Literal["usable", "over", "off"]:
    """Where a credential stands."""
    if row.off_at is not None:
        return "off"
    return "over" if over_since(row, now) else "usable"


def show_credentials(session: Session, rows: list[CredentialRow], now: datetime) -> list[CredentialView]:
    """Credentials with the names of their teams and makers."""
    teams = read_teams(session, frozenset().union(*(row.teams for row in rows)))
    people = _names_of(session, [row.made_by for row in rows])
    return [
        CredentialView(
            id=row.id, name=row.name, kind=row.kind, note=row.note, version=row.version, shown=dict(row.shown),
            hosts=list(row.hosts), types=list(row.types), all_teams=row.all_teams,
            teams=[TeamName(id=each, name=teams[each]) for each in sorted(row.teams) if each in teams],
            ends_at=row.ends_at, state=state_of(row, now), made_by=people.get(row.made_by, row.made_by),
            made_at=row.made_at, changed_at=row.changed_at, tested_at=row.tested_at, test_ok=row.test_ok,
            test_said=row.test_said,
        )
        for row in rows
    ]  # fmt: skip


def show_usable(rows: list[CredentialRow], now: datetime) -> list[UsableView]:
    """Credentials as a team sees them."""
    return [
        UsableView(
            name=row.name, kind=row.kind, hosts=list(row.hosts), types=list(row.types), ends_at=row.ends_at,
            state=state_of(row, now),
        )
        for row in rows
    ]  # fmt: skip


def show_versions(session: Session, rows: list[tuple[int, str, datetime]]) -> list[SecretVersionView]:
    """Versions with the names of who put them in."""
    people = _names_of(session, [by for _, by, _ in rows])
    return [SecretVersionView(number=number, made_by=people.get(by, by), made_at=at) for number, by, at in rows]


def show_uses(session: Session, rows: list[UseRow]) -> list[UseView]:
    """Uses with the names of their teams."""
    teams = read_teams(session, frozenset(row.team_id for row in rows if row.team_id is not None))
    return [
        UseView(
            at=row.at, way=row.way, who=row.who, version=row.number, run=row.run_id, path=row.path,
            team=None if row.team_id is None else teams.get(row.team_id), host=row.host,
        )
        for row in rows
    ]  # fmt: skip


def _names_of(session: Session, people: list[str]) -> Mapping[str, str]:
    return {show_id(number): each.name for number, each in read_people(session, [read_id(p) for p in people]).items()}
