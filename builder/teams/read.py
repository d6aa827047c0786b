"""Reading people and teams, as far as a caller may know of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from builder.kit.pages import Page, cut_page, read_cursor
from builder.teams.rules import permissions_of, require, teams_where
from builder.teams.schemas import (
    Caller,
    MemberView,
    OwnTeamView,
    Person,
    PersonTeamView,
    PersonView,
    SelfView,
    SessionView,
    TeamView,
    UnknownError,
)
from builder.teams.store import (
    Within,
    count_members,
    find_people_page,
    has_password_anywhere,
    read_memberships,
    read_org_roles,
    read_organisation,
    read_people,
    read_teams,
)
from builder.teams.store.standing import read_team_name
from builder.teams.ways import find_company_only


def expect_team(session: Session, team_id: int) -> str:
    """A team's name.

    Raises:
        UnknownError: there is none.
    """
    name = read_team_name(session, team_id)
    if name is None:
        raise UnknownError("There is no such team.")
    return name


def expect_person(session: Session, caller: Caller, person_id: int) -> Person:
    """Somebody whom the caller may know of.

    Raises:
        UnknownError: there is nobody, or the caller may not know.
    """
    within = teams_where(caller, "people.read")
    found = read_people(session, [person_id]).get(person_id)
    if found is not None and within is not None and not read_memberships(session, people=[person_id], teams=within):
        found = None
    if found is None:
        raise UnknownError("There is no such person.")
    return found


def list_teams(session: Session, caller: Caller) -> list[TeamView]:
    """The teams whose work a caller may see, by name."""
    within = teams_where(caller, "workflow.read")
    counts = count_members(session, within)
    return [
        TeamView(id=number, name=name, members=counts.get(number, 0))
        for number, name in read_teams(session, within).items()
    ]


def list_members(session: Session, caller: Caller, team_id: int) -> list[MemberView]:
    """Who is in a team, by name.

    Raises:
        Forbidden: the caller may not know.
        UnknownError: there is no such team.
    """
    require(caller, "people.read", team_id)
    expect_team(session, team_id)
    memberships = read_memberships(session, teams=[team_id])
    people = read_people(session, [each.person_id for each in memberships])
    pairs = [(people[each.person_id], each.roles) for each in memberships]
    views = [
        MemberView(id=one.id, email=one.email, name=one.name, roles=sorted(roles), closed=one.closed)
        for one, roles in pairs
    ]
    return sorted(views, key=lambda view: (view.name.casefold(), view.id))


def list_people(session: Session, caller: Caller, words: str, cursor: str | None, size: int) -> Page[PersonView]:
    """People whom a caller may know of, by name.

    Raises:
        CursorError: the cursor is not one of this list.
    """
    within = teams_where(caller, "people.read")
    place = read_cursor(cursor, str, int)
    after = None if place is None else (str(place[0]), int(place[1]))
    rows, following = cut_page(
        find_people_page(session, within, words, after, size + 1), size, lambda one: (one.name, one.id)
    )
    return Page[PersonView](items=views_of(session, rows, within), next=following)


def views_of(session: Session, people: Iterable[Person], within: Within) -> list[PersonView]:
    """People with their roles, and their teams as far as they may be known."""
    people = list(people)
    ids = [one.id for one in people]
    org_roles, names = read_org_roles(session, ids), read_teams(session, within)
    teams: dict[int, list[PersonTeamView]] = {number: [] for number in ids}
    for each in read_memberships(session, people=ids, teams=within):
        view = PersonTeamView(id=each.team_id, name=names[each.team_id], roles=sorted(each.roles))
        teams[each.person_id].append(view)
    return [
        PersonView(
            id=one.id,
            email=one.email,
            name=one.name,
            org_roles=sorted(org_roles[one.id]),
            teams=teams[one.id],
            closed=one.closed,
        )
        for one in people
    ]


def show_session(session: Session, caller: Caller | None, csrf: str | None, *, mail: bool) -> SessionView:
    """Who is signed in, and what he may, for the screens."""
    first_run = not has_password_anywhere(session)
    if caller is None:
        return SessionView(
            person=None, organisation=None, org_roles=[], may=[], teams=[], csrf=None, first_run=first_run, mail=mail
        )
    one = read_people(session, [caller.person_id])[caller.person_id]
    company = find_company_only(session, caller.person_id)
    names = read_teams(session, frozenset(caller.teams))
    return SessionView(
        person=SelfView(
            id=one.id,
            email=one.email,
            name=one.name,
            language=one.language,
            has_password=one.has_password,
            company=None if company is None else str(company.params["company"]),
        ),
        organisation=read_organisation(session),
        org_roles=sorted(caller.org_roles),
        may=permissions_of(caller, None),
        teams=[
            OwnTeamView(id=number, name=name, roles=sorted(caller.teams[number]), may=permissions_of(caller, number))
            for number, name in names.items()
        ],
        csrf=csrf,
        first_run=first_run,
        mail=mail,
    )
