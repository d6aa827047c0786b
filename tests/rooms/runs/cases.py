"""How the routes of runs are called: about runs of Ours as they are left by whoever executes them."""

from __future__ import annotations

from sqlalchemy import update

from builder.db import read_clock
from builder.kit.ids import new_id, show_id
from builder.runs.rules import LOOK_LASTS
from builder.runs.schemas import RUN, STEP, Look, Row
from builder.runs.store import insert_rows, open_wait
from builder.runs.store.looks import insert_look
from builder.runs.tables import run_table
from builder.triggers import start_by_form
from tests.rooms.cases import RouteCase, Sent
from tests.rooms.letters import GRAPH
from tests.rooms.workflows.cases import at as workflow_at
from tests.rooms.workflows.cases import make_workflow
from tests.rooms.world import World


def make_run(world: World, starter: str = "builder", *, text: str = "Hello") -> int:
    """A live run of Ours, ready; its step `answer` has come to its end. Its number."""
    number, caller, site = make_workflow(world, live=True), world.caller(starter), world.application
    with world.transaction() as session:
        run = start_by_form(
            session, caller, number, {"text": text}, public_key=site.signing_key.public, load_plan=site.load_plan,
            payloads=site.payloads, admission=site.admission,
        )  # fmt: skip
        rows = [
            Row(1, RUN, "", "running", 0, "{}", None, None, None),
            Row(2, STEP, "answer", "running", 1, "{}", None, None, None),
            Row(3, STEP, "answer", "succeeded", 1, '{"ports":["done"]}', '{"text":"Good day"}', None, None),
        ]
        insert_rows(session, run, 1, rows)
    return run


def end(world: World, run: int, status: str, *, wait: str | None = None) -> None:
    """Leaves a run in another state, perhaps with a wait of its step `answer`."""
    with world.transaction() as session:
        session.execute(update(run_table).where(run_table.c.id == run).values(status=status))
        if wait is not None:
            values = {"token": new_id(0), "run_id": run, "path": "answer", "attempt": 1, "kind": wait, "question": {}}
            open_wait(session, values)


REASON = {"reason": "Mr Miller asks why his letter went astray."}


def open_look(world: World, run: int, person: int) -> None:
    """Somebody looks inside a run from now on."""
    with world.transaction() as session:
        now = read_clock(session)
        insert_look(session, Look(new_id(0), run, person, REASON["reason"], now, now + LOOK_LASTS))


def ended(world: World, status: str, json: object = None, *, wait: str | None = None, **path: str) -> Sent:
    """A call about a run that is left so."""
    run = make_run(world)
    end(world, run, status, wait=wait)
    return Sent(path={"run": show_id(run), **path}, json=json)


def at(world: World, json: object = None, **path: str) -> Sent:
    """A call about such a run."""
    return Sent(path={"run": show_id(make_run(world)), **path}, json=json)


def _listed(world: World) -> Sent:
    run = show_id(make_run(world))
    return Sent(query={"q": run}, shown=f'"id":"{run}"')


CASES = [
    RouteCase("list_runs", lambda world, _: _listed(world), reach="list"),
    RouteCase("read_run", lambda world, _: at(world)),
    RouteCase("read_step", lambda world, _: at(world, path="answer")),
    RouteCase("cancel_run", lambda world, _: at(world), status=204),
    RouteCase("look_inside_run", lambda world, _: at(world, REASON)),
    RouteCase("release_run", lambda world, _: ended(world, "quarantined"), status=204),
    RouteCase("retry_run", lambda world, _: ended(world, "failed", {"from_step": "answer"}), status=201),
    RouteCase("rerun_run", lambda world, _: at(world, {"input": {"text": "Again"}}), status=201),
    RouteCase(
        "clarify_step",
        lambda world, _: ended(world, "waiting", {"answer": "repeat"}, wait="uncertain", path="answer"),
        status=204,
    ),
    RouteCase("try_workflow", lambda world, _: workflow_at(world, {"graph": GRAPH}), status=201),
    RouteCase("list_samples", lambda world, _: workflow_at(world)),
]
