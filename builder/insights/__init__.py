"""An Insight is what can be said of what happened: read from what other rooms keep, never written."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.insights.api import router

_DOORS = {"router": "api"}

__all__ = ["router"]


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (FastAPI is heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.insights has no {name!r}")
    return getattr(import_module(f"builder.insights.{_DOORS[name]}"), name)
