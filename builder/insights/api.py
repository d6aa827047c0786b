"""The routes of the audit: looked at by those who may, and verified."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from builder.audit import chain_events, export_audit, look_at_events, verify_audit
from builder.insights.sentences import say_event
from builder.kit.pages import Page, PageSize, cut_page, read_cursor
from builder.kit.wire import Id
from builder.runs import EndedRuns, RecordReport, verify_records
from builder.teams import Calling, permit, require

router = APIRouter(tags=["audit"])

PATIENCE = 3.0
"""Seconds for comparing records within one request; the command compares all."""
READ = [Depends(permit("audit.read"))]
Words = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid")


class EventView(Wire):
    """Who did what. `chained` says whether the chain protects it yet: that takes about a second."""

    id: Id
    at: datetime
    kind: str
    actor: str
    subject: str
    sentence: str
    record: dict[str, Any]
    chained: bool


class VerifiedView(Wire):
    """Whether every event is as it was; `first_wrong` is the first that is not, as far as it has an id. If they all
    are: how many records of runs that ended are as they were then, how many were emptied because they are old or not
    compared for lack of time, and the first run of which the record is not.
    """

    holds: bool
    sentence: str
    first_wrong: str | None
    checked: int
    unchained: int
    public_key: str
    records: int
    emptied: int
    left: int
    broken_run: Id | None


@router.get("/api/audit", operation_id="list_events", dependencies=READ)
def get_events(
    call: Calling,
    kind: Annotated[str, Query(max_length=64, pattern=r"^[a-z_]*$")] = "",
    who: Words = "",
    subject: Words = "",
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    cursor: Annotated[str | None, Query(max_length=2_000)] = None,
    size: PageSize = 50,
) -> Page[EventView]:
    """What was done, the newest first."""
    require(call.caller, "audit.read", None)
    place = read_cursor(cursor, int)
    with call.read() as session:
        found = look_at_events(
            session,
            kind=kind,
            who=who,
            subject=subject,
            since=since,
            until=until,
            before=None if place is None else int(place[0]),
            limit=size + 1,
        )
    rows, following = cut_page(found, size, lambda row: (row.id,))
    return Page[EventView](
        items=[
            EventView(
                id=each.id,
                at=each.at,
                kind=each.kind,
                actor=each.actor,
                subject=each.subject,
                sentence=say_event(each.kind, each.actor, each.subject, each.record),
                record=dict(each.record),
                chained=each.chained,
            )
            for each in rows
        ],
        next=following,
    )


@router.post("/api/audit/verify", operation_id="verify_audit", dependencies=READ)
def post_verification(call: Calling) -> VerifiedView:
    """Chains what is new, then checks every event, link, head and signature. If they hold, compares the records of runs
    that ended, the newest first, for some seconds at most.
    """
    require(call.caller, "audit.read", None)
    key = call.application.signing_key
    ended, records = EndedRuns(), RecordReport(0, 0, None)
    with call.transaction() as session:
        chain_events(session, key, call.now)
    with call.read() as session:
        report = verify_audit(ended.watch(export_audit(session, key.public)), key.public)
        if report.holds:
            records = verify_records(session, ended, PATIENCE)
    return VerifiedView(
        holds=report.holds and records.broken is None,
        sentence=f"{report.sentence} {records.sentence}" if report.holds else report.sentence,
        first_wrong=report.event,
        checked=report.chained,
        unchained=report.unchained,
        public_key=report.public_key,
        records=records.checked,
        emptied=records.emptied,
        left=records.left,
        broken_run=records.broken,
    )
