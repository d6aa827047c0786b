"""Who may, and when a door is shut: pure decisions. `RIGHTS` is the one table of rights; nothing else grants any."""

from __future__ import annotations

import ipaddress
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from builder.teams.schemas import Caller, Forbidden, OutOfScopeError

TEAM_ROLES = frozenset({"viewer", "builder", "reviewer", "owner"})
ORG_ROLES = frozenset({"admin", "governor", "auditor"})
_ALL = TEAM_ROLES | ORG_ROLES
_IN_ORDER = ("viewer", "builder", "reviewer", "owner", "admin", "governor", "auditor")

RIGHTS: Mapping[str, frozenset[str]] = {
    # of a team's work: a team role counts in its team, a role in the organisation everywhere
    "workflow.read": _ALL,
    "workflow.write": frozenset({"builder", "owner"}),
    "trigger.read": _ALL,
    "trigger.write": frozenset({"builder", "owner"}),
    "run.read": _ALL,
    "run.start": frozenset({"builder", "owner"}),
    "run.cancel": frozenset({"builder", "owner", "admin"}),
    "payload.read": frozenset({"owner"}),
    "payload.look_inside": frozenset({"admin"}),
    "review.decide": frozenset({"reviewer"}),
    "publish.ask": frozenset({"builder", "owner"}),
    "publish.do": frozenset({"owner"}),
    "stage.raise": frozenset({"owner"}),
    "credential.use": TEAM_ROLES,
    "connection.use": TEAM_ROLES,
    "budget.read": _ALL,
    "budget.write": frozenset({"admin"}),
    "halt.read": ORG_ROLES,
    "halt.write": frozenset({"admin", "governor"}),
    "halt.lift": frozenset({"admin", "governor"}),
    "people.read": frozenset({"owner"}) | ORG_ROLES,
    "people.write": frozenset({"owner", "admin"}),
    # of the organisation: a role in any team counts
    "template.use": TEAM_ROLES,
    "template.read": _ALL,
    "template.write": frozenset({"admin"}),
    "template.approve": frozenset({"admin"}),
    "credential.read": ORG_ROLES,
    "credential.write": frozenset({"admin"}),
    "connection.read": ORG_ROLES,
    "connection.write": frozenset({"admin"}),
    "governance.read": _ALL,
    "governance.write": frozenset({"governor"}),
    "governance.approve": frozenset({"governor"}),
    "organisation.read": ORG_ROLES,
    "organisation.write": frozenset({"admin"}),
    "audit.read": ORG_ROLES,
    "settings.write": frozenset({"admin"}),
}
"""Permission → the roles that have it."""

SOMETIMES: Mapping[str, frozenset[str]] = {
    "payload.read": frozenset({"builder", "reviewer", "admin"}),
    "review.decide": frozenset({"builder", "owner"}),
}
"""Roles that have a permission for some things only: `may_read_payload` says which they see, an admin that of a run
into which he looks with a reason; what a try asks is answered by whoever tries.
"""

SELF = "self"
"""What everybody who is signed in may: see and change what is his own. It needs no role."""

IN_PERSON = frozenset({
    SELF, "payload.look_inside", "trigger.write", "review.decide", "publish.do", "stage.raise", "governance.approve",
    "template.approve", "halt.lift", "people.write", "organisation.write", "settings.write",
})  # fmt: skip
"""What no API token carries: judgements, which are a person's own, and what would let a token make itself more than it
was given (another token, another's password, another role).
"""

TOKEN_LASTS = 366
"""Days that an API token may hold at most."""
TOKENS = 50
"""API tokens that one person may hold at a time."""
TOKEN_PACE = (50.0, 500)
"""Calls with one API token: a second in the long run, and at once after a rest; in each process."""
GUESS_PACE = (0.5, 30)
"""Calls from one network with what is no API token: the same."""

_OF_THE_ORGANISATION = frozenset({"template", "governance", "organisation", "audit", "settings"})

IDLE = timedelta(hours=12)
"""A session ends when nothing was heard in it for so long,"""
LASTS = timedelta(days=14)
"""and at the latest after this."""
SEEN_EVERY = timedelta(minutes=5)
"""How exactly a session remembers when it was last used."""

COMPANY_LASTS = timedelta(hours=12)
"""A session that the company's provider opened ends after this, whatever is done in it: then it must vouch again."""
COMPANY_START_LASTS = timedelta(minutes=10)
"""A sign-in at the provider that takes longer begins anew."""
COMPANY_PACE = (10.0, 200)
"""Ways to the provider and back from one network, which may be a whole company's: the same."""
CLOCKS_DIFFER = 120
"""Seconds by which the provider's clock and ours may differ."""
KEYS_ANEW = timedelta(seconds=60)
"""How soon the provider's keys are read again because one is unknown."""
FACTS_HOLD = timedelta(hours=1)
"""How long what the provider says of itself, its keys too, is believed without reading it again."""
GROUPS_AT_MOST = 2_000

LINK_LASTS = {"owner": timedelta(days=1), "invitation": timedelta(days=7), "reset": timedelta(days=1)}

WINDOW = timedelta(minutes=15)
ATTEMPTS = {"account": 10, "address": 50}
"""Sign-ins that may fail within a window, for one account and from one address."""
RESETS = {"account": 3, "address": 20}
"""Links for a forgotten password that are mailed within a window, for one account and to one address."""

SHORTEST, LONGEST = 12, 256


def may(caller: Caller, permission: str, team: int | None) -> bool:
    """Whether a caller has a permission. Roles add up.

    Args:
        caller: who asks.
        permission: a word of `RIGHTS`, or `SELF`.
        team: whose thing it is; None for a thing of the organisation.

    Raises:
        KeyError: there is no such permission.
    """
    return _in_scope(caller, permission) and (permission == SELF or _has(caller, RIGHTS[permission], permission, team))


def may_somewhere(caller: Caller, permission: str) -> bool:
    """Whether a caller has a permission in the organisation or in any team, if only for some things."""
    if permission == SELF or not _in_scope(caller, permission):
        return _in_scope(caller, permission)
    roles = RIGHTS[permission] | SOMETIMES.get(permission, frozenset())
    return any(_has(caller, roles, permission, team) for team in (None, *caller.teams))


def may_sometimes(caller: Caller, permission: str, team: int) -> bool:
    """Whether a caller has a permission in a team, if only for some things."""
    roles = RIGHTS.get(permission, frozenset()) | SOMETIMES.get(permission, frozenset())
    return _in_scope(caller, permission) and (permission == SELF or _has(caller, roles, permission, team))


def may_read_payload(caller: Caller, team: int, *, started: bool, dry: bool, asked: bool) -> bool:
    """Whether a caller may see what went through a run or stands in a review.

    Args:
        caller: who asks.
        team: whose run or review it is.
        started: whether the caller started the run.
        dry: whether the run is dry.
        asked: whether it is of a review that the caller is asked to decide.
    """
    roles = caller.teams.get(team, frozenset()) if _in_scope(caller, "payload.read") else frozenset()
    return "owner" in roles or ("builder" in roles and (started or dry)) or ("reviewer" in roles and asked)


def require(caller: Caller, permission: str, team: int | None) -> None:
    """Refuses whoever does not have a permission.

    Raises:
        Forbidden: with the roles that would have it.
    """
    if not may(caller, permission, team):
        raise refusal_of(permission, caller)


def refusal_of(permission: str, caller: Caller) -> Forbidden:
    """The refusal of a permission, which names the roles that have it, or what a token lacks."""
    if not _in_scope(caller, permission):
        if permission in IN_PERSON:
            return OutOfScopeError("No API token may do this.", way_out="Sign in, and do it yourself.")
        return OutOfScopeError(
            f"This API token does not carry the permission {permission}.",
            way_out="Make a token that does, in the settings.",
            permission=permission,
        )
    having = RIGHTS[permission] | SOMETIMES.get(permission, frozenset())
    roles = [role for role in _IN_ORDER if role in having]
    return Forbidden(
        f"You may not do this; it takes the role {' or '.join(roles)}.",
        way_out="Ask an owner of the team, or an admin.",
        permission=permission,
        roles=roles,
    )


def teams_where(caller: Caller, permission: str) -> frozenset[int] | None:
    """The teams in which a caller has a permission; None when in all. What a list is filtered by."""
    if not _in_scope(caller, permission):
        return frozenset()
    if RIGHTS[permission] & caller.org_roles:
        return None
    return frozenset(team for team in caller.teams if may(caller, permission, team))


def permissions_of(caller: Caller, team: int | None) -> list[str]:
    """Every permission that a caller has in a team, or in the organisation; for screens, which hide what is refused."""
    return [
        permission
        for permission in sorted(RIGHTS)
        if (may(caller, permission, None) if team is None else may_sometimes(caller, permission, team))
    ]


def carried_by(caller: Caller, team: int | None) -> list[str]:
    """The permissions that a caller could give to an API token, for one team or wherever he has them."""
    wide = caller if team is None else narrow_to(caller, team)
    return [each for each in sorted(RIGHTS) if each not in IN_PERSON and may_somewhere(wide, each)]


def narrow_to(caller: Caller, team: int) -> Caller:
    """Somebody as he is in one team, and nowhere else."""
    return replace(caller, org_roles=frozenset(), teams={team: caller.teams.get(team, frozenset())})


def _in_scope(caller: Caller, permission: str) -> bool:
    """Whether he is here himself, or his token carries this permission."""
    return caller.scope is None or (permission in caller.scope and permission not in IN_PERSON)


def _has(caller: Caller, roles: frozenset[str], permission: str, team: int | None) -> bool:
    if roles & caller.org_roles:
        return True
    if permission.split(".", 1)[0] in _OF_THE_ORGANISATION:
        return any(roles & own for own in caller.teams.values())
    return team is not None and bool(roles & caller.teams.get(team, frozenset()))


# ---------------------------------------------------------------------- people


def may_reset(caller: Caller, org_roles: Collection[str], teams: Collection[int]) -> bool:
    """Whether a caller may make a link that sets somebody's password, and so could come in as him.

    An admin may. An owner may for whoever has nothing that the owner does not govern: no role in the organisation,
    and no team but the owner's own. Otherwise a team would be a way to another team's work.
    """
    if caller.scope is not None:
        return False
    if may(caller, "organisation.write", None):
        return True
    return not org_roles and bool(teams) and all("owner" in caller.teams.get(team, ()) for team in teams)


def fit_password(password: str) -> str:
    """A password in its one form, so that it is the same on every keyboard (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def judge_password(password: str, email: str) -> str | None:
    """Why a password will not do; None when it will. Length is what counts (NIST SP 800-63B, 3.1.1.2)."""
    if len(password) < SHORTEST:
        return f"A password needs at least {SHORTEST} characters; some words in a row are easy to remember."
    if len(password) > LONGEST:
        return f"A password may have at most {LONGEST} characters."
    if len(set(password)) < 4:
        return "This password repeats too few characters."
    if password.casefold() in (email, email.partition("@")[0]):
        return "The password must not be your e-mail address."
    return None


# ---------------------------------------------------------------------- doors


def session_holds(now: datetime, seen_at: datetime, ends_at: datetime) -> bool:
    """Whether a session is neither idle for too long nor at its end."""
    return now < ends_at and now - seen_at < IDLE


def wait_after(count: int, since: datetime, now: datetime, allowed: int) -> timedelta | None:
    """How long to wait before the next sign-in; None when it may be tried.

    Args:
        count: sign-ins tried in this window, this one included.
        since: when the window began.
        now: the present.
        allowed: how many may fail in a window.
    """
    return None if count <= allowed else max(timedelta(seconds=1), since + WINDOW - now)


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the network of 64 bits, of which everybody has many addresses."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if found.version == 4:
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((found, 64), strict=False))


# ---------------------------------------------------------------------- the company's groups


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Who is in a group has a role: in a team, or in the organisation (team None)."""

    group: str
    role: str
    team: int | None


@dataclass(frozen=True, slots=True)
class Given:
    """Roles in the organisation, and roles by team."""

    org_roles: frozenset[str]
    teams: Mapping[int, frozenset[str]]

    def __bool__(self) -> bool:
        return bool(self.org_roles) or any(self.teams.values())


@dataclass(frozen=True, slots=True)
class Settled:
    """What somebody is from now on.

    Attributes:
        holds: his roles.
        given: those of them that only his groups gave: they go with the groups.
    """

    holds: frozenset[str]
    given: frozenset[str]


def find_claim(claims: Mapping[str, object], name: str) -> object | None:
    """A claim by its name, or, where none is called so, by a path with dots (`realm_access.roles`); None: no such."""
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def read_groups(claims: Mapping[str, object], name: str) -> frozenset[str] | None:
    """The groups that a provider names; None where it says nothing of groups. What is no text is no group."""
    found = find_claim(claims, name)
    if found is None:
        return None
    said = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return frozenset(each for each in said[:GROUPS_AT_MOST] if isinstance(each, str) and each)


def weigh_groups(rules: Iterable[GroupRule], groups: Collection[str]) -> Given:
    """What the groups that somebody is in give; rules add up. Names are compared letter by letter, however a letter
    with a mark is coded.
    """
    org_roles: set[str] = set()
    teams: dict[int, set[str]] = {}
    named = {unicodedata.normalize("NFC", each) for each in groups}
    for rule in rules:
        if unicodedata.normalize("NFC", rule.group) not in named:
            continue
        if rule.team is None:
            org_roles.add(rule.role)
        else:
            teams.setdefault(rule.team, set()).add(rule.role)
    return Given(frozenset(org_roles), {team: frozenset(roles) for team, roles in teams.items()})


def settle_roles(held: frozenset[str], given_before: frozenset[str], given_now: frozenset[str]) -> Settled:
    """What somebody is after his groups were read: what was given by hand stays, what groups gave is set anew.

    Args:
        held: his roles until now.
        given_before: those that only his groups gave.
        given_now: what his groups give now.
    """
    by_hand = held - given_before
    return Settled(by_hand | given_now, given_now - by_hand)
