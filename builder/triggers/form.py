"""The form: made from the input schema of the live version, and started with what a person filled in.

A form takes inputs only, never a definition: what runs is what was published, sealed by the publisher's signature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock
from builder.engine.plan import Plan
from builder.kit.ids import show_id
from builder.payloads import PayloadStore
from builder.runs import Start, StartedBy, lend_own_files, start_run
from builder.sdk import JSON, Mode
from builder.teams import Admit, Caller, expect_team
from builder.triggers.live import expect_live, expect_sealed, inputs_of
from builder.workflows import expect_workflow


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
    live = expect_live(session, expect_workflow(session, caller, workflow_id, "workflow.read"))
    schema = inputs_of(live.version.woven["source"])
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
    live = expect_live(session, expect_workflow(session, caller, workflow_id, "run.start"))
    version = live.version
    expect_sealed(live, public_key)
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
        started_by=StartedBy("form"),
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
