"""The triggers that a workflow's file carries: no id and no secret goes out, and what comes in is off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.engine.graph import Trigger as Said
from builder.engine.graph import dump_part
from builder.sdk import JSON
from builder.teams import Caller
from builder.triggers import store
from builder.triggers.attach import keep_trigger
from builder.triggers.kinds import KINDS
from builder.triggers.read import append_trigger_event, expect_kept
from builder.triggers.rules import Wish
from builder.triggers.schemas import Trigger
from builder.workflows import WorkflowRow, expect_open


class TriggerFiles:
    """Writes triggers into files and takes them out of files, for the room below."""

    def say_triggers(self, session: Session, workflow_id: int) -> list[JSON]:
        """A workflow's triggers as its file says them."""
        return [_say(each) for each in store.list_trigger_rows(session, workflow_id)]

    def take_triggers(self, session: Session, caller: Caller, workflow_id: int, said: Sequence[JSON]) -> None:
        """Keeps the triggers of a file, each off until somebody switches it on. One that is here already, just so,
        stays as it is; whether one would work is told, and does not keep it out.
        """
        row = expect_open(session, caller, workflow_id, "workflow.write")
        there = {each.name: each for each in store.list_trigger_rows(session, workflow_id)}
        for record in said:
            each = Said.model_validate(record)
            same = there.get(each.name)
            if same is None:
                keep_trigger(session, caller, row, _wish(record, each.name))
            elif _say(same) != record:
                _replace(session, caller, row, same, record)


def _say(trigger: Trigger) -> dict[str, Any]:
    plain = {"kind": trigger.kind, "name": trigger.name, "settings": trigger.settings, "inputs": trigger.inputs}
    return dump_part(Said.model_validate(plain))


def _wish(record: JSON, name: str) -> Wish:
    return Wish(record["kind"], name, record.get("settings", {}), record.get("inputs"))


def _replace(session: Session, caller: Caller, row: WorkflowRow, there: Trigger, record: JSON) -> None:
    """Puts what a file says in the place of a trigger of that name; one of another kind stands beside it."""
    if there.kind != record["kind"]:
        names = {each.name for each in store.list_trigger_rows(session, row.id)}
        free = next(name for number in range(2, 1_000) if (name := f"{there.name[:190]} ({number})") not in names)
        keep_trigger(session, caller, row, _wish(record, free))
        return
    now = read_clock(session)
    by = {"by": caller.person, "at": now}
    values = {"settings": record.get("settings", {}), "inputs": record.get("inputs"), "is_on": False}
    marks = {f"{word}_{what}": value for word in ("changed", "switched") for what, value in by.items()}
    store.update_trigger(session, there.id, {**values, **marks, "revision": there.revision + 1, "paused_code": None})
    found = expect_kept(session, there.id)
    KINDS[found.kind].changed(session, found, now)
    append_trigger_event(session, caller.actor, found, "trigger_changed", now, fields=["settings", "inputs"])
