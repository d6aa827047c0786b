"""A Catalog is everything on the palette: the node types that are installed, and what a node folder must be.

`discover_types()` finds them, `check_node_folders(path)` judges folders, `scaffold_node(kind, name, root)` writes one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.catalog.api import router
    from builder.catalog.discover import discover_types
    from builder.catalog.examine import Problem, check_node_folders
    from builder.catalog.scaffold import scaffold_node
    from builder.catalog.schemas import CatalogError
    from builder.catalog.shapes import record_shapes

_DOORS = {
    "CatalogError": "schemas",
    "Problem": "examine",
    "check_node_folders": "examine",
    "discover_types": "discover",
    "record_shapes": "shapes",
    "router": "api",
    "scaffold_node": "scaffold",
}

__all__ = [
    "CatalogError",
    "Problem",
    "check_node_folders",
    "discover_types",
    "record_shapes",
    "router",
    "scaffold_node",
]


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for: only judging needs the tests' part of the SDK."""
    if name not in _DOORS:
        raise AttributeError(f"builder.catalog has no {name!r}")
    return getattr(import_module(f"builder.catalog.{_DOORS[name]}"), name)
