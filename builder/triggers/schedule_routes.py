"""The routes of schedules: when one would be due, and what became of the times at which one was."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from builder.db import from_milliseconds, read_clock, to_milliseconds
from builder.engine.findings import has_error
from builder.engine.schedule import ScheduleSettings, check_schedule, due_times
from builder.kit.pages import Page, PageSize, cut_page, read_cursor
from builder.kit.wire import Id
from builder.teams import Calling, permit
from builder.triggers.schedule import find_fires
from builder.triggers.schemas import Outcome
from builder.triggers.views import Wire

schedule_routes = APIRouter(tags=["triggers"])

TriggerId = Annotated[Id, Path()]
READ = [Depends(permit("trigger.read"))]
SHOWN = 5


class PreviewIn(Wire):
    """The settings of a schedule that is being written."""

    settings: dict[str, Any]


class PreviewView(Wire):
    """When it would be due next, or what is wrong with it."""

    next: list[datetime]
    zone: str | None
    findings: list[dict[str, Any]]


class FireView(Wire):
    """A due time of a schedule, and what became of it.

    Attributes:
        at: when that was noticed.
        code, sentence: why it started no run, where it did not.
        count, until: of due times in a row that were left out together, how many at least, and the last.
    """

    due: datetime
    at: datetime
    outcome: Outcome
    code: str | None
    sentence: str | None
    run: Id | None
    late: bool
    count: int
    until: datetime | None


@schedule_routes.post("/api/schedules/preview", operation_id="preview_schedule", dependencies=READ)
def post_preview(wanted: PreviewIn, call: Calling) -> PreviewView:
    """The next five times at which a schedule would be due. Nothing is stored."""
    findings = check_schedule(wanted.settings)
    said = [{**each.as_record(), "params": each.params} for each in findings]
    if has_error(findings):
        return PreviewView(next=[], zone=None, findings=said)
    settings = ScheduleSettings.model_validate(wanted.settings)
    with call.read() as session:
        now = read_clock(session)
    return PreviewView(next=list(islice(due_times(settings.timing, now), SHOWN)), zone=settings.zone, findings=said)


@schedule_routes.get("/api/triggers/{trigger}/fires", operation_id="list_fires", dependencies=READ)
def get_fires(
    trigger: TriggerId,
    call: Calling,
    cursor: Annotated[str | None, Query(max_length=2_000)] = None,
    size: PageSize = 50,
) -> Page[FireView]:
    """What became of a schedule's due times, the newest first."""
    place = read_cursor(cursor, int)
    before = None if place is None else _moment(int(place[0]))
    with call.read() as session:
        rows = find_fires(session, call.caller, trigger, before, size + 1)
    shown, following = cut_page(rows, size, lambda each: (to_milliseconds(each.due),))
    return Page[FireView](
        items=[
            FireView(
                due=each.due, at=each.at, outcome=each.outcome, code=each.code, sentence=each.sentence,
                run=each.run_id, late=each.late, count=each.count, until=each.until,
            )
            for each in shown
        ],
        next=following,
    )  # fmt: skip


def _moment(number: int) -> datetime:
    """A place in the list; what is no time is its end."""
    try:
        return from_milliseconds(number)
    except OverflowError:
        return datetime(1970, 1, 1, tzinfo=UTC)
