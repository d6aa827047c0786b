"""The queries of sign-in through the company's identity provider."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from builder.teams.schemas import Link
from builder.teams.store import link_of
from builder.teams.tables import (
    group_role_table,
    heard_logout_table,
    identity_provider_table,
    link_table,
    person_identity_table,
    person_table,
    session_table,
    sign_in_start_table,
)

provider, identity, group = identity_provider_table.c, person_identity_table.c, group_role_table.c
begun, heard = sign_in_start_table.c, heard_logout_table.c
_THE_ONE = 1
ORGANISATION_ROLE = 0
"""What stands for the organisation where `group_role` names a team."""


def read_provider_row(session: Session) -> Any | None:
    """How the company's sign-in is set up; None when it never was."""
    return session.execute(select(identity_provider_table).where(provider.id == _THE_ONE)).one_or_none()


def save_provider(session: Session, values: Mapping[str, Any]) -> None:
    """Sets the company's sign-in up, or changes it."""
    changed = session.execute(
        update(identity_provider_table).where(provider.id == _THE_ONE).values(**values).returning(provider.id)
    ).all()
    if not changed:
        session.execute(insert(identity_provider_table).values(id=_THE_ONE, **values))


def save_facts(session: Session, issuer: str, facts: Mapping[str, Any], now: datetime, *, keys: bool) -> None:
    """Keeps what the provider says of itself, unless another provider was set up meanwhile.

    Args:
        session: the transaction.
        issuer: whose facts they are.
        facts: endpoints and keys.
        now: when they were read.
        keys: whether only the keys were read anew.
    """
    when = {"keys_at": now} if keys else {"keys_at": now, "facts_at": now}
    statement = update(identity_provider_table).where(provider.id == _THE_ONE, provider.issuer == issuer)
    session.execute(statement.values(facts=dict(facts), **when))


# ---------------------------------------------------------------------- sign-ins under way


def insert_start(session: Session, state_hash: str, browser_hash: str, leads_to: str, ends_at: datetime) -> None:
    """Keeps that a sign-in began in a browser."""
    values = {"state_hash": state_hash, "browser_hash": browser_hash, "leads_to": leads_to, "ends_at": ends_at}
    session.execute(insert(sign_in_start_table).values(**values))


def take_start(session: Session, state_hash: str, browser_hash: str, now: datetime) -> str | None:
    """Uses up a sign-in that began in this browser: where it leads to, for whoever comes first, once."""
    usable = and_(begun.state_hash == state_hash, begun.browser_hash == browser_hash, begun.ends_at > now)
    return session.scalar(delete(sign_in_start_table).where(usable).returning(begun.leads_to))


def sweep_starts(session: Session, now: datetime) -> None:
    """Forgets sign-ins that took too long, and logouts that cannot be said again."""
    session.execute(delete(sign_in_start_table).where(begun.ends_at <= now))
    session.execute(delete(heard_logout_table).where(heard.ends_at <= now))


def insert_heard(session: Session, token_hash: str, ends_at: datetime) -> bool:
    """Remembers that a logout was heard; False when it was before."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    fresh = dialect.insert(heard_logout_table).values(token_hash=token_hash, ends_at=ends_at)
    kept = session.execute(fresh.on_conflict_do_nothing().returning(heard.token_hash)).all()
    return bool(kept)


# ---------------------------------------------------------------------- who is who there


def read_identity(session: Session, issuer: str, subject: str) -> int | None:
    """The person whom a provider knows by this subject."""
    return session.scalar(select(identity.person_id).where(identity.issuer == issuer, identity.subject == subject))


def has_identity(session: Session, person_id: int, issuer: str | None = None) -> bool:
    """Whether a person is bound to somebody at this provider; without one, at any that there ever was."""
    mine = exists().where(identity.person_id == person_id)
    return session.scalar(select(mine if issuer is None else mine.where(identity.issuer == issuer))) or False


def insert_identity(session: Session, issuer: str, subject: str, person_id: int, now: datetime) -> None:
    """Binds a person to a subject of a provider."""
    values = {"issuer": issuer, "subject": subject, "person_id": person_id, "bound_at": now, "seen_at": now}
    session.execute(insert(person_identity_table).values(**values))


def save_identity_seen(session: Session, issuer: str, subject: str, now: datetime) -> None:
    """Remembers that the provider vouched for somebody."""
    statement = update(person_identity_table).where(identity.issuer == issuer, identity.subject == subject)
    session.execute(statement.values(seen_at=now, absent_at=None))


def take_absent(session: Session, before: datetime, now: datetime) -> list[int]:
    """People for whom no provider has vouched since, not even one that was here earlier; each is named once, until he
    comes again.
    """
    seen = select(identity.person_id).where(identity.seen_at > before)
    gone = and_(identity.absent_at.is_(None), identity.person_id.not_in(seen))
    statement = update(person_identity_table).where(gone).values(absent_at=now).returning(identity.person_id)
    return sorted(set(session.scalars(statement)))


def find_bound_people(session: Session, issuer: str) -> Sequence[Any]:
    """People who sign in through the provider, by name: who, and when it last vouched for each."""
    query = (
        select(person_table.c.id, person_table.c.name, person_table.c.email, identity.seen_at, identity.absent_at)
        .join(person_table, person_table.c.id == identity.person_id)
        .where(identity.issuer == issuer, person_table.c.closed_at.is_(None))
    )
    return session.execute(query.order_by(person_table.c.name, person_table.c.id).limit(500)).all()


# ---------------------------------------------------------------------- what groups gave


def read_group_roles(session: Session, person_id: int) -> dict[int, frozenset[str]]:
    """Which roles somebody's groups gave, by team; those in the organisation under `ORGANISATION_ROLE`."""
    found: dict[int, set[str]] = {}
    for row in session.execute(select(group.team_id, group.role).where(group.person_id == person_id)):
        found.setdefault(row.team_id, set()).add(row.role)
    return {team: frozenset(roles) for team, roles in found.items()}


def save_group_roles(session: Session, person_id: int, roles: Mapping[int, Iterable[str]]) -> None:
    """Keeps which roles somebody's groups gave."""
    session.execute(delete(group_role_table).where(group.person_id == person_id))
    rows = [
        {"person_id": person_id, "team_id": team, "role": role}
        for team, given in sorted(roles.items())
        for role in sorted(given)
    ]
    if rows:
        session.execute(insert(group_role_table), rows)


# ---------------------------------------------------------------------- sessions and invitations


def mark_session(session: Session, token_hash: str, issuer: str, issuer_session: str | None, ends_at: datetime) -> None:
    """Says of a session that the provider opened it, and when it ends whatever happens."""
    statement = update(session_table).where(session_table.c.token_hash == token_hash)
    session.execute(statement.values(issuer=issuer, issuer_session=issuer_session, ends_at=ends_at))


def read_session_issuer(session: Session, token_hash: str) -> str | None:
    """The provider that opened the session of a token; None for a session that a password opened."""
    return session.scalar(select(session_table.c.issuer).where(session_table.c.token_hash == token_hash))


def delete_issuer_sessions(session: Session, issuer: str, subject: str | None, issuer_session: str | None) -> list[int]:
    """Ends sessions that the provider opened: those of a subject, or of one session there; whose they were."""
    table = session_table.c
    whose = []
    if issuer_session is not None:
        whose.append(table.issuer_session == issuer_session)
    if subject is not None:
        theirs = select(identity.person_id).where(identity.issuer == issuer, identity.subject == subject)
        whose.append(table.person_id.in_(theirs))
    if not whose:
        return []
    wanted = and_(table.issuer == issuer, *whose)
    return sorted(session.scalars(delete(session_table).where(wanted).returning(table.person_id)))


def take_invitations(session: Session, email: str, now: datetime) -> list[Link]:
    """Uses up every invitation that waits for an address."""
    table = link_table.c
    waits = and_(table.kind == "invitation", table.email == email, table.used_at.is_(None), table.ends_at > now)
    rows = session.execute(update(link_table).where(waits).values(used_at=now).returning(link_table))
    return sorted((link_of(row) for row in rows), key=lambda link: link.id)


def delete_all_issuer_sessions(session: Session, issuer: str) -> int:
    """Ends every session that a provider opened; how many."""
    statement = delete(session_table).where(session_table.c.issuer == issuer).returning(session_table.c.id)
    return len(session.execute(statement).all())
