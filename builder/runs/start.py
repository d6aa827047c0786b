"""Starting a run: one row, ready, and a ring after the commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from sqlalchemy.orm import Session

from builder.db import read_clock, ring_after, to_milliseconds, write_json
from builder.engine.plan import Plan
from builder.files import Given, give_files
from builder.kit.errors import HandrailError
from builder.kit.ids import new_id
from builder.kit.shapes import Problem, ShapeError, normalise, validate
from builder.runs import store
from builder.runs.loading import ValueTooLargeError, store_value
from builder.runs.ports import Payloads
from builder.sdk import JSON, Mode, Stage
from builder.teams import Admit, Wish


class RunInputError(HandrailError):
    """The input does not fit what the workflow takes."""

    code: ClassVar[str] = "run_input"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class StartedBy:
    """What started a run: `form`, or a trigger of some kind, by its id and the name that it had then."""

    kind: str
    trigger_id: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """How a run is started.

    Attributes:
        input: what the workflow is given.
        starter: who starts it.
        mode: how it treats the world.
        stage: how far the workflow has come.
        team: its team's name.
        team_id, workflow_id, version: what is started, where that is kept here; none of it for a file.
        started_by: what starts it, where somebody does not start it by hand on the command line or to try it.
        forked_from: the run that this one repeats with another input, if any.
        pins: step path → the output that a recorded write answers with.
        answers: step path → `{decision, by, reason, edit}`, for modes in which nobody is asked.
        files: those that the starter may give (`lend_own_files`): of what the input names, no other is read.
    """

    input: JSON
    starter: str
    mode: Mode = Mode.LIVE
    stage: Stage = Stage.PILOT
    team: str = ""
    team_id: int | None = None
    workflow_id: int | None = None
    version: int | None = None
    started_by: StartedBy | None = None
    forked_from: int | None = None
    pins: Mapping[str, JSON] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)
    files: frozenset[int] = frozenset()


def _refuse_input(problems: Sequence[Problem]) -> RunInputError:
    first, others = problems[0], len(problems) - 1
    where = ".".join(str(part) for part in first.path)
    more = "" if not others else " There is one more." if others == 1 else f" There are {others} more."
    said = f"`{where}`: {first.sentence}" if where else first.sentence
    return RunInputError(f"The input does not fit. {said}{more}", field=where or None)


def start_run(session: Session, plan: Plan, document: JSON, start: Start, payloads: Payloads, admission: Admit) -> int:
    """Starts a run of a woven workflow.

    Args:
        session: the caller's transaction.
        plan: compiled from `document`.
        document: the woven workflow, kept under the plan's hash; each worker verifies it anew.
        start: how it is started.
        payloads: takes the input, if it is large.
        admission: may refuse the start (`site.admission`; `Admission()` admits everything).

    Returns:
        The run's number.

    Raises:
        RunInputError: the input does not fit.
        builder.files.FileNotGivenError: it names a file that may not be given, or that the input does not take.
        builder.teams.NotAdmittedError: it may not start now.
    """
    try:
        given = normalise(start.input, plan.inputs)
        problems = validate(given, plan.inputs)
        stored = store_value(given, payloads)
    except (ShapeError, ValueTooLargeError) as problem:
        raise RunInputError(f"The input cannot be used: {problem}") from problem
    if problems:
        raise _refuse_input(problems)
    admission.check(session, plan, Wish(start.mode, start.starter, start.team_id, start.workflow_id))
    store.insert_plan(session, plan.hash, plan.name, document)
    now = read_clock(session)
    run_id = new_id(to_milliseconds(now))
    dry = start.mode is not Mode.LIVE
    give_files(session, run_id, Given(start.team_id, plan.inputs, given, dict(start.pins), start.files, dry))
    made = {"id": run_id, "plan_hash": plan.hash, "name": plan.name, "input": stored.text, "input_ref": stored.ref}
    store.insert_run(session, {**made, **_columns_of(start)}, now)
    ring_after(session, run_id)
    return run_id


def _columns_of(start: Start) -> dict[str, int | str | None]:
    """What a run's row says of how it was started."""
    beside = {"pins": dict(start.pins), "answers": {path: dict(said) for path, said in start.answers.items()}}
    by = start.started_by
    return {
        "mode": start.mode.value,
        "stage": start.stage.value,
        "team": start.team,
        "team_id": start.team_id,
        "workflow_id": start.workflow_id,
        "version": start.version,
        "forked_from": start.forked_from,
        "starter": start.starter,
        "given": write_json(beside) if start.pins or start.answers else None,
        **({} if by is None else {"trigger_id": by.trigger_id, "trigger_kind": by.kind, "trigger_name": by.name}),
    }
