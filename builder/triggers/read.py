"""Finding triggers: what a caller may know of. And writing down what became of one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.kit.ids import show_id
from builder.sdk import JSON
from builder.teams import Caller, may, require
from builder.triggers import store
from builder.triggers.schemas import Trigger, UnknownTriggerError, record_of
from builder.workflows import expect_workflow


def list_triggers(session: Session, caller: Caller, workflow_id: int) -> list[Trigger]:
    """The triggers of a workflow, in the order in which they were made.

    Raises:
        builder.workflows.UnknownWorkflowError: there is no workflow that this caller may know of.
    """
    row = expect_workflow(session, caller, workflow_id, "workflow.read")
    require(caller, "trigger.read", row.team_id)
    return store.list_trigger_rows(session, row.id)


def find_trigger(session: Session, caller: Caller, trigger_id: int) -> Trigger:
    """One trigger.

    Raises:
        UnknownTriggerError: there is none that this caller may know of.
    """
    return expect_trigger(session, caller, trigger_id, "trigger.read")


def expect_trigger(session: Session, caller: Caller, trigger_id: int, permission: str) -> Trigger:
    """One trigger with which this caller may do something. If that is more than reading, nobody else changes it until
    the transaction's end.

    Raises:
        UnknownTriggerError: there is none that he may know of.
        builder.teams.Forbidden: he may read it, but not this.
    """
    found = store.read_trigger_row(session, trigger_id, lock=permission != "trigger.read")
    if found is None or not may(caller, "trigger.read", found.team_id):
        raise UnknownTriggerError(f"There is no trigger {show_id(trigger_id)}.")
    require(caller, permission, found.team_id)
    return found


def expect_kept(session: Session, trigger_id: int) -> Trigger:
    """A trigger that is surely there."""
    found = store.read_trigger_row(session, trigger_id)
    assert found is not None, "it was there in this transaction"
    return found


def append_trigger_event(
    session: Session, actor: str, trigger: Trigger, kind: str, now: datetime, **more: JSON
) -> None:
    """Writes down what somebody did to a trigger."""
    subject = f"trigger {show_id(trigger.id)}"
    append_event(session, kind, actor=actor, subject=subject, now=now, record={**record_of(trigger), **more})
