"""Looking inside: an admin reads what went through one run of a team, with a reason, for a while, and never unseen.

It is the pane that one breaks in an emergency: whoever breaks it is written down in the same transaction, and those
who answer for the run are told at once. It lets him read, as the team's owner reads, and nothing else.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock, to_milliseconds
from builder.kit.errors import HandrailError
from builder.kit.ids import new_id, show_id
from builder.notices import tell_people
from builder.runs.browse import LOOK, find_run, holds_payload
from builder.runs.rules import LOOK_LASTS, tells_enough, tidy_reason
from builder.runs.schemas import Look, RunFacts
from builder.runs.store import lock_run
from builder.runs.store.looks import insert_look, read_open_look
from builder.teams import Caller, find_team_people
from builder.workflows import find_keepers


class LookReasonError(HandrailError):
    """Nobody looks inside a run without a reason."""

    code: ClassVar[str] = "look_reason"
    status: ClassVar[int] = 409


class LookNeedlessError(HandrailError):
    """Whoever may read what went through a run need not look inside."""

    code: ClassVar[str] = "look_needless"
    status: ClassVar[int] = 409


class NothingInsideError(HandrailError):
    """There is nothing in a run that could be looked at here."""

    code: ClassVar[str] = "look_nothing"
    status: ClassVar[int] = 409


def look_inside_run(session: Session, caller: Caller, run_id: int, reason: str) -> Look:
    """Lets an admin read what went through one run for an hour; while that lasts, asking again gives the same.

    Args:
        session: the caller's transaction.
        caller: an admin, himself.
        run_id: the run.
        reason: why, in a sentence; the team's owners read it.

    Raises:
        builder.runs.RunMissingError: there is no such run that he may know of.
        builder.teams.Forbidden: he is no admin, or a program.
        LookReasonError: that is no reason.
        LookNeedlessError: he may read it anyway.
        NothingInsideError: it is of no team, or what went through it was deleted.
    """
    run = find_run(session, caller, run_id, LOOK)
    _expect_inside(session, caller, run)
    reason = tidy_reason(reason)
    if not tells_enough(reason):
        raise LookReasonError(
            "Looking inside needs a reason that the team's owners understand.",
            field="reason",
            way_out="Say in a sentence what you look for, and why.",
        )
    lock_run(session, run_id)
    now = read_clock(session)
    open_one = read_open_look(session, run_id, caller.person_id, now)
    if open_one is not None:
        return open_one
    made = Look(new_id(to_milliseconds(now)), run_id, caller.person_id, reason, now, now + LOOK_LASTS)
    insert_look(session, made)
    record = {"name": run.name, "reason": reason, "until": f"{made.until:%Y-%m-%d %H:%M} UTC"}
    append_event(
        session, "run_looked_inside", actor=caller.actor, subject=f"run {show_id(run_id)}", now=now, record=record
    )
    tell_people(
        session,
        _told_of(session, run) - {caller.person_id},
        "run_looked_inside",
        topic=f"look {show_id(made.id)}",
        link=f"/runs/{show_id(run_id)}",
        now=now,
        person=caller.name,
        workflow=run.name,
        reason=reason,
    )
    return made


def _expect_inside(session: Session, caller: Caller, run: RunFacts) -> None:
    if holds_payload(session, caller, run):
        raise LookNeedlessError(
            "You may read what went through this run anyway.", way_out="Open it; nobody needs to be told."
        )
    if run.team_id is None:
        raise NothingInsideError(
            "This run is of a file and of no team.",
            way_out="Look at it where the file is, on the command line.",
            case="team",
        )
    if run.emptied_at is not None:
        raise NothingInsideError("What went through this run was deleted when its time was over.", case="emptied")


def _told_of(session: Session, run: RunFacts) -> set[int]:
    """Every owner of the run's team, and who answers for its workflow."""
    owners = {each.id for each in find_team_people(session, run.team_id or 0, "owner")}
    return owners | (set() if run.workflow_id is None else set(find_keepers(session, run.workflow_id)))
