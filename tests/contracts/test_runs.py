"""Runs from their start to their end, on both back ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builder.db import Database
from builder.runs import (
    Retry,
    RunInputError,
    RunMissingError,
    RunOverError,
    cancel_run,
    cancel_step,
    list_runs,
    resume_run,
    signal_run,
)
from builder.sdk import Decision, Mode
from tests.contracts.history import check_history
from tests.contracts.world import World, compile_document, workflow


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with World(database, tmp_path) as made:
        yield made


REVIEW = {
    "type": "review.approve@1",
    "config": {"question": "May it go out?", "reviewers": {"role": "reviewer"}},
    "inputs": {"text": {"from": "draft.text"}},
}


def reviewed(**send: Any) -> Any:
    return workflow(
        {
            "draft": {"type": "test.note@1", "config": {"text": "dear"}},
            "check": REVIEW,
            "send": {"type": "test.send@1", "config": send, "inputs": {"body": {"from": "draft.text"}}},
        },
        ["draft -> check", "check.approved -> send"],
    )


YES = Decision("approve", by="rita", reason="fine")


# ------------------------------------------------------------------ straight on


def test_three_steps_in_a_row(world: World) -> None:
    document = workflow(
        {
            "first": {"type": "test.note@1", "config": {"text": "one"}},
            "second": {"type": "test.think@1", "inputs": {"word": {"from": "first.text"}}},
            "third": {"type": "test.send@1", "inputs": {"body": {"from": "second.text"}}},
        },
        result={"answer": {"from": "second.text"}},
    )
    story = world.until(world.start(document))
    assert story.run.status == "succeeded", story
    assert story.result == {"answer": "echo: {'word': 'one'}"}
    assert [step.status for step in story.steps] == ["succeeded"] * 3
    assert story.run.cost == 0.5
    assert len(world.egress.sent) == 1
    check_history(story)


def test_an_input_that_does_not_fit_is_a_sentence(world: World) -> None:
    document = workflow(
        {"note": {"type": "test.note@1"}},
        inputs={"type": "object", "required": ["ticket"], "properties": {"ticket": {"type": "string"}}},
    )
    with pytest.raises(RunInputError, match="ticket"):
        world.start(document, {"ticket": 3})
    with world.database.read() as session:
        assert list_runs(session) == []


def test_a_large_value_is_kept_apart(world: World) -> None:
    document = workflow(
        {
            "large": {"type": "test.note@1", "config": {"size": 20_000}},
            "next": {"type": "test.think@1", "inputs": {"text": {"from": "large.text"}}},
        },
        result={"text": {"from": "large.text"}},
    )
    story = world.until(world.start(document))
    assert story.run.status == "succeeded"
    assert len(story.result["text"]) > 20_000
    assert len(list(world.payloads.folder.iterdir())) >= 2
    assert len(str(world.gateway.asked[0].text)) > 20_000


def test_a_value_beyond_the_cap_fails_its_step(world: World) -> None:
    story = world.until(world.start(workflow({"huge": {"type": "test.note@1", "config": {"size": 40_000_000}}})))
    assert story.run.status == "failed"
    assert "at most" in story.run.why


def test_a_broken_node_fails_without_telling_what_it_read(world: World) -> None:
    document = workflow(
        {"bad": {"type": "test.note@1", "config": {"fails": "raise"}, "inputs": {"text": {"value": "my password"}}}}
    )
    story = world.until(world.start(document))
    assert story.run.status == "failed"
    assert "RuntimeError" in story.run.why
    assert "password" not in str(story)


def test_an_error_port_takes_a_failure(world: World) -> None:
    document = workflow(
        {
            "bad": {"type": "test.note@1", "config": {"fails": "permanent"}},
            "mend": {"type": "test.note@1", "inputs": {"why": {"from": "bad.error.sentence"}}},
        },
        ["bad.error -> mend"],
    )
    story = world.until(world.start(document))
    assert story.run.status == "succeeded"
    assert world.statuses(story.run.number) == {"bad": "failed", "mend": "succeeded"}


def test_a_step_that_takes_too_long_is_cut_off(world: World) -> None:
    document = workflow(
        {
            "slow": {
                "type": "test.note@1",
                "config": {"seconds": 30},
                "on_error": {"timeout": "PT0.05S", "retry": {"attempts": 2, "max_delay": "PT0.01S"}},
            }
        }
    )
    story = world.until(world.start(document))
    assert story.run.status == "failed"
    assert "longer than 0.05 s" in story.run.why
    assert story.steps[0].attempts == 2


def test_branches_run_at_once(world: World) -> None:
    wait = {"type": "test.send@1", "config": {"seconds": 0.4}}
    document = workflow({"a": wait, "b": wait, "c": wait}, [])
    story = world.until(world.start(document))
    assert story.run.started is not None
    assert story.run.ended is not None
    assert (story.run.ended - story.run.started).total_seconds() < 1.0
    check_history(story)


def test_a_step_that_holds_its_thread_leaves_the_others_running(world: World) -> None:
    document = workflow(
        {"hold": {"type": "test.block@1", "config": {"seconds": 0.5}}, "quick": {"type": "test.think@1"}}, []
    )
    story = world.until(world.start(document))
    ended = {step.path: step.ended for step in story.steps}
    assert ended["quick"] is not None
    assert ended["hold"] is not None
    assert ended["quick"] < ended["hold"]


def test_maps_loops_branches_and_calls(world: World) -> None:
    inner = workflow(
        {"say": {"type": "test.note@1", "config": {"text": "called"}}},
        result={"text": {"from": "say.text"}},
        name="inner",
    )
    body = {"nodes": {"one": {"type": "test.think@1", "inputs": {"item": {"from": "item"}}}},
            "edges": [], "result": {"text": {"from": "one.text"}}}  # fmt: skip
    round_ = {"nodes": {"one": {"type": "test.note@1"}}, "edges": [], "result": {"round": {"from": "round"}}}
    document = workflow(
        {
            "rows": {
                "type": "flow.map@1",
                "config": {"body": body, "concurrency": 3},
                "inputs": {"items": {"value": [1, 2, 3, 4, 5]}},
            },
            "again": {"type": "flow.loop@1", "config": {"body": round_, "until": "result.round >= 3", "max_rounds": 5}},
            "crm": {"type": "flow.call@1", "config": {"workflow": "team/inner@1"}},
            "way": {
                "type": "flow.branch@1",
                "config": {"cases": [{"port": "yes", "when": "crm.text == 'called'"}], "otherwise": "no"},
            },
            "yes": {"type": "test.note@1"},
            "no": {"type": "test.note@1"},
        },
        ["rows -> again", "again -> crm", "crm -> way", "way.yes -> yes", "way.no -> no"],
        result={"rows": {"from": "rows.items"}, "last": {"from": "again.result.round", "default": 0}},
        called={"team/inner@1": inner["workflow"]},
    )
    story = world.until(world.start(document))
    assert story.run.status == "succeeded", story.run.why
    assert [row["text"] for row in story.result["rows"]] == [f"echo: {{'item': {n}}}" for n in (1, 2, 3, 4, 5)]
    statuses = world.statuses(story.run.number)
    assert (statuses["yes"], statuses["no"]) == ("succeeded", "skipped")
    assert statuses["again[3].one"] == "succeeded"
    assert "again[4].one" not in statuses
    check_history(story)


def test_a_plan_is_verified_once_for_many_runs(world: World) -> None:
    document = workflow({"note": {"type": "test.note@1"}})
    for _ in range(3):
        world.until(world.start(document))
    assert len(world.loaded) == 1


# ------------------------------------------------------------------ waiting


def test_a_review_parks_the_run_and_a_decision_wakes_it(world: World) -> None:
    run_id = world.start(reviewed())
    story = world.until(run_id, "waiting")
    world.until_idle()
    assert "waits for people" in story.run.why
    assert world.desk.opened == [(run_id, "check", story.waits[0].token)]
    world.do(resume_run, run_id, "check", YES)
    story = world.until(run_id)
    assert story.run.status == "succeeded"
    assert len(world.egress.sent) == 1
    assert story.waits == ()
    check_history(story)


def test_a_second_decision_is_refused(world: World) -> None:
    run_id = world.start(reviewed())
    world.until(run_id, "waiting")
    outcomes: list[str] = []
    barrier = threading.Barrier(4)

    def decide(word: str) -> None:
        barrier.wait()
        try:
            world.do(resume_run, run_id, "check", Decision(word, by=word))
            outcomes.append("made")
        except RunOverError:
            outcomes.append("refused")

    threads = [threading.Thread(target=decide, args=(word,)) for word in ("approve", "reject") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused", "refused", "refused"]
    story = world.until(run_id)
    check_history(story)
    assert len(world.egress.sent) == (1 if story.run.status == "succeeded" else 0)


def test_deciding_while_the_run_parks_loses_no_wake_up(world: World) -> None:
    """The decision comes the moment the review is open, while the run is still on its way to rest."""
    document = reviewed()
    runs = [world.start(document) for _ in range(30)]
    decided: set[int] = set()
    while len(decided) < len(runs):
        for run_id in set(runs) - decided:
            try:
                world.do(resume_run, run_id, "check", YES)
                decided.add(run_id)
            except RunOverError:
                continue
    for run_id in runs:
        story = world.until(run_id)
        assert story.run.status == "succeeded"
        check_history(story)


def test_a_timer_wakes_the_run(world: World) -> None:
    document = workflow(
        {"pause": {"type": "flow.wait@1", "config": {"wait_for": "PT2.5S"}}, "after": {"type": "test.note@1"}}
    )
    run_id = world.start(document)
    story = world.until(run_id, "waiting")
    assert story.run.wakes is not None
    story = world.until(run_id, "succeeded", keep=True)
    assert story.run.ended is not None
    assert story.run.ended >= story.run.made


def test_a_signal_may_come_before_its_wait(world: World) -> None:
    document = workflow(
        {
            "slow": {"type": "test.send@1", "config": {"seconds": 0.3}},
            "pause": {"type": "flow.wait@1", "config": {"signal": "paid"}},
            "after": {"type": "test.note@1", "inputs": {"got": {"from": "pause.signal"}}},
        }
    )
    early = world.start(document)
    world.do(signal_run, early, "paid", {"sum": 3})
    late = world.start(document)
    world.until(late, "waiting")
    world.do(signal_run, late, "other")
    world.until(late, "waiting")
    world.do(signal_run, late, "paid", {"sum": 4})
    for run_id, amount in ((early, 3), (late, 4)):
        story = world.until(run_id)
        assert story.run.status == "succeeded"
        assert story.steps[-1].output["inputs"] == {"got": {"sum": amount}}


def test_a_long_retry_parks_the_run(world: World) -> None:
    document = workflow(
        {
            "busy": {
                "type": "test.send@1",
                "config": {"fails": "rate_limited"},
                "on_error": {"retry": {"attempts": 2, "max_delay": "PT30S"}},
            }
        }
    )
    run_id = world.start(document)
    story = world.until(run_id, "failed", "waiting")
    assert story.run.status in ("failed", "waiting")


# ------------------------------------------------------------------ limits


def test_a_limit_counts_what_a_question_may_still_cost(world: World) -> None:
    """Each answer costs 0.5 and may cost 0.75: the first two fit under 1.3, the third would not."""
    thinking = {name: {"type": "test.think@1"} for name in ("first", "second", "third")}
    story = world.until(world.start({**workflow(thinking), "limit": "run.cost <= 1.3"}))
    assert story.run.status == "refused"
    assert "budget" in story.run.why
    assert story.run.cost == 1.0
    assert len(world.gateway.asked) == 2


def test_a_limit_holds_for_questions_that_are_asked_at_once(world: World) -> None:
    thinking = {name: {"type": "test.think@1"} for name in ("left", "right")}
    document = {**workflow(thinking, []), "limit": "run.cost <= 1.0"}
    story = world.until(world.start(document))
    assert story.run.status in ("refused", "succeeded")
    assert story.run.cost <= 1.0


# ------------------------------------------------------------------ ending early


def test_cancelling_a_run_under_way(world: World) -> None:
    run_id = world.start(
        workflow({"slow": {"type": "test.send@1", "config": {"seconds": 30}}, "after": {"type": "test.note@1"}})
    )
    world.until(run_id, "running")
    world.do(cancel_run, run_id, "ana")
    story = world.until(run_id)
    assert story.run.status == "cancelled"
    assert "ana cancelled" in story.run.why
    assert world.statuses(run_id) == {"slow": "cancelled", "after": "skipped"}
    with pytest.raises(RunOverError):
        world.do(cancel_run, run_id, "ana")
    with pytest.raises(RunMissingError):
        world.do(cancel_run, 5, "ana")


def test_cancelling_a_run_that_waits_takes_its_question_back(world: World) -> None:
    run_id = world.start(reviewed())
    world.until(run_id, "waiting")
    world.do(cancel_run, run_id, "ana")
    story = world.until(run_id, "cancelled")
    assert world.desk.withdrawn[0][:2] == (run_id, "check")
    assert story.waits == ()
    with pytest.raises(RunOverError):
        world.do(resume_run, run_id, "check", YES)


def test_cancelling_one_step_leaves_the_others(world: World) -> None:
    document = workflow(
        {
            "slow": {"type": "test.send@1", "config": {"seconds": 30}},
            "behind": {"type": "test.note@1"},
            "other": {"type": "test.note@1"},
        },
        ["slow -> behind"],
    )
    run_id = world.start(document)
    world.until(run_id, "running")
    world.do(cancel_step, run_id, "slow", "ana")
    story = world.until(run_id)
    assert story.run.status == "succeeded"
    assert world.statuses(run_id) == {"slow": "cancelled", "behind": "skipped", "other": "succeeded"}


def test_a_refusal_ends_the_run_and_leaves_an_event(world: World) -> None:
    run_id = world.start(workflow({"no": {"type": "test.note@1", "config": {"refuses": "not for us"}}}))
    story = world.until(run_id)
    assert (story.run.status, story.run.why) == ("refused", "not for us")
    assert [kind for kind, _, _ in world.desk.events] == ["step_refused", "run_ended"]


# ------------------------------------------------------------------ tokens and modes


def masked() -> Any:
    return workflow(
        {
            "mask": {"type": "test.mask@1", "inputs": {"text": {"value": "eve@example.org"}}},
            "think": {"type": "test.think@1", "inputs": {"text": {"from": "mask.text"}}},
            "check": {"type": "review.approve@1", "config": {"question": "?", "reviewers": {"role": "r"}},
                      "inputs": {"text": {"from": "think.text"}}},
            "unmask": {"type": "test.unmask@1", "inputs": {"text": {"from": "think.text"}}},
        },
        ["mask -> think", "think -> check", "check.approved -> unmask"],
        result={"text": {"from": "unmask.text"}},
    )  # fmt: skip


def test_tokens_live_as_long_as_their_run_and_only_sealed(world: World) -> None:
    run_id = world.start(masked())
    story = world.until(run_id, "waiting")
    assert "eve@example.org" not in world.gateway.asked[0].text
    assert "eve@" not in str(story.steps[1:])
    world.do(resume_run, run_id, "check", YES)
    story = world.until(run_id)
    assert "eve@example.org" in story.result["text"]
    assert [kind for kind, _, _ in world.desk.events].count("unmasked") == 1


def test_outside_live_no_write_is_made_and_no_desk_is_asked(world: World) -> None:
    pins = {"send": {"text": "pinned"}}
    run_id = world.start(reviewed(), mode=Mode.EVAL, pins=pins)
    story = world.until(run_id)
    assert story.run.status == "succeeded"
    assert world.egress.sent == []
    assert world.desk.opened == []
    marks = {step.path: step.marks for step in story.steps}
    assert marks["check"] == ("unreviewed",)
    assert marks["send"] == ("pinned",)
    assert story.steps[-1].output["text"] == "pinned"
    answers = {"check": {"decision": "reject", "by": "rita", "reason": "no"}}
    story = world.until(world.start(reviewed(), mode=Mode.REPLAY, answers=answers))
    assert story.run.status == "refused"


def test_dry_asks_and_goes_on_with_an_example(world: World) -> None:
    run_id = world.start(reviewed(), mode=Mode.DRY)
    world.until(run_id, "waiting")
    world.do(resume_run, run_id, "check", YES)
    story = world.until(run_id)
    assert story.run.status == "succeeded"
    assert world.egress.sent == []


# ------------------------------------------------------------------ retrying from a step


def test_retrying_from_a_step_copies_what_came_before(world: World) -> None:
    document = workflow(
        {
            "draft": {"type": "test.think@1"},
            "check": REVIEW,
            "send": {"type": "test.send@1"},
            "bad": {"type": "test.note@1", "config": {"fails": "permanent"}},
        },
        ["draft -> check", "check.approved -> send", "send -> bad"],
    )
    run_id = world.start(document)
    world.until(run_id, "waiting")
    world.do(resume_run, run_id, "check", YES)
    first = world.until(run_id)
    assert first.run.status == "failed"
    plan = compile_document(document)
    again = world.retry(plan, Retry(run_id, "send", "otto"))
    second = world.until(again)
    assert second.run.forked_from == run_id
    assert len(world.gateway.asked) == 1
    assert len(world.desk.opened) == 1
    keys = [dict(each.headers)["Idempotency-Key"] for each in world.egress.sent]
    assert len(set(keys)) == 2
    check_history(second)
    whole = world.retry(plan, Retry(run_id, "draft", "otto"))
    third = world.until(whole)
    assert len(world.gateway.asked) == 2
    assert len(world.desk.opened) == 1, "the same record was decided on: the decision is carried over"
    assert {step.path: step.marks for step in third.steps}["check"] == ("decision carried over",)
    with pytest.raises(RunMissingError):
        world.retry(plan, Retry(run_id, "nowhere", "otto"))


def test_retrying_inside_a_map_goes_on_with_the_other_items(world: World) -> None:
    body = {
        "nodes": {
            "think": {"type": "test.think@1", "inputs": {"item": {"from": "item"}}},
            "bad": {"type": "test.note@1", "config": {"fails": "permanent"}},
        },
        "edges": [{"from": "think", "to": "bad"}],
        "result": {"text": {"from": "think.text"}},
    }
    document = workflow(
        {"rows": {"type": "flow.map@1", "config": {"body": body}, "inputs": {"items": {"value": [1, 2]}}}}
    )
    run_id = world.start(document)
    assert world.until(run_id).run.status == "failed"
    asked = len(world.gateway.asked)
    retry = Retry(run_id, "rows[0].bad", "otto")
    story = world.until(world.retry(compile_document(document), retry))
    assert story.run.status == "failed"
    assert len(world.gateway.asked) == asked
    check_history(story)
