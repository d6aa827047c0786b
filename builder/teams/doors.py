"""The routes of coming in and going out: sign-in, one-time links, sessions, passwords."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from builder.db import read_clock
from builder.kit.wire import Id
from builder.teams.gate import COOKIE, Calling, Visit, Visiting, is_by_tls, permit, seat_session
from builder.teams.identity.depart import find_way_out
from builder.teams.identity.words import LeftView
from builder.teams.invite import accept_invitation
from builder.teams.links import ask_for_reset, enter_by_link, look_at_link, reset_password
from builder.teams.people import change_password, change_self
from builder.teams.read import show_session
from builder.teams.rules import LASTS
from builder.teams.schemas import (
    Acceptance,
    LinkView,
    OpenSessionView,
    PasswordError,
    Reset,
    SelfChange,
    SessionView,
)
from builder.teams.sessions import csrf_of, end_all_sessions, end_one_session, end_session, find_caller, list_sessions
from builder.teams.sign_in import count_sign_in, judge_sign_in, sign_in
from builder.teams.words import AskedView, Forgotten, NewPassword, SignIn, Token

doors = APIRouter(tags=["session"])
own = [Depends(permit("self"))]


@doors.get("/api/session", operation_id="get_session")
def get_session(visit: Visiting) -> SessionView:
    """Who is signed in here, if anybody. Public, so that the sign-in page need not fail to learn that nobody is."""
    return _show(visit, visit.token)


@doors.post("/api/session", operation_id="sign_in")
def post_session(said: SignIn, visit: Visiting, response: Response) -> SessionView:
    """Signs in by password."""
    with visit.transaction() as session:
        attempt = count_sign_in(session, said.email, visit.place, read_clock(session))
    judge_sign_in(attempt, said.password)
    with visit.transaction() as session:
        token = sign_in(session, attempt, visit.place, read_clock(session), visit.token)
    return _enter(visit, response, token)


@doors.delete("/api/session", operation_id="sign_out", dependencies=own)
def delete_session(call: Calling, response: Response) -> LeftView:
    """Signs out here. Where the company's sign-in let one in, its own is left at the address of the answer."""
    with call.transaction() as session:
        leave_at = find_way_out(session, call.token, call.application.settings.url)
        end_session(session, call.token)
    _forget(call, response)
    return LeftView(leave_at=leave_at)


@doors.patch("/api/session/person", operation_id="change_self", dependencies=own)
def patch_self(wanted: SelfChange, call: Calling) -> SessionView:
    """Changes one's own name or language."""
    with call.transaction() as session:
        change_self(session, call.caller, wanted, call.now)
    return _show(call, call.token)


@doors.post("/api/session/link", operation_id="enter_by_link")
def post_session_link(said: Token, visit: Visiting, response: Response) -> SessionView:
    """Signs the owner in by the link that was printed when the product was started."""
    with visit.transaction() as session:
        token = enter_by_link(session, said.token, visit.place, read_clock(session), visit.token)
    return _enter(visit, response, token)


@doors.post("/api/links/look", operation_id="look_at_link")
def post_link_look(said: Token, visit: Visiting) -> LinkView:
    """What a one-time link is for. It stays unused."""
    with visit.read() as session:
        return look_at_link(session, said.token, read_clock(session))


@doors.post("/api/invitations/accept", operation_id="accept_invitation")
def post_acceptance(said: Acceptance, visit: Visiting, response: Response) -> SessionView:
    """Comes in by an invitation."""
    with visit.transaction() as session:
        token = accept_invitation(session, said, visit.place, read_clock(session), visit.token)
    return _enter(visit, response, token)


@doors.post("/api/password/forgotten", operation_id="ask_for_reset", status_code=202)
def post_forgotten(said: Forgotten, visit: Visiting) -> AskedView:
    """Mails a one-time link to whoever forgot his password; the answer tells nobody whether there is such a person."""
    site = visit.application
    if site.settings.mail is None:
        raise PasswordError(
            "This installation sends no mail.", way_out="Ask an owner of your team or an admin for a link."
        )
    with visit.transaction() as session:
        now = read_clock(session)
        page = f"{site.settings.url}/link/"
        ask_for_reset(session, said.email, visit.place, now, site.post, lambda token: page + token)
    return AskedView(asked=True)


@doors.post("/api/password/reset", operation_id="reset_password")
def post_reset(said: Reset, visit: Visiting, response: Response) -> SessionView:
    """Sets a new password by a one-time link, ends every open session, and signs in."""
    with visit.transaction() as session:
        token = reset_password(session, said.token, said.password, visit.place, read_clock(session), visit.token)
    return _enter(visit, response, token)


@doors.put("/api/password", operation_id="change_password", dependencies=own)
def put_password(said: NewPassword, call: Calling, response: Response) -> SessionView:
    """Sets one's own password, and signs out everywhere else."""
    with call.transaction() as session:
        token = change_password(session, call.caller, said.password, said.present, call.place, call.now)
    return _enter(call, response, token)


@doors.get("/api/sessions", operation_id="list_sessions", dependencies=own)
def get_sessions(call: Calling) -> list[OpenSessionView]:
    """Where one is signed in."""
    with call.read() as session:
        rows = list_sessions(session, call.caller, call.now)
    here = call.caller.session_id
    return [OpenSessionView.model_validate({**row._mapping, "here": row.id == here}) for row in rows]


@doors.delete("/api/sessions", operation_id="end_sessions", status_code=204, dependencies=own)
def delete_all_sessions(call: Calling, response: Response, *, but_here: bool = False) -> None:
    """Signs out everywhere, or everywhere else."""
    with call.transaction() as session:
        end_all_sessions(session, call.caller, call.now, but_here=but_here)
    if not but_here:
        _forget(call, response)


@doors.delete("/api/sessions/{number}", operation_id="end_one_session", status_code=204, dependencies=own)
def delete_one_session(number: Annotated[Id, Path()], call: Calling) -> None:
    """Signs out in one place."""
    with call.transaction() as session:
        end_one_session(session, call.caller, number)


def _show(visit: Visit, token: str | None) -> SessionView:
    with visit.read() as session:
        found = find_caller(session, token)
        csrf = csrf_of(token) if token is not None and found is not None else None
        return show_session(
            session, None if found is None else found.caller, csrf, mail=visit.application.settings.mail is not None
        )


def _enter(visit: Visit, response: Response, token: str) -> SessionView:
    seat_session(visit, response, token, LASTS)
    return _show(visit, token)


def _forget(visit: Visit, response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", secure=is_by_tls(visit), httponly=True, samesite="lax")
