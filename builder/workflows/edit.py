"""What people change about a workflow besides its graph: its name, its purpose, who answers for it, the archive."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock
from builder.governance import expect_free_name
from builder.kit.ids import show_id
from builder.sdk import JSON
from builder.teams import Caller, find_team_people, require
from builder.workflows import store
from builder.workflows.read import expect_open, expect_workflow
from builder.workflows.schemas import WorkflowError, WorkflowRow

_PEOPLE = ("owner_id", "deputy_id")


def change_workflow(session: Session, caller: Caller, workflow_id: int, values: Mapping[str, JSON]) -> WorkflowRow:
    """Changes name, purpose, owner_id or deputy_id; who answers for a workflow is for an owner of the team to say.

    Raises:
        WorkflowError: somebody named is not in the team, or owner and deputy would be one person.
    """
    row = expect_open(session, caller, workflow_id, "workflow.write")
    changed = {key: value for key, value in values.items() if getattr(row, key) != value}
    if not changed:
        return row
    if changed.keys() & set(_PEOPLE):
        require(caller, "publish.do", row.team_id)
        _check_people(session, row, changed)
    if "name" in changed:
        expect_free_name(session, row.team_id, str(changed["name"]), row.id)
    now = read_clock(session)
    store.update_workflow(session, row.id, {**changed, "changed_at": now})
    record = {key: show_id(value) if key in _PEOPLE and value is not None else value for key, value in changed.items()}
    _tell(session, caller, row, "workflow_changed", record)
    return expect_workflow(session, caller, workflow_id, "workflow.read")


def _check_people(session: Session, row: WorkflowRow, changed: Mapping[str, JSON]) -> None:
    members = {each.id for each in find_team_people(session, row.team_id)}
    for word in _PEOPLE:
        person = changed.get(word)
        if person is not None and person not in members:
            role = word.removesuffix("_id")
            way_out = "Choose somebody of the team, or add this person to it first."
            raise WorkflowError(f"The {role} must belong to the team that owns it.", field=role, way_out=way_out)
    both = [changed.get(word, getattr(row, word)) for word in _PEOPLE]
    if both[0] is not None and both[0] == both[1]:
        raise WorkflowError("Owner and deputy must be two people.", field="deputy", way_out="Choose another deputy.")


def archive_workflow(session: Session, caller: Caller, workflow_id: int) -> None:
    """Puts a workflow away: it stays readable, can no longer be edited, published or started. Its runs go on."""
    row = expect_workflow(session, caller, workflow_id, "publish.do")
    if row.archived_at is None:
        store.update_workflow(session, row.id, {"archived_at": read_clock(session)})
        _tell(session, caller, row, "workflow_archived", {})


def unarchive_workflow(session: Session, caller: Caller, workflow_id: int) -> None:
    """Takes a workflow out of the archive, as it was."""
    row = expect_workflow(session, caller, workflow_id, "publish.do")
    if row.archived_at is not None:
        store.update_workflow(session, row.id, {"archived_at": None})
        _tell(session, caller, row, "workflow_unarchived", {})


def _tell(session: Session, caller: Caller, row: WorkflowRow, kind: str, record: Mapping[str, JSON]) -> None:
    now = read_clock(session)
    append_event(session, kind, actor=caller.actor, subject=f"workflow {show_id(row.id)}", now=now, record=record)
