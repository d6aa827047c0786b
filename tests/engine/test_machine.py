"""The machine, rule by rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from builder.engine.events import (
    Abort,
    Begun,
    CancelAsked,
    Clarified,
    Decision,
    Due,
    Event,
    Execute,
    Finished,
    Judge,
    Judged,
    Lost,
    Opened,
    Parked,
    RunWrite,
    Settle,
    Settled,
    SettleFailed,
    StepCancelAsked,
    StepFailed,
    StepRefused,
    StepWrite,
    Stopped,
    WakeAt,
    Withdraw,
    Write,
)
from builder.engine.machine import RUN_TABLE, TABLE, decide, replay, start_state
from builder.engine.plan import Guard, Plan, RetryPolicy
from builder.engine.recovery import explain_wait
from builder.engine.state import FINAL_STEPS, RunState, RunStatus, StepStatus
from builder.sdk import AfterCrash, Control, Effect, Effects, Failed, FailureClass, Usage, Verdict, VerdictWord

from .graphs import answers
from .plans import KEYED, PROMPT, WRITES, make_graph, make_plan, step
from .simulator import START, World, last_rows

BUSY = Failed(FailureClass.TRANSIENT, "busy", "It was busy.")
BROKEN = Failed(FailureClass.PERMANENT, "broken", "It is broken.")
UNSEEN = Failed(FailureClass.UNCERTAIN, "cut_off", "The line was cut.")
TIMED_OUT = Failed(FailureClass.TRANSIENT, "timed_out", "It took longer than 5 s.")


class Run:
    """A run that is told events one by one."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.state: RunState = start_state()
        self.now = START
        self.writes: list[Write] = []
        self.tell(Begun({"n": 1}))

    def tell(self, *events: Event) -> Decision:
        for event in events:
            decision = decide(self.plan, self.state, event, self.now)
            self.state = decision.state
            self.writes += decision.writes
        return decision

    def step(self, path: str) -> Any:
        scope, _, name = path.rpartition(".")
        return self.state.scopes[scope].steps[name]

    def row(self, path: str) -> StepWrite:
        return last_rows(self.writes)[path]


def rows_of(writes: Iterable[Write]) -> list[tuple[str, str]]:
    return [(getattr(write, "path", "run"), write.status.value) for write in writes]


# ---------------------------------------------------------------- starting


def test_an_effect_leaves_its_intent_before_it_is_executed() -> None:
    run = Run(make_plan({"a": step(), "b": step(effects=KEYED)}, ["a -> b"]))
    decision = run.tell(Finished("a", 1, ("done",), {}))
    assert rows_of(decision.writes) == [("a", "succeeded"), ("b", "running")]
    assert decision.commands == (Execute("b", 1),)


def test_a_pure_step_leaves_one_row_only() -> None:
    run = Run(make_plan({"a": step(), "b": step()}, ["a -> b"]))
    run.tell(Finished("a", 1, ("done",), {}), Finished("b", 1, ("done",), {}), Settled("", {"ok": True}))
    assert rows_of(run.writes) == [("", "running"), ("a", "succeeded"), ("b", "succeeded"), ("run", "succeeded")]
    assert run.state.result == {"ok": True}


def test_a_graph_without_nodes_ends() -> None:
    run = Run(make_plan({}))
    assert run.tell(Settled("", {})).writes == (RunWrite(RunStatus.SUCCEEDED, {}),)


def test_a_run_begins_once_and_a_final_run_hears_nothing() -> None:
    run = Run(make_plan({"a": step()}))
    assert run.tell(Begun({})).stale
    run.tell(CancelAsked("ana"))
    for event in (Begun({}), Lost(), CancelAsked("bob"), Finished("a", 1, ("done",), {}), Settled("", {})):
        decision = run.tell(event)
        assert decision.stale
        assert not decision.writes


def test_an_answer_names_the_attempt_that_it_answers() -> None:
    run = Run(make_plan({"a": step(effects=KEYED)}))
    run.tell(Lost())
    assert run.step("a").attempt == 2
    assert run.tell(Finished("a", 1, ("done",), {})).stale
    assert not run.tell(Finished("a", 2, ("done",), {})).stale


def test_what_the_table_does_not_hold_is_stale() -> None:
    waiting = Run(make_plan({"a": step(Control.ASK), "b": step()}, ["a -> b"]))
    waiting.tell(Parked("a", 1, "It waits."))
    for event in (Opened("a", 1, {}), Stopped("a", 1, RunStatus.FAILED, ""), Due("a"), Clarified("a", "ana", "repeat"),
                  Finished("b", 0, ("done",), {}), Finished("nobody", 1, ("done",), {}), Judged("a", 1, stop=True),
                  Finished("no.where", 1, ("done",), {}), Settled("", {}), Settled("x", {})):  # fmt: skip
        assert waiting.tell(event).stale, event


def test_every_step_event_has_a_handler_and_no_final_status_has_one() -> None:
    told = {kind for kind, _ in TABLE} | set(RUN_TABLE)
    assert told == set(Event.__args__)
    assert not {status for _, status in TABLE} & FINAL_STEPS


def test_a_port_that_the_type_does_not_have_is_a_failure() -> None:
    run = Run(make_plan({"a": step()}))
    run.tell(Finished("a", 1, ("sideways",), {}))
    assert run.step("a").error["code"] == "unknown_port"
    assert run.state.status == "failed"


# ---------------------------------------------------------------- failures and retries


def test_a_retry_waits_a_share_of_a_doubling_delay() -> None:
    run = Run(make_plan({"a": step(effects=KEYED, retry=RetryPolicy(attempts=6, max_delay=3.0))}))
    for failures, longest in enumerate((0.5, 1.0, 2.0, 3.0, 3.0)):
        attempt = failures + 1
        decision = run.tell(StepFailed("a", attempt, BUSY, jitter=0.5))
        due = run.now + timedelta(seconds=longest / 2)
        assert decision.commands == (WakeAt("a", due),)
        assert run.step("a").due == due
        assert run.tell(Due("a")).commands == (WakeAt("a", due),)  # too early
        run.now = due
        assert run.tell(Due("a")).commands == (Execute("a", attempt + 1),)
    run.tell(StepFailed("a", 6, BUSY))
    assert run.step("a").error == {
        "class": "transient", "code": "busy", "sentence": "It was busy.", "attempts": 6, "at": run.now.isoformat(),
    }  # fmt: skip
    assert run.state.status == "failed"
    assert run.state.retries == 5


def test_a_receiver_that_asks_for_a_pause_gets_it() -> None:
    run = Run(make_plan({"a": step(effects=KEYED)}))
    decision = run.tell(StepFailed("a", 1, Failed(FailureClass.RATE_LIMITED, "slow", "Too many.", retry_after=300.0)))
    assert decision.commands == (WakeAt("a", START + timedelta(seconds=300)),)
    run = Run(make_plan({"a": step(effects=KEYED)}))
    run.tell(StepFailed("a", 1, Failed(FailureClass.RATE_LIMITED, "slow", "Too many.", retry_after=1e6)))
    assert run.state.status == "failed"


def test_only_the_classes_that_the_node_names_are_retried() -> None:
    run = Run(make_plan({"a": step(retry=RetryPolicy(on=frozenset({"permanent"})))}))
    run.tell(StepFailed("a", 1, BROKEN))
    assert run.step("a").status is StepStatus.RETRYING
    run = Run(make_plan({"a": step(retry=RetryPolicy(on=frozenset({"permanent"})))}))
    run.tell(StepFailed("a", 1, BUSY))
    assert run.step("a").status is StepStatus.FAILED


def test_a_run_has_a_budget_of_retries() -> None:
    run = Run(make_plan({"a": step(), "b": step()}, retries_at_most=1))
    run.tell(StepFailed("a", 1, BUSY), StepFailed("b", 1, BUSY))
    assert run.step("b").status is StepStatus.FAILED


def test_a_crash_does_not_use_up_retries() -> None:
    run = Run(make_plan({"a": step(effects=KEYED, retry=RetryPolicy(attempts=2))}))
    run.tell(Lost(), Lost(), StepFailed("a", 3, BUSY))
    assert run.step("a").status is StepStatus.RETRYING


def test_an_error_port_takes_the_failure_and_no_other() -> None:
    run = Run(make_plan({"a": step(), "b": step(), "c": step()}, ["a -> b", "a.error -> c"]))
    decision = run.tell(StepFailed("a", 1, BROKEN))
    assert decision.commands == (Execute("c", 1),)
    assert run.step("a").ports == ("error",)
    assert run.step("b").status is StepStatus.SKIPPED
    assert "not taken" in run.step("b").why


def test_an_unhandled_failure_ends_the_run_at_once() -> None:
    plan = make_plan({"a": step(), "b": step(effects=WRITES), "q": step(Control.ASK), "c": step()}, ["b -> c"])
    run = Run(plan)
    run.tell(Parked("q", 1, "It waits."))
    decision = run.tell(StepFailed("a", 1, BROKEN))
    assert rows_of(decision.writes) == [
        ("a", "failed"), ("b", "cancelled"), ("q", "cancelled"), ("c", "skipped"), ("run", "failed"),
    ]  # fmt: skip
    assert decision.commands[0] == Abort("b")
    assert isinstance(decision.commands[1], Withdraw)
    assert "The run failed: a: It is broken." in decision.commands[1].why
    assert "may have happened" in run.step("b").why
    assert run.state.why == "a: It is broken."


def test_a_refusal_ends_the_run_refused() -> None:
    verdict = Verdict(VerdictWord.BLOCK, "A secret was found.")
    run = Run(make_plan({"a": step(), "b": step()}, ["a.error -> b"]))
    run.tell(StepRefused("a", 1, "A secret was found.", verdict))
    assert run.state.status == "refused"
    assert run.row("a").verdict == verdict
    assert run.row("a").ports == ()
    assert run.row("b").status == "skipped"


# ---------------------------------------------------------------- uncertain effects


@pytest.mark.parametrize("failed", [UNSEEN, TIMED_OUT], ids=["unseen", "timed out"])
def test_an_unsafe_write_that_nobody_saw_end_waits_for_a_person(failed: Failed) -> None:
    run = Run(make_plan({"a": step(effects=WRITES)}))
    decision = run.tell(StepFailed("a", 1, failed))
    assert run.step("a").status is StepStatus.UNCERTAIN
    assert decision.commands == ()
    assert "a person has to say" in explain_wait(run.state)[0]


@pytest.mark.parametrize(("after", "end"), [(AfterCrash.KEYED, "uncertain"), (AfterCrash.QUERY, "uncertain"),
                                            (AfterCrash.RETRY_SAFE, "failed")])  # fmt: skip
def test_other_effects_are_repeated_before_that(after: AfterCrash, end: str) -> None:
    effects = Effects(Effect.WRITE, after_crash=after)
    run = Run(make_plan({"a": step(effects=effects, retry=RetryPolicy(attempts=2))}))
    run.tell(StepFailed("a", 1, UNSEEN, jitter=0.0), Due("a"))
    assert run.step("a").status is StepStatus.RUNNING
    run.tell(StepFailed("a", 2, UNSEEN))
    assert run.step("a").status == end


@pytest.mark.parametrize("after", list(AfterCrash))
def test_after_a_crash_the_type_decides(after: AfterCrash) -> None:
    run = Run(make_plan({"a": step(effects=Effects(Effect.WRITE, external=True, after_crash=after))}))
    decision = run.tell(Lost())
    if after is AfterCrash.UNSAFE:
        assert run.step("a").status is StepStatus.UNCERTAIN
        assert decision.commands == ()
    else:
        assert decision.commands == (Execute("a", 2),)
        assert run.state.possible_duplicates == (1 if after is AfterCrash.RETRY_SAFE else 0)


def test_a_person_says_what_became_of_it() -> None:
    for answer, status in (("repeat", "running"), ("happened", "succeeded"), ("give_up", "failed")):
        run = Run(make_plan({"a": step(effects=WRITES)}))
        run.tell(Lost(), Clarified("a", "ana", answer, {"id": 7}))  # type: ignore[arg-type]  # the three answers
        assert run.step("a").status == status
        if answer == "happened":
            assert run.step("a").output == {"id": 7}
            assert run.step("a").ports == ("done",)
        if answer == "repeat":
            assert run.step("a").attempt == 2


# ---------------------------------------------------------------- waiting


def test_a_question_is_answered_once() -> None:
    run = Run(make_plan({"q": step(Control.ASK), "b": step()}, ["q -> b"]))
    run.tell(Parked("q", 1, "It waits for a reviewer."))
    assert explain_wait(run.state) == ["q: It waits for a reviewer."]
    assert run.tell(Finished("q", 1, ("approved",), {"by": "ana"})).commands == (Execute("b", 1),)
    assert run.tell(Finished("q", 1, ("rejected",), {"by": "bob"})).stale
    assert run.tell(StepRefused("q", 1, "No.")).stale


def test_a_wait_for_a_moment_alone_is_done_when_it_comes() -> None:
    run = Run(make_plan({"w": step(Control.WAIT, ports=("done",))}))
    due = START + timedelta(hours=1)
    assert run.tell(Parked("w", 1, "It waits.", due)).commands == (WakeAt("w", due),)
    assert run.tell(Lost()).commands == (WakeAt("w", due),)
    run.now = due
    run.tell(Due("w"))
    assert run.step("w").ports == ("done",)
    assert run.tell(Due("w")).stale


def test_a_step_that_asked_to_wait_looks_again() -> None:
    run = Run(make_plan({"a": step()}))
    run.tell(Parked("a", 1, "Not there yet.", START + timedelta(seconds=5)))
    run.now += timedelta(seconds=5)
    assert run.tell(Due("a")).commands == (Execute("a", 2),)


def test_cancelling_one_step_withdraws_it_and_goes_on() -> None:
    run = Run(make_plan({"q": step(Control.ASK), "b": step(), "c": step()}, ["q -> b"]))
    run.tell(Parked("q", 1, "It waits."))
    decision = run.tell(StepCancelAsked("q", "ana"))
    assert decision.commands == (Withdraw("q", "ana cancelled it."),)
    assert run.step("b").status is StepStatus.SKIPPED
    assert run.tell(Finished("c", 1, ("done",), {})).commands == (Settle(""),)


# ---------------------------------------------------------------- containers


def each(body: Any = None, **fields: Any) -> Any:
    return step(Control.EACH, body=body or make_graph({"one": step()}), **fields)


def items_done(run: Run, *numbers: int) -> None:
    for number in numbers:
        run.tell(Finished(f"m[{number}].one", 1, ("done",), {}), Settled(f"m[{number}]", {"n": number}))


def test_a_map_runs_so_many_items_at_once_and_gives_results_in_order() -> None:
    run = Run(make_plan({"m": each(concurrency=2), "z": step()}, ["m -> z"]))
    decision = run.tell(Opened("m", 1, {"factor": 2}, ("a", "b", "c")))
    assert decision.commands == (Execute("m[0].one", 1), Execute("m[1].one", 1))
    assert run.state.scopes["m[1]"].item == "b"
    assert run.state.scopes["m[1]"].index == 1
    assert run.state.scopes["m[1]"].inputs["factor"] == 2
    items_done(run, 1)
    assert run.state.scopes["m[2]"].item == "c"
    items_done(run, 2, 0)
    assert run.step("m").output == {"items": [{"n": 0}, {"n": 1}, {"n": 2}], "errors": []}
    assert set(run.state.scopes) == {""}
    assert run.step("z").status is StepStatus.RUNNING
    assert run.state.items == 3


def test_a_map_takes_no_items_and_not_too_many() -> None:
    run = Run(make_plan({"m": each()}))
    run.tell(Opened("m", 1, {}, ()))
    assert run.step("m").output == {"items": [], "errors": []}
    for items, code in ((tuple(range(10_000)), "too_many_items"), (None, "no_items")):
        run = Run(make_plan({"m": each()}))
        run.tell(Opened("m", 1, {}, items))
        assert run.step("m").error["code"] == code


def test_a_failed_item_fails_the_map_or_is_kept() -> None:
    run = Run(make_plan({"m": each(concurrency=3), "z": step()}, ["m.error -> z"]))
    run.tell(Opened("m", 1, {}, (1, 2, 3)), StepFailed("m[1].one", 1, BROKEN))
    assert run.step("m").ports == ("error",)
    assert run.step("m").error["code"] == "broken"
    assert run.step("m").error["sentence"] == "m[1].one: It is broken."
    assert run.row("m[0].one").status == "cancelled"
    assert run.step("z").status is StepStatus.RUNNING
    run = Run(make_plan({"m": each(concurrency=3, keep_errors=True)}))
    run.tell(Opened("m", 1, {}, (1, 2)), StepFailed("m[0].one", 1, BROKEN))
    items_done(run, 1)
    output = run.step("m").output
    assert output["items"] == [None, {"n": 1}]
    assert output["errors"][0]["index"] == 0
    assert output["errors"][0]["error"]["code"] == "broken"


def test_a_refusal_in_a_kept_item_still_refuses_the_run() -> None:
    run = Run(make_plan({"m": each(keep_errors=True)}))
    run.tell(Opened("m", 1, {}, (1, 2)), StepRefused("m[0].one", 1, "No."))
    assert run.state.status == "refused"
    assert run.row("m").status == "cancelled"


def test_a_quorum_that_cannot_be_reached_fails() -> None:
    run = Run(make_plan({"m": each(concurrency=2, keep_errors=True, quorum=2)}))
    run.tell(Opened("m", 1, {}, (1, 2)), StepFailed("m[0].one", 1, BROKEN))
    items_done(run, 1)
    assert run.step("m").error["code"] == "quorum_missed"


def test_items_past_a_quorum_run_on_and_the_run_waits_for_them() -> None:
    run = Run(make_plan({"m": each(concurrency=2, quorum=1)}))
    run.tell(Opened("m", 1, {}, (1, 2, 3)))
    items_done(run, 0)
    assert run.step("m").status is StepStatus.SUCCEEDED
    assert "m[2]" not in run.state.scopes
    assert run.tell(Lost()).commands == (Execute("m[1].one", 1),)
    run.tell(Finished("m[1].one", 1, ("done",), {}))
    assert run.tell(Settled("m[1]", {})).commands == (Settle(""),)
    assert set(run.state.scopes) == {""}


def test_a_loop_goes_round_until_it_is_told_to_stop() -> None:
    body = make_graph({"one": step()})
    run = Run(make_plan({"l": step(Control.REPEAT, body=body, max_rounds=3)}))
    run.tell(Opened("l", 1, {"a": 1}), Finished("l[1].one", 1, ("done",), {}))
    assert run.tell(Settled("l[1]", {"n": 1})).commands == (Judge("l", 1),)
    assert run.tell(Lost()).commands == (Judge("l", 1),)
    run.tell(Judged("l", 1, stop=False))
    assert run.state.scopes["l[2]"].previous == {"n": 1}
    assert run.state.scopes["l[2]"].round == 2
    assert run.tell(Judged("l", 1, stop=True)).stale
    run.tell(Finished("l[2].one", 1, ("done",), {}), Settled("l[2]", {"n": 2}), Judged("l", 2, stop=True))
    assert run.step("l").output == {"n": 2}


def test_a_condition_that_cannot_be_evaluated_fails_the_loop() -> None:
    body = make_graph({"one": step()})
    run = Run(make_plan({"l": step(Control.REPEAT, body=body, max_rounds=3), "z": step()}, ["l.error -> z"]))
    run.tell(
        Opened("l", 1, {}), Finished("l[1].one", 1, ("done",), {}), Settled("l[1]", {}), StepFailed("l", 1, BROKEN)
    )
    assert run.step("l").ports == ("error",)
    assert set(run.state.scopes) == {""}


def test_a_call_gives_what_the_called_gives_and_is_not_retried() -> None:
    body = make_graph({"one": step()})
    run = Run(make_plan({"crm": step(Control.CALL, body=body)}))
    run.tell(Opened("crm", 1, {"a": 1}), Finished("crm.one", 1, ("done",), {}))
    assert run.state.scopes["crm"].inputs == {"a": 1}
    run.tell(Settled("crm", {"reply": "yes"}))
    assert run.step("crm").output == {"reply": "yes"}
    run = Run(make_plan({"crm": step(Control.CALL, body=body)}))
    run.tell(StepFailed("crm", 1, BUSY))
    assert run.state.status == "failed"


def test_a_result_that_cannot_be_given_fails_its_scope() -> None:
    run = Run(make_plan({"m": each(keep_errors=True)}))
    run.tell(Opened("m", 1, {}, (1,)), Finished("m[0].one", 1, ("done",), {}), SettleFailed("m[0]", BROKEN))
    assert run.step("m").output["items"] == [None]
    assert run.tell(SettleFailed("", BROKEN)).writes[-1].status == "failed"


def test_cancelling_the_run_ends_what_is_nested_from_the_inside() -> None:
    inner = make_graph({"l": step(Control.REPEAT, body=make_graph({"q": step(Control.ASK)}), max_rounds=2)})
    run = Run(make_plan({"m": each(inner)}))
    run.tell(Opened("m", 1, {}, (1,)), Opened("m[0].l", 1, {}), Parked("m[0].l[1].q", 1, "It waits."))
    decision = run.tell(CancelAsked("ana"))
    assert rows_of(decision.writes) == [
        ("m[0].l[1].q", "cancelled"), ("m[0].l[1]", "cancelled"), ("m[0].l", "cancelled"), ("m[0]", "cancelled"),
        ("m", "cancelled"), ("run", "cancelled"),
    ]  # fmt: skip
    assert isinstance(decision.commands[0], Withdraw)


# ---------------------------------------------------------------- limits and counting


def limit(expression: str) -> Guard:
    return Guard("budget", "Cost", "limit", "finance", "Money is finite.", expression)


def test_a_limit_refuses_the_step_that_could_break_it() -> None:
    asks = step(effects=PROMPT, spends_at_most=0.6)
    run = Run(make_plan({"a": asks, "b": asks}, guards=(limit("run.cost <= 1.0"),)))
    assert run.state.status == "refused"  # both at once could cost 1.2
    assert "1.2, which breaks" in run.state.why
    assert "finance" in run.state.why
    run = Run(make_plan({"a": asks, "b": asks}, ["a -> b"], guards=(limit("run.cost <= 1.0"),)))
    run.tell(Finished("a", 1, ("done",), {}, usage=Usage("m1", 10, 5, cost=0.3)))
    assert run.step("b").status is StepStatus.RUNNING
    assert (run.state.spent, run.state.tokens, run.state.models) == (0.3, 15, ("m1",))
    assert run.state.spending == {"b": 0.6}


def test_a_retry_is_asked_again_and_counts_what_failed() -> None:
    asks = step(effects=PROMPT, spends_at_most=0.6)
    run = Run(make_plan({"a": asks}, guards=(limit("run.cost <= 1.0"),)))
    failed = Failed(FailureClass.TRANSIENT, "busy", "Busy.", usage=Usage(cost=0.5))
    run.tell(StepFailed("a", 1, failed, jitter=0.0), Due("a"))
    assert run.state.status == "refused"


def test_a_limit_that_cannot_be_evaluated_forbids() -> None:
    run = Run(make_plan({"a": step(effects=PROMPT)}, guards=(limit("run.models[5] == 'x'"),)))
    assert run.state.status == "refused"
    assert "cannot be evaluated" in run.state.why


def test_other_limits_read_the_run() -> None:
    for expression, holds in (("run.steps < 1", True), ("run.retries > 0", False), ("'m1' in run.models", False),
                              ("run.items == 0 && run.tokens == 0", True)):  # fmt: skip
        run = Run(make_plan({"a": step(effects=PROMPT)}, guards=(limit(expression),)))
        assert (run.state.status == "running") is holds, expression


# ---------------------------------------------------------------- the simulation itself


def test_a_seed_replays_exactly() -> None:

    plan = make_plan({"a": step(effects=KEYED), "m": each(concurrency=2), "z": step()}, ["a -> m", "m -> z"])
    records = []
    for _ in range(2):
        world = World(plan, answers(5, failing=0.0), seed=11)
        world.run()
        records.append(world.writes)
    assert records[0] == records[1]
    assert replay(plan, records[0]).status in ("succeeded", "failed")
