"""What rooms below this one must know of workflows: whose they are, and what they are called."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from builder.teams import Caller, Subject
from builder.workflows.read import find_workflow, name_subjects
from builder.workflows.store import read_names


class WorkflowNames:
    """Fills the port `builder.teams.WorkflowBook`."""

    def find_team(self, session: Session, caller: Caller, workflow_id: int) -> int:
        """The team whose workflow it is.

        Raises:
            UnknownWorkflowError: there is none that the caller may know of.
        """
        return find_workflow(session, caller, workflow_id).team_id

    def find_names(self, session: Session, workflow_ids: Collection[int]) -> Mapping[int, str]:
        """What they are called; those that are gone are not among them."""
        return read_names(session, workflow_ids)

    def find_subjects(self, session: Session, workflow_ids: Collection[int]) -> Mapping[int, Subject]:
        """What rules about them must know; those that are gone are not among them."""
        return name_subjects(session, workflow_ids)
