"""The routes of runs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime

from builder.engine.state import RunStatus
from builder.kit.pages import Page, PageSize, cut_page, read_cursor
from builder.kit.wire import Id
from builder.runs.browse import find_runs
from builder.runs.detail import show_run, show_step
from builder.runs.views import RunDetail, RunRow, StepDetail, show_runs
from builder.sdk import Mode
from builder.teams import Calling, permit

router = APIRouter(tags=["runs"])

RunId = Annotated[Id, Path()]
StepPath = Annotated[str, Path(max_length=2_000, pattern=r"^[^\x00/]*$")]
Cursor = Annotated[str | None, Query(max_length=2_000)]
READ = [Depends(permit("run.read"))]


@router.get("/api/runs", operation_id="list_runs", dependencies=READ)
def get_runs(
    call: Calling,
    team: Id | None = None,
    workflow: Id | None = None,
    state: RunStatus | None = None,
    mode: Mode | None = None,
    since: AwareDatetime | None = None,
    q: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "",
    cursor: Cursor = None,
    size: PageSize = 50,
) -> Page[RunRow]:
    """Runs that one may know of, the newest first. `q` stands in the name, or is the id of one run."""
    place = read_cursor(cursor, int)
    with call.read() as session:
        rows = find_runs(
            session, call.caller, team=team, workflow=workflow, state=state, mode=mode, since=since, text=q,
            before=None if place is None else int(place[0]), limit=size + 1,
        )  # fmt: skip
        shown, following = cut_page(rows, size, lambda each: (each.id,))
        return Page[RunRow](items=show_runs(session, shown), next=following)


@router.get("/api/runs/{run}", operation_id="read_run", dependencies=READ)
def get_run(run: RunId, call: Calling) -> RunDetail:
    """One run with its steps, on the graph that it runs."""
    with call.read() as session:
        return show_run(session, call.caller, run, call.application)


@router.get("/api/runs/{run}/steps/{path}", operation_id="read_step", dependencies=READ)
def get_step(run: RunId, path: StepPath, call: Calling) -> StepDetail:
    """One step of a run: what it was given and gave, and what happened to it."""
    with call.read() as session:
        return show_step(session, call.caller, run, path, call.application)
