"""The Telemetry of a process is what operators watch it by: figures for Prometheus, traces for OpenTelemetry, and a
side door that says whether it lives. All of it is closed until a setting opens it, and no value of a run is ever in it.

The libraries behind it are loaded only when they are used. Other rooms know `Telemetry` and `Watch`, never a library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from builder.telemetry.ports import SILENCE, Figures, ModelSeen, RunSeen, StepSeen, Telemetry, Watch

if TYPE_CHECKING:
    from builder.telemetry.door import Answers, SideDoor
    from builder.telemetry.instruments import Instruments, open_instruments

_DOORS = {"Answers": "door", "SideDoor": "door", "Instruments": "instruments", "open_instruments": "instruments"}

__all__ = [
    "SILENCE", "Answers", "Figures", "Instruments", "ModelSeen", "RunSeen", "SideDoor", "StepSeen", "Telemetry",
    "Watch", "open_instruments",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for."""
    if name not in _DOORS:
        raise AttributeError(f"builder.telemetry has no {name!r}")
    return getattr(import_module(f"builder.telemetry.{_DOORS[name]}"), name)
