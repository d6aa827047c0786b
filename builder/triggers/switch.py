"""On, off, and paused: a person switches, the product pauses with a reason and tells whoever answers for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.kit.ids import show_id
from builder.notices import tell_people
from builder.teams import Caller, read_people
from builder.triggers import store
from builder.triggers.kinds import KINDS
from builder.triggers.live import expect_live, find_fields
from builder.triggers.read import append_trigger_event, expect_kept, expect_trigger
from builder.triggers.rules import expect_no_error, judge_trigger, wish_of
from builder.triggers.schemas import Trigger
from builder.triggers.start import expect_owner, expect_pinned_live
from builder.workflows import expect_open, find_keepers, name_workflows


def switch_trigger(session: Session, caller: Caller, trigger_id: int, *, on: bool) -> Trigger:
    """Switches a trigger on or off. Switching on ends a pause; it is refused where no run could be started.

    Raises:
        BadTriggerError: it would not work.
        NotStartableError: the workflow, or the version that it starts, is not live, or its owner may not start runs.
        builder.workflows.ArchivedError: the workflow is archived.
    """
    there = expect_trigger(session, caller, trigger_id, "trigger.write")
    if there.is_on is on and there.paused_code is None:
        return there
    if on:
        row = expect_open(session, caller, there.workflow_id, "trigger.write")
        expect_pinned_live(there, expect_live(session, row).version.number)
        expect_no_error(judge_trigger(wish_of(there), find_fields(session, row).schema))
        expect_owner(session, there)
    now = read_clock(session)
    values = {"is_on": on, "switched_by": caller.person, "switched_at": now}
    store.update_trigger(session, there.id, {**values, "paused_code": None, "paused_sentence": None})
    found = _after(session, there.id, now)
    word = "trigger_switched_on" if on else "trigger_switched_off"
    append_trigger_event(session, caller.actor, found, word, now)
    return found


def pause_trigger(session: Session, trigger: Trigger, code: str, sentence: str, now: datetime) -> Trigger:
    """Lets a trigger start nothing until a person switches it on again, and tells whoever answers for it.

    Args:
        session: the caller's transaction.
        trigger: which.
        code: why, for screens with words of their own: a `reason` of `NotStartableError`, or the kind's own.
        sentence: why, for a person.
        now: when.
    """
    if trigger.paused_code is not None:
        return trigger
    store.update_trigger(session, trigger.id, {"paused_code": code, "paused_sentence": sentence})
    found = _after(session, trigger.id, now)
    append_trigger_event(session, "keeper", found, "trigger_paused", now, code=code)
    owner = read_people(session, [trigger.owner_id]).get(trigger.owner_id)
    people = {*find_keepers(session, trigger.workflow_id), *([owner.id] if owner and not owner.closed else [])}
    tell_people(
        session,
        people,
        "trigger_paused",
        topic=f"trigger {show_id(trigger.id)}",
        link=f"/workflows/{show_id(trigger.workflow_id)}/triggers",
        now=now,
        trigger=trigger.name,
        workflow=name_workflows(session, [trigger.workflow_id])[trigger.workflow_id].name,
    )
    return found


def _after(session: Session, trigger_id: int, now: datetime) -> Trigger:
    found = expect_kept(session, trigger_id)
    KINDS[found.kind].changed(session, found, now)
    return found
