"""What a credential is, as values: its kinds with their fields, its row without what is sealed, a use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from builder.kit.errors import HandrailError

Way = Literal["open", "sign", "model", "test", "look"]


class UnknownCredentialError(HandrailError):
    """There is no such credential."""

    code: ClassVar[str] = "credential_missing"
    status: ClassVar[int] = 404


class CredentialError(HandrailError):
    """A credential cannot be as it was written."""

    code: ClassVar[str] = "credential"
    status: ClassVar[int] = 422


class CredentialTakenError(HandrailError):
    """The name is another's."""

    code: ClassVar[str] = "credential_taken"
    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind.

    Attributes:
        secret: whether it is never shown again; others are, so that people can see which account it is.
        choices: what it may be; empty: any text.
    """

    name: str
    secret: bool = True
    required: bool = True
    choices: tuple[str, ...] = ()


_TLS = Field("tls", secret=False, required=False, choices=("starttls", "tls", "none"))
_HOST, _PORT = Field("host", secret=False), Field("port", secret=False, required=False)

KINDS: Mapping[str, tuple[Field, ...]] = {
    "http_bearer": (Field("token"),),
    "http_basic": (Field("user"), Field("password")),
    "http_header": (Field("header", secret=False), Field("value")),
    "oauth2_client": (
        Field("token_url", secret=False),
        Field("client_id", secret=False),
        Field("client_secret"),
        Field("scope", secret=False, required=False),
        Field("send_as", secret=False, required=False, choices=("basic", "body")),
    ),
    "smtp": (
        _HOST,
        _PORT,
        Field("user", required=False),
        Field("password", required=False),
        _TLS,
        Field("sender", secret=False),
    ),
    "sql": (
        Field("url", required=False),
        Field("driver", secret=False, required=False, choices=("postgresql", "mysql", "mssql")),
        Field("host", secret=False, required=False),
        _PORT,
        Field("database", secret=False, required=False),
        Field("user", required=False),
        Field("password", required=False),
        Field("tls", secret=False, required=False, choices=("require", "verify", "none")),
    ),
    "webhook_secret": (Field("secret"),),
    "api_key": (Field("key"),),
}
"""Kind → its fields, all of them text."""

SIGNING = frozenset({"http_bearer", "http_basic", "http_header", "oauth2_client"})
"""Kinds that a request can be signed with; each needs a list of hosts."""
HOSTED = SIGNING | {"webhook_secret"}
"""Kinds that are nothing without a list of hosts."""


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """A credential without what it holds.

    Attributes:
        version: the present number.
        shown: fields that are no secret.
        hosts: where it may be sent.
        types: the node types that may use it; empty: all.
        all_teams: whether every team may; else those in `teams`.
        test_said: what the last test said.
    """

    id: int
    name: str
    kind: str
    note: str
    version: int
    shown: Mapping[str, str]
    hosts: tuple[str, ...]
    types: tuple[str, ...]
    all_teams: bool
    ends_at: datetime | None
    off_at: datetime | None
    made_by: str
    made_at: datetime
    changed_at: datetime
    tested_at: datetime | None
    test_ok: bool | None
    test_said: str | None
    teams: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A credential as somebody writes it.

    Attributes:
        fields: what it holds; never kept but sealed.
        teams: None: every team.
    """

    name: str
    kind: str
    fields: Mapping[str, str] = field(repr=False)
    note: str = ""
    hosts: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    teams: frozenset[int] | None = frozenset()
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A credential, open: for as long as one step needs it."""

    row: CredentialRow
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class UseRow:
    """One use of a credential."""

    id: int
    credential_id: int
    number: int
    at: datetime
    way: str
    who: str
    run_id: int | None
    path: str
    team_id: int | None
    host: str


class UnknownConnectionError(HandrailError):
    """There is no such model connection here."""

    code: ClassVar[str] = "connection_missing"
    status: ClassVar[int] = 404


class ModelConnectionError(HandrailError):
    """A model connection cannot be as it was written."""

    code: ClassVar[str] = "connection"
    status: ClassVar[int] = 422


class ConnectionTakenError(HandrailError):
    """The name is another's."""

    code: ClassVar[str] = "connection_taken"
    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class ConnectionWanted:
    """A model connection as somebody writes it; see `builder.providers.Connection`.

    Attributes:
        credential_id: what holds its key; None where it needs none.
        teams: None: every team.
    """

    provider: str
    model: str
    base_url: str = ""
    hosted: Literal["local", "internal", "external"] = "external"
    region: str = ""
    price_in: float = 0.0
    price_out: float = 0.0
    max_concurrency: int = 8
    timeout: float = 120.0
    credential_id: int | None = None
    teams: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A model connection that an admin wrote."""

    id: int
    name: str
    wanted: ConnectionWanted
    off_at: datetime | None
    made_by: str
    made_at: datetime
    changed_at: datetime
    tested_at: datetime | None
    test_ok: bool | None
    test_said: str | None

    def granted(self, team: int | None) -> bool:
        """Whether a team may use it."""
        return self.wanted.teams is None or (team is not None and team in self.wanted.teams)
