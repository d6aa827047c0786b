"""Plays a pattern on the machine alone: real plans, real bindings and conditions, a clock that the script moves."""

from __future__ import annotations

from collections import deque
from datetime import UTC, date, datetime, timedelta
from typing import Any

from builder.engine.compile_plan import compile_plan
from builder.engine.events import (
    Begun,
    CancelAsked,
    Command,
    Due,
    Event,
    Execute,
    Finished,
    Judge,
    Judged,
    Opened,
    Parked,
    Settle,
    Settled,
    StepCancelAsked,
    StepFailed,
    Stopped,
    WakeAt,
    Write,
)
from builder.engine.facts import collect_facts
from builder.engine.findings import has_error
from builder.engine.graph import Workflow
from builder.engine.machine import decide, start_state
from builder.engine.plan import Plan, PlanNode
from builder.engine.reading import read_workflow
from builder.engine.resolve import choose_ports, judge_loop, resolve_inputs, resolve_result
from builder.engine.state import FINAL_RUNS, RunStatus, split_step_path
from builder.engine.woven import Woven
from builder.kit.durations import read_duration
from builder.kit.shapes import normalise, validate
from builder.sdk import Control, Failed, FailureClass

from .catalogue import Act, Pattern
from .play import TYPES

START = datetime(2030, 1, 1, tzinfo=UTC)


def plan_of(plain: Any, types: Any = TYPES, called: Any = None) -> Plan:
    """The Plan of a workflow that no rule binds."""
    workflow = Workflow.model_validate(plain)
    others = {name: Workflow.model_validate(each) for name, each in (called or {}).items()}
    reading, findings = read_workflow(workflow, types, others)
    assert not has_error(findings), findings
    facts = collect_facts(reading, {})
    return compile_plan(Woven(plain, plain, facts, (), called or {}, date(2030, 1, 1), (), ()), types)


class Rehearsal:
    """One pattern being played."""

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self.plan = plan_of(pattern.workflow)
        self.state = start_state()
        self.writes: list[Write] = []
        self.now = START
        self.held: dict[str, int] = {}
        self.alarms: dict[str, datetime] = {}
        self.kept: set[str] = set()

    def play(self) -> list[Write]:
        """The record of the whole script."""
        self.tell(Begun(normalise(self.pattern.input, self.plan.inputs)))
        for act in self.pattern.script:
            length = len(self.writes)
            self.act(act)
            assert (len(self.writes) == length) is (act.late or act.early), f"{act}: {self.writes[length:]}"
        assert self.state.status in FINAL_RUNS
        return self.writes

    def act(self, act: Act) -> None:
        """Lets one thing happen."""
        attempt = self.held.get(act.path, 1)
        match act.what:
            case "end":
                self.tell(Finished(act.path, attempt, ("done",), {"text": act.path}))
            case "fail":
                self.tell(StepFailed(act.path, attempt, Failed(FailureClass.PERMANENT, "broken", "It is broken.")))
            case "signal" if act.early:
                self.kept.add(act.path)
            case "signal":
                self.tell(Finished(act.path, 1, ("done",), {"signal": None}))
            case "cancel":
                self.tell(CancelAsked("ana"))
            case "cancel_step":
                self.tell(StepCancelAsked(act.path, "ana"))
            case "tick":
                self.now += timedelta(seconds=act.seconds)
                for path, moment in tuple(self.alarms.items()):
                    if moment <= self.now:
                        del self.alarms[path]
                        self.tell(Due(path))

    def tell(self, event: Event) -> None:
        """Decides, and carries out what can be done at once."""
        waiting = deque([event])
        while waiting:
            decision = decide(self.plan, self.state, waiting.popleft(), self.now)
            self.state = decision.state
            self.writes.extend(decision.writes)
            for command in decision.commands:
                waiting.extend(self.obey(command))

    def obey(self, command: Command) -> list[Event]:
        """What follows at once."""
        match command:
            case Execute(path=path, attempt=attempt):
                scope, name = split_step_path(path)
                node = self.plan.graph_of(scope).nodes[name]
                if node.control is Control.STEP and path in self.pattern.held:
                    self.held[path] = attempt
                    return []
                answers = [self.answer(node, path, attempt)]
                if path in self.kept:  # who parks looks first for what came before
                    self.kept.discard(path)
                    answers.append(Finished(path, attempt, ("done",), {"signal": None}))
                return answers
            case Settle(scope=scope):
                return [Settled(scope, resolve_result(self.plan, self.state, scope))]
            case Judge(path=path, round=turn):
                return [Judged(path, turn, judge_loop(self.plan, self.state, path, turn))]
            case WakeAt(path=path, at=at):
                self.alarms[path] = at
        return []

    def answer(self, node: PlanNode, path: str, attempt: int) -> Event:
        """What a step answers that nobody holds."""
        if node.control is Control.CHOOSE:
            return Finished(path, attempt, choose_ports(self.plan, self.state, path), {})
        inputs = normalise(resolve_inputs(self.plan, self.state, path), node.in_schema)
        assert not validate(inputs, node.in_schema)
        if node.body is not None:
            return Opened(path, attempt, inputs, tuple(inputs["items"]) if node.control is Control.EACH else None)
        if node.control is Control.WAIT:
            due = self.now + timedelta(seconds=read_duration(node.config["wait_for"]))
            return Parked(path, attempt, "It waits.", due, node.config["signal"])
        if node.control is Control.STOP:
            return Stopped(path, attempt, RunStatus(node.config["status"]), node.config["reason"])
        return Finished(path, attempt, ("done",), {"text": path})
