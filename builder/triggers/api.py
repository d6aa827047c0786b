"""The routes of triggers. Those of the form, and of each kind that has some of its own, stand in files beside."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Response
from sqlalchemy.orm import Session

from builder.kit.etags import expect_revision, show_etag
from builder.kit.wire import Id
from builder.teams import Call, Calling, permit, require
from builder.triggers.attach import change_trigger, delete_trigger, make_trigger
from builder.triggers.form_routes import form_routes
from builder.triggers.hook_routes import hook_routes
from builder.triggers.live import find_fields
from builder.triggers.read import find_trigger, list_triggers
from builder.triggers.schedule_routes import schedule_routes
from builder.triggers.schemas import Trigger
from builder.triggers.switch import switch_trigger
from builder.triggers.views import (
    JudgedView,
    SwitchIn,
    TriggerChange,
    TriggerIn,
    TriggersView,
    TriggerView,
    say_findings,
    show_list,
    show_triggers,
)
from builder.triggers.webhook_routes import webhook_routes
from builder.workflows import find_workflow

router = APIRouter(tags=["triggers"])
router.include_router(form_routes)
router.include_router(schedule_routes)
router.include_router(hook_routes)
router.include_router(webhook_routes)

WorkflowId = Annotated[Id, Path()]
TriggerId = Annotated[Id, Path()]
IfMatch = Annotated[str | None, Header()]
READ, WRITE = [Depends(permit("trigger.read"))], [Depends(permit("trigger.write"))]


@router.get("/api/workflows/{workflow}/triggers", operation_id="list_triggers", dependencies=READ)
def get_triggers(workflow: WorkflowId, call: Calling) -> TriggersView:
    """Everything that starts a workflow beside its form."""
    with call.read() as session:
        rows = list_triggers(session, call.caller, workflow)
        return show_list(session, rows, find_fields(session, find_workflow(session, call.caller, workflow)))


@router.post("/api/workflows/{workflow}/triggers", operation_id="make_trigger", status_code=201, dependencies=WRITE)
def post_trigger(workflow: WorkflowId, wanted: TriggerIn, call: Calling, response: Response) -> TriggerView:
    """Makes a trigger, off unless it is wanted on at once; its runs are started in the caller's name."""
    with call.transaction() as session:
        made = make_trigger(session, call.caller, workflow, wanted.wish())
        if wanted.on:
            made = switch_trigger(session, call.caller, made.id, on=True)
        return _show(session, call, made, response)


@router.post("/api/workflows/{workflow}/triggers/check", operation_id="check_trigger", dependencies=WRITE)
def post_trigger_check(workflow: WorkflowId, wanted: TriggerIn, call: Calling) -> JudgedView:
    """What there is to say of a trigger. Nothing is stored."""
    with call.read() as session:
        row = find_workflow(session, call.caller, workflow)
        require(call.caller, "trigger.write", row.team_id)
        return JudgedView(findings=say_findings(wanted.wish(), find_fields(session, row).schema))


@router.get("/api/triggers/{trigger}", operation_id="read_trigger", dependencies=READ)
def get_trigger(trigger: TriggerId, call: Calling, response: Response) -> TriggerView:
    """One trigger; its ETag is its revision."""
    with call.read() as session:
        return _show(session, call, find_trigger(session, call.caller, trigger), response)


@router.patch("/api/triggers/{trigger}", operation_id="change_trigger", dependencies=WRITE)
def patch_trigger(
    trigger: TriggerId, wanted: TriggerChange, call: Calling, response: Response, if_match: IfMatch = None
) -> TriggerView:
    """Changes a trigger over the revision that `If-Match` names; what is not named stays."""
    seen = expect_revision(if_match)
    with call.transaction() as session:
        return _show(session, call, change_trigger(session, call.caller, trigger, seen, wanted.values()), response)


@router.put("/api/triggers/{trigger}/switch", operation_id="switch_trigger", dependencies=WRITE)
def put_switch(trigger: TriggerId, wanted: SwitchIn, call: Calling, response: Response) -> TriggerView:
    """Switches a trigger on or off; on ends a pause, and is refused where no run could be started."""
    with call.transaction() as session:
        return _show(session, call, switch_trigger(session, call.caller, trigger, on=wanted.on), response)


@router.delete("/api/triggers/{trigger}", operation_id="delete_trigger", status_code=204, dependencies=WRITE)
def remove_trigger(trigger: TriggerId, call: Calling) -> None:
    """Takes a trigger away for good. Its runs stay, and go on."""
    with call.transaction() as session:
        delete_trigger(session, call.caller, trigger)


def _show(session: Session, call: Call, trigger: Trigger, response: Response) -> TriggerView:
    fields = find_fields(session, find_workflow(session, call.caller, trigger.workflow_id))
    response.headers["ETag"] = show_etag(trigger.revision)
    return show_triggers(session, [trigger], fields.schema)[0]
