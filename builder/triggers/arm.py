"""Arming a schedule: when it is due is found anew whenever it changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from builder.triggers import store
from builder.triggers.rules import arm_schedule
from builder.triggers.schemas import Armed, Fire, Outcome, Trigger


def arm_trigger(session: Session, trigger: Trigger, now: datetime) -> None:
    """Finds when a schedule is due, after it was made, changed, switched or paused. What was due by then stays due;
    but of one that starts nothing any more, it is left out.
    """
    before = store.read_armed(session, trigger.id)
    if not trigger.starts:
        _disarm(session, trigger, before, now)
    store.save_armed(session, arm_schedule(before, trigger, now))


def _disarm(session: Session, trigger: Trigger, before: Armed | None, now: datetime) -> None:
    word = "paused" if trigger.is_on else "switched_off"
    sentence = trigger.paused_sentence or "The schedule was switched off."
    for each in store.read_waiting(session, trigger.id):
        store.update_fire(session, trigger.id, each.due, Outcome.SKIPPED, code=word, sentence=sentence)
    if before is not None and before.next_due is not None and before.next_due <= now:
        made = Fire(trigger.id, before.next_due, now, Outcome.SKIPPED, word, sentence, None, False, 1, None)
        store.insert_fire(session, made)
