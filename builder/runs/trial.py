"""Trying a graph that is not published: always dry, so that nothing is written, and woven as publishing would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from builder.engine.excerpt import excerpt_workflow
from builder.engine.findings import Severity
from builder.engine.graph import dump_part
from builder.engine.plan import Plan
from builder.engine.state import split_step_path
from builder.engine.woven import dump_woven
from builder.kit.errors import HandrailError
from builder.kit.shapes import ShapeError, example_of, normalise, validate
from builder.runs import store
from builder.runs.browse import find_runs, holds_payload
from builder.runs.files import lend_own_files
from builder.runs.loading import read_value
from builder.runs.recorded import PINNED
from builder.runs.schemas import STEP, RunFacts
from builder.runs.start import Start
from builder.sdk import JSON, Mode
from builder.teams import Caller, Installation, expect_team, require
from builder.workflows import (
    ArchivedError,
    Installed,
    WorkflowRow,
    examine_source,
    expect_source,
    expect_workflow,
    next_stage,
    workflow_of,
)

LOOKED_AT = 20
"""Runs in which samples are looked for."""
MOST = 4_000_000
"""Characters of all samples of one answer."""

_INDEX = re.compile(r"\[[0-9]+\]")


class NotTriableError(HandrailError):
    """A graph cannot be tried; every reason stands in `params["findings"]`."""

    code: ClassVar[str] = "not_triable"
    status: ClassVar[int] = 409


class TrialError(HandrailError):
    """What was given with a trial does not fit it."""

    code: ClassVar[str] = "trial"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried.

    Attributes:
        graph: as a file would hold it.
        input: None takes that of the last run, or an example.
        upto: path of the node that is the last; None for all. In a container, the container is.
        only: whether what leads there is pinned as far as outputs of earlier runs are known, and every way is taken.
        pins: node path → its output; such a node is not executed.
        answers: node path → `{decision, edit, reason}`, for those that ask people.
    """

    graph: Mapping[str, JSON]
    input: JSON = None
    upto: str | None = None
    only: bool = False
    pins: Mapping[str, JSON] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """What a node gave when it last succeeded in a run whose payload the caller may see."""

    output: JSON
    run: RunFacts


@dataclass(frozen=True, slots=True)
class Prepared:
    """A trial that may be started."""

    plan: Plan
    document: JSON
    start: Start


def prepare_trial(session: Session, caller: Caller, workflow_id: int, trial: Trial, site: Installation) -> Prepared:
    """Checks and weaves a graph as if it were this workflow's. Nothing is stored: weaving takes its time, and whoever
    writes meanwhile need not wait for it. The caller will be the run's starter.

    Raises:
        builder.workflows.ArchivedError: the workflow is archived.
        NotTriableError: the graph has errors, or a rule cannot hold.
        TrialError: a pin is none of its node, or there is no such node.
    """
    row = expect_workflow(session, caller, workflow_id, "workflow.read")
    require(caller, "workflow.write", row.team_id)
    if row.archived_at is not None:
        raise ArchivedError(f"“{row.name}” is archived.", way_out="Take it out of the archive first.")
    source: Mapping[str, Any] = expect_source(trial.graph, row.name)
    pins = dict(trial.pins)
    if trial.upto is not None:
        if trial.only:
            found = find_samples(session, caller, workflow_id, site)
            pins = {path: each.output for path, each in found.items()} | pins
        source = _excerpt(row, source, trial, site)
    stage = next_stage(row)
    examined = examine_source(session, caller, row, source, Installed(site.types, site.connections), stage=stage)
    if examined.woven is None:
        errors = [each for each in examined.findings if each.severity is Severity.ERROR]
        said = f" {errors[0].sentence}" if errors else ""
        raise NotTriableError(
            f"“{row.name}” cannot be tried like this.{said}",
            node=errors[0].node if errors else None,
            field=errors[0].field if errors else None,
            way_out=errors[0].way_out if errors else None,
            findings=[each.as_view() for each in errors],
        )
    document = dump_woven(examined.woven)
    plan = site.load_plan(document)
    value = trial.input if trial.input is not None else _usual_input(session, caller, row, plan, site)
    fitting = _fit_pins(plan, pins, trial)
    start = Start(
        input=value,
        starter=caller.person,
        mode=Mode.DRY,
        stage=stage,
        team=expect_team(session, row.team_id),
        team_id=row.team_id,
        workflow_id=row.id,
        pins=fitting,
        files=lend_own_files(session, caller, [value, dict(fitting)]),
        answers={path: {**answer, "by": caller.name} for path, answer in trial.answers.items()},
    )
    return Prepared(plan, document, start)


def _excerpt(row: WorkflowRow, source: Mapping[str, Any], trial: Trial, site: Installation) -> Mapping[str, Any]:
    whole = workflow_of(source, row.name, row.purpose)
    node = str(trial.upto).partition(".")[0]
    try:
        part = excerpt_workflow(whole, node, site.types, straight=trial.only)
    except KeyError:
        raise TrialError(f"There is no node `{trial.upto}` here.", field="only" if trial.only else "upto") from None
    return expect_source(dump_part(part), row.name)


def _fit_pins(plan: Plan, pins: Mapping[str, JSON], trial: Trial) -> Mapping[str, JSON]:
    """The pins of nodes that are there; those that were sent must fit, others that do not are left out."""
    last = trial.upto if trial.only else None
    fitting: dict[str, JSON] = {}
    for path, value in pins.items():
        scope, name = split_step_path(_INDEX.sub("", path))
        node = plan.graphs[scope].nodes.get(name) if scope in plan.graphs else None
        if node is None or (path == last and path not in trial.pins):
            continue
        problem = _misfit(value, node.out_schemas.get(node.ports[0], {}) if node.ports else {})
        if problem is None:
            fitting[path] = value
        elif path in trial.pins:
            raise TrialError(f"This pinned output does not fit. {problem}", node=path, field=f"pins.{path}")
    return fitting


def _misfit(value: JSON, schema: Mapping[str, Any]) -> str | None:
    try:
        problems = validate(normalise(value, schema), schema)
    except ShapeError as problem:
        return str(problem)
    if not problems:
        return None
    where = ".".join(map(str, problems[0].path))
    return f"`{where}`: {problems[0].sentence}" if where else problems[0].sentence


def _usual_input(session: Session, caller: Caller, row: WorkflowRow, plan: Plan, site: Installation) -> JSON:
    """What the last run was given, if that still fits; else an example."""
    for run in _seen_runs(session, caller, row.id):
        value = read_value(*store.read_ends(session, run.id)[0], site.payloads)
        if value is not None and _misfit(value, plan.inputs) is None:
            return value
    return example_of(plan.inputs)


def find_samples(session: Session, caller: Caller, workflow_id: int, site: Installation) -> Mapping[str, Sample]:
    """By node path, what the nodes of a workflow gave when they last succeeded, as far as the caller may see it.

    Raises:
        builder.workflows.UnknownWorkflowError: there is no such workflow that he may know of.
    """
    row = expect_workflow(session, caller, workflow_id, "workflow.read")
    found: dict[str, Sample] = {}
    room = MOST
    for run in _seen_runs(session, caller, row.id):
        latest = {
            _INDEX.sub("", each.row.path): each.row
            for each in store.read_record(session, run.id)
            if each.row.kind == STEP and each.row.status == "succeeded" and f'"{PINNED}"' not in each.row.record
        }
        for path, last in latest.items():
            if path in found or room <= 0:
                continue
            value = read_value(last.output, last.output_ref, site.payloads)
            room -= len(last.output or "") or len(str(value))
            found[path] = Sample(value, run)
    return found


def _seen_runs(session: Session, caller: Caller, workflow_id: int) -> list[RunFacts]:
    """The newest runs of a workflow whose payload the caller may see and use, and that still have one."""
    runs = find_runs(session, caller, workflow=workflow_id, limit=LOOKED_AT)
    return [each for each in runs if each.emptied_at is None and holds_payload(session, caller, each)]
