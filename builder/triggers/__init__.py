"""A Trigger is what starts Runs of the live version of a Workflow; here it is a person who fills in its form."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.triggers.api import router
    from builder.triggers.form import Form, NotStartableError, find_form, start_by_form

_DOORS = {"router": "api", "Form": "form", "NotStartableError": "form", "find_form": "form", "start_by_form": "form"}

__all__ = [
    "Form", "NotStartableError", "find_form", "router", "start_by_form",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (SQLAlchemy is heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.triggers has no {name!r}")
    return getattr(import_module(f"builder.triggers.{_DOORS[name]}"), name)
