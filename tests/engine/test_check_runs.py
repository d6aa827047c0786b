"""What the checker lets through finds everything it reads: random right workflows, run with random outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.engine.check import check_graph
from builder.engine.compile_plan import compile_plan
from builder.engine.events import Begun, Command, Execute, Finished, Judge, Opened, Settle, Settled
from builder.engine.findings import has_error
from builder.engine.graph import Workflow
from builder.engine.plan import Plan, PlanNode
from builder.engine.resolve import choose_ports, judge_loop, resolve_inputs, resolve_result
from builder.engine.state import FINAL_RUNS
from builder.engine.weave import weave
from builder.kit.shapes import example_of, validate
from builder.sdk import Control

from .fakes import TYPES
from .simulator import Outcome, World
from .strategies import right_workflows, workflows

QUICK = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


class Reader(World):
    """A world that resolves what every step reads, and fails where something is not there."""

    def obey(self, command: Command) -> None:
        if isinstance(command, Execute):
            node = self.node(command.path)
            inputs = resolve_inputs(self.plan, self.state, command.path)
            assert validate(inputs, node.in_schema) == [], (command.path, inputs, node.in_schema)
            if node.control is Control.CHOOSE:
                choose_ports(self.plan, self.state, command.path)
        elif isinstance(command, Settle):
            result = resolve_result(self.plan, self.state, command.scope)
            assert set(result) == set(self.plan.graph_of(command.scope).result), (command.scope, result)
            self.later(Settled(command.scope, result))
            return
        elif isinstance(command, Judge):
            judge_loop(self.plan, self.state, command.path, command.round)
        super().obey(command)

    def answers(self, node: PlanNode, path: str, attempt: int) -> Any:
        """Honest outputs: of the shape that the type declares behind the port that is taken."""
        events = super().answers(node, path, attempt)
        inputs = resolve_inputs(self.plan, self.state, path)
        return [self._honest(event, node, inputs) for event in events]

    def _honest(self, event: Any, node: PlanNode, inputs: Mapping[str, Any]) -> Any:
        if isinstance(event, Opened):
            return Opened(event.path, event.attempt, inputs, None if event.items is None else tuple(inputs["items"]))
        if isinstance(event, Finished):
            output = example_of(node.out_schemas[event.ports[0]])
            return Finished(event.path, event.attempt, event.ports, output)
        return event

    def read_all(self) -> None:
        """Runs to the end."""
        self.tell(Begun({"name": "Ada", "count": 3}))
        while self.state.status not in FINAL_RUNS:
            self.clarify()
            if self.state.status not in FINAL_RUNS:
                self.deliver()


def plan_of(workflow: Workflow) -> Plan:
    return compile_plan(weave(workflow, [], TYPES, day=date(2030, 1, 1)), TYPES)


@given(right_workflows(depth=2), st.integers(0, 1 << 30))
@QUICK
def test_a_workflow_without_errors_never_misses_what_it_reads(workflow: Workflow, seed: int) -> None:
    def outcome(path: str, node: PlanNode) -> Outcome:
        dice = Random(f"{seed}:{path}")
        end = "fail" if dice.random() < 0.25 and node.outgoing.get("error") else "done"
        ports = (dice.choice(node.ports),)
        if node.control is Control.ASK and not node.outgoing.get(ports[0]):
            ports = node.ports[:1]  # a rejection without an arrow ends the run
        return Outcome(ports=ports, end=end, items=2, stop_after=dice.randint(1, 4))

    Reader(plan_of(workflow), outcome, seed).read_all()


@given(workflows(depth=2))
@QUICK
def test_the_checker_never_raises_and_always_gives_sentences(file: dict[str, Any]) -> None:
    for finding in check_graph(Workflow.model_validate(file), TYPES):
        assert finding.sentence.endswith(".")
        assert finding.way_out.endswith((".", "?"))
        assert finding.code.islower()


@given(right_workflows(depth=1))
@QUICK
def test_checking_twice_says_the_same(workflow: Workflow) -> None:
    assert not has_error(check_graph(workflow, TYPES))
    assert check_graph(workflow, TYPES) == check_graph(workflow, TYPES)
