"""The routes of halts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.governance import (
    Facet,
    Halt,
    HaltScope,
    find_facet,
    find_halt,
    lift_halt,
    list_halts,
    list_rules,
    make_halt,
)
from builder.kit.wire import Id
from builder.runs.halt_views import HaltedThing, HaltIn, HaltReach, HaltView, show_halts
from builder.runs.halted import HaltKeeper
from builder.teams import Call, Calling, permit
from builder.workflows import name_workflows

router = APIRouter(tags=["halts"])

HaltId = Annotated[Id, Path()]
READ, WRITE = [Depends(permit("halt.read"))], [Depends(permit("halt.write"))]


@router.get("/api/halts", operation_id="list_halts", dependencies=READ)
def get_halts(call: Calling) -> list[HaltView]:
    """The newest halts, those that are over too."""
    with call.read() as session:
        return show_halts(session, call.application, list_halts(session, call.caller))


@router.get("/api/halts/rules", operation_id="list_halt_rules", dependencies=WRITE)
def get_halt_rules(call: Calling) -> list[str]:
    """`template/rule` of every rule by which runs can be halted."""
    with call.read() as session:
        return list_rules(session)


@router.post("/api/halts", operation_id="make_halt", status_code=201, dependencies=WRITE)
def post_halt(sent: HaltIn, call: Calling) -> HaltView:
    """Stops something, at once: nothing of it starts, and what is under way waits where it stands."""
    site = call.application
    with call.transaction() as session:
        facet = _find_facet(session, call, sent)
        made = make_halt(session, call.caller, facet, sent.because, sent.until, site)
        HaltKeeper(site).settle(session)
        return show_halts(session, call.application, [made])[0]


@router.post("/api/halts/reach", operation_id="foresee_halt", dependencies=WRITE)
def post_reach(sent: HaltedThing, call: Calling) -> HaltReach:
    """What a halt would stop that is under way now. Nothing is stopped."""
    with call.read() as session:
        facet = _find_facet(session, call, sent)
        foreseen = Halt(0, *facet, "", None, call.caller.person, read_clock(session))
        found = HaltKeeper(call.application).find_concerned(session, foreseen)
        names = name_workflows(session, {number for _, number in found if number is not None})
        workflows = sorted(names.values(), key=lambda one: (one.name.casefold(), one.id))
        return HaltReach(runs=len(found), workflows=workflows)


@router.post("/api/halts/{halt}/lift", operation_id="lift_halt", dependencies=[Depends(permit("halt.lift"))])
def post_lift(halt: HaltId, call: Calling) -> HaltView:
    """Ends a halt: runs start again, and those that it held go on."""
    site = call.application
    with call.transaction() as session:
        lift_halt(session, call.caller, halt, site)
        HaltKeeper(site).settle(session)
        return show_halts(session, call.application, [find_halt(session, call.caller, halt)])[0]


def _find_facet(session: Session, call: Call, sent: HaltedThing) -> Facet:
    about = {HaltScope.TEAM: sent.team, HaltScope.WORKFLOW: sent.workflow}.get(sent.scope, sent.name)
    return find_facet(session, call.caller, sent.scope, about, call.application)
