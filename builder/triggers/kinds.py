"""What each kind of trigger does beside being kept, when it was made, changed, switched, or is taken away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.orm import Session

from builder.engine.graph import TriggerKind
from builder.triggers.arm import arm_trigger
from builder.triggers.hooks import forget_hook, settle_hook
from builder.triggers.schemas import Trigger

Changed: TypeAlias = Callable[[Session, Trigger, datetime], None]
Gone: TypeAlias = Callable[[Session, Trigger], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind does, in the transaction of what happened.

    Attributes:
        changed: a trigger was made, changed, switched or paused; it is given as it is now, and when.
        gone: it is being taken away.
    """

    changed: Changed = lambda *_: None
    gone: Gone = lambda *_: None


KINDS: Mapping[TriggerKind, Kind] = {
    "schedule": Kind(changed=arm_trigger),
    "webhook": Kind(settle_hook, forget_hook),
    "api": Kind(),
}
"""Every kind."""
