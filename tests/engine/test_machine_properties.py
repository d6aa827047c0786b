"""Random graphs, outcomes, orders, crashes: every run ends as the oracle knows it must."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.engine.events import Begun, StepWrite
from builder.engine.machine import decide, replay, start_state
from builder.engine.plan import Plan
from builder.engine.state import FINAL_RUNS, FINAL_STEPS
from builder.sdk import Control

from .graphs import Shown, answers, plans
from .history import check_history
from .oracle import expect_scope
from .plans import KEYED, PROMPT, WRITES, make_graph, make_plan, step
from .simulator import START, Faults, World, forget_unwritten, last_rows, run_end

pytestmark = pytest.mark.timeout(900)  # the deep cases take minutes
SEEDS = st.integers(0, 2**16)
some = settings(max_examples=settings.default.max_examples // 3)  # a whole run each, several in some


def same_after_replay(world: World) -> None:
    """The record alone gives the state."""
    assert replay(world.plan, world.writes) == forget_unwritten(world.plan, world.state)


def agrees_with_oracle(world: World, plan: Plan) -> None:
    """The run, and each step where time plays no part, ended as the oracle says."""
    expected = expect_scope(plan.graph, "", world.outcome)
    if expected.unsure:
        return
    assert run_end(world.writes).status == ("failed" if expected.fails else "succeeded")
    rows = last_rows(world.writes)
    for path, status in expected.steps.items():
        assert rows[path].status == status, path


@some
@given(plans(), SEEDS, SEEDS)
def test_every_run_ends_as_its_live_paths_say(shown: Shown, seed: int, order: int) -> None:
    plan = shown.plan
    world = World(plan, answers(seed), order, check=same_after_replay)
    world.run()
    check_history(plan, world.writes)
    agrees_with_oracle(world, plan)


@some
@given(plans(), SEEDS, SEEDS)
def test_crashes_and_doubled_messages_change_nothing(shown: Shown, seed: int, order: int) -> None:
    plan = shown.plan
    world = World(plan, answers(seed), order, Faults(crash=0.2, double=0.2), check=same_after_replay)
    world.run()
    check_history(plan, world.writes)
    agrees_with_oracle(world, plan)


@some
@given(plans(), SEEDS, SEEDS)
def test_refusals_and_cancelling_leave_nothing_open(shown: Shown, seed: int, order: int) -> None:
    plan = shown.plan
    faults = Faults(crash=0.05, double=0.1, cancel=0.03)
    world = World(plan, answers(seed, failing=0.05, refusing=0.05), order, faults, check=same_after_replay)
    state = world.run()
    check_history(plan, world.writes)
    assert set(state.scopes) == {""}
    assert not state.containers
    assert not state.spending
    assert all(state.scopes[""].steps[name].status in FINAL_STEPS for name in plan.graph.nodes)
    assert not any(world.tell(event).writes for _, _, event in list(world.inbox))


@some
@given(plans(), SEEDS, SEEDS)
def test_from_every_prefix_of_the_record_the_run_ends_the_same(shown: Shown, seed: int, order: int) -> None:
    plan = shown.plan
    whole = World(plan, answers(seed), order)
    whole.run()
    for length in sorted(set(whole.decisions))[:-1][:: max(1, len(whole.decisions) // 6)]:
        if length == 0:
            continue
        world = World(plan, answers(seed), order + length, writes=whole.writes[:length])
        world.now = START + timedelta(days=1)
        world.crash()
        while world.state.status not in FINAL_RUNS:
            world.clarify()
            assert world.inbox, f"nothing moves: {world.state}"
            world.deliver()
        check_history(plan, world.writes)
        agrees_with_oracle(world, plan)


@some
@given(plans(), SEEDS)
def test_deciding_changes_no_given_state(shown: Shown, seed: int) -> None:
    plan = shown.plan
    before = start_state()
    first = decide(plan, before, Begun({}), START)
    assert before == start_state()
    shown = repr(first.state)
    world = World(plan, answers(seed), seed, state=first.state, writes=list(first.writes))
    for command in first.commands:
        world.obey(command)
    for _, _, event in sorted(world.inbox, key=lambda one: one[:2]):
        decide(plan, first.state, event, START + timedelta(days=1))
    assert repr(first.state) == shown


@some
@given(plans(), SEEDS)
def test_no_step_has_two_ends(shown: Shown, seed: int) -> None:
    plan = shown.plan
    world = World(plan, answers(seed, failing=0.2), seed, Faults(double=0.3))
    world.run()
    ends = Counter(
        write.path for write in world.writes
        if isinstance(write, StepWrite) and not write.scope and write.status in FINAL_STEPS
    )  # fmt: skip
    assert set(ends.values()) == {1}
    assert set(plan.graph.nodes) <= set(ends)


@pytest.mark.deep
def test_many_seeds_of_one_plan() -> None:
    plan = nested_plan()
    for seed in range(2_000):
        replays_and_agrees(plan, seed)


def test_seeds_of_one_plan() -> None:
    plan = nested_plan()
    for seed in range(40):
        replays_and_agrees(plan, seed)


def replays_and_agrees(plan: Plan, seed: int) -> None:
    """One run with faults; the same seed gives the same record."""
    records = []
    for _ in range(2):
        world = World(plan, answers(seed, failing=0.03), seed, Faults(crash=0.1, double=0.2))
        world.run()
        agrees_with_oracle(world, plan)
        check_history(plan, world.writes)
        records.append(world.writes)
    assert records[0] == records[1]


def nested_plan() -> Plan:
    """A map of loops beside a call, behind a choice, joined by a merge that does not wait for all."""
    draft = make_graph({"draft": step(effects=PROMPT), "expert": step(Control.ASK)}, ["draft -> expert"])
    row = make_graph({"again": step(Control.REPEAT, body=draft, max_rounds=3), "send": step(effects=WRITES)},
                     ["again -> send", "again.exhausted -> send"])  # fmt: skip
    return make_plan(
        {
            "way": step(Control.CHOOSE), "rows": step(Control.EACH, body=row, concurrency=3, keep_errors=True),
            "crm": step(Control.CALL, body=make_graph({"look": step(effects=KEYED)})), "wait": step(Control.WAIT),
            "first": step(Control.MERGE, needed=1, cancels=True), "last": step(effects=KEYED),
        },
        ["way.a -> rows", "way.b -> crm", "way.c -> wait", "rows -> first", "crm -> first", "wait -> first",
         "rows.error -> last", "first -> last"],
    )  # fmt: skip
