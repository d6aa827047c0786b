"""Setting the company's sign-in up. Its secret is sealed as credentials are, and never shown again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from builder.audit import ORGANISATION, append_event
from builder.kit.sealing import SealError, Wrapping, new_key, open_sealed, seal
from builder.teams.identity.discover import WELL_KNOWN, judge_issuer
from builder.teams.identity.words import (
    BoundPersonView,
    CompanySignInError,
    GroupRuleView,
    ProviderError,
    ProviderIn,
    ProviderView,
)
from builder.teams.rules import ORG_ROLES, TEAM_ROLES, GroupRule, require
from builder.teams.schemas import Caller
from builder.teams.store import read_teams
from builder.teams.store.identity import (
    delete_all_issuer_sessions,
    find_bound_people,
    read_provider_row,
    save_provider,
)

_CONTEXT = f"identity provider|{ORGANISATION}".encode()
_TOLD = ("name", "issuer", "client_id", "enabled", "passwords", "groups_claim", "trusts_email", "absent_days", "ask")


@dataclass(frozen=True, slots=True)
class Provider:
    """The company's sign-in, opened for one sign-in.

    Attributes:
        name: what it is called on the page of sign-in.
        issuer: its address, without a slash at the end.
        client_id, secret: what it knows us by; an empty secret for a client that has none.
        scopes: what is asked of it beside the usual.
        groups_claim: under which name it says somebody's groups.
        rules: what groups give.
        trusts_email: whether an address counts as verified when it does not say.
        keys_at: when its keys were last read.
    """

    name: str
    issuer: str
    client_id: str
    secret: str = field(repr=False)
    scopes: tuple[str, ...]
    groups_claim: str
    rules: tuple[GroupRule, ...]
    trusts_email: bool
    keys_at: datetime | None


def open_provider(session: Session, wrapping: Wrapping) -> Provider:
    """The company's sign-in with its secret.

    Raises:
        CompanySignInError: it is off, or its secret does not open with the keys that are here.
    """
    row = read_provider_row(session)
    if row is None or not row.enabled:
        raise CompanySignInError("off")
    try:
        secret = "" if row.sealed is None else _open(row, wrapping)
    except SealError as problem:
        raise CompanySignInError("client_refused", problem.sentence) from None
    return Provider(
        row.name, row.issuer, row.client_id, secret, tuple(row.scopes.split()), row.groups_claim,
        rules_of(row.mapping), row.trusts_email, row.keys_at,
    )  # fmt: skip


def rules_of(mapping: list[Mapping[str, Any]]) -> tuple[GroupRule, ...]:
    """The rows of a mapping as they were kept."""
    return tuple(GroupRule(**each) for each in mapping)


def set_up_provider(session: Session, caller: Caller, wanted: ProviderIn, wrapping: Wrapping, now: datetime) -> None:
    """Sets the company's sign-in up, or changes it. Switched off, or changed for another, its sessions end.

    Raises:
        Forbidden: the caller may not.
        ProviderError: something of it cannot be meant.
    """
    require(caller, "settings.write", None)
    before = read_provider_row(session)
    issuer = wanted.issuer.removesuffix(WELL_KNOWN).rstrip("/")
    wrong = judge_issuer(issuer)
    if wrong is not None:
        raise ProviderError(wrong[1], field="issuer", case=wrong[0])
    values: dict[str, Any] = wanted.model_dump(exclude={"secret", "mapping", "scopes", "issuer"})
    values |= {"issuer": issuer, "scopes": " ".join(dict.fromkeys(wanted.scopes)), "mapping": _check(session, wanted)}
    if len(values["scopes"]) > 500:
        raise ProviderError("These are too many scopes.", field="scopes", case="scopes")
    other = before is not None and before.issuer != issuer
    if wanted.secret is not None:
        values |= _seal(wanted.secret, wrapping)
    elif before is None:
        values |= _seal("", wrapping)
    elif other and before.sealed is not None:
        raise ProviderError(
            "The address is another, and the secret that is kept here was for the old one.",
            way_out="Write the secret of the new one.",
            field="secret",
            case="secret",
        )
    if before is None or other:
        values |= {"facts": {}, "facts_at": None, "keys_at": None}
    if before is not None and (other or not wanted.enabled):
        delete_all_issuer_sessions(session, before.issuer)
    save_provider(session, {**values, "changed_by": caller.actor, "changed_at": now})
    record: dict[str, Any] = {name: values[name] for name in _TOLD}
    record["changed"] = sorted(
        name for name in values if name not in _SILENT and (before is None or getattr(before, name) != values[name])
    ) + (["secret"] if wanted.secret is not None else [])
    record["groups"] = [f"{each.group}: {each.role}" for each in rules_of(values["mapping"])][:50]
    subject = f"organisation {ORGANISATION}"
    append_event(session, "identity_provider_changed", actor=caller.actor, subject=subject, now=now, record=record)


_SILENT = frozenset({"sealed", "wrapped", "wrapped_by", "facts", "facts_at", "keys_at"})


def _check(session: Session, wanted: ProviderIn) -> list[dict[str, Any]]:
    teams = read_teams(session, None)
    for place, each in enumerate(wanted.mapping):
        if each.team is not None and each.team not in teams:
            raise ProviderError("There is no such team.", field=f"mapping.{place}.team", case="team")
        if each.role not in (ORG_ROLES if each.team is None else TEAM_ROLES):
            where = "the organisation" if each.team is None else "a team"
            raise ProviderError(f"Nobody is {each.role} in {where}.", field=f"mapping.{place}.role", case="role")
    kept = dict.fromkeys(GroupRule(each.group, each.role, each.team) for each in wanted.mapping)
    return [asdict(each) for each in kept]


def _seal(secret: str, wrapping: Wrapping) -> dict[str, Any]:
    if not secret:
        return {"sealed": None, "wrapped": None, "wrapped_by": ""}
    key = new_key()
    sealed = seal(key, json.dumps(secret).encode(), _CONTEXT)
    return {"sealed": sealed, "wrapped": wrapping.wrap(key, _CONTEXT), "wrapped_by": wrapping.name}


def _open(row: Any, wrapping: Wrapping) -> str:
    return str(json.loads(open_sealed(wrapping.unwrap(row.wrapped_by, row.wrapped, _CONTEXT), row.sealed, _CONTEXT)))


def rewrap_provider(session: Session, wrapping: Wrapping) -> bool:
    """Wraps the key of the secret anew after the wrapping key changed; whether it was needed.

    Raises:
        builder.kit.sealing.SealError: the earlier key is not here.
    """
    row = read_provider_row(session)
    if row is None or row.wrapped is None or row.wrapped_by == wrapping.name:
        return False
    key = wrapping.unwrap(row.wrapped_by, row.wrapped, _CONTEXT)
    save_provider(session, {"wrapped": wrapping.wrap(key, _CONTEXT), "wrapped_by": wrapping.name})
    return True


def show_provider(session: Session, caller: Caller) -> ProviderView | None:
    """How the company's sign-in is set up, without its secret; None when it never was.

    Raises:
        Forbidden: the caller may not know.
    """
    require(caller, "organisation.read", None)
    row = read_provider_row(session)
    if row is None:
        return None
    teams = read_teams(session, None)
    mapping = [
        GroupRuleView(group=each.group, team=each.team, team_name=teams.get(each.team or 0), role=each.role)
        for each in rules_of(row.mapping)
    ]
    plain = {name: getattr(row, name) for name in (*_TOLD, "changed_by", "changed_at")}
    return ProviderView(**plain, has_secret=row.sealed is not None, scopes=row.scopes.split(), mapping=mapping)


def list_bound_people(session: Session, caller: Caller) -> list[BoundPersonView]:
    """People who sign in through the company, by name.

    Raises:
        Forbidden: the caller may not know.
    """
    require(caller, "organisation.read", None)
    row = read_provider_row(session)
    people = [] if row is None else find_bound_people(session, row.issuer)
    return [
        BoundPersonView(
            id=each.id, name=each.name, email=each.email, seen_at=each.seen_at, absent=each.absent_at is not None
        )
        for each in people
    ]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is tried of a set-up: its address, and under which name it should say groups."""

    issuer: str
    groups_claim: str


def find_wanted(session: Session, caller: Caller) -> Wanted:
    """What is tried of the set-up that is kept, whether it is on or off.

    Raises:
        Forbidden: the caller may not.
        ProviderError: there is none.
    """
    require(caller, "settings.write", None)
    row = read_provider_row(session)
    if row is None:
        raise ProviderError("The company's sign-in is not set up yet.", way_out="Save its address first.", case="none")
    return Wanted(row.issuer, row.groups_claim)
