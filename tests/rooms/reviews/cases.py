"""How the routes of the desk are called."""

from __future__ import annotations

import itertools
from typing import Any

from builder.db import read_clock, to_milliseconds
from builder.kit.hashing import hash_value
from builder.kit.ids import new_id, show_id
from builder.reviews import find_review, open_review
from builder.runs import Start, start_run
from builder.runs.store import open_wait
from builder.sdk import Mode, Question
from builder.workflows import read_live
from tests.rooms.cases import RouteCase, Sent, Visitor
from tests.rooms.workflows.cases import make_workflow
from tests.rooms.world import World

_numbers = itertools.count(1)


def make_review(world: World, *, starter: str = "owner", dry: bool = False, **question: Any) -> int:
    """A question that waits in a run of a workflow of Ours, as a worker would have parked it; its id."""
    site, workflow = world.application, make_workflow(world, live=True)
    by = world.caller(starter).person
    said = {"record": {"text": f"Letter {next(_numbers)}"}, "reviewers": {"role": "reviewer"}, **question}
    mode = Mode.DRY if dry else Mode.LIVE
    with world.transaction() as session:
        live = read_live(session, workflow)
        assert live is not None
        start = Start(
            input={"text": "Hello"}, starter=by, mode=mode, team_id=world.ours, workflow_id=workflow, version=1
        )
        woven = live.version.woven
        run = start_run(session, site.load_plan(woven), woven, start, site.payloads, site.admission)
        token = new_id(to_milliseconds(read_clock(session)))
        open_wait(session, {"token": token, "run_id": run, "path": "answer", "attempt": 1, "kind": "ask"})
        asked = Question(title="May this be sent?", **said)
        open_review(session, run_id=run, path="answer", token=token, question=asked, mode=mode, starter=by)
    return token


def run_of(world: World, review: int) -> int:
    """The run that a question belongs to."""
    with world.transaction() as session:
        return find_review(session, review).run_id


def _at(world: World, visitor: Visitor, json: Any = None) -> Sent:
    """A live question, or for those who may answer their own tries only a try of theirs."""
    dry = visitor.name in ("builder", "owner")
    number = make_review(world, starter=visitor.name if dry else "owner", dry=dry, record={"text": "Dear Ann"})
    return Sent(path={"review": show_id(number)}, json=json)


def _seen(world: World) -> Sent:
    return Sent(path={"review": show_id(make_review(world))})


def _listed(world: World) -> Sent:
    return Sent(query={"whose": "team", "size": "200"}, shown=show_id(make_review(world)))


_DECISION = {"decision": "approve", "payload_hash": hash_value({"text": "Dear Ann"})}

CASES = [
    RouteCase("list_reviews", lambda world, _: _listed(world), reach="list"),
    RouteCase("read_review", lambda world, _: _seen(world)),
    RouteCase("claim_review", _at),
    RouteCase("return_review", _at),
    RouteCase("decide_review", lambda world, visitor: _at(world, visitor, _DECISION)),
]
