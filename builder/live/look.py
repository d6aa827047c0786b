"""One look at everything that can change."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from builder.db import read_clock, to_milliseconds
from builder.kit.ids import first_id, show_id
from builder.live.rules import Key, Seen, Sight
from builder.notices import read_new_notices
from builder.reviews import read_waiting_states
from builder.runs import FINAL_STATES, read_moving
from builder.workflows import read_revisions

RECENT = timedelta(seconds=20)
"""How long what is new is looked at: longer than a transaction takes from its first moment to its commit."""


def look(session: Session) -> Sight:
    """Runs that go on or are new, drafts, reviews that wait, and new notices."""
    since = first_id(to_milliseconds(read_clock(session) - RECENT))
    sight: dict[Key, Seen] = {}
    for run in read_moving(session, since):
        facts = {"state": run.status, "workflow": None if run.workflow_id is None else show_id(run.workflow_id)}
        sight[Key("run", run.id)] = Seen(
            state=(run.status, run.seq, run.halt_id), facts=facts, team=run.team_id, permission="run.read",
            fleeting=run.status in FINAL_STATES,
        )  # fmt: skip
    for draft in read_revisions(session):
        sight[Key("draft", draft.workflow_id)] = Seen(
            state=(draft.revision,), facts={"revision": draft.revision, "by": draft.saved_by}, team=draft.team_id,
            fleeting=True,
        )  # fmt: skip
    for review in read_waiting_states(session):
        sight[Key("review", review.id)] = Seen(
            state=(review.state, review.claimed_by), facts={"run": show_id(review.run_id)}, team=review.team_id,
            permission="run.read",
        )  # fmt: skip
    for number, person, at in read_new_notices(session, since):
        sight[Key("notice", number)] = Seen(state=(at,), facts={}, person=person, fleeting=True)
    return sight
