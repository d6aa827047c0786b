"""Where a node type is used: in live versions and in drafts, and who must hear of it when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from builder.catalog import NodeTemplateVersion, OfferState
from builder.kit.ids import show_id
from builder.notices import tell_people
from builder.teams import Caller, read_teams, require, teams_where
from builder.workflows import store
from builder.workflows.read import find_keepers


@dataclass(frozen=True, slots=True)
class TypeUse:
    """A workflow that uses a node type.

    Attributes:
        live: the live version that does; None when only the draft does.
        draft: whether the draft does.
    """

    workflow_id: int
    name: str
    team: str
    live: int | None
    draft: bool


def find_type_uses(session: Session, caller: Caller, key: str) -> list[TypeUse]:
    """The workflows that use a node type and that a caller may read, by name."""
    require(caller, "template.read", None)
    within = teams_where(caller, "workflow.read")
    return _find(session, key, within)


def tell_template_users(session: Session, version: NodeTemplateVersion, now: datetime) -> None:
    """Tells who answers for each workflow that uses a version what became of it."""
    kind = "template_revoked" if version.state is OfferState.REVOKED else "template_deprecated"
    for use in _find(session, version.key, None):
        tell_people(
            session, find_keepers(session, use.workflow_id), kind, topic=f"workflow {show_id(use.workflow_id)}",
            link=f"/workflows/{show_id(use.workflow_id)}", now=now,
            workflow=use.name, template=str(version.source["title"]),
        )  # fmt: skip


def _find(session: Session, key: str, within: frozenset[int] | None) -> list[TypeUse]:
    rows = store.find_uses(session, key, within)
    teams = read_teams(session, frozenset(row.team_id for row, _, _ in rows)) if rows else {}
    return [
        TypeUse(row.id, row.name, teams.get(row.team_id, ""), row.live if live else None, draft)
        for row, live, draft in rows
    ]
