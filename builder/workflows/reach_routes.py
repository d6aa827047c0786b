"""The route that tells who could reach a credential."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict

from builder.credentials import find_credential
from builder.kit.wire import Id
from builder.teams import Calling, permit
from builder.workflows.reach import find_reach

router = APIRouter(tags=["credentials"])


class ReachView(BaseModel):
    """A node that names a credential; `live` is the version, null for the draft."""

    model_config = ConfigDict(extra="forbid")

    team: str
    workflow: Id
    workflow_name: str
    node: str
    type: str
    live: int | None
    granted: bool


@router.get(
    "/api/credentials/{credential}/reach",
    operation_id="list_credential_reach",
    dependencies=[Depends(permit("credential.read"))],
)
def get_reach(credential: Annotated[Id, Path()], call: Calling) -> list[ReachView]:
    """Which nodes of which workflows name a credential."""
    with call.read() as session:
        row = find_credential(session, call.caller, credential)
        granted = None if row.all_teams else row.teams
        found = find_reach(session, row.name, call.application.types, granted)
    return [
        ReachView(
            team=each.team, workflow=each.workflow_id, workflow_name=each.workflow, node=each.node, type=each.type,
            live=each.live, granted=each.granted,
        )
        for each in found
    ]  # fmt: skip
