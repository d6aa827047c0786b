"""A Team owns workflows; a Person is what he is in each team, by roles that add up; `may` says what follows from them.

People come in by password or by a one-time link, and are known by a session, of which only a hash is kept. Every route
of every room is guarded from here: it names its permission with `permit`, and is handed a Call.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.teams.api import router
    from builder.teams.found import found_team, introduce_person
    from builder.teams.gate import CSRF_HEADER, Call, Calling, Permit, Visit, Visiting, permit
    from builder.teams.identity.provider import rewrap_provider
    from builder.teams.identity.settle import sweep_absent
    from builder.teams.links import is_machine_trusted, is_ownerless, make_owner_link
    from builder.teams.members import add_roles
    from builder.teams.people import save_roles_of
    from builder.teams.ports import (
        Admission,
        Admit,
        AskOutside,
        Installation,
        NotAdmittedError,
        Subject,
        TriggerFiles,
        Wish,
        WorkflowBook,
    )
    from builder.teams.read import expect_team
    from builder.teams.rules import may, may_read_payload, may_somewhere, permissions_of, require, teams_where
    from builder.teams.schemas import Caller, Forbidden, Membership, Person
    from builder.teams.sessions import find_caller, speak_as, speak_if_here
    from builder.teams.store import (
        find_admins,
        find_org_people,
        find_team_people,
        read_memberships,
        read_org_roles,
        read_people,
        read_teams,
    )

_DOORS = {
    "Admission": "ports",
    "Admit": "ports",
    "AskOutside": "ports",
    "NotAdmittedError": "ports",
    "Subject": "ports",
    "Wish": "ports",
    "WorkflowBook": "ports",
    "router": "api",
    "found_team": "found",
    "introduce_person": "found",
    "add_roles": "members",
    "save_roles_of": "people",
    "find_caller": "sessions",
    "speak_as": "sessions",
    "speak_if_here": "sessions",
    "is_machine_trusted": "links",
    "is_ownerless": "links",
    "rewrap_provider": "identity.provider",
    "sweep_absent": "identity.settle",
    "make_owner_link": "links",
    "CSRF_HEADER": "gate",
    "Call": "gate",
    "Calling": "gate",
    "Permit": "gate",
    "Visit": "gate",
    "Visiting": "gate",
    "permit": "gate",
    "Installation": "ports",
    "TriggerFiles": "ports",
    "expect_team": "read",
    "may": "rules",
    "may_read_payload": "rules",
    "may_somewhere": "rules",
    "permissions_of": "rules",
    "require": "rules",
    "teams_where": "rules",
    "Caller": "schemas",
    "Forbidden": "schemas",
    "Membership": "schemas",
    "Person": "schemas",
    "find_admins": "store",
    "find_org_people": "store",
    "find_team_people": "store",
    "read_memberships": "store",
    "read_org_roles": "store",
    "read_people": "store",
    "read_teams": "store",
}

__all__ = [
    "CSRF_HEADER", "Admission", "Admit", "AskOutside", "Call", "Caller", "Calling", "Forbidden", "Installation",
    "Membership", "NotAdmittedError", "Permit", "Person", "Subject", "TriggerFiles", "Visit", "Visiting", "Wish",
    "WorkflowBook", "add_roles", "expect_team", "find_admins", "find_caller", "find_org_people", "find_team_people",
    "found_team", "introduce_person", "is_machine_trusted", "is_ownerless", "make_owner_link", "may",
    "may_read_payload", "may_somewhere", "permissions_of", "permit", "read_memberships", "read_org_roles",
    "read_people", "read_teams", "require", "rewrap_provider", "router", "save_roles_of", "speak_as",
    "speak_if_here", "sweep_absent", "teams_where",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (SQLAlchemy and FastAPI are heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.teams has no {name!r}")
    return getattr(import_module(f"builder.teams.{_DOORS[name]}"), name)
