"""The gate of every route: who calls, from where, and whether he may. A route that is not public names a permission.

    @router.patch("/api/teams/{team}", dependencies=[Depends(permit("people.write"))])
    def rename_a_team(team: Id, wanted: TeamChange, call: Calling) -> TeamView:
        with call.transaction() as session:
            ...

The gate asks first, so that nobody learns anything by trying; the verb asks again with the team whose thing it is.
Somebody is here himself, by a session's cookie, or a program calls in his name, by `Authorization: Bearer` and an API
token. A program's call carries no cookie's power, so no page of another site can have made it, and no CSRF word is
asked of it; where both come, the token alone counts.

A transaction is opened and ended in the route's own thread: one that a dependency held would keep the database's one
writer waiting while the route waits for a thread.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Annotated, cast

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session

from builder.kit.ids import read_id
from builder.kit.pace import Pace
from builder.teams.ports import Installation
from builder.teams.rules import (
    GUESS_PACE,
    RIGHTS,
    SELF,
    TOKEN_PACE,
    may_sometimes,
    may_somewhere,
    network_of,
    refusal_of,
)
from builder.teams.schemas import Caller, ForgedError, SignedOutError, TooFastError
from builder.teams.sessions import Found, Place, find_caller, is_csrf, see_session
from builder.teams.tokens import find_token_caller, see_token

COOKIE = "handrail_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PACE = Pace()


@dataclass(frozen=True, slots=True)
class Visit:
    """A call by anybody: the installation, from where, and the token that the browser holds, if any.

    Attributes:
        bearer: what stands behind `Bearer` in the header; None when there is no such header.
    """

    application: Installation
    place: Place
    token: str | None
    method: str
    csrf: str | None
    bearer: str | None

    def transaction(self) -> AbstractContextManager[Session]:
        """One transaction; rings leave after its commit."""
        return self.application.transaction()

    def read(self) -> AbstractContextManager[Session]:
        """A session that sees one state of the database and writes nothing."""
        return self.application.database.read()


@dataclass(frozen=True, slots=True)
class Call(Visit):
    """A call by somebody who is signed in.

    Attributes:
        caller: who, and what he may at this moment.
        now: when, by the database's clock.
    """

    caller: Caller
    now: datetime


async def visit(request: Request) -> Visit:
    """A call by anybody, for the public routes."""
    return Visit(
        application=cast("Installation", request.app.state.application),
        place=Place(request.client.host if request.client else "", request.headers.get("user-agent", "")),
        token=request.cookies.get(COOKIE),
        method=request.method,
        csrf=request.headers.get(CSRF_HEADER),
        bearer=_bearer_of(request.headers.getlist("authorization")),
    )


def _bearer_of(said: Sequence[str]) -> str | None:
    """What stands behind `Bearer`; empty, so that it opens nothing, where it was said more than once.

    Another scheme is not ours: a proxy before us may ask for a password of its own.
    """
    found = [line.partition(" ")[2].strip(" ") for line in said if line.partition(" ")[0].lower() == "bearer"]
    return None if not found else found[0] if len(found) == 1 else ""


def authenticate(visit: Annotated[Visit, Depends(visit)]) -> Call:
    """The call of whoever is signed in.

    Raises:
        SignedOutError: nobody is.
        ForgedError: it is a change, and does not carry the word of the session's pages.
        TooFastError: a program calls too often.
    """
    if visit.bearer is not None:
        return _authenticate_program(visit, visit.bearer)
    with visit.read() as session:
        found = find_caller(session, visit.token)
    if found is None or visit.token is None:
        way_out = "Sign in; a program sends its API token as `Authorization: Bearer …`."
        raise SignedOutError("You are not signed in, or no longer.", way_out=way_out)
    if visit.method not in SAFE_METHODS and not is_csrf(visit.token, visit.csrf):
        raise ForgedError("This change did not come from a page of this product.", way_out="Open the page again.")
    if found.unseen:
        with visit.transaction() as session:
            see_session(session, found.caller, found.now)
    return _call_of(visit, found)


def _authenticate_program(visit: Visit, said: str) -> Call:
    with visit.read() as session:
        found = find_token_caller(session, said)
    if found is None:
        slow_down(f"guess {network_of(visit.place.address)}", GUESS_PACE)
        raise SignedOutError(
            "This API token opens nothing: it ended, or never was one.", way_out="Make a new one in the settings."
        )
    slow_down(f"token {found.caller.token_id}", TOKEN_PACE)
    if found.unseen:
        with visit.transaction() as session:
            see_token(session, found.caller, visit.place.address, found.now)
    return _call_of(replace(visit, token=None), found)


def slow_down(key: str, pace: tuple[float, int]) -> None:
    """Refuses who comes too often. Raises TooFastError."""
    wait = math.ceil(_PACE.take(key, *pace))
    if wait:
        raise TooFastError(
            f"That is too fast. Try again in {wait} {'second' if wait == 1 else 'seconds'}.",
            way_out="Call less often.",
            seconds=wait,
        )


def _call_of(visit: Visit, found: Found) -> Call:
    return Call(**{each.name: getattr(visit, each.name) for each in fields(Visit)}, caller=found.caller, now=found.now)


Visiting = Annotated[Visit, Depends(visit)]
"""A public route's parameter: the call of anybody."""

Calling = Annotated[Call, Depends(authenticate)]
"""A route's parameter: the call of somebody."""


def seat_session(visit: Visit, response: Response, token: str, lasts: timedelta) -> None:
    """Lets the browser hold a session's token."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(lasts.total_seconds()),
        path="/",
        secure=is_by_tls(visit),
        httponly=True,
        samesite="lax",
    )


def is_by_tls(visit: Visit) -> bool:
    """Whether people open this product by TLS."""
    return visit.application.settings.url.startswith("https:")


@dataclass(frozen=True, slots=True)
class Permit:
    """The permission that a route declares."""

    permission: str

    async def __call__(self, request: Request, call: Calling) -> None:
        """Refuses whoever has the permission nowhere; where the path names the `team`, not there."""
        if not self._opens(call.caller, request.path_params.get("team")):
            raise refusal_of(self.permission, call.caller)

    def _opens(self, caller: Caller, team: str | None) -> bool:
        if team is None:
            return may_somewhere(caller, self.permission)
        try:
            return may_sometimes(caller, self.permission, read_id(team))
        except ValueError:
            return may_somewhere(caller, self.permission)


def permit(permission: str) -> Permit:
    """What a route depends on so that only callers with this permission come in.

    Raises:
        ValueError: there is no such permission.
    """
    if permission != SELF and permission not in RIGHTS:
        raise ValueError(f"there is no permission {permission!r}")
    return Permit(permission)
