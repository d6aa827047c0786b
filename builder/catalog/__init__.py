"""A Catalog is everything on the palette: the node types that are installed, and the NodeTemplates that IT offers.

`discover_types()` finds what is installed, `check_node_folders(path)` judges folders, `scaffold_node(kind, name, root)`
writes one. A Palette is all of it together: a NodeTemplate is a node type like any other.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.catalog.admit import AdmitTemplates, name_obstacle, refuse_offer
    from builder.catalog.api import router
    from builder.catalog.discover import discover_types
    from builder.catalog.examine import Problem, check_node_folders
    from builder.catalog.palette import Palette, palette_of
    from builder.catalog.scaffold import scaffold_node
    from builder.catalog.schemas import USABLE, CatalogError, NodeTemplateVersion, OfferState
    from builder.catalog.servers import look_at_servers
    from builder.catalog.shapes import record_shapes
    from builder.catalog.store import list_node_template_versions
    from builder.catalog.write import find_node_template, is_offered

_DOORS = {
    "USABLE": "schemas",
    "AdmitTemplates": "admit",
    "CatalogError": "schemas",
    "NodeTemplateVersion": "schemas",
    "OfferState": "schemas",
    "Palette": "palette",
    "Problem": "examine",
    "check_node_folders": "examine",
    "discover_types": "discover",
    "find_node_template": "write",
    "is_offered": "write",
    "list_node_template_versions": "store",
    "look_at_servers": "servers",
    "name_obstacle": "admit",
    "palette_of": "palette",
    "record_shapes": "shapes",
    "refuse_offer": "admit",
    "router": "api",
    "scaffold_node": "scaffold",
}

__all__ = [
    "USABLE", "AdmitTemplates", "CatalogError", "NodeTemplateVersion", "OfferState", "Palette", "Problem",
    "check_node_folders", "discover_types", "find_node_template", "is_offered", "list_node_template_versions",
    "look_at_servers", "name_obstacle", "palette_of", "record_shapes", "refuse_offer", "router", "scaffold_node",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for: only judging needs the tests' part of the SDK."""
    if name not in _DOORS:
        raise AttributeError(f"builder.catalog has no {name!r}")
    return getattr(import_module(f"builder.catalog.{_DOORS[name]}"), name)
