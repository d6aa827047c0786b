"""Finding workflows: what a caller may know of, one or a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from builder.kit.ids import show_id
from builder.sdk import Stage
from builder.teams import Caller, Subject, find_team_people, may, read_teams, require, teams_where
from builder.workflows.schemas import ArchivedError, UnknownWorkflowError, WorkflowRow
from builder.workflows.store import Wanted, list_rows, read_same_names, read_workflow_row


def find_workflow(session: Session, caller: Caller, workflow_id: int) -> WorkflowRow:
    """One workflow.

    Raises:
        UnknownWorkflowError: there is none that this caller may know of.
    """
    return expect_workflow(session, caller, workflow_id, "workflow.read")


def expect_workflow(
    session: Session, caller: Caller, workflow_id: int, permission: str, *, lock: bool = True
) -> WorkflowRow:
    """One workflow with which this caller may do something. If that is more than reading, nobody else changes it
    until the transaction's end, unless `lock` says that this does no harm.

    Raises:
        UnknownWorkflowError: there is none that he may know of.
        builder.teams.Forbidden: he may read it, but not this.
    """
    row = read_workflow_row(session, workflow_id, lock=lock and permission != "workflow.read")
    if row is None or not any(may(caller, each, row.team_id) for each in ("workflow.read", permission)):
        raise UnknownWorkflowError(f"There is no workflow {show_id(workflow_id)}.")
    require(caller, permission, row.team_id)
    return row


def expect_open(session: Session, caller: Caller, workflow_id: int, permission: str) -> WorkflowRow:
    """The same, of one that is not archived.

    Raises:
        ArchivedError: it is archived.
    """
    row = expect_workflow(session, caller, workflow_id, permission)
    if row.archived_at is not None:
        raise ArchivedError(f"“{row.name}” is archived.", way_out="Take it out of the archive first.")
    return row


def name_subjects(session: Session, ids: Collection[int]) -> Mapping[int, Subject]:
    """Some workflows, as far as rules about them need to know; whoever asks says who may read it."""
    rows = read_same_names(session, ids)
    teams = read_teams(session, frozenset(row.team_id for row, _ in rows))
    return {
        row.id: Subject(
            row.id, row.team_id, teams.get(row.team_id, ""), row.name, row.archived_at is not None, same == 1
        )
        for row, same in rows
    }


def find_keepers(session: Session, workflow_id: int) -> list[int]:
    """Who answers for a workflow and is told how it goes: its owner and deputy, or else the owners of its team."""
    row = read_workflow_row(session, workflow_id)
    if row is None:
        return []
    named = [person for person in (row.owner_id, row.deputy_id) if person is not None]
    return named or [person.id for person in find_team_people(session, row.team_id, "owner")]


def list_workflows(
    session: Session,
    caller: Caller,
    *,
    team: int | None = None,
    text: str = "",
    stage: Stage | None = None,
    archived: bool = False,
    after: tuple[str, int] | None = None,
    limit: int = 50,
) -> list[tuple[WorkflowRow, str]]:
    """The workflows that a caller may read, by name, each with the text that it is sorted by.

    Args:
        session: any session.
        caller: who asks.
        stage: only those at this stage.
        limit: how many at most.
        team: only this team's.
        text: what stands in the name or the purpose.
        archived: only archived ones, or only the others.
        after: sort text and id of the last one shown.
    """
    wanted = Wanted(teams_where(caller, "workflow.read"), team, text.strip(), stage, archived, after)
    return list_rows(session, wanted, limit)
