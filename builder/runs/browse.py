"""Finding runs: what a caller may know of, one or a list, and whether he may see what went through it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from builder.db import read_clock, to_milliseconds
from builder.engine.state import RunStatus
from builder.kit.ids import LATEST, first_id, read_id, show_id
from builder.runs.schemas import RunFacts
from builder.runs.store.lists import Wanted, read_facts, read_page
from builder.runs.store.looks import find_looked
from builder.runs.tell import RunMissingError
from builder.sdk import Mode
from builder.teams import Caller, may, may_read_payload, require, teams_where


def find_run(session: Session, caller: Caller, run_id: int, permission: str = "run.read") -> RunFacts:
    """One run with which this caller may do something.

    Raises:
        RunMissingError: there is none that he may know of.
        builder.teams.Forbidden: he may read it, but not this.
    """
    found = read_facts(session, [run_id]).get(run_id)
    if found is None or not any(may(caller, each, found.team_id) for each in ("run.read", permission)):
        raise RunMissingError(f"There is no run {show_id(run_id)}.")
    require(caller, permission, found.team_id)
    return found


def find_runs(
    session: Session,
    caller: Caller,
    *,
    team: int | None = None,
    workflow: int | None = None,
    trigger: int | None = None,
    state: RunStatus | None = None,
    mode: Mode | None = None,
    since: datetime | None = None,
    text: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[RunFacts]:
    """The runs that a caller may know of, the newest first.

    Args:
        session: any session.
        caller: who asks.
        team: only this team's.
        workflow: only this workflow's.
        trigger: only those that this trigger started.
        state: only those in this state.
        mode: only those that treat the world so.
        since: only runs that were made at or after this moment.
        text: what stands in the name; or the id of one run.
        before: id of the last one shown.
        limit: how many at most.
    """
    text, number = text.strip(), _number_of(text)
    wanted = Wanted(
        teams=teams_where(caller, "run.read"),
        team=team,
        workflow=workflow,
        trigger=trigger,
        status=state,
        mode=mode,
        number=number,
        text="" if number is not None else text,
        since=None if since is None else first_id(min(max(0, to_milliseconds(since)), LATEST)),
        before=before,
    )
    return read_page(session, wanted, limit)


LOOK = "payload.look_inside"


def sees_payload(session: Session, caller: Caller, run: RunFacts, looked: Collection[int] | None = None) -> bool:
    """Whether a caller may see what went through a run: by what he is in its team, or because he looks inside it now.

    Args:
        session: any session.
        caller: who asks.
        run: the run.
        looked: what `find_own_looks` gave, for whoever asks of many runs; None looks itself.
    """
    if holds_payload(session, caller, run):
        return True
    if run.team_id is None or not may(caller, LOOK, run.team_id):
        return False
    return run.id in (find_own_looks(session, caller) if looked is None else looked)


def find_own_looks(session: Session, caller: Caller) -> frozenset[int]:
    """The runs inside which a caller looks now, if he still may: none once he is no admin, nor for a program."""
    return find_looked(session, caller.person_id, read_clock(session)) if may(caller, LOOK, None) else frozenset()


def can_look_inside(caller: Caller, run: RunFacts, *, seen: bool) -> bool:
    """Whether somebody who does not see what went through a run could look inside it, with a reason."""
    return not seen and run.team_id is not None and run.emptied_at is None and may(caller, LOOK, run.team_id)


def holds_payload(session: Session, caller: Caller, run: RunFacts) -> bool:
    """Whether a caller may see what went through a run, and use it, by what he is in its team.

    A retry takes over what went through the earlier run, so whoever may not see that does not see it by retrying.
    """
    started: RunFacts | None = run
    while started is not None and started.starter == caller.person and started.forked_at is not None:
        started = read_facts(session, [started.forked_from or 0]).get(started.forked_from or 0)
    mine = started is not None and started.starter == caller.person
    return run.team_id is not None and may_read_payload(
        caller, run.team_id, started=mine, dry=run.mode is Mode.DRY, asked=False
    )


def _number_of(text: str) -> int | None:
    try:
        return read_id(text)
    except ValueError:
        return None
