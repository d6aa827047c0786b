"""Versions: kept for good, read, compared by meaning, and one of them live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.engine.compare import Change, compare_rules, compare_workflows
from builder.engine.graph import Workflow
from builder.engine.template import GovernanceTemplate
from builder.engine.woven import Woven, dump_woven, hash_rules
from builder.sdk import Stage
from builder.teams import Caller
from builder.workflows import store
from builder.workflows.draft import expect_draft
from builder.workflows.read import expect_workflow
from builder.workflows.rules import workflow_of
from builder.workflows.schemas import UnknownWorkflowError, Version, VersionState, WorkflowRow


@dataclass(frozen=True, slots=True)
class Live:
    """A workflow and the version of it that is in use."""

    workflow: WorkflowRow
    version: Version


def list_versions(
    session: Session, caller: Caller, workflow_id: int, before: int | None = None, limit: int = 50
) -> list[Version]:
    """A workflow's versions, the newest first."""
    expect_workflow(session, caller, workflow_id, "workflow.read")
    return store.list_version_rows(session, workflow_id, limit, before)


def find_version(session: Session, caller: Caller, workflow_id: int, number: int) -> Version:
    """One version.

    Raises:
        UnknownWorkflowError: there is none.
    """
    row = expect_workflow(session, caller, workflow_id, "workflow.read")
    return expect_version(session, row, number)


def expect_version(session: Session, row: WorkflowRow, number: int) -> Version:
    """One version of a workflow that was found.

    Raises:
        UnknownWorkflowError: there is none.
    """
    found = store.read_version_row(session, row.id, number)
    if found is None:
        raise UnknownWorkflowError(f"“{row.name}” has no version {number}.")
    return found


def compare_versions(
    session: Session, caller: Caller, workflow_id: int, before: int | None, after: int | None
) -> list[Change]:
    """What differs in meaning between two versions, rules included; None stands for the draft, which has no rules yet.

    Raises:
        UnknownWorkflowError: there is no such version.
    """
    row = expect_workflow(session, caller, workflow_id, "workflow.read")
    sides = [_side(session, row, number) for number in (before, after)]
    changes = compare_workflows(sides[0][0], sides[1][0])
    was, now = sides[0][1], sides[1][1]
    return changes if was is None or now is None else [*changes, *compare_rules(was, now)]


def _side(
    session: Session, row: WorkflowRow, number: int | None
) -> tuple[Workflow, tuple[GovernanceTemplate, ...] | None]:
    if number is None:
        return _without_people(workflow_of(expect_draft(session, row).source, row.name, row.purpose)), None
    woven = expect_version(session, row, number).woven
    templates = tuple(GovernanceTemplate.model_validate(each) for each in woven["templates"])
    return _without_people(Workflow.model_validate(woven["source"])), templates


def _without_people(workflow: Workflow) -> Workflow:
    """Who answers for a workflow is no part of its draft, so a draft never differs in it."""
    return workflow.model_copy(update={"owner": "", "deputy": "", "team": ""})


def find_authors(session: Session, workflow_id: int) -> list[str]:
    """Who changed the draft since a version last went live; ids of people."""
    return store.read_authors(session, workflow_id, store.read_last_live(session, workflow_id))


def add_version(
    session: Session, caller: Caller, row: WorkflowRow, woven: Woven, *, revision: int, risk: str, note: str
) -> Version:
    """Keeps a signed Woven as the next version of a workflow, a candidate."""
    number = store.read_last_number(session, row.id) + 1
    values: dict[str, Any] = {
        "workflow_id": row.id,
        "number": number,
        "revision": revision,
        "woven": dump_woven(woven),
        "woven_hash": woven.woven_hash,
        "source_hash": woven.source_hash,
        "rules_hash": hash_rules(woven.templates),
        "state": VersionState.CANDIDATE.value,
        "stage": woven.facts.stage.value,
        "risk": risk,
        "authors": list(woven.source.get("authors", ())),
        "note": note,
        "made_by": caller.person,
        "made_at": read_clock(session),
    }
    store.insert_version(session, values)
    return expect_version(session, row, number)


def make_live(session: Session, caller: Caller, row: WorkflowRow, version: Version) -> None:
    """Puts a version in use in the place of the one that was. Runs under way keep theirs, pinned to its hash."""
    now = read_clock(session)
    if row.live is not None and row.live != version.number:
        store.update_version(session, row.id, row.live, {"state": VersionState.RETIRED.value})
    live = {"state": VersionState.LIVE.value, "live_by": caller.person, "live_at": now}
    store.update_version(session, row.id, version.number, live)
    values = {"live": version.number, "stage": version.stage.value, "changed_at": now}
    store.update_workflow(session, row.id, values)


def read_version_mark(session: Session, workflow_id: int, number: int) -> str | None:
    """The hash of a version's woven document, without the document; None where there is no such version."""
    return store.read_mark(session, workflow_id, number)


def read_live(session: Session, workflow_id: int) -> Live | None:
    """The version of a workflow that is in use; None where none is, and where the workflow is archived or in the
    sandbox. Whether somebody may start it is for the one who starts to say.
    """
    row = store.read_workflow_row(session, workflow_id)
    if row is None or row.live is None or row.archived_at is not None or row.stage is Stage.SANDBOX:
        return None
    return Live(row, expect_version(session, row, row.live))
