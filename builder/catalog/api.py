"""The route of the palette."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from builder.catalog.views import CatalogView, show_types
from builder.teams import Calling, permit

router = APIRouter(tags=["catalog"])


@router.get("/api/catalog", operation_id="read_catalog", dependencies=[Depends(permit("workflow.read"))])
def get_catalog(call: Calling) -> CatalogView:
    """Every installed node type."""
    return show_types(call.application.types.values())
