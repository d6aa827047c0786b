"""What a due time of a schedule does. Each is one row, so it is one run at most, whoever keeps time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock
from builder.engine.schedule import ScheduleSettings
from builder.kit.errors import HandrailError
from builder.kit.ids import show_id
from builder.runs import RunOverError, cancel_run, find_going_on
from builder.sdk import JSON
from builder.teams import Caller, Installation, NotAdmittedError
from builder.triggers import store
from builder.triggers.read import find_trigger
from builder.triggers.rules import WAITING, Missed, Turn, plan_turn
from builder.triggers.schemas import Fire, NotStartableError, Outcome, Trigger
from builder.triggers.start import start_by_trigger
from builder.triggers.switch import pause_trigger


def take_turn(session: Session, trigger_id: int, site: Installation) -> bool:
    """Does what one due time of a schedule wants: a row that says so, its run and the next due time, in this one
    transaction. Whether there was one; there is none where somebody else is just at it, or was.

    Args:
        session: the caller's transaction.
        trigger_id: whose time seems to have come.
        site: the installation.
    """
    trigger = store.read_trigger_row(session, trigger_id, lock=True, wait=False)
    armed = None if trigger is None else store.read_armed(session, trigger_id)
    now = read_clock(session)
    if trigger is None or armed is None or armed.next_due is None or armed.next_due > now:
        return False
    settings = _read_settings(session, trigger, now)
    if settings is None:
        return False
    turn = plan_turn(armed, settings, now)
    store.save_armed(session, turn.following)
    if turn.missed is not None:
        _leave_out(session, trigger, turn.missed, now)
    if turn.due is not None:
        _fire(session, trigger, settings, turn, turn.due, now, site)
    return True


def start_waiting(session: Session, trigger_id: int, site: Installation) -> bool:
    """Starts the due time of a schedule that has waited longest, if no run of it goes on any more; whether it did."""
    trigger = store.read_trigger_row(session, trigger_id, lock=True, wait=False)
    if trigger is None or find_going_on(session, trigger_id):
        return False
    waiting = store.read_waiting(session, trigger_id)
    if not waiting:
        return False
    now = read_clock(session)
    settings = _read_settings(session, trigger, now)
    if settings is None:
        return False
    _start(session, trigger, settings, waiting[0], now, site)
    return True


def _read_settings(session: Session, trigger: Trigger, now: datetime) -> ScheduleSettings | None:
    """The settings of a schedule; one that was right and is no more, say because its zone was given up, pauses."""
    try:
        return ScheduleSettings.model_validate(trigger.settings)
    except ValidationError:
        pause_trigger(session, trigger, "bad_settings", "Its settings are not right any more.", now)
        return None


def find_fires(
    session: Session, caller: Caller, trigger_id: int, before: datetime | None = None, limit: int = 50
) -> list[Fire]:
    """What became of a schedule's due times, the newest first.

    Raises:
        UnknownTriggerError: there is no trigger that this caller may know of.
    """
    return store.list_fire_rows(session, find_trigger(session, caller, trigger_id).id, before, limit)


# ---------------------------------------------------------------------- one due time


def _fire(
    session: Session,
    trigger: Trigger,
    settings: ScheduleSettings,
    turn: Turn,
    due: datetime,
    now: datetime,
    site: Installation,
) -> None:
    made = Fire(trigger.id, due, now, Outcome.WAITING, None, None, None, turn.late, 1, None)
    if not store.insert_fire(session, made):
        return
    going_on = find_going_on(session, trigger.id) if settings.overlap != "together" else []
    if settings.overlap == "cancel":
        for run_id in going_on:
            with suppress(RunOverError):
                cancel_run(session, run_id, trigger.name)
    elif settings.overlap == "skip" and going_on:
        sentence = f"Run {show_id(going_on[0])} of this schedule still went on."
        _end(session, made, Outcome.SKIPPED, "overlap", sentence)
        return
    elif settings.overlap == "queue":
        ahead = len(store.read_waiting(session, trigger.id)) - 1
        if ahead >= WAITING:
            _end(session, made, Outcome.SKIPPED, "queue_full", f"{ahead} times already waited for the run before.")
            return
        if ahead or going_on:
            return
    _start(session, trigger, settings, made, now, site)


def _start(
    session: Session, trigger: Trigger, settings: ScheduleSettings, made: Fire, now: datetime, site: Installation
) -> None:
    try:
        with session.begin_nested():
            started = start_by_trigger(session, trigger, {"fire": say_fire(made, settings.zone)}, site)
    except NotAdmittedError as refusal:
        _end(session, made, Outcome.REFUSED, refusal.code, refusal.why)
        _tell_refusal(session, trigger, refusal, now)
    except HandrailError as refusal:
        code = str(refusal.params.get("reason", refusal.code))
        code = "input" if refusal.code == "run_input" else code
        sentence = refusal.sentence if isinstance(refusal, NotStartableError) else f"It was refused: {refusal.sentence}"
        _end(session, made, Outcome.REFUSED, code, sentence)
        pause_trigger(session, trigger, code, sentence, now)
    else:
        store.update_fire(session, trigger.id, made.due, Outcome.STARTED, run_id=started.run_id)


def say_fire(made: Fire, zone: str) -> Mapping[str, JSON]:
    """What a schedule's bindings may read as `fire`."""
    there = made.due.astimezone(ZoneInfo(zone))
    return {
        "due": there.isoformat(),
        "day": there.date().isoformat(),
        "time": there.strftime("%H:%M"),
        "zone": zone,
        "late": made.late,
    }


def _leave_out(session: Session, trigger: Trigger, missed: Missed, now: datetime) -> None:
    several = missed.count > 1
    sentence = f"{missed.count} times passed" if several else "This time passed"
    until = missed.last if several else None
    store.insert_fire(
        session,
        Fire(trigger.id, missed.first, now, Outcome.SKIPPED, "missed", f"{sentence} while nobody kept time.", None,
             True, missed.count, until),
    )  # fmt: skip


def _end(session: Session, made: Fire, outcome: Outcome, code: str, sentence: str) -> None:
    store.update_fire(session, made.trigger_id, made.due, outcome, code=code, sentence=sentence)


def _tell_refusal(session: Session, trigger: Trigger, refusal: NotAdmittedError, now: datetime) -> None:
    record = {"mode": "live", "why": refusal.why, "reason": refusal.code, "trigger": show_id(trigger.id)}
    subject = f"workflow {show_id(trigger.workflow_id)}"
    append_event(session, "start_refused", actor=trigger.actor, subject=subject, now=now, record=record)
