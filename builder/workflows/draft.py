"""The draft: read, saved by compare-and-set, its history, and a state of it restored. Nobody overwrites another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.engine.compare import Change, compare_workflows
from builder.kit.hashing import hash_value
from builder.kit.ids import read_id
from builder.sdk import JSON
from builder.teams import Caller, read_people
from builder.workflows import store
from builder.workflows.read import expect_open, expect_workflow
from builder.workflows.rules import expect_source, thin_history, workflow_of
from builder.workflows.schemas import Draft, DraftChangedError, DraftRevision, UnknownWorkflowError, WorkflowRow

_THIN_EVERY = 25
_LOOKED_AT = 2_000


def read_draft(session: Session, caller: Caller, workflow_id: int) -> Draft:
    """A workflow's draft."""
    return expect_draft(session, expect_workflow(session, caller, workflow_id, "workflow.read"))


def expect_draft(session: Session, row: WorkflowRow) -> Draft:
    """The draft of a workflow that was found."""
    draft = store.read_draft_row(session, row.id)
    assert draft is not None, "every workflow has a draft"
    return draft


def save_draft(session: Session, caller: Caller, workflow_id: int, seen: int, value: JSON) -> Draft:
    """Saves a draft over the revision that the caller has seen; what is the same as before makes no new one.

    Args:
        session: the caller's transaction.
        caller: who saves.
        workflow_id: whose draft.
        seen: the revision that the caller began with.
        value: the graph, as a file would hold it; name and purpose are not looked at.

    Raises:
        DraftChangedError: somebody saved in between; nothing was changed.
        BadDraftError: the value is no workflow.
        ArchivedError: the workflow is archived.
    """
    row = expect_open(session, caller, workflow_id, "workflow.write")
    return put_draft(session, caller, row, seen, expect_source(value, row.name))


def put_draft(
    session: Session, caller: Caller, row: WorkflowRow, seen: int, source: Mapping[str, JSON], note: str = ""
) -> Draft:
    """The same, of a draft that is in its kept form already.

    Raises:
        DraftChangedError: somebody saved in between.
    """
    there = expect_draft(session, row)
    if there.revision == seen and hash_value(there.source) == hash_value(source) and not note:
        return there
    now = read_clock(session)
    if not store.replace_draft(session, row.id, seen, source, caller.person, now):
        raise _changed(session, row, seen)
    draft = Draft(row.id, seen + 1, source, caller.person, now)
    store.insert_revision(session, draft, note)
    store.update_workflow(session, row.id, {"changed_at": now})
    if draft.revision % _THIN_EVERY == 0:
        _thin(session, row.id, now)
    return draft


def _changed(session: Session, row: WorkflowRow, seen: int) -> DraftChangedError:
    there = expect_draft(session, row)
    base = store.read_revision(session, row.id, seen)
    changes = [] if base is None else compare_drafts(row, base.source, there.source)
    what = f"{len(changes)} changes" if len(changes) != 1 else changes[0].sentence.rstrip(".")
    said = f": {what}" if base is not None else ""
    who = _name_of(session, there.saved_by)
    return DraftChangedError(
        f"{who} saved “{row.name}” while you were working on it{said}. Nothing of yours or theirs was overwritten.",
        way_out="Look at what changed, then save yours on top, or take theirs.",
        revision=there.revision,
        author=there.saved_by,
        who=who,
        changes=[each.as_record() for each in changes],
        complete=base is not None,
    )


def _name_of(session: Session, person: str) -> str:
    number = read_id(person)
    known = read_people(session, [number]).get(number)
    return "Somebody" if known is None else known.name


def compare_drafts(row: WorkflowRow, before: Mapping[str, JSON], after: Mapping[str, JSON]) -> list[Change]:
    """What differs in meaning between two states of a workflow's draft."""
    return compare_workflows(workflow_of(before, row.name), workflow_of(after, row.name))


def _thin(session: Session, workflow_id: int, now: datetime) -> None:
    history = store.read_history(session, workflow_id, _LOOKED_AT)
    store.forget_revisions(session, workflow_id, thin_history(history, now, store.read_made_of(session, workflow_id)))


def list_revisions(
    session: Session, caller: Caller, workflow_id: int, before: int | None = None, limit: int = 50
) -> list[DraftRevision]:
    """States in which the draft was, the newest first."""
    expect_workflow(session, caller, workflow_id, "workflow.read")
    return store.read_history(session, workflow_id, limit, before)


def find_revision(session: Session, caller: Caller, workflow_id: int, revision: int) -> Draft:
    """One state in which the draft was.

    Raises:
        UnknownWorkflowError: there was none, or it is no longer kept.
    """
    row = expect_workflow(session, caller, workflow_id, "workflow.read")
    found = store.read_revision(session, workflow_id, revision)
    if found is None:
        raise UnknownWorkflowError(f"Revision {revision} of “{row.name}” is no longer kept.")
    return found


def restore_draft(session: Session, caller: Caller, workflow_id: int, seen: int, revision: int) -> Draft:
    """Makes a state in which the draft once was its next revision; nothing in between is lost.

    Raises:
        DraftChangedError: somebody saved in between.
        UnknownWorkflowError: that state is no longer kept.
    """
    row = expect_open(session, caller, workflow_id, "workflow.write")
    found = find_revision(session, caller, workflow_id, revision)
    return put_draft(session, caller, row, seen, found.source, f"Restored from revision {revision}.")


def restore_version(session: Session, caller: Caller, workflow_id: int, seen: int, number: int) -> Draft:
    """Makes what a version was made of the draft's next revision.

    Raises:
        DraftChangedError: somebody saved in between.
        UnknownWorkflowError: there is no such version.
    """
    row = expect_open(session, caller, workflow_id, "workflow.write")
    found = store.read_version_row(session, workflow_id, number)
    if found is None:
        raise UnknownWorkflowError(f"“{row.name}” has no version {number}.")
    source = expect_source(found.woven["source"], row.name)
    return put_draft(session, caller, row, seen, source, f"Restored from version {number}.")
