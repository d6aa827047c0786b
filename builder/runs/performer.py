"""The Performer runs nodes: it looks up the type and its config, resolves the inputs, and keeps the run's mode."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from builder.db import Database
from builder.engine.events import Event, Finished, StepFailed, StepRefused
from builder.engine.plan import Plan, PlanNode
from builder.engine.state import RunState, join_step_path, split_step_path
from builder.runs.context import RunContext
from builder.runs.hold import Hold
from builder.runs.performing import (
    USUAL_TIMEOUT,
    Asked,
    InputsError,
    ask_people,
    event_of,
    fail,
    inputs_of,
    run_blocking,
    run_step,
    settle_answer,
)
from builder.runs.ports import Reach
from builder.runs.recorded import CARRIED, ON_AN_EXAMPLE, UNREVIEWED, answer_for_write, carried_decision, decision_for
from builder.sdk import JSON, Control, Effect, Mode, NodeType, Outcome
from builder.telemetry import SILENCE, StepSeen, Watch

_THREADS = 8
_INDEX = re.compile(r"\[[0-9]+\]")


class Performer:
    """Runs nodes for a worker.

    Args:
        told: hears (run, step path, sentence) what nodes tell those who watch.
    """

    def __init__(self, database: Database, reach: Reach, told: Callable[[int, str, str], None]) -> None:
        self._database = database
        self._reach = reach
        self._told = told
        self._configs: dict[tuple[str, str], Any] = {}
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="handrail-node")

    def close(self) -> None:
        """Lets the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def look_up(self, plan: Plan, path: str, node: PlanNode) -> tuple[NodeType, Any]:
        """A node's type and its validated config. Raises InputsError."""
        kind = self._reach.types.get(node.type)
        if kind is None:
            raise InputsError(fail("unknown_type", f"The node type {node.type} is not installed on this machine."))
        key = (plan.hash, _INDEX.sub("", path))
        config = self._configs.get(key)
        if config is None:
            try:
                config = kind.Config.model_validate(node.config)
            except ValueError as problem:
                sentence = f"{node.type} does not take the config that it took when the workflow was woven."
                raise InputsError(fail("bad_config", sentence)) from problem
            if len(self._configs) >= 4096:
                self._configs.clear()
            self._configs[key] = config
        return kind, config

    def holds_thread(self, node: PlanNode) -> bool:
        """Whether a node runs in a thread of its own."""
        kind = self._reach.types.get(node.type)
        return kind is not None and kind.blocking

    async def perform(self, hold: Hold, state: RunState, path: str, attempt: int) -> Event | Asked:
        """One attempt of a step, or the question of one that asks."""
        telemetry = self._reach.telemetry
        if telemetry is SILENCE:  # pure steps take microseconds: where nobody watches, nothing is put aside for it
            return await self._perform(hold, state, path, attempt)
        with telemetry.watch_step(StepSeen(path, hold.node(path).type, attempt)) as watch:
            event = await self._perform(hold, state, path, attempt)
            note_end(event, watch)
            return event

    async def _perform(self, hold: Hold, state: RunState, path: str, attempt: int) -> Event | Asked:
        node = hold.node(path)
        try:
            kind, config = self.look_up(hold.plan, path, node)
            inputs = inputs_of(hold.plan, state, path, node)
        except InputsError as problem:
            return StepFailed(path, attempt, problem.failed)
        self._inherit_mark(hold, path, node)
        hold.allowance.look_at(state)
        if node.control is Control.ASK:
            return self._settle_in_place(hold, kind, config, inputs, ask_people(kind, config, inputs, path, attempt))
        if hold.mode is not Mode.LIVE and node.effects.effect is Effect.WRITE:
            hold.mark(path, ON_AN_EXAMPLE)
            done = await asyncio.to_thread(answer_for_write, self._database, hold, path, kind, (config, inputs))
            return event_of(done, path, attempt)
        outcome = await self._run(hold, kind, config, inputs, path)
        return self._settle_in_place(hold, kind, config, inputs, event_of(outcome, path, attempt))

    async def _run(self, hold: Hold, kind: NodeType, config: Any, inputs: dict[str, JSON], path: str) -> Outcome:
        node = hold.node(path)
        context = self.context_of(hold, path, asyncio.get_running_loop() if kind.blocking else None)
        timeout = node.timeout or (None if node.pure and not kind.blocking else USUAL_TIMEOUT)
        if not kind.blocking:
            return await run_step(kind, config, inputs, context, timeout)
        return await run_blocking(lambda: run_step(kind, config, inputs, context, timeout), self._pool)

    def context_of(self, hold: Hold, path: str, home: asyncio.AbstractEventLoop | None = None) -> RunContext:
        """What a step reaches; `home` is the worker's event loop for a node that runs in a thread of its own."""
        graph = hold.plan.graph_of(split_step_path(path)[0])

        def told(where: str, sentence: str) -> None:
            self._told(hold.run_id, where, sentence)

        return RunContext(
            reach=self._reach, number=hold.run_id, mode=hold.mode, path=path, node=hold.node(path), graph=graph,
            tokens=hold.tokens, allowance=hold.allowance, told=told, team_id=hold.claim.team_id, home=home,
        )  # fmt: skip

    def _settle_in_place(
        self, hold: Hold, kind: NodeType, config: Any, inputs: dict[str, JSON], event: Event | Asked
    ) -> Event | Asked:
        """What needs nobody: a decision carried over from the run that this one retries; outside `live` an answer given
        beforehand; and where nobody is there to be asked, the proposal passes.
        """
        if not isinstance(event, Asked):
            return event
        path = event.event.path
        decision = carried_decision(hold, path, event.question)
        if decision is not None:
            hold.mark(path, CARRIED)
        else:
            answer = decision_for(hold, path)
            if answer is None:
                return event
            decision, given = answer
            if not given:
                hold.mark(path, UNREVIEWED)
        where, outgoing = (path, event.event.attempt), hold.node(path).outgoing
        context = self.context_of(hold, path)
        return settle_answer(kind, config, inputs, decision, context, where=where, outgoing=outgoing)

    @staticmethod
    def _inherit_mark(hold: Hold, path: str, node: PlanNode) -> None:
        """What follows an example stands on an example."""
        if not hold.marks:
            return
        scope, _ = split_step_path(path)
        before = [join_step_path(scope, source) for source, _ in node.incoming] or [scope.rpartition("[")[0] or scope]
        if any(ON_AN_EXAMPLE in hold.marks.get(each, ()) for each in before):
            hold.mark(path, ON_AN_EXAMPLE)


def note_end(event: Event | Asked, watch: Watch) -> None:
    """Tells who watches what came of an attempt."""
    match event:
        case Finished():
            watch.outcome = "succeeded"
        case StepFailed(failed=failed):
            watch.outcome, watch.error = "failed", failed.code
        case StepRefused():
            watch.outcome = "refused"
        case _:
            watch.outcome = "waiting"
