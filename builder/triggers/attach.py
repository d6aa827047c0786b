"""Attaching triggers to a workflow: made, changed, and taken away. One that would not work is not kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from builder.db import read_clock, to_milliseconds
from builder.kit.ids import new_id
from builder.teams import Caller, may, read_people, require, speak_as
from builder.triggers import store
from builder.triggers.kinds import KINDS
from builder.triggers.live import find_fields
from builder.triggers.read import append_trigger_event, expect_kept, expect_trigger
from builder.triggers.rules import Wish, expect_no_error, judge_trigger
from builder.triggers.schemas import Trigger, TriggerChangedError, TriggerError
from builder.workflows import WorkflowRow, expect_open

MOST = 100
"""Triggers of one workflow."""


def make_trigger(session: Session, caller: Caller, workflow_id: int, wish: Wish) -> Trigger:
    """Makes a trigger, off; its runs will be started in the caller's name.

    Raises:
        BadTriggerError: it would not work.
        TriggerError: there is one of that name, or there are too many.
        builder.workflows.ArchivedError: the workflow is archived.
    """
    row = expect_open(session, caller, workflow_id, "trigger.write")
    expect_no_error(judge_trigger(wish, find_fields(session, row).schema))
    _expect_version_there(row, wish.pinned)
    return keep_trigger(session, caller, row, wish)


def keep_trigger(session: Session, caller: Caller, row: WorkflowRow, wish: Wish) -> Trigger:
    """Keeps a new trigger as it is, off; whether it would work is not looked at.

    Raises:
        TriggerError: there is one of that name, or there are too many.
    """
    require(caller, "trigger.write", row.team_id)
    if store.count_triggers(session, row.id) >= MOST:
        raise TriggerError(
            f"A workflow has at most {MOST} triggers.", way_out="Delete one that is not used.", case="most", most=MOST
        )
    _expect_own_name(session, row.id, wish.name, None)
    now = read_clock(session)
    number = new_id(to_milliseconds(now))
    by = {"by": caller.person, "at": now}
    values: dict[str, Any] = {
        "id": number,
        "workflow_id": row.id,
        "team_id": row.team_id,
        "kind": wish.kind,
        "name": wish.name,
        "is_on": False,
        "pinned": wish.pinned,
        "owner_id": caller.person_id,
        "settings": dict(wish.settings),
        "inputs": None if wish.inputs is None else dict(wish.inputs),
        "revision": 1,
        **{f"{word}_{what}": value for word in ("made", "changed", "switched") for what, value in by.items()},
    }
    store.insert_trigger(session, values)
    made = expect_kept(session, number)
    KINDS[made.kind].changed(session, made, now)
    append_trigger_event(session, caller.actor, made, "trigger_made", now)
    return made


def change_trigger(session: Session, caller: Caller, trigger_id: int, seen: int, values: Mapping[str, Any]) -> Trigger:
    """Changes name, settings, inputs, pinned or owner_id of a trigger over the revision that the caller has seen.

    Raises:
        TriggerChangedError: somebody changed it in between; nothing was overwritten.
        BadTriggerError: it would not work any more.
        TriggerError: there is one of that name, or the new owner may not start runs.
    """
    there = expect_trigger(session, caller, trigger_id, "trigger.write")
    row = expect_open(session, caller, there.workflow_id, "trigger.write")
    if there.revision != seen:
        raise TriggerChangedError(
            f"Somebody changed “{there.name}” while you were at it. Nothing of theirs was overwritten.",
            way_out="Look at how it is now, then change it.",
            revision=there.revision,
        )
    changed = {key: value for key, value in values.items() if getattr(there, key) != value}
    if not changed:
        return there
    whole = {key: changed.get(key, getattr(there, key)) for key in ("name", "settings", "inputs", "pinned")}
    expect_no_error(judge_trigger(Wish(there.kind, **whole), find_fields(session, row).schema))
    _expect_version_there(row, whole["pinned"])
    _expect_own_name(session, row.id, whole["name"], there.id)
    if "owner_id" in changed:
        _expect_owner_to_be(session, caller, row, changed["owner_id"])
    now = read_clock(session)
    marks = {"revision": there.revision + 1, "changed_by": caller.person, "changed_at": now}
    store.update_trigger(session, there.id, {**changed, **marks})
    found = expect_kept(session, there.id)
    KINDS[found.kind].changed(session, found, now)
    fields = sorted(key.removesuffix("_id") for key in changed)
    append_trigger_event(session, caller.actor, found, "trigger_changed", now, fields=fields)
    return found


def delete_trigger(session: Session, caller: Caller, trigger_id: int) -> None:
    """Takes a trigger away for good. Its runs stay, and go on."""
    there = expect_trigger(session, caller, trigger_id, "trigger.write")
    KINDS[there.kind].gone(session, there)
    store.delete_trigger_row(session, there.id)
    append_trigger_event(session, caller.actor, there, "trigger_deleted", read_clock(session))


def _expect_version_there(row: WorkflowRow, pinned: int | None) -> None:
    if pinned is not None and pinned != row.live:
        raise TriggerError(
            f"Version {pinned} of “{row.name}” is not live.",
            field="pinned",
            way_out="A trigger starts whichever version is live, or only the one that is live now.",
        )


def _expect_own_name(session: Session, workflow_id: int, name: str, own: int | None) -> None:
    if any(each.name == name and each.id != own for each in store.list_trigger_rows(session, workflow_id)):
        raise TriggerError(f"There is a trigger “{name}” already.", field="name", way_out="Choose another name.")


def _expect_owner_to_be(session: Session, caller: Caller, row: WorkflowRow, person_id: int) -> None:
    if person_id != caller.person_id:
        require(caller, "publish.do", row.team_id)
    person = read_people(session, [person_id]).get(person_id)
    if person is None or person.closed or not may(speak_as(session, person_id), "run.start", row.team_id):
        raise TriggerError(
            "This person may not start runs in this team.",
            field="owner",
            way_out="Choose a builder or an owner of the team.",
        )
