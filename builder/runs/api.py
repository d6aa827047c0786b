"""The routes of runs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime

from builder.engine.state import RunStatus
from builder.kit.pages import Page, PageSize, cut_page, read_cursor
from builder.kit.wire import Id
from builder.runs.act import (
    cancel_own_run,
    clarify_own_step,
    release_own_run,
    repeat_own_run,
    retry_own_run,
)
from builder.runs.browse import find_runs
from builder.runs.detail import show_run, show_step
from builder.runs.halt_api import router as halts
from builder.runs.look import look_inside_run
from builder.runs.start import start_run
from builder.runs.trial import Trial, find_samples, prepare_trial
from builder.runs.views import (
    ClarifyIn,
    LookIn,
    LookView,
    RerunIn,
    RetryIn,
    RunDetail,
    RunRow,
    SampleView,
    StartedRun,
    StepDetail,
    TryIn,
    show_looks,
    show_runs,
)
from builder.sdk import Mode
from builder.teams import Calling, permit

router = APIRouter(tags=["runs"])
router.include_router(halts)

RunId = Annotated[Id, Path()]
StepPath = Annotated[str, Path(max_length=2_000, pattern=r"^[^\x00/]*$")]
Cursor = Annotated[str | None, Query(max_length=2_000)]
READ, START = [Depends(permit("run.read"))], [Depends(permit("run.start"))]


@router.get("/api/runs", operation_id="list_runs", dependencies=READ)
def get_runs(
    call: Calling,
    team: Id | None = None,
    workflow: Id | None = None,
    trigger: Id | None = None,
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
            session, call.caller, team=team, workflow=workflow, trigger=trigger, state=state, mode=mode, since=since,
            text=q, before=None if place is None else int(place[0]), limit=size + 1,
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


@router.post(
    "/api/runs/{run}/cancel",
    operation_id="cancel_run",
    status_code=204,
    dependencies=[Depends(permit("run.cancel"))],
)
def post_cancel(run: RunId, call: Calling) -> None:
    """Asks for a run to end cancelled; what it does at this moment comes to its end."""
    with call.transaction() as session:
        cancel_own_run(session, call.caller, run)


@router.post(
    "/api/runs/{run}/look",
    operation_id="look_inside_run",
    dependencies=[Depends(permit("payload.look_inside"))],
)
def post_look(run: RunId, wanted: LookIn, call: Calling) -> LookView:
    """Lets an admin read what went through this one run for an hour; the team's owners are told who and why."""
    with call.transaction() as session:
        made = look_inside_run(session, call.caller, run, wanted.reason)
        return show_looks(session, [made], call.caller, made.begun_at)[0]


@router.post("/api/runs/{run}/release", operation_id="release_run", status_code=204, dependencies=START)
def post_release(run: RunId, call: Calling) -> None:
    """Lets a quarantined run try again."""
    with call.transaction() as session:
        release_own_run(session, call.caller, run)


@router.post("/api/runs/{run}/retry", operation_id="retry_run", status_code=201, dependencies=START)
def post_retry(run: RunId, wanted: RetryIn, call: Calling) -> StartedRun:
    """Makes a run that copies what came before a step, and does the rest anew."""
    with call.transaction() as session:
        return StartedRun(run=retry_own_run(session, call.caller, run, wanted.from_step, call.application))


@router.post("/api/runs/{run}/rerun", operation_id="rerun_run", status_code=201, dependencies=START)
def post_rerun(run: RunId, wanted: RerunIn, call: Calling) -> StartedRun:
    """Starts a run of the same version with another input."""
    with call.transaction() as session:
        return StartedRun(run=repeat_own_run(session, call.caller, run, wanted.input, call.application))


@router.post("/api/runs/{run}/steps/{path}/clarify", operation_id="clarify_step", status_code=204, dependencies=START)
def post_clarify(run: RunId, path: StepPath, wanted: ClarifyIn, call: Calling) -> None:
    """Says what became of an effect whose end nobody saw."""
    with call.transaction() as session:
        clarify_own_step(session, call.caller, run, path, wanted.answer, wanted.output, call.application)


@router.post(
    "/api/workflows/{workflow}/try",
    operation_id="try_workflow",
    status_code=201,
    dependencies=[Depends(permit("workflow.write"))],
)
def post_try(workflow: Annotated[Id, Path()], wanted: TryIn, call: Calling) -> StartedRun:
    """Starts a dry run of a graph: nothing is written, and whoever tries answers its questions."""
    trial = Trial(
        graph=wanted.graph,
        input=wanted.input,
        upto=wanted.only or wanted.upto,
        only=wanted.only is not None,
        pins=wanted.pins,
        answers={path: each.model_dump() for path, each in wanted.answers.items()},
    )
    site = call.application
    with call.read() as session:
        ready = prepare_trial(session, call.caller, workflow, trial, site)
    with call.transaction() as session:
        run = start_run(session, ready.plan, ready.document, ready.start, site.payloads, site.admission)
    return StartedRun(run=run)


@router.get(
    "/api/workflows/{workflow}/samples",
    operation_id="list_samples",
    dependencies=[Depends(permit("workflow.read"))],
)
def get_samples(workflow: Annotated[Id, Path()], call: Calling) -> dict[str, SampleView]:
    """By node path, what each node gave when it last succeeded, as far as one may see it."""
    with call.read() as session:
        found = find_samples(session, call.caller, workflow, call.application)
    return {path: SampleView(output=each.output, run=each.run.id, at=each.run.made_at) for path, each in found.items()}
