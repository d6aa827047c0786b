"""The routes of publishing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from builder.kit.wire import Id, Prose
from builder.publishing.prepare import Press
from builder.publishing.publish import (
    ask_to_publish,
    decide_request,
    go_back,
    list_requests,
    publish_workflow,
    withdraw_request,
)
from builder.publishing.schemas import PublishRequest, RequestState
from builder.sdk import Stage
from builder.teams import Call, Calling, permit
from builder.workflows import Installed, Named, VersionView, find_workflow, name_people, show_versions

router = APIRouter(tags=["publishing"])

WorkflowId = Annotated[Id, Path()]
RequestId = Annotated[Id, Path()]
ASK, DO = [Depends(permit("publish.ask"))], [Depends(permit("publish.do"))]
READ = [Depends(permit("workflow.read"))]


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid")


class PublishIn(Wire):
    """What is to go live: the draft as of a revision, for a stage; `ask` leaves it to an owner."""

    revision: Annotated[int, Field(ge=1, le=2_000_000_000)]
    note: Prose = ""
    stage: Stage | None = None
    ask: bool = False


class DecisionIn(Wire):
    """The answer to a request; declining needs a reason."""

    approve: bool
    reason: Prose = ""


class RequestView(Wire):
    """Somebody asks that a candidate go live."""

    id: Id
    workflow: Named
    version: int
    note: str
    asked_by: Named
    asked_at: datetime
    state: RequestState
    decided_by: Named | None
    decided_at: datetime | None
    reason: str


class PublishedView(Wire):
    """What came of it: a version that is live, or a request that waits."""

    version: VersionView | None
    request: RequestView | None


@router.post("/api/workflows/{workflow}/publish", operation_id="publish_workflow", dependencies=ASK)
def post_publish(workflow: WorkflowId, wanted: PublishIn, call: Calling) -> PublishedView:
    """Publishes the draft, or asks to; a refusal lists everything that is in the way."""
    said = {"seen": wanted.revision, "note": wanted.note, "stage": wanted.stage}
    with call.transaction() as session:
        if wanted.ask:
            asked = ask_to_publish(session, call.caller, workflow, _press(call), **said)  # type: ignore[arg-type]  # by name
            return PublishedView(version=None, request=_show(session, call, [asked])[0])
        version = publish_workflow(session, call.caller, workflow, _press(call), **said)  # type: ignore[arg-type]  # by name
        return PublishedView(version=show_versions(session, [version])[0], request=None)


@router.post("/api/workflows/{workflow}/versions/{number}/live", operation_id="restore_live_version", dependencies=DO)
def post_live(workflow: WorkflowId, number: Annotated[int, Path(ge=1, le=2_000_000_000)], call: Calling) -> VersionView:
    """Puts a version that was live before in use again; runs under way keep theirs."""
    with call.transaction() as session:
        return show_versions(session, [go_back(session, call.caller, workflow, number, _press(call))])[0]


@router.get("/api/publish-requests", operation_id="list_publish_requests", dependencies=READ)
def get_requests(call: Calling, workflow: Id | None = None) -> list[RequestView]:
    """What waits to be published; of one workflow, everything that was asked."""
    with call.read() as session:
        return _show(session, call, list_requests(session, call.caller, workflow))


@router.post("/api/publish-requests/{request}/decide", operation_id="decide_publish_request", dependencies=DO)
def post_decision(request: RequestId, wanted: DecisionIn, call: Calling) -> RequestView:
    """Lets a candidate go live, or declines it."""
    with call.transaction() as session:
        decided = decide_request(
            session, call.caller, request, _press(call), approve=wanted.approve, reason=wanted.reason
        )
        return _show(session, call, [decided])[0]


@router.post("/api/publish-requests/{request}/withdraw", operation_id="withdraw_publish_request", dependencies=ASK)
def post_withdrawal(request: RequestId, call: Calling) -> RequestView:
    """Takes a request back."""
    with call.transaction() as session:
        return _show(session, call, [withdraw_request(session, call.caller, request)])[0]


def _press(call: Call) -> Press:
    site = call.application
    return Press(Installed(site.types, site.connections), site.signing_key)


def _show(session: Session, call: Call, requests: list[PublishRequest]) -> list[RequestView]:
    people = name_people(session, [person for each in requests for person in (each.asked_by, each.decided_by)])
    names = {number: find_workflow(session, call.caller, number).name
             for number in {each.workflow_id for each in requests}}  # fmt: skip
    return [
        RequestView(
            id=each.id,
            workflow=Named(id=each.workflow_id, name=names[each.workflow_id]),
            version=each.version,
            note=each.note,
            asked_by=people[each.asked_by],
            asked_at=each.asked_at,
            state=each.state,
            decided_by=None if each.decided_by is None else people[each.decided_by],
            decided_at=each.decided_at,
            reason=each.reason,
        )
        for each in requests
    ]
