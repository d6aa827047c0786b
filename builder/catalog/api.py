"""The route of the palette."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Depends

from builder.catalog.views import CatalogView, show_types
from builder.teams import Calling, permit, read_people

router = APIRouter(tags=["catalog"])


@router.get("/api/catalog", operation_id="read_catalog", dependencies=[Depends(permit("workflow.read"))])
def get_catalog(call: Calling, language: Literal["en", "de"] | None = None) -> CatalogView:
    """Every installed node type; in the caller's own language, where no other is asked for."""
    with call.read() as session:
        own = read_people(session, [call.caller.person_id])[call.caller.person_id].language
    return show_types(call.application.types.values(), language or own)
