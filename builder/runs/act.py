"""What people do to runs: each with the right to do it, in one transaction with the event that tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Literal

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock
from builder.engine.state import split_step_path
from builder.kit.errors import HandrailError
from builder.kit.ids import show_id
from builder.kit.shapes import ShapeError, normalise, validate
from builder.runs import store
from builder.runs.browse import find_run
from builder.runs.files import lend_own_files
from builder.runs.records import parse_json
from builder.runs.retry import Retry, retry_from_step
from builder.runs.schemas import RunFacts
from builder.runs.start import Start, start_run
from builder.runs.tell import cancel_run, clarify_step, release_run
from builder.sdk import JSON, Mode
from builder.teams import Caller, Installation
from builder.workflows import expect_open, is_sealed, read_live

Answer = Literal["repeat", "happened", "give_up"]


class NotRepeatableError(HandrailError):
    """A run cannot be repeated with another input."""

    code: ClassVar[str] = "not_repeatable"
    status: ClassVar[int] = 409


class StepOutputError(HandrailError):
    """What somebody says that a step gave is not what such a step gives."""

    code: ClassVar[str] = "step_output"
    status: ClassVar[int] = 422


def cancel_own_run(session: Session, caller: Caller, run_id: int) -> None:
    """Asks for a run to end cancelled.

    Raises:
        RunMissingError, RunOverError: there is nothing to cancel.
    """
    find_run(session, caller, run_id, "run.cancel")
    cancel_run(session, run_id, caller.name)
    _tell(session, caller, "run_cancelled", run_id)


def release_own_run(session: Session, caller: Caller, run_id: int) -> None:
    """Lets a quarantined run try again.

    Raises:
        RunMissingError, RunOverError: it is not quarantined.
    """
    find_run(session, caller, run_id, "run.start")
    release_run(session, run_id)
    _tell(session, caller, "run_released", run_id)


def clarify_own_step(
    session: Session, caller: Caller, run_id: int, path: str, answer: Answer, output: JSON, site: Installation
) -> None:
    """Says what became of an effect whose end nobody saw.

    Args:
        session: the caller's transaction.
        caller: who says it.
        run_id: the run.
        path: the step.
        answer: that it is to be repeated, that it happened, or that it is given up.
        output: what it gave, if it happened.
        site: loads the run's plan.

    Raises:
        RunMissingError, RunOverError: nobody asks (any more).
        StepOutputError: the step does not give such a thing.
    """
    facts = find_run(session, caller, run_id, "run.start")
    given = _fit_output(session, facts, path, output, site) if answer == "happened" else None
    clarify_step(session, run_id, path, answer, by=caller.name, output=given)
    _tell(session, caller, "step_clarified", run_id, {"path": path, "answer": answer})


def _fit_output(session: Session, facts: RunFacts, path: str, output: JSON, site: Installation) -> JSON:
    plan = site.load_plan(store.read_plan_document(session, facts.plan_hash))
    scope, name = split_step_path(path)
    try:
        node = plan.graph_of(scope).nodes[name]
    except KeyError:
        return output  # there is no such step, so nobody asks either
    schema = node.out_schemas.get(node.ports[0], {})
    try:
        fitted = normalise(output, schema)
    except ShapeError as problem:
        raise StepOutputError(f"What it gave cannot be used: {problem}", node=path, field="output") from problem
    problems = validate(fitted, schema)
    if problems:
        where = ".".join(("output", *map(str, problems[0].path)))
        raise StepOutputError(f"A step like this gives something else. {problems[0].sentence}", node=path, field=where)
    return fitted


def retry_own_run(session: Session, caller: Caller, run_id: int, path: str, site: Installation) -> int:
    """Makes a run of the same version that begins where an earlier one is cut; its number.

    Raises:
        RunMissingError: there is no such run, or no such step in it.
        RunOverError: the earlier run still goes on.
        builder.workflows.ArchivedError: its workflow is archived.
    """
    facts = find_run(session, caller, run_id, "run.start")
    if facts.workflow_id is not None:
        expect_open(session, caller, facts.workflow_id, "run.start")
    plan = site.load_plan(store.read_plan_document(session, facts.plan_hash))
    made = retry_from_step(session, plan, Retry(run_id, path, caller.person), site.vault_key, site.admission)
    _tell(session, caller, "run_retried", made, {"of": show_id(run_id), "path": path})
    return made


def repeat_own_run(session: Session, caller: Caller, run_id: int, value: JSON, site: Installation) -> int:
    """Starts a run of the same version with another input; its number. A live one only as long as that version is live.

    Raises:
        NotRepeatableError: it is of a file, or its version is not live any more.
        builder.runs.RunInputError: the input does not fit.
    """
    facts = find_run(session, caller, run_id, "run.start")
    if facts.workflow_id is None:
        raise NotRepeatableError("This run is of a file, so it is repeated where the file is.", case="file")
    expect_open(session, caller, facts.workflow_id, "run.start")
    document = _document_of(session, facts, site)
    given: Mapping[str, JSON] = parse_json(store.read_given(session, run_id)) or {}
    start = Start(
        input=value,
        starter=caller.person,
        mode=facts.mode,
        stage=facts.stage,
        team=facts.team,
        team_id=facts.team_id,
        workflow_id=facts.workflow_id,
        version=facts.version,
        forked_from=run_id,
        files=lend_own_files(session, caller, value),
    )
    if facts.mode is not Mode.LIVE:
        pins = given.get("pins", {})
        files = start.files | lend_own_files(session, caller, pins)
        start = replace(start, pins=pins, answers=given.get("answers", {}), files=files)
    made = start_run(session, site.load_plan(document), document, start, site.payloads, site.admission)
    _tell(session, caller, "run_started", made, {"of": show_id(run_id), "way": "repeat"})
    return made


def _document_of(session: Session, facts: RunFacts, site: Installation) -> JSON:
    if facts.mode is not Mode.LIVE or facts.workflow_id is None:
        return store.read_plan_document(session, facts.plan_hash)
    live = read_live(session, facts.workflow_id)
    if live is None or live.version.number != facts.version or not is_sealed(live.version, site.signing_key.public):
        raise NotRepeatableError(
            f"Version {facts.version} of “{facts.name}” is not live any more, so it is not started anew.",
            case="version",
            version=facts.version,
            workflow=facts.name,
            way_out="Start the live version by its form, or retry this run from one of its steps.",
        )
    return live.version.woven


def _tell(session: Session, caller: Caller, kind: str, run_id: int, record: Mapping[str, JSON] | None = None) -> None:
    subject = f"run {show_id(run_id)}"
    append_event(session, kind, actor=caller.actor, subject=subject, now=read_clock(session), record=record)
