"""Every query of the room. What a caller may see is part of the query: `within` is the teams, None for all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from builder.audit import ORGANISATION
from builder.db import clock, to_milliseconds
from builder.kit.ids import new_id
from builder.teams.rules import IDLE, WINDOW
from builder.teams.schemas import Link, Membership, Person
from builder.teams.tables import (
    attempt_table,
    link_table,
    member_role_table,
    org_role_table,
    organisation_table,
    person_table,
    session_table,
    team_table,
)

Within = frozenset[int] | None

person, member, team = person_table.c, member_role_table.c, team_table.c
PERSON = (person.id, person.email, person.name, person.language, person.password_hash, person.closed_at)


# ---------------------------------------------------------------------- organisation


def save_organisation(session: Session, name: str, now: datetime) -> None:
    """Makes the organisation, unless it is there."""
    fresh = {"id": ORGANISATION, "name": name, "made_at": now}
    session.execute(_insert(session, organisation_table).values(fresh).on_conflict_do_nothing())


def lock_organisation(session: Session) -> None:
    """One transaction at a time goes on: whatever makes people, teams or admins sees all that there are."""
    query = select(organisation_table.c.id).where(organisation_table.c.id == ORGANISATION)
    session.execute(query.with_for_update())


def read_organisation(session: Session) -> str | None:
    """The organisation's name; None before the first start."""
    return session.scalar(select(organisation_table.c.name).where(organisation_table.c.id == ORGANISATION))


def save_organisation_name(session: Session, name: str) -> None:
    """Gives the organisation another name."""
    session.execute(update(organisation_table).where(organisation_table.c.id == ORGANISATION).values(name=name))


# ---------------------------------------------------------------------- people


def insert_person(session: Session, email: str, name: str, language: str, hashed: str | None, now: datetime) -> int:
    """Makes a person; his id."""
    number = new_id(to_milliseconds(now))
    values = {"id": number, "email": email, "name": name, "language": language}
    session.execute(insert(person_table).values(**values, password_hash=hashed, made_at=now))
    return number


def read_people(session: Session, ids: Iterable[int]) -> dict[int, Person]:
    """People by their ids."""
    rows = session.execute(select(*PERSON).where(person.id.in_(set(ids))))
    return {row.id: person_of(row) for row in rows}


def read_person_by_email(session: Session, email: str) -> tuple[Person, str | None] | None:
    """A person by address, with the hash of his password."""
    row = session.execute(select(*PERSON).where(person.email == email)).one_or_none()
    return None if row is None else (person_of(row), row.password_hash)


def read_password_hash(session: Session, person_id: int) -> str | None:
    """The hash of a person's password."""
    return session.scalar(select(person.password_hash).where(person.id == person_id))


def save_person(session: Session, person_id: int, values: Mapping[str, Any]) -> None:
    """Changes a person's row."""
    session.execute(update(person_table).where(person.id == person_id).values(**values))


def find_people_page(
    session: Session, within: Within, words: str, after: tuple[str, int] | None, limit: int
) -> list[Person]:
    """People by name, whom one may know of, whose name or address contains the words."""
    query = select(*PERSON)
    if within is not None:
        query = query.where(exists().where(member.person_id == person.id, member.team_id.in_(within)))
    if words:
        wanted = words.lower()
        query = query.where(
            or_(
                func.lower(person.name).contains(wanted, autoescape=True),
                person.email.contains(wanted, autoescape=True),
            )
        )
    if after is not None:
        query = query.where(or_(person.name > after[0], and_(person.name == after[0], person.id > after[1])))
    return [person_of(row) for row in session.execute(query.order_by(person.name, person.id).limit(limit))]


def has_password_anywhere(session: Session) -> bool:
    """Whether anybody can sign in with a password."""
    return (
        session.scalar(select(exists().where(person.password_hash.is_not(None), person.closed_at.is_(None)))) or False
    )


# ---------------------------------------------------------------------- roles


def read_org_roles(session: Session, ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Roles in the organisation, by person."""
    table = org_role_table.c
    found: dict[int, set[str]] = {number: set() for number in ids}
    for row in session.execute(select(table.person_id, table.role).where(table.person_id.in_(ids))):
        found[row.person_id].add(row.role)
    return {number: frozenset(roles) for number, roles in found.items()}


def save_org_roles(session: Session, person_id: int, roles: Iterable[str]) -> None:
    """Sets what a person is in the organisation."""
    session.execute(delete(org_role_table).where(org_role_table.c.person_id == person_id))
    rows = [{"person_id": person_id, "role": role} for role in sorted(set(roles))]
    if rows:
        session.execute(insert(org_role_table), rows)


def find_admins(session: Session) -> list[int]:
    """People who are admins and did not leave, the first one first."""
    role = org_role_table.c
    query = select(person.id).join(org_role_table, role.person_id == person.id)
    return list(session.scalars(query.where(role.role == "admin", person.closed_at.is_(None)).order_by(person.id)))


def read_memberships(
    session: Session, people: Collection[int] | None = None, teams: Collection[int] | None = None
) -> list[Membership]:
    """What people are in teams; of these people, of these teams."""
    query = select(member.team_id, member.person_id, member.role)
    if people is not None:
        query = query.where(member.person_id.in_(people))
    if teams is not None:
        query = query.where(member.team_id.in_(teams))
    found: dict[tuple[int, int], set[str]] = {}
    for row in session.execute(query.order_by(member.team_id, member.person_id)):
        found.setdefault((row.team_id, row.person_id), set()).add(row.role)
    return [Membership(*key, frozenset(roles)) for key, roles in found.items()]


def save_membership(session: Session, team_id: int, person_id: int, roles: Iterable[str]) -> None:
    """Sets what a person is in a team; nothing when there are no roles."""
    session.execute(delete(member_role_table).where(member.team_id == team_id, member.person_id == person_id))
    rows = [{"team_id": team_id, "person_id": person_id, "role": role} for role in sorted(set(roles))]
    if rows:
        session.execute(insert(member_role_table), rows)


def find_team_people(session: Session, team_id: int, role: str | None = None) -> list[Person]:
    """People of a team who did not leave, by name; only those with a role, when one is named."""
    is_member = exists().where(member.person_id == person.id, member.team_id == team_id)
    if role is not None:
        is_member = is_member.where(member.role == role)
    query = select(*PERSON).where(is_member, person.closed_at.is_(None))
    return [person_of(row) for row in session.execute(query.order_by(person.name, person.id))]


def find_org_people(session: Session, role: str) -> list[Person]:
    """People with a role in the organisation who did not leave, by name."""
    table = org_role_table.c
    has = exists().where(table.person_id == person.id, table.role == role)
    query = select(*PERSON).where(has, person.closed_at.is_(None))
    return [person_of(row) for row in session.execute(query.order_by(person.name, person.id))]


# ---------------------------------------------------------------------- teams


def insert_team(session: Session, name: str, now: datetime) -> int:
    """Makes a team; its id."""
    number = new_id(to_milliseconds(now))
    session.execute(insert(team_table).values(id=number, name=name, made_at=now))
    return number


def read_teams(session: Session, within: Within) -> dict[int, str]:
    """Names of teams, by id, in the order of their names."""
    query = select(team.id, team.name)
    if within is not None:
        query = query.where(team.id.in_(within))
    return {row.id: row.name for row in session.execute(query.order_by(team.name, team.id))}


def count_members(session: Session, within: Within) -> dict[int, int]:
    """How many people are in each team."""
    query = select(member.team_id, func.count(member.person_id.distinct()).label("people"))
    if within is not None:
        query = query.where(member.team_id.in_(within))
    return {row.team_id: row.people for row in session.execute(query.group_by(member.team_id))}


def lock_team(session: Session, team_id: int) -> str | None:
    """A team's name, and nobody else changes its people until the transaction's end; None when there is none."""
    return session.scalar(select(team.name).where(team.id == team_id).with_for_update())


def find_team_by_name(session: Session, name: str) -> int | None:
    """The team of this name."""
    return session.scalar(select(team.id).where(func.lower(team.name) == name.lower()))


def save_team_name(session: Session, team_id: int, name: str) -> None:
    """Gives a team another name."""
    session.execute(update(team_table).where(team.id == team_id).values(name=name))


# ---------------------------------------------------------------------- sessions


def insert_session(session: Session, values: Mapping[str, Any], now: datetime) -> int:
    """Keeps a session; its id."""
    number = new_id(to_milliseconds(now))
    session.execute(insert(session_table).values(id=number, made_at=now, seen_at=now, **values))
    return number


def read_session(session: Session, token_hash: str) -> Any | None:
    """A session by its token's hash, with its person and the database's present; None when there is none."""
    table = session_table.c
    query = select(
        table.id, table.person_id, table.seen_at, table.ends_at, person.name, person.email, clock().label("now")
    ).join(person_table, person.id == table.person_id)
    return session.execute(query.where(table.token_hash == token_hash, person.closed_at.is_(None))).one_or_none()


def find_sessions(session: Session, person_id: int, now: datetime) -> Sequence[Any]:
    """Where a person is signed in, the last used first."""
    table = session_table.c
    holds = and_(table.person_id == person_id, table.ends_at > now, table.seen_at > now - IDLE)
    return session.execute(select(session_table).where(holds).order_by(table.seen_at.desc(), table.id)).all()


def save_seen(session: Session, session_id: int, now: datetime) -> None:
    """Remembers that a session was used."""
    session.execute(update(session_table).where(session_table.c.id == session_id).values(seen_at=now))


def delete_session(session: Session, token_hash: str) -> None:
    """Ends the session of a token, if there is one."""
    session.execute(delete(session_table).where(session_table.c.token_hash == token_hash))


def delete_sessions(session: Session, person_id: int, *, only: int | None = None, but: int | None = None) -> int:
    """Ends a person's sessions: all, one, or all but one; how many."""
    table = session_table.c
    statement = delete(session_table).where(table.person_id == person_id)
    if only is not None:
        statement = statement.where(table.id == only)
    if but is not None:
        statement = statement.where(table.id != but)
    return len(session.execute(statement.returning(table.id)).all())


def sweep_doors(session: Session, now: datetime) -> None:
    """Forgets sessions that are over, and attempts of windows that are."""
    table = session_table.c
    session.execute(delete(session_table).where(or_(table.ends_at <= now, table.seen_at <= now - IDLE)))
    session.execute(delete(attempt_table).where(attempt_table.c.since <= now - WINDOW))


def count_attempt(session: Session, key: str, now: datetime) -> tuple[int, datetime]:
    """Counts a sign-in in the present window of an account or address: how many there were, and since when."""
    table = attempt_table.c
    fresh = _insert(session, attempt_table).values(key=key, since=now, tries=1)
    over = table.since <= now - WINDOW
    statement = fresh.on_conflict_do_update(
        index_elements=[table.key],
        set_={
            "tries": case((over, 1), else_=table.tries + 1),
            "since": case((over, fresh.excluded.since), else_=table.since),
        },
    )
    row = session.execute(statement.returning(table.tries, table.since)).one()
    return row.tries, row.since


def forgive_attempts(session: Session, account: str, address: str) -> None:
    """After a sign-in that succeeded: the account starts anew, and its address did not fail this once."""
    table = attempt_table.c
    session.execute(delete(attempt_table).where(table.key == account))
    session.execute(update(attempt_table).where(table.key == address).values(tries=table.tries - 1))


# ---------------------------------------------------------------------- one-time links


def insert_link(session: Session, link: Link, token_hash: str | None) -> None:
    """Keeps a link."""
    values = {name: getattr(link, name) for name in ("id", "kind", "person_id", "email", "team_id", "made_by")}
    values |= {"made_at": link.made_at, "ends_at": link.ends_at, "token_hash": token_hash}
    values |= {"roles": sorted(link.roles), "org_roles": sorted(link.org_roles)}
    session.execute(insert(link_table).values(**values))


def read_link(session: Session, token_hash: str, now: datetime) -> Link | None:
    """The link of a token, while it can be used."""
    table = link_table.c
    query = select(link_table).where(table.token_hash == token_hash, table.used_at.is_(None), table.ends_at > now)
    row = session.execute(query).one_or_none()
    return None if row is None else link_of(row)


def take_link(session: Session, token_hash: str, kind: str, now: datetime) -> Link | None:
    """Uses a link: for whoever comes first, once; None for everybody else."""
    table = link_table.c
    usable = and_(table.token_hash == token_hash, table.kind == kind, table.used_at.is_(None), table.ends_at > now)
    row = session.execute(update(link_table).where(usable).values(used_at=now).returning(link_table)).one_or_none()
    return None if row is None else link_of(row)


def find_invitations(session: Session, within: Within, now: datetime) -> list[Link]:
    """Invitations that wait, the newest first."""
    table = link_table.c
    query = select(link_table).where(table.kind == "invitation", table.used_at.is_(None), table.ends_at > now)
    if within is not None:
        query = query.where(table.team_id.in_(within))
    return [link_of(row) for row in session.execute(query.order_by(table.id.desc()))]


def delete_links(session: Session, kind: str, email: str, team_id: int | None = None) -> None:
    """Withdraws unused links of a kind for an address; an invitation's for its team only."""
    table = link_table.c
    statement = delete(link_table).where(table.kind == kind, table.email == email, table.used_at.is_(None))
    session.execute(statement.where(table.team_id == team_id) if kind == "invitation" else statement)


def delete_link(session: Session, link_id: int) -> None:
    """Withdraws an unused link."""
    session.execute(delete(link_table).where(link_table.c.id == link_id, link_table.c.used_at.is_(None)))


# ---------------------------------------------------------------------- rows to values


def _insert(session: Session, table: Any) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def person_of(row: Any) -> Person:
    """A row as a Person."""
    has_password = row.password_hash is not None
    return Person(row.id, row.email, row.name, row.language, has_password, row.closed_at is not None)


def link_of(row: Any) -> Link:
    """A row as a Link."""
    return Link(
        id=row.id,
        kind=row.kind,
        person_id=row.person_id,
        email=row.email,
        team_id=row.team_id,
        roles=frozenset(row.roles),
        org_roles=frozenset(row.org_roles),
        made_by=row.made_by,
        made_at=row.made_at,
        ends_at=row.ends_at,
    )
