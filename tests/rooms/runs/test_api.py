"""Runs over the wire: who sees which, what of them, and what may be done with them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from builder.audit.tables import audit_event_table
from builder.db import read_clock
from builder.kit.ids import read_id, show_id
from builder.reviews import empty_reviews, open_review
from builder.runs import empty_runs
from builder.runs.tables import run_table
from builder.sdk import Mode, Question
from tests.rooms.letters import GRAPH
from tests.rooms.runs.cases import end, make_run
from tests.rooms.workflows.cases import make_workflow
from tests.rooms.world import World

REVIEWED: dict[str, Any] = {
    **GRAPH,
    "nodes": {
        **GRAPH["nodes"],
        "route": {
            "type": "flow.branch@1",
            "config": {"cases": [{"port": "long", "when": "size(answer.text) > 100000"}], "otherwise": "short"},
        },
        "check": {
            "type": "review.approve@1",
            "config": {"question": "Is it good?", "reviewers": {"role": "reviewer"}},
            "inputs": {"text": {"from": "answer.text"}},
        },
        "shorten": {
            "type": "prompt.complete@1",
            "config": {"prompt": "Shorten: {{ text }}"},
            "inputs": {"text": {"from": "check.record.text"}},
        },
    },
    "edges": [{"from": "answer", "to": "route"}, {"from": "route.long", "to": "check"},
              {"from": "check", "to": "shorten"}],
    "result": {},
}  # fmt: skip


@pytest.fixture
def working(world: World) -> World:
    """A world that executes its runs."""
    world.application.work()
    return world


def until(world: World, client: Any, run: str, *states: str) -> Any:
    """Executes a run until it is in one of these states (in any that is not under way, where none is named)."""
    worker, limit = world.application.worker, time.monotonic() + 20
    assert worker is not None
    worker.advance(read_id(run))
    while True:
        found = client.get(f"/api/runs/{run}").json()
        if found["state"] in states or (not states and found["state"] not in ("ready", "running")):
            return found
        assert time.monotonic() < limit, found
        time.sleep(0.01)


def try_it(world: World, client: Any, graph: Any, **said: Any) -> Any:
    """A dry run of a graph, as far as it goes."""
    number = show_id(make_workflow(world))
    answer = client.post(f"/api/workflows/{number}/try", json={"graph": graph, **said})
    assert answer.status_code == 201, answer.text
    return until(world, client, answer.json()["run"])


def states(run: Any) -> dict[str, str]:
    return {step["path"]: step["state"] for step in run["steps"]}


def marks(run: Any) -> dict[str, list[str]]:
    return {step["path"]: step["marks"] for step in run["steps"]}


# ---------------------------------------------------------------- reading


def test_a_run_is_told_from_its_start_to_its_result(working: World) -> None:
    client = working.client("builder")
    workflow = show_id(make_workflow(working, live=True))
    run = client.post(f"/api/workflows/{workflow}/form", json={"input": {"text": "Hello"}}).json()["run"]
    found = until(working, client, run)
    assert (found["state"], found["version"], found["workflow"]["id"]) == ("succeeded", 1, workflow)
    assert (found["team"]["name"], found["starter"]["name"], found["mode"]) == ("Ours", "builder", "live")
    assert found["input"] == {"text": "Hello"}
    assert "Hello" in found["result"]["reply"]
    step = client.get(f"/api/runs/{run}/steps/answer").json()
    assert step["inputs"] == {"text": "Hello"}
    assert "Hello" in step["output"]["text"]
    assert [line["state"] for line in step["log"]] == ["running", "succeeded"]
    assert found["may"] == {"cancel": False, "retry": True, "rerun": True, "release": False, "clarify": False,
                            "look_inside": False}  # fmt: skip
    assert client.get(f"/api/runs/{run}/steps/gone").status_code == 404


@pytest.mark.parametrize(
    ("name", "seen"),
    [("viewer", False), ("builder", False), ("first", True), ("reviewer", False), ("owner", True), ("admin", False),
     ("governor", False), ("auditor", False)],
)  # fmt: skip
def test_what_went_through_a_run_is_for_few(world: World, name: str, seen: bool) -> None:
    run = show_id(make_run(world, "owner", text="secret words"))
    client = world.client(name)
    for path in (f"/api/runs/{run}", f"/api/runs/{run}/steps/answer"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.json()["payload"] is seen
        assert ("secret words" in answer.text or "Good day" in answer.text) is seen


def test_a_builder_sees_what_went_through_his_own_runs_and_not_through_those_he_retries(world: World) -> None:
    mine, other = make_run(world, "builder"), make_run(world, "owner")
    client = world.client("builder")
    assert client.get(f"/api/runs/{show_id(mine)}").json()["payload"] is True
    for run, seen in ((mine, True), (other, False)):
        end(world, run, "failed")
        again = client.post(f"/api/runs/{show_id(run)}/retry", json={"from_step": "answer"}).json()["run"]
        found = client.get(f"/api/runs/{again}").json()
        assert found["forked_from"] == {"run": show_id(run), "step": "answer"}
        assert found["payload"] is seen
        assert ("input" in found and found["input"] is not None) is seen


def test_the_list_is_filtered_and_goes_on_where_it_stopped(world: World) -> None:
    runs = [show_id(make_run(world)) for _ in range(5)]
    end(world, read_id(runs[1]), "failed")
    end(world, read_id(runs[3]), "waiting", wait="uncertain")
    client, runs_api = world.client("viewer"), "/api/runs"
    newest = runs[::-1]

    def listed(**query: Any) -> list[str]:
        return [each["id"] for each in client.get(runs_api, params=query).json()["items"]]

    assert listed() == newest
    page = client.get(runs_api, params={"size": 2}).json()
    following = client.get(runs_api, params={"size": 3, "cursor": page["next"]}).json()
    assert [each["id"] for each in page["items"] + following["items"]] == newest
    assert following["next"] is None
    assert listed(state="failed") == [runs[1]]
    assert listed(mode="dry") == []
    assert listed(q=runs[2]) == [runs[2]]
    assert listed(q="LETTERS", team=show_id(world.ours)) == newest
    assert listed(q="100%") == []
    assert listed(team=show_id(world.theirs)) == []
    one = client.get(runs_api, params={"state": "waiting"}).json()["items"][0]
    assert (one["id"], one["uncertain"]) == (runs[3], True)
    assert listed(workflow=one["workflow"]["id"]) == [runs[3]]
    assert listed(since="2001-01-01T00:00:00Z") == newest
    assert listed(since="2200-01-01T00:00:00+02:00") == []
    assert client.get(runs_api, params={"since": "2001-01-01T00:00:00"}).status_code == 422


def test_who_is_in_two_teams_sees_both_in_one_list(world: World) -> None:
    world.add_person("both", ours=("builder",), theirs=("viewer",))
    runs = [make_run(world) for _ in range(4)]
    with world.transaction() as session:
        moved = update(run_table).where(run_table.c.id.in_(runs[::2])).values(team_id=world.theirs)
        session.execute(moved)
    client = world.client("both")
    page = client.get("/api/runs", params={"size": 3}).json()
    rest = client.get("/api/runs", params={"size": 3, "cursor": page["next"]}).json()
    assert [each["id"] for each in page["items"] + rest["items"]] == [show_id(run) for run in runs[::-1]]
    assert len(world.client("viewer").get("/api/runs").json()["items"]) == 2
    assert len(world.client("auditor").get("/api/runs").json()["items"]) == 4


# ---------------------------------------------------------------- acting


def events(world: World, kind: str) -> list[Any]:
    with world.transaction() as session:
        rows = session.execute(audit_event_table.select()).mappings().all()
    return [row for row in rows if kind in str(dict(row))]


def test_what_is_done_to_a_run_is_in_the_audit(world: World) -> None:
    client = world.client("builder")
    run = make_run(world)
    assert client.post(f"/api/runs/{show_id(run)}/cancel").status_code == 204
    end(world, run, "cancelled")
    again = client.post(f"/api/runs/{show_id(run)}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "run_over")
    assert client.post(f"/api/runs/{show_id(run)}/release").status_code == 409
    assert len(events(world, "run_cancelled")) == 1
    assert events(world, "run_released") == []
    assert len(events(world, "run_started")) == 1


def test_a_run_is_repeated_with_another_input_while_its_version_is_live(working: World) -> None:
    client = working.client("builder")
    run = make_run(working)
    again = client.post(f"/api/runs/{show_id(run)}/rerun", json={"input": {"text": "Another"}}).json()["run"]
    found = until(working, client, again)
    assert (found["state"], found["forked_from"]) == ("succeeded", {"run": show_id(run), "step": None})
    assert "Another" in found["result"]["reply"]
    unfit = client.post(f"/api/runs/{show_id(run)}/rerun", json={"input": {"text": 1}})
    assert (unfit.status_code, unfit.json()["field"]) == (422, "text")
    with working.transaction() as session:
        session.execute(update(run_table).where(run_table.c.id == run).values(version=7))
    gone = client.post(f"/api/runs/{show_id(run)}/rerun", json={"input": {"text": "Another"}})
    assert (gone.status_code, gone.json()["code"]) == (409, "not_repeatable")
    assert gone.json()["params"]["case"] == "version"


def test_what_happened_must_be_what_such_a_step_gives(world: World) -> None:
    run = make_run(world)
    end(world, run, "waiting", wait="uncertain")
    client, path = world.client("builder"), f"/api/runs/{show_id(run)}/steps/answer/clarify"
    assert client.get(f"/api/runs/{show_id(run)}").json()["may"]["clarify"] is True
    unfit = client.post(path, json={"answer": "happened", "output": {"text": 1}})
    assert (unfit.status_code, unfit.json()["code"], unfit.json()["node"]) == (422, "step_output", "answer")
    output = {"text": "Good day", "model": "m", "practice": False}
    assert client.post(path, json={"answer": "happened", "output": output}).status_code == 204
    assert client.post(path, json={"answer": "give_up"}).status_code == 409


# ---------------------------------------------------------------- trying


def test_a_graph_is_tried_dry_and_whoever_tries_sees_it(working: World) -> None:
    run = try_it(working, working.client("builder"), REVIEWED, input={"text": "Hello"})
    assert (run["mode"], run["state"], run["version"], run["payload"]) == ("dry", "succeeded", None, True)
    assert states(run) == {"answer": "succeeded", "route": "succeeded", "check": "skipped", "shorten": "skipped"}
    assert {"from": "answer", "to": "route", "port": "done"} in run["edges_taken"]


def test_up_to_a_node_nothing_behind_it_runs(working: World) -> None:
    run = try_it(working, working.client("builder"), REVIEWED, upto="route")
    assert states(run) == {"answer": "succeeded", "route": "succeeded"}


def test_a_single_node_runs_on_pins_wherever_it_stands(working: World) -> None:
    client = working.client("builder")
    pins = {"answer": {"text": "Good day", "model": "m", "practice": True}}
    answers = {"check": {"decision": "approve", "reason": "fine"}}
    run = try_it(working, client, REVIEWED, only="shorten", pins=pins, answers=answers)
    assert states(run) == {"answer": "succeeded", "check": "succeeded", "shorten": "succeeded"}
    assert marks(run)["answer"] == ["pinned"]
    output = client.get(f"/api/runs/{run['id']}/steps/shorten").json()["output"]
    assert "Good day" in output["text"]


def test_a_dry_question_waits_for_whoever_tries(working: World) -> None:
    client = working.client("builder")
    pins = {"answer": {"text": "Good day", "model": "m", "practice": True}}
    run = try_it(working, client, REVIEWED, only="check", pins=pins)
    assert run["state"] == "waiting"
    assert [(each["kind"], each["step"]) for each in run["waits"]] == [("ask", "check")]
    assert client.get(f"/api/reviews/{run['waits'][0]['review']}").status_code == 200


def test_a_try_does_not_wait_for_time_to_pass(working: World) -> None:
    graph = {"nodes": {"rest": {"type": "flow.wait@1", "config": {"wait_for": "P3D"}}}}
    run = try_it(working, working.client("builder"), graph)
    assert (run["state"], marks(run)) == ("succeeded", {"rest": ["not waited"]})


def test_samples_are_what_was_really_given(working: World) -> None:
    client = working.client("builder")
    number = show_id(make_workflow(working))
    for said in ({"input": {"text": "First"}}, {"pins": {"answer": {"text": "x", "model": "m", "practice": True}}}):
        run = client.post(f"/api/workflows/{number}/try", json={"graph": GRAPH, **said}).json()["run"]
        until(working, client, run)
    found = client.get(f"/api/workflows/{number}/samples").json()
    assert "First" in found["answer"]["output"]["text"]
    assert working.client("viewer").get(f"/api/workflows/{number}/samples").json() == {}
    again = client.post(f"/api/workflows/{number}/try", json={"graph": GRAPH}).json()["run"]
    assert until(working, client, again)["input"] == {"text": "First"}


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"graph": {"nodes": {"a": {"type": "tool.nothing@1"}}}}, 409, "not_triable"),
        ({"graph": GRAPH, "only": "gone"}, 422, "trial"),
        ({"graph": GRAPH, "pins": {"answer": {"text": 1}}}, 422, "trial"),
        ({"graph": GRAPH, "input": {"text": 1}}, 422, "run_input"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_a_reason(world: World, said: Any, status: int, code: str) -> None:
    number = show_id(make_workflow(world))
    answer = world.client("builder").post(f"/api/workflows/{number}/try", json=said)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert world.client("builder").get("/api/runs", params={"workflow": number}).json()["items"] == []


# ---------------------------------------------------------------- old runs


def test_old_runs_are_emptied_by_mode_and_stay_known(world: World) -> None:
    old, dry, new = (make_run(world, "owner") for _ in range(3))
    with world.transaction() as session:
        now = read_clock(session)
        aged: Callable[[int, int, str], Any] = lambda run, days, mode: session.execute(  # noqa: E731  # said three times
            update(run_table).where(run_table.c.id == run)
            .values(status="failed", mode=mode, ended_at=now - timedelta(days=days))
        )  # fmt: skip
        aged(old, 400, "live")
        aged(dry, 40, "dry")
        aged(new, 300, "live")
        keep = {Mode.LIVE: timedelta(days=365), Mode.DRY: timedelta(days=30)}
        assert empty_runs(session, keep, empty_reviews) is not None
        assert empty_runs(session, keep, empty_reviews) is None
    client = world.client("owner")
    for run, emptied in ((old, True), (dry, True), (new, False)):
        found = client.get(f"/api/runs/{show_id(run)}").json()
        assert (found["emptied_at"] is not None) is emptied
        assert (found["input"] is None) is emptied
        assert found["may"]["retry"] is not emptied
        assert (client.get(f"/api/runs/{show_id(run)}/steps/answer").json()["output"] is None) is emptied
        retried = client.post(f"/api/runs/{show_id(run)}/retry", json={"from_step": "answer"})
        assert retried.status_code == (409 if emptied else 201)
    assert len(events(world, "runs_emptied")) == 2


def test_a_question_of_a_retried_run_shows_a_builder_no_more_than_the_run_did(world: World) -> None:
    run = make_run(world, "owner")
    end(world, run, "failed")
    again = world.client("builder").post(f"/api/runs/{show_id(run)}/retry", json={"from_step": "answer"}).json()["run"]
    question = Question(title="Good?", record={"text": "secret words"})
    with world.transaction() as session:
        open_review(
            session, run_id=read_id(again), path="answer", token=read_id(again), question=question, mode=Mode.LIVE,
            starter=show_id(world.people["builder"]),
        )  # fmt: skip
    for name, seen in (("builder", False), ("owner", True)):
        answer = world.client(name).get(f"/api/reviews/{again}")
        assert answer.status_code == 200
        assert ("secret words" in answer.text) is seen
