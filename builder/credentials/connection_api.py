"""The routes of model connections."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from builder.credentials.connection_views import (
    ConnectionIn,
    ConnectionName,
    ConnectionSaid,
    ConnectionView,
    DefaultIn,
    UsableConnection,
    read_connection_wanted,
    show_connections,
)
from builder.credentials.connections import (
    change_connection,
    choose_default,
    find_refused_connections,
    keep_connection_tried,
    list_connections,
    make_connection,
    read_default,
    switch_connection,
)
from builder.credentials.lend import Lender
from builder.credentials.try_model import find_tried, try_model
from builder.credentials.views import MadeView, TriedView
from builder.kit.wire import Id
from builder.teams import Calling, permit

router = APIRouter(tags=["connections"])

ConnectionId = Annotated[Id, Path()]
READ, WRITE = [Depends(permit("connection.read"))], [Depends(permit("connection.write"))]
_ONE = "/api/connections/{connection}"


@router.get("/api/connections", operation_id="list_connections", dependencies=READ)
def get_connections(call: Calling) -> list[ConnectionView]:
    """Every model that may be asked: those of the environment, then those that admins opened."""
    with call.read() as session:
        rows, default = list_connections(session, call.caller), read_default(session, call.caller)
        return show_connections(session, rows, call.application.models.own, default)


@router.get(
    "/api/teams/{team}/connections",
    operation_id="list_usable_connections",
    dependencies=[Depends(permit("connection.use"))],
)
def get_usable_connections(team: Annotated[Id, Path()], call: Calling) -> list[UsableConnection]:
    """The models that a team's steps can ask."""
    with call.read() as session:
        refused = find_refused_connections(session, call.caller, team)
    return [
        UsableConnection(name=name, model=each.model, hosted=each.hosted, region=each.region)
        for name, each in sorted(call.application.models.items())
        if name not in refused
    ]


@router.post("/api/connections", operation_id="make_connection", status_code=201, dependencies=WRITE)
def post_connection(wanted: ConnectionIn, call: Calling) -> MadeView:
    """Opens a model to this installation. Every process sees it within a second, without a restart."""
    site = call.application
    with call.transaction() as session:
        made = make_connection(
            session, call.caller, wanted.name, read_connection_wanted(wanted), site.models.own
        )  # fmt: skip
    site.models.forget()
    return MadeView(id=made)


@router.post("/api/connections/test", operation_id="try_connection", dependencies=WRITE)
def post_connection_test(wanted: ConnectionName, call: Calling) -> TriedView:
    """Asks a model one short question for real. Waits for how it went."""
    site = call.application
    egress = site.open_egress()
    lender = Lender(call.transaction, site.wrapping, egress.send)
    with call.read() as session:
        connection = find_tried(session, call.caller, wanted.name, site.models.own, lender)
    tried = asyncio.run(try_model(connection, call.caller.actor))
    with call.transaction() as session:
        keep_connection_tried(session, call.caller, wanted.name, ok=tried.ok, said=tried.said)
    return TriedView(ok=tried.ok, said=tried.said)


@router.put("/api/connections/default", operation_id="choose_default", status_code=204, dependencies=WRITE)
def put_default(wanted: DefaultIn, call: Calling) -> None:
    """Chooses which connection `default` is."""
    models = call.application.models
    models.forget()
    with call.transaction() as session:
        choose_default(session, call.caller, wanted.name, frozenset(models) - {"default"})
    models.forget()


@router.put(_ONE, operation_id="change_connection", status_code=204, dependencies=WRITE)
def put_connection(connection: ConnectionId, wanted: ConnectionSaid, call: Calling) -> None:
    """Changes a model connection. What was proved for another model or region is refused from the next run on."""
    with call.transaction() as session:
        change_connection(session, call.caller, connection, read_connection_wanted(wanted))
    call.application.models.forget()


@router.post(f"{_ONE}/off", operation_id="end_connection", status_code=204, dependencies=WRITE)
def post_connection_off(connection: ConnectionId, call: Calling) -> None:
    """Switches a model connection off: the next run that names it is refused."""
    with call.transaction() as session:
        switch_connection(session, call.caller, connection, off=True)
    call.application.models.forget()


@router.post(f"{_ONE}/on", operation_id="revive_connection", status_code=204, dependencies=WRITE)
def post_connection_on(connection: ConnectionId, call: Calling) -> None:
    """Switches a model connection on again."""
    with call.transaction() as session:
        switch_connection(session, call.caller, connection, off=False)
    call.application.models.forget()
