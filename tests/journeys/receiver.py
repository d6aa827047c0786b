"""The example's own receiver, for the journeys."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

_FILE = Path(__file__).resolve().parents[2] / "examples" / "support-triage" / "receiver.py"


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("support_triage_receiver", _FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    Receiver = Any
else:
    Receiver = _load().Receiver
