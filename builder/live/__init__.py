"""A Live event says that something changed: of which kind and which one, never what. Screens then look for themselves.

Every process looks for itself what is different from a second ago, whoever changed it, and only while somebody listens.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.live.api import router

_DOORS = {"router": "api"}

__all__ = ["router"]


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (FastAPI is heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.live has no {name!r}")
    return getattr(import_module(f"builder.live.{_DOORS[name]}"), name)
