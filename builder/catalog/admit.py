"""Whether runs may start with the NodeTemplates that their workflow places."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy.orm import Session

from builder.catalog.palette import Palette
from builder.catalog.schemas import USABLE, NodeTemplateVersion, OfferState
from builder.catalog.store import list_node_template_versions
from builder.catalog.write import is_offered
from builder.engine.plan import Plan
from builder.teams import NotAdmittedError, Wish


class TemplateRefusedError(NotAdmittedError):
    """A NodeTemplate that the workflow places was revoked, is not for its team, or cannot be used now."""

    code: ClassVar[str] = "template_refused"


class AdmitTemplates:
    """Refuses a start where a NodeTemplate of the plan may not be used."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette

    def concerns(self, plan: Plan) -> bool:
        """Whether the plan places a NodeTemplate."""
        return bool(self._keys(plan))

    def check(self, session: Session, plan: Plan, wish: Wish) -> None:
        """Looks at every NodeTemplate of the plan as it is at this moment.

        Raises:
            TemplateRefusedError: one may not be used.
        """
        for version in list_node_template_versions(session, keys=self._keys(plan)):
            refusal = refuse_offer(version, wish.team_id)
            if refusal is not None:
                raise TemplateRefusedError(
                    refusal[0], way_out=refusal[1], template=version.key, name=str(version.source["title"]),
                    number=version.number, reason=version.problem or version.reason,
                    case=name_obstacle(version, wish.team_id),
                )  # fmt: skip

    def _keys(self, plan: Plan) -> list[str]:
        types = {node.type for graph in plan.graphs.values() for node in graph.nodes.values()}
        return sorted(key for key in types if self._palette.template_of(key) is not None)


def name_obstacle(version: NodeTemplateVersion, team_id: int | None) -> str | None:
    """In one word why no run of a team may start with a version now: `revoked`, `unpublished`, `elsewhere` (published
    to other teams) or `problem`; None when one may.
    """
    if version.state is OfferState.REVOKED:
        return "revoked"
    if version.state not in USABLE:
        return "unpublished"
    if team_id is not None and not is_offered(version, frozenset({team_id})):
        return "elsewhere"
    return "problem" if version.problem else None


def refuse_offer(version: NodeTemplateVersion, team_id: int | None) -> tuple[str, str] | None:
    """Why no run of a team may start with a version now, and who can help; None when it may."""
    title = f"“{version.source['title']}”, version {version.number},"
    match name_obstacle(version, team_id):
        case "revoked":
            return f"{title} was revoked: {version.reason}", "Choose another step, or ask an admin."
        case "unpublished":
            return f"{title} is not published.", "An admin can publish it to your team."
        case "elsewhere":
            return f"{title} is not published to this team.", "An admin can publish it to your team."
        case "problem":
            return f"{title} cannot be used now: {version.problem}", "An admin can look at it under Node templates."
    return None
