"""What is said about the company's sign-in, and every way in which one can go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from builder.kit.errors import HandrailError
from builder.kit.wire import Id, Line
from builder.teams.schemas import OrgRole, Role, Wire

Text500 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[\x20-\x7e]*$")]
ClientSecret = Annotated[str, StringConstraints(max_length=1_000, pattern=r"^[\x20-\x7e]*$")]

PROBLEMS: Mapping[str, tuple[str, str]] = {
    "off": ("Sign-in through the company is switched off.", "Sign in by password, or ask an admin."),
    "away": ("The company's sign-in cannot be reached now.", "Try again in a minute. If it stays so, ask an admin."),
    "busy": ("Too many people are signing in at this moment.", "Try again in a minute."),
    "too_fast": ("That were too many attempts.", "Try again in a minute."),
    "unreadable": (
        "The company's sign-in answered something that cannot be read.",
        "Try again. If it stays so, ask an admin.",
    ),
    "wrong_discovery": (
        "The company's sign-in says that it is somebody else than was set up.", "An admin has to look at its address.",
    ),
    "state": (
        "This sign-in was used already, took too long, or began in another browser.", "Begin again, in one window.",
    ),
    "denied": ("The company's sign-in did not let you through.", "Try again, or ask whoever looks after it."),
    "refused": (
        "The company's sign-in refused to say who you are.", "Try again. If it stays so, ask an admin.",
    ),
    "code_used": ("This sign-in was used already, or took too long.", "Begin again."),
    "client_refused": (
        "The company's sign-in does not know this product, or not this secret.",
        "An admin has to look at the client id and the secret.",
    ),
    "no_id_token": ("The company's sign-in did not say who you are.", "An admin has to look at its set-up."),
    "algorithm": (
        "The company's sign-in vouches in a way that is not accepted here.", "An admin has to look at its set-up.",
    ),
    "unknown_key": (
        "The company's sign-in vouched with a key that it does not publish.",
        "Try again in a minute. If it stays so, ask an admin.",
    ),
    "signature": ("What the company's sign-in vouched for was changed on its way.", "Begin again, and tell an admin."),
    "wrong_issuer": ("Somebody else than the company's sign-in vouched for you.", "Begin again, and tell an admin."),
    "wrong_audience": (
        "The company's sign-in vouched for you to another product.", "An admin has to look at the client id.",
    ),
    "nonce": ("The company's answer belongs to another sign-in.", "Begin again."),
    "clock": (
        "The clocks of the company's sign-in and of this product differ, or its answer came too late.",
        "Begin again. If it stays so, an admin has to look at the clocks.",
    ),
    "claims": ("The company's sign-in left out something that is needed.", "An admin has to look at its set-up."),
    "userinfo": ("The company's sign-in spoke of two different people.", "Begin again, and tell an admin."),
    "groups_elsewhere": (
        "You are in more groups than the company's sign-in can name.",
        "An admin can let it name only the groups that matter here.",
    ),
    "email_missing": ("The company's sign-in did not name your e-mail address.", "An admin has to look at its scopes."),
    "email_unverified": (
        "The company's sign-in does not say that your e-mail address is verified.",
        "Ask whoever looks after your account there.",
    ),
    "bound_elsewhere": (
        "Your e-mail address belongs to another account of the company here.",
        "An admin can change the address of the person who has it.",
    ),
    "closed": ("You left here.", "Ask an admin to let you in again."),
    "no_groups": ("None of your groups gives you anything here.", "Ask to be put into one."),
}  # fmt: skip
"""Every way in which signing in through the company goes wrong: the sentence and what to do. The page of sign-in has
the same ones in each language.
"""


class CompanySignInError(HandrailError):
    """Signing in through the company went wrong.

    Attributes:
        problem: which way, a word of `PROBLEMS`; the person reads its sentence.
        said: what exactly, for an admin who tests the set-up; never shown to who is not signed in.
    """

    code: ClassVar[str] = "company_sign_in"
    status: ClassVar[int] = 403

    def __init__(self, problem: str, said: str = "") -> None:
        sentence, way_out = PROBLEMS[problem]
        super().__init__(sentence, way_out=way_out, problem=problem)
        self.problem = problem
        self.said = said or sentence


class ProviderError(HandrailError):
    """A set-up of the company's sign-in that cannot be meant."""

    code: ClassVar[str] = "identity_provider"
    status: ClassVar[int] = 409


class GroupRuleIn(Wire):
    """Who is in the group has the role: in a team, or, without one, in the organisation."""

    group: Line
    team: Id | None = None
    role: Role | OrgRole


class ProviderIn(Wire):
    """How the company's sign-in is set up. `secret`: None keeps the one that is sealed here; empty: there is none."""

    name: Line
    issuer: Text500
    client_id: Annotated[Text500, Field(min_length=1)]
    secret: ClientSecret | None = None
    scopes: Annotated[list[Annotated[str, Field(pattern=r"^[!#-\[\]-~]{1,100}$")]], Field(max_length=10)]
    groups_claim: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = "groups"
    mapping: Annotated[list[GroupRuleIn], Field(max_length=500)]
    ask: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    trusts_email: bool = False
    enabled: bool = False
    passwords: bool = True
    absent_days: Annotated[int, Field(ge=1, le=90)] = 14


class GroupRuleView(Wire):
    """A row of the mapping. `team` is None for a role in the organisation; `team_name` is what the team is called."""

    group: str
    team: Id | None
    team_name: str | None
    role: str


class ProviderView(Wire):
    """How the company's sign-in is set up; never its secret.

    `back` and `logout` are the addresses that the provider has to know of.
    """

    name: str
    issuer: str
    client_id: str
    has_secret: bool
    scopes: list[str]
    groups_claim: str
    mapping: list[GroupRuleView]
    ask: str
    trusts_email: bool
    enabled: bool
    passwords: bool
    absent_days: int
    changed_by: str
    changed_at: datetime


class BoundPersonView(Wire):
    """Somebody who signs in through the company. `absent`: it has not vouched for him for too long."""

    id: Id
    name: str
    email: str
    seen_at: datetime
    absent: bool


class ProviderPageView(Wire):
    """All that the page of the company's sign-in shows; `provider` is None until it is set up."""

    provider: ProviderView | None
    back: str
    logout: str
    people: list[BoundPersonView]


Found = Literal[
    "wrong", "answers", "places", "keys", "no_keys", "userinfo", "no_userinfo", "groups", "groups_unsaid",
    "leaves", "stays", "tells", "untold", "secret",
]  # fmt: skip


class FoundView(Wire):
    """One thing that was found: a word for programs, a sentence, and the values inside it."""

    found: Found
    sentence: str
    params: dict[str, str]


class TriedProviderView(Wire):
    """What the provider says of itself, thing by thing, and whether people could sign in."""

    ok: bool
    said: list[FoundView]


class SignInWaysView(Wire):
    """How people come in: the name of the company's sign-in, if it is on; whether passwords open anything; whom one
    asks who may not come in.
    """

    company: str | None
    passwords: bool
    ask: str


class LeftView(Wire):
    """That one has signed out. `leave_at`: where the company's own sign-in is left too; None when there is nothing to
    leave.
    """

    leave_at: str | None
