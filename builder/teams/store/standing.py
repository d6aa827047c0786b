"""Who somebody is, and what: asked by every call of everybody, so its statements are built once."""

from __future__ import annotations

from sqlalchemy import BigInteger, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from builder.teams.schemas import Person
from builder.teams.store import PERSON, person_of
from builder.teams.tables import member_role_table, org_role_table, person_table, team_table

member, org_role = member_role_table.c, org_role_table.c
_STANDING = union_all(
    select(literal(None, BigInteger).label("team"), org_role.role).where(org_role.person_id == bindparam("person")),
    select(member.team_id, member.role).where(member.person_id == bindparam("person")),
)
_TEAM = select(team_table.c.name).where(team_table.c.id == bindparam("team"))
_PERSON = select(*PERSON).where(person_table.c.id == bindparam("person"))


def read_person(session: Session, person_id: int) -> Person | None:
    """One person by his id."""
    row = session.execute(_PERSON, {"person": person_id}).one_or_none()
    return None if row is None else person_of(row)


def read_standing(session: Session, person_id: int) -> tuple[frozenset[str], dict[int, frozenset[str]]]:
    """What somebody is: roles in the organisation, and roles by team."""
    found: dict[int | None, set[str]] = {}
    for team, role in session.execute(_STANDING, {"person": person_id}):
        found.setdefault(team, set()).add(role)
    org_roles = frozenset(found.pop(None, ()))
    return org_roles, {team: frozenset(roles) for team, roles in found.items() if team is not None}


def read_team_name(session: Session, team_id: int) -> str | None:
    """The name of a team; None when there is none."""
    return session.scalar(_TEAM, {"team": team_id})
