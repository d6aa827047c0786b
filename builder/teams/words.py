"""What is said at the doors: passwords, tokens of one-time links, a forgotten password, API tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from builder.kit.wire import Id, Line
from builder.teams.schemas import Email, Secret, Wire


class SignIn(Wire):
    """Coming in by password."""

    email: Email
    password: Secret


class Forgotten(Wire):
    """Whose password was forgotten."""

    email: Email


class Token(Wire):
    """The secret part of a one-time link."""

    token: Secret


class NewPassword(Wire):
    """A new password; the present one where there is one."""

    password: Secret
    present: Secret | None = None


class AskedView(Wire):
    """That a link was asked for; not whether there is anybody to send it to."""

    asked: bool


class NewToken(Wire):
    """An API token to be: what it may, in which team (None: wherever its person may), and for how many days."""

    name: Line
    permissions: Annotated[list[Annotated[str, Field(max_length=60)]], Field(min_length=1, max_length=60)]
    team: Id | None = None
    days: Annotated[int, Field(ge=1, le=366)] = 90


class TokenView(Wire):
    """An API token, as far as it is ever shown again.

    `ending` are its last letters; `team` is None where it acts in every team of its person. `ended_at` says that it
    was ended before its time. `person` is whose it is.
    """

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    id: Id
    name: str
    ending: str
    permissions: list[str]
    team: str | None
    person: str
    email: str
    made_at: datetime
    ends_at: datetime
    seen_at: datetime | None
    seen_from: str
    ended_at: datetime | None
    holds: bool


class TokensView(Wire):
    """One's own tokens, and the permissions that one could give to another; `teams` where one has them."""

    items: list[TokenView]
    grantable: list[str]


class NewTokenView(Wire):
    """An API token, shown this once."""

    id: Id
    token: str
    ends_at: datetime
