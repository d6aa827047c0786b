"""What the room says and is told: who calls, people, teams, invitations, sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from builder.kit.errors import HandrailError
from builder.kit.ids import show_id
from builder.kit.wire import Id, Line

Role = Literal["viewer", "builder", "reviewer", "owner"]
OrgRole = Literal["admin", "governor", "auditor"]
Language = Literal["en", "de"]
LinkKind = Literal["owner", "invitation", "reset"]

Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=254,
        pattern=r'^[^@\s\x00-\x1f\x7f<>"(),:;\\]+@[^@\s\x00-\x1f\x7f<>"(),:;\\]+$',
    ),
]
"""An e-mail address, in small letters: how people are told apart at the door."""

Secret = Annotated[str, StringConstraints(max_length=1_000)]
"""A password or token as it was typed; judged by the verb, so that no answer repeats it."""


class SignedOutError(HandrailError):
    """Nobody is signed in, or no longer."""

    code: ClassVar[str] = "signed_out"
    status: ClassVar[int] = 401


class WrongSignInError(HandrailError):
    """Address and password do not belong together; which of the two is wrong is not said."""

    code: ClassVar[str] = "wrong_sign_in"
    status: ClassVar[int] = 401


class TooManyAttemptsError(HandrailError):
    """Sign-in was tried too often from here or for this account."""

    code: ClassVar[str] = "too_many_attempts"
    status: ClassVar[int] = 429


class TooFastError(HandrailError):
    """A program calls more often than it may."""

    code: ClassVar[str] = "too_fast"
    status: ClassVar[int] = 429


class Forbidden(HandrailError):
    """This person may not do this."""

    code: ClassVar[str] = "forbidden"
    status: ClassVar[int] = 403


class OutOfScopeError(Forbidden):
    """The person may, but not with this API token."""

    code: ClassVar[str] = "out_of_scope"


class ForgedError(HandrailError):
    """A change did not come from a page of this product."""

    code: ClassVar[str] = "forged"
    status: ClassVar[int] = 403


class UnknownError(HandrailError):
    """There is no such person, team, invitation or session; or none that this caller may know of."""

    code: ClassVar[str] = "unknown"
    status: ClassVar[int] = 404


class LinkError(HandrailError):
    """A one-time link does not open: used, run out, withdrawn, or never made."""

    code: ClassVar[str] = "link_closed"
    status: ClassVar[int] = 404


class PeopleError(HandrailError):
    """A change of people or teams that would leave something without anybody, or that is there already."""

    code: ClassVar[str] = "people"
    status: ClassVar[int] = 409


class PasswordError(HandrailError):
    """A password that is not good enough, or is not the one that holds."""

    code: ClassVar[str] = "password"
    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what he may here.

    Attributes:
        person_id: who.
        name: his name, as others see it.
        email: his address.
        org_roles: roles in the organisation, of `admin`, `governor`, `auditor`.
        teams: team → roles in it, of `viewer`, `builder`, `reviewer`, `owner`.
        session_id: the session that he calls in; 0 for none.
        token_id: the API token that a program calls with in his name; None when he is here himself.
        scope: the permissions that the token may use, of those that he has; None when he is here himself.
    """

    person_id: int
    name: str
    email: str
    org_roles: frozenset[str]
    teams: Mapping[int, frozenset[str]]
    session_id: int
    token_id: int | None = None
    scope: frozenset[str] | None = None

    @property
    def person(self) -> str:
        """The person as rows name him (starter, author, who decided): his id as text, which never changes."""
        return show_id(self.person_id)

    @property
    def actor(self) -> str:
        """The person as the audit names him: readable without this database, and still one person's only."""
        with_token = "" if self.token_id is None else f" with token {show_id(self.token_id)}"
        return f"{self.person} {self.name} <{self.email}>{with_token}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of this organisation.

    Attributes:
        has_password: whether he can sign in with a password.
        closed: whether he left: nothing of his is deleted, but he cannot come in.
    """

    id: int
    email: str
    name: str
    language: str
    has_password: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class Membership:
    """What somebody is in a team."""

    team_id: int
    person_id: int
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link: who may do one thing, once, until when. Its token is known to nobody but its holder.

    Attributes:
        kind: `owner` (signs the first owner in), `invitation` (makes a person), `reset` (sets a new password).
        person_id: whom it is for, where he is known already.
        email: the address of whom it is for.
        team_id, roles, org_roles: what an invitation gives.
        made_by: who made it, as the audit names him.
    """

    id: int
    kind: LinkKind
    person_id: int | None
    email: str
    team_id: int | None
    roles: frozenset[str]
    org_roles: frozenset[str]
    made_by: str
    made_at: datetime
    ends_at: datetime


# ---------------------------------------------------------------------- over the wire


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Reset(Wire):
    """A new password by a one-time link."""

    token: Secret
    password: Secret


class Acceptance(Reset):
    """How somebody who was invited comes in."""

    name: Line
    language: Language = "en"


class NewTeam(Wire):
    """A team to be; its first owner is whoever founds it, unless another person is named."""

    name: Line
    owner: Id | None = None


class NewName(Wire):
    """What something is called from now on."""

    name: Line


class RolesChange(Wire):
    """What somebody is in a team from now on."""

    roles: Annotated[list[Role], Field(min_length=1, max_length=4)]


class NewInvitation(Wire):
    """Whom to invite, and what he will be. Whoever is here already is added at once."""

    email: Email
    team: Id | None = None
    roles: Annotated[list[Role], Field(max_length=4)] = []
    org_roles: Annotated[list[OrgRole], Field(max_length=3)] = []


class SelfChange(Wire):
    """What people change about themselves; what is not named stays."""

    name: Line | None = None
    language: Language | None = None


class PersonChange(Wire):
    """What an admin changes about somebody; what is not named stays."""

    name: Line | None = None
    email: Email | None = None
    org_roles: Annotated[list[OrgRole], Field(max_length=3)] | None = None
    closed: bool | None = None


class SelfView(Wire):
    """Somebody, as he sees himself. `company`: by what he signs in, where no password of his opens anything."""

    id: Id
    email: str
    name: str
    language: str
    has_password: bool
    company: str | None


class PersonTeamView(Wire):
    """A team that somebody is in."""

    id: Id
    name: str
    roles: list[str]


class OwnTeamView(PersonTeamView):
    """A team of one's own, and the permissions that one has there."""

    may: list[str]


class SessionView(Wire):
    """Who is signed in here, if anybody, and what he may.

    `may` are the permissions in the organisation, whatever the team; those in a team stand with it. `csrf` goes into
    the header `X-CSRF-Token` of every change. `first_run` says that nobody has a password here yet,
    `mail` that a link for a forgotten password can be mailed.
    """

    person: SelfView | None
    organisation: str | None
    org_roles: list[str]
    may: list[str]
    teams: list[OwnTeamView]
    csrf: str | None
    first_run: bool
    mail: bool


class OpenSessionView(Wire):
    """One place where a person is signed in."""

    model_config = ConfigDict(extra="ignore")

    id: Id
    here: bool
    address: str
    browser: str
    made_at: datetime
    seen_at: datetime
    ends_at: datetime


class LinkView(Wire):
    """What a one-time link is for, before it is used."""

    kind: LinkKind
    email: str
    team: str | None
    ends_at: datetime


class NewLinkView(Wire):
    """A one-time link, shown this once."""

    link: str
    ends_at: datetime


class TeamView(Wire):
    """A team."""

    id: Id
    name: str
    members: int


class MemberView(Wire):
    """Somebody in a team."""

    id: Id
    email: str
    name: str
    roles: list[str]
    closed: bool


class InvitationView(Wire):
    """An invitation that waits."""

    id: Id
    email: str
    team: Id | None
    roles: list[str]
    org_roles: list[str]
    made_by: str
    ends_at: datetime

    @classmethod
    def of(cls, link: Link) -> InvitationView:
        """A link as it is shown."""
        roles, org_roles = sorted(link.roles), sorted(link.org_roles)
        whom = {"id": link.id, "email": link.email, "team": link.team_id, "roles": roles, "org_roles": org_roles}
        return cls.model_validate({**whom, "made_by": link.made_by, "ends_at": link.ends_at})


class InvitedView(Wire):
    """What inviting led to: an invitation with its link, or, for somebody who is here already, neither; and whether
    the link was mailed.
    """

    added: bool
    invitation: InvitationView | None
    link: str | None
    mailed: bool


class PersonView(Wire):
    """Somebody of the organisation, with the teams that the caller may know of."""

    id: Id
    email: str
    name: str
    org_roles: list[str]
    teams: list[PersonTeamView]
    closed: bool


class OrganisationView(Wire):
    """The organisation."""

    name: str
