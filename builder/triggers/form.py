"""The form: made from the input schema of the live version, and started with what a person filled in.

A form takes inputs only, never a definition: what runs is what was published, sealed by the publisher's signature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock
from builder.engine.plan import Plan
from builder.kit.errors import HandrailError
from builder.kit.ids import show_id
from builder.payloads import PayloadStore
from builder.runs import Start, lend_own_files, start_run
from builder.sdk import JSON, Mode, Stage
from builder.teams import Admit, Caller, expect_team
from builder.workflows import Live, WorkflowRow, expect_workflow, is_sealed, read_live


class NotStartableError(HandrailError):
    """There is nothing of this workflow that could be started."""

    code: ClassVar[str] = "not_startable"
    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Form:
    """What a person fills in.

    Attributes:
        schema: of the inputs, an object.
        version: the version that a start would run.
    """

    name: str
    purpose: str
    version: int
    schema: Mapping[str, JSON]


def find_form(session: Session, caller: Caller, workflow_id: int) -> Form:
    """The form of a workflow's live version.

    Raises:
        NotStartableError: archived, in the sandbox, or never published.
    """
    live = _expect_live(session, expect_workflow(session, caller, workflow_id, "workflow.read"))
    source = live.version.woven["source"]
    schema = source.get("inputs") or {"type": "object", "properties": {}}
    return Form(live.workflow.name, live.workflow.purpose, live.version.number, schema)


def start_by_form(
    session: Session,
    caller: Caller,
    workflow_id: int,
    value: JSON,
    *,
    public_key: bytes,
    load_plan: Callable[[JSON], Plan],
    payloads: PayloadStore,
    admission: Admit,
) -> int:
    """Starts a run of the live version; its number. The caller is its starter.

    Args:
        session: the caller's transaction.
        caller: who starts it.
        workflow_id: what is started.
        value: the inputs; judged against the schema of that version.
        public_key: of whoever publishes here.
        load_plan: verifies a woven document on what is installed, and compiles it.
        payloads: takes the input, if it is large.
        admission: may refuse the start.

    Raises:
        NotStartableError: archived, in the sandbox, never published, or not as it was published.
        builder.runs.RunInputError: the input does not fit.
        builder.teams.NotAdmittedError: it may not start now.
    """
    live = _expect_live(session, expect_workflow(session, caller, workflow_id, "run.start"))
    version = live.version
    if not is_sealed(version, public_key):
        raise NotStartableError(
            f"Version {version.number} of “{live.workflow.name}” is not as it was published, so it does not run.",
            way_out="Publish it anew, and tell whoever looks after this installation.",
        )
    team = expect_team(session, live.workflow.team_id)
    start = Start(
        input=value,
        starter=caller.person,
        mode=Mode.LIVE,
        stage=version.stage,
        team=team,
        team_id=live.workflow.team_id,
        workflow_id=live.workflow.id,
        version=version.number,
        files=lend_own_files(session, caller, value),
    )
    run_id = start_run(session, load_plan(version.woven), version.woven, start, payloads, admission)
    append_event(
        session,
        "run_started",
        actor=caller.actor,
        subject=f"run {show_id(run_id)}",
        now=read_clock(session),
        record={"workflow": show_id(live.workflow.id), "version": version.number, "way": "form"},
    )
    return run_id


def _expect_live(session: Session, row: WorkflowRow) -> Live:
    live = read_live(session, row.id)
    if live is not None:
        return live
    if row.archived_at is not None:
        raise NotStartableError(f"“{row.name}” is archived.", way_out="An owner of the team can take it out again.")
    if row.live is None or row.stage is Stage.SANDBOX:
        raise NotStartableError(
            f"“{row.name}” has not been published.", way_out="Try it in its canvas, or ask to publish it."
        )
    raise NotStartableError(f"“{row.name}” cannot be started now.")
