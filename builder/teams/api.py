"""The routes of people and teams; those of coming in and going out stand in `doors`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from builder.kit.pages import Page, PageSize
from builder.kit.wire import Id
from builder.teams.doors import doors
from builder.teams.found import found_team, rename_organisation, rename_team
from builder.teams.gate import Calling, Visit, permit
from builder.teams.identity.routes import company
from builder.teams.invite import invite_person, list_invitations, mail_invitation, withdraw_invitation
from builder.teams.links import make_reset_link
from builder.teams.members import change_member
from builder.teams.people import change_person
from builder.teams.read import list_members, list_people, list_teams
from builder.teams.rules import require
from builder.teams.schemas import (
    InvitationView,
    InvitedView,
    MemberView,
    NewInvitation,
    NewLinkView,
    NewName,
    NewTeam,
    OrganisationView,
    PersonChange,
    PersonView,
    RolesChange,
    TeamView,
)
from builder.teams.token_routes import token_routes

router = APIRouter(tags=["teams"])
router.include_router(doors)
router.include_router(token_routes)
router.include_router(company)

TeamId = Annotated[Id, Path()]


@router.patch(
    "/api/organisation", operation_id="rename_organisation", dependencies=[Depends(permit("organisation.write"))]
)
def patch_organisation(wanted: NewName, call: Calling) -> OrganisationView:
    """Gives the organisation another name."""
    with call.transaction() as session:
        rename_organisation(session, call.caller, wanted.name, call.now)
    return OrganisationView(name=wanted.name)


@router.get("/api/teams", operation_id="list_teams", dependencies=[Depends(permit("self"))])
def get_teams(call: Calling) -> list[TeamView]:
    """The teams whose work one may see, by name."""
    with call.read() as session:
        return list_teams(session, call.caller)


@router.post(
    "/api/teams", operation_id="found_team", status_code=201, dependencies=[Depends(permit("organisation.write"))]
)
def post_team(wanted: NewTeam, call: Calling) -> TeamView:
    """Founds a team."""
    caller = call.caller
    require(caller, "organisation.write", None)
    owner = caller.person_id if wanted.owner is None else wanted.owner
    with call.transaction() as session:
        number = found_team(session, caller.actor, wanted.name, owner, call.now)
    return TeamView(id=number, name=wanted.name, members=1)


@router.patch("/api/teams/{team}", operation_id="rename_team", dependencies=[Depends(permit("people.write"))])
def patch_team(team: TeamId, wanted: NewName, call: Calling) -> TeamView:
    """Gives a team another name."""
    with call.transaction() as session:
        rename_team(session, call.caller, team, wanted.name, call.now)
        members = len(list_members(session, call.caller, team))
    return TeamView(id=team, name=wanted.name, members=members)


@router.get("/api/teams/{team}/members", operation_id="list_members", dependencies=[Depends(permit("people.read"))])
def get_members(team: TeamId, call: Calling) -> list[MemberView]:
    """Who is in a team."""
    with call.read() as session:
        return list_members(session, call.caller, team)


@router.put(
    "/api/teams/{team}/members/{person}",
    operation_id="change_member",
    dependencies=[Depends(permit("people.write"))],
)
def put_member(team: TeamId, person: Annotated[Id, Path()], wanted: RolesChange, call: Calling) -> list[MemberView]:
    """Sets what a member is in a team; who is in it then."""
    with call.transaction() as session:
        change_member(session, call.caller, team, person, wanted.roles, call.now)
        return list_members(session, call.caller, team)


@router.delete(
    "/api/teams/{team}/members/{person}",
    operation_id="remove_member",
    status_code=204,
    dependencies=[Depends(permit("people.write"))],
)
def delete_member(team: TeamId, person: Annotated[Id, Path()], call: Calling) -> None:
    """Takes somebody out of a team."""
    with call.transaction() as session:
        change_member(session, call.caller, team, person, (), call.now)


@router.get("/api/people", operation_id="list_people", dependencies=[Depends(permit("people.read"))])
def get_people(
    call: Calling,
    q: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$", description="Words in the name or address.")] = "",
    cursor: Annotated[str | None, Query(max_length=2_000)] = None,
    size: PageSize = 50,
) -> Page[PersonView]:
    """People whom one may know of, by name."""
    with call.read() as session:
        return list_people(session, call.caller, q, cursor, size)


@router.patch(
    "/api/people/{person}", operation_id="change_person", dependencies=[Depends(permit("organisation.write"))]
)
def patch_person(person: Annotated[Id, Path()], wanted: PersonChange, call: Calling) -> PersonView:
    """Changes somebody's name, address, roles in the organisation, or whether he is here at all."""
    with call.transaction() as session:
        return change_person(session, call.caller, person, wanted, call.now)


@router.post(
    "/api/people/{person}/reset-link",
    operation_id="make_reset_link",
    status_code=201,
    dependencies=[Depends(permit("people.write"))],
)
def post_reset_link(person: Annotated[Id, Path()], call: Calling) -> NewLinkView:
    """Makes the one-time link with which somebody sets a new password. It is shown this once."""
    with call.transaction() as session:
        token, ends_at = make_reset_link(session, call.caller, person, call.now)
    return NewLinkView(link=_address(call, token), ends_at=ends_at)


@router.get("/api/invitations", operation_id="list_invitations", dependencies=[Depends(permit("people.read"))])
def get_invitations(call: Calling) -> list[InvitationView]:
    """Invitations that wait, the newest first."""
    with call.read() as session:
        return [InvitationView.of(link) for link in list_invitations(session, call.caller, call.now)]


@router.post(
    "/api/invitations",
    operation_id="invite_person",
    status_code=201,
    dependencies=[Depends(permit("people.write"))],
)
def post_invitation(wanted: NewInvitation, call: Calling) -> InvitedView:
    """Invites somebody; whoever is here already is added at once. The link is shown this once, and mailed."""
    with call.transaction() as session:
        invited = invite_person(session, call.caller, wanted, call.now, call.application.post)
        if invited.invitation is None or invited.token is None:
            return InvitedView(added=True, invitation=None, link=None, mailed=False)
        link = _address(call, invited.token)
        mailed = mail_invitation(session, call.caller, invited.invitation, link, call.now, call.application.post)
    return InvitedView(added=False, invitation=InvitationView.of(invited.invitation), link=link, mailed=mailed)


@router.delete(
    "/api/invitations/{number}",
    operation_id="withdraw_invitation",
    status_code=204,
    dependencies=[Depends(permit("people.write"))],
)
def delete_invitation(number: Annotated[Id, Path()], call: Calling) -> None:
    """Makes an invitation's link useless."""
    with call.transaction() as session:
        withdraw_invitation(session, call.caller, number, call.now)


def _address(visit: Visit, token: str) -> str:
    return f"{visit.application.settings.url}/link/{token}"
