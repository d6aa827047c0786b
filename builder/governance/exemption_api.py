"""The routes of exemptions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from builder.governance.exemptions import (
    ask_exemption,
    grant_exemption,
    list_exemptions,
    refuse_exemption,
    stand_all,
    withdraw_exemption,
)
from builder.governance.schemas import ExemptionRequest, ExemptionStanding
from builder.kit.ids import read_id
from builder.kit.wire import Id, Line, Prose
from builder.teams import Call, Calling, may, permit, read_people

router = APIRouter(tags=["governance"])

ExemptionId = Annotated[Id, Path()]
READ, ASK = [Depends(permit("workflow.read"))], [Depends(permit("publish.ask"))]
APPROVE = [Depends(permit("governance.approve"))]
_ONE = "/api/governance/exemptions/{exemption}"


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid")


class ExemptionIn(Wire):
    """What is asked: that a rule not bind a workflow, why, and until when."""

    workflow: Id
    template: Line
    rule: Line
    because: Annotated[Prose, Field(max_length=2_000)]
    until: date


class AnswerIn(Wire):
    """Why it is refused."""

    answer: Annotated[Prose, Field(max_length=2_000)]


class ExemptWorkflow(Wire):
    """A workflow, with the team that owns it, by name."""

    id: Id
    name: str
    team: str


class ExemptionView(Wire):
    """A request for an exemption, and where it stands today.

    Attributes:
        version: of the template, into which it was written.
        own: whether the caller asked for it.
        decides: whether the caller may grant or refuse it now.
    """

    id: Id
    template: Id
    template_name: str
    rule: str
    workflow: ExemptWorkflow
    because: str
    until: date
    asked_by: str
    asked_at: datetime
    standing: ExemptionStanding
    decided_by: str | None
    decided_at: datetime | None
    answer: str
    version: int | None
    own: bool
    decides: bool


@router.get("/api/governance/exemptions", operation_id="list_exemptions", dependencies=READ)
def get_exemptions(call: Calling, workflow: Id | None = None) -> list[ExemptionView]:
    """What was asked for the workflows that the caller may read, the newest first."""
    with call.read() as session:
        return _show(session, call, list_exemptions(session, call.caller, workflow))


@router.post("/api/governance/exemptions", operation_id="ask_exemption", status_code=201, dependencies=ASK)
def post_exemption(wanted: ExemptionIn, call: Calling) -> ExemptionView:
    """Asks the governors for an exemption."""
    with call.transaction() as session:
        asked = ask_exemption(
            session, call.caller, call.application.workflows.find_subjects, wanted.workflow,
            template=wanted.template, rule=wanted.rule, because=wanted.because, until=wanted.until,
        )  # fmt: skip
        return _show(session, call, [asked])[0]


@router.post(f"{_ONE}/grant", operation_id="grant_exemption", dependencies=APPROVE)
def post_grant(exemption: ExemptionId, call: Calling) -> ExemptionView:
    """Writes it into the template, as a draft that a second governor approves."""
    with call.transaction() as session:
        granted = grant_exemption(session, call.caller, call.application.workflows.find_subjects, exemption)
        return _show(session, call, [granted])[0]


@router.post(f"{_ONE}/refuse", operation_id="refuse_exemption", dependencies=APPROVE)
def post_refusal(exemption: ExemptionId, wanted: AnswerIn, call: Calling) -> ExemptionView:
    """Refuses it with a reason."""
    with call.transaction() as session:
        return _show(session, call, [refuse_exemption(session, call.caller, exemption, wanted.answer)])[0]


@router.post(f"{_ONE}/withdraw", operation_id="withdraw_exemption", dependencies=ASK)
def post_exemption_withdrawal(exemption: ExemptionId, call: Calling) -> ExemptionView:
    """Takes the request back."""
    with call.transaction() as session:
        return _show(session, call, [withdraw_exemption(session, call.caller, exemption)])[0]


def _show(session: Session, call: Call, requests: Iterable[ExemptionRequest]) -> list[ExemptionView]:
    requests = list(requests)
    people = {text for each in requests for text in (each.asked_by, each.decided_by) if text is not None}
    known = read_people(session, [read_id(text) for text in people])
    names = {text: known[read_id(text)].name if read_id(text) in known else text for text in people}
    stands = stand_all(session, requests, call.application.workflows.find_subjects)
    governs = may(call.caller, "governance.approve", None)
    views = []
    for each in requests:
        standing, template, subject = stands[each.id]
        team, _, name = each.subject.rpartition("/")
        own = each.asked_by == call.caller.person
        views.append(ExemptionView(
            id=each.id, template=each.template_id, template_name=template, rule=each.rule,
            workflow=ExemptWorkflow(id=each.workflow_id, name=subject.name if subject else name,
                                    team=subject.team if subject else team),
            because=each.because, until=each.until, asked_by=names[each.asked_by], asked_at=each.asked_at,
            standing=standing, decided_by=None if each.decided_by is None else names[each.decided_by],
            decided_at=each.decided_at, answer=each.answer, version=each.version, own=own,
            decides=governs and not own and standing is ExemptionStanding.ASKED,
        ))  # fmt: skip
    return views
