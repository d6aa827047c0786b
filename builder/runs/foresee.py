"""Foreseeing: what the policies behind an answer would say of it, before it is given.

The run's state is folded from its record and the answer told to it in memory. What is pure behind it runs; what would
reach outside, or ask people, does not, and what lies behind that is not looked at. Nothing is written.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from builder.engine.events import Command, Event, Execute, Judge, Settle
from builder.engine.machine import decide, replay
from builder.engine.plan import Plan, PlanNode
from builder.engine.state import FINAL_RUNS, RunState, StepStatus, split_step_path
from builder.runs import store
from builder.runs.allowance import Allowance
from builder.runs.context import RunContext
from builder.runs.hold import step_at
from builder.runs.loading import RunTokens, read_all
from builder.runs.performing import (
    Asked,
    InputsError,
    answer_control,
    event_of,
    inputs_of,
    judge,
    run_step,
    settle_answer,
    settle_result,
)
from builder.runs.ports import Reach
from builder.runs.store.lists import read_facts
from builder.runs.tell import RunMissingError
from builder.sdk import (
    JSON,
    Control,
    Decision,
    HttpAnswer,
    HttpRequest,
    Mode,
    ModelAnswer,
    ModelRequest,
    NodeType,
    Refused,
    Verdict,
)
from builder.teams import Installation

STEPS_AT_MOST = 1_000
"""Steps that are looked at behind one answer."""
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Block:
    """A policy that would stop the run.

    Attributes:
        path: its step.
        title: what people call it.
        verdict: what it would say.
        record: what it would be given.
    """

    path: str
    title: str
    verdict: Verdict
    record: Mapping[str, JSON]


def foresee_blocks(
    session: Session, run_id: int, path: str, decision: Decision, site: Installation, now: datetime
) -> list[Block]:
    """The policies that would stop a run if a step that waits were answered like this.

    Raises:
        RunMissingError: there is no such run.
        HandrailError: what it runs does not hold here any more.
    """
    facts = read_facts(session, [run_id]).get(run_id)
    if facts is None:
        raise RunMissingError("There is no such run.")
    plan = site.load_plan(store.read_plan_document(session, facts.plan_hash))
    reach = Reach(
        types=site.types,
        load_plan=site.load_plan,
        payloads=site.payloads,
        gateway=_NoWorld(),
        egress=_NoWorld(),
        vault_key=site.vault_key,
    )
    record = read_all(store.read_record(session, run_id), reach, run_id)
    tokens = RunTokens(record.key, record.pairs)
    ahead = _Ahead(plan, replay(plan, record.writes), reach, run_id, facts.mode, tokens, now)
    return asyncio.run(ahead.answer(path, decision))


class _NoWorld:
    """What a pure step reaches outside: nothing."""

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        """Asks no model."""
        raise PermissionError("nothing outside is reached")

    def worst_cost(self, request: ModelRequest) -> float:
        """Costs nothing."""
        return 0.0

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """Calls nobody."""
        raise PermissionError("nothing outside is reached")

    async def find_address(self, host: str, port: int) -> str:
        """Looks nothing up."""
        raise PermissionError("nothing outside is reached")


@dataclass
class _Ahead:
    """A run as it would go on, in memory."""

    plan: Plan
    state: RunState
    reach: Reach
    run_id: int
    mode: Mode
    tokens: RunTokens
    now: datetime
    blocks: list[Block] = field(default_factory=list)

    async def answer(self, path: str, decision: Decision) -> list[Block]:
        """Tells the answer, and follows what is pure."""
        step = step_at(self.state, path)
        if step is None or step.status is not StepStatus.WAITING:
            return []
        node = self._node(path)
        kind, config = self._look_up(node)
        inputs = inputs_of(self.plan, self.state, path, node)
        where = (path, step.attempt)
        first = settle_answer(
            kind, config, inputs, decision, self._context(path, node), where=where, outgoing=node.outgoing
        )
        events: deque[Event | Asked] = deque([first])
        for _ in range(STEPS_AT_MOST):
            if not events or self.state.status in FINAL_RUNS:
                break
            event = events.popleft()
            if isinstance(event, Asked):
                continue
            after = decide(self.plan, self.state, event, self.now)
            self.state = after.state
            for command in after.commands:
                following = await self._follow(command)
                if following is not None:
                    events.append(following)
        return self.blocks

    async def _follow(self, command: Command) -> Event | Asked | None:
        """What a command leads to; None where the way ends."""
        try:
            match command:
                case Settle(scope=scope):
                    return settle_result(self.plan, self.state, scope)
                case Judge(path=path, round=turn):
                    step = step_at(self.state, path)
                    return None if step is None else judge(self.plan, self.state, path, step.attempt, turn)
                case Execute():
                    return await self._execute(command)
        except (InputsError, KeyError, ValueError):
            return None  # it would fail there, which is no verdict of a policy
        return None

    async def _execute(self, command: Execute) -> Event | Asked | None:
        node = self._node(command.path)
        if node.control not in (Control.STEP, Control.ASK):
            return answer_control(self.plan, self.state, command, node, self.now)
        kind, config = self._look_up(node)
        if node.control is Control.ASK or not node.pure or kind.blocking:
            return None
        inputs = inputs_of(self.plan, self.state, command.path, node)
        outcome = await run_step(kind, config, inputs, self._context(command.path, node), _PATIENCE)
        if isinstance(outcome, Refused) and outcome.verdict is not None:
            title = node.title or kind.title
            self.blocks.append(Block(command.path, title, outcome.verdict, inputs))
            return None
        return event_of(outcome, command.path, command.attempt)

    def _node(self, path: str) -> PlanNode:
        scope, name = split_step_path(path)
        return self.plan.graph_of(scope).nodes[name]

    def _look_up(self, node: PlanNode) -> tuple[NodeType, Any]:
        kind = self.reach.types[node.type]
        return kind, kind.Config.model_validate(node.config)

    def _context(self, path: str, node: PlanNode) -> RunContext:
        graph = self.plan.graph_of(split_step_path(path)[0])
        return RunContext(
            reach=self.reach, number=self.run_id, mode=self.mode, path=path, node=node, graph=graph,
            tokens=self.tokens, allowance=Allowance(self.plan), told=lambda *_: None,
        )  # fmt: skip
