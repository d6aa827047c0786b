"""A Trigger is what starts Runs of the live version of a Workflow: its form, a schedule, a webhook, or a program.

It belongs to a Workflow and stands outside of its graph. Whatever its kind, `start_by_trigger` starts its runs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.triggers.api import router
    from builder.triggers.attach import change_trigger, delete_trigger, make_trigger
    from builder.triggers.deliveries import sweep_deliveries
    from builder.triggers.files import TriggerFiles
    from builder.triggers.form import Form, find_form, start_by_form
    from builder.triggers.keep import keep_schedules, sweep_fires
    from builder.triggers.read import find_trigger, list_triggers
    from builder.triggers.rules import Wish
    from builder.triggers.schedule import find_fires
    from builder.triggers.schemas import (
        BadTriggerError,
        Key,
        KeyReusedError,
        NotStartableError,
        Started,
        Trigger,
        TriggerChangedError,
        TriggerError,
        TriggerOffError,
        UnknownTriggerError,
    )
    from builder.triggers.start import start_by_trigger
    from builder.triggers.switch import pause_trigger, switch_trigger

_NAMES = {
    "api": ("router",),
    "attach": ("change_trigger", "delete_trigger", "make_trigger"),
    "deliveries": ("sweep_deliveries",),
    "files": ("TriggerFiles",),
    "form": ("Form", "find_form", "start_by_form"),
    "keep": ("keep_schedules", "sweep_fires"),
    "read": ("find_trigger", "list_triggers"),
    "rules": ("Wish",),
    "schedule": ("find_fires",),
    "schemas": (
        "BadTriggerError", "Key", "KeyReusedError", "NotStartableError", "Started", "Trigger", "TriggerChangedError",
        "TriggerError", "TriggerOffError", "UnknownTriggerError",
    ),
    "start": ("start_by_trigger",),
    "switch": ("pause_trigger", "switch_trigger"),
}  # fmt: skip
_DOORS = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "BadTriggerError", "Form", "Key", "KeyReusedError", "NotStartableError", "Started", "Trigger",
    "TriggerChangedError", "TriggerError", "TriggerFiles", "TriggerOffError", "UnknownTriggerError", "Wish",
    "change_trigger", "delete_trigger", "find_fires", "find_form", "find_trigger", "keep_schedules",
    "list_triggers", "make_trigger", "pause_trigger", "router", "start_by_form", "start_by_trigger", "sweep_deliveries",
    "sweep_fires", "switch_trigger",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (SQLAlchemy is heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.triggers has no {name!r}")
    return getattr(import_module(f"builder.triggers.{_DOORS[name]}"), name)
