"""A Ledger is a working copy of a RunState that only writes can change.

This is what makes recovery simple: `decide` and `replay` change a state in one way, by folding writes, so folding the
recorded writes gives the very state that was decided. One thing is not written: that a pure step has been started
(`begin`). After a replay it is pending again, and is started again.

Nothing is copied before it is touched: a scope's steps when a write names one of them, the table of scopes once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from builder.engine.events import RunWrite, StepWrite, Write
from builder.engine.plan import Plan, PlanGraph, PlanNode
from builder.engine.state import (
    FINAL_RUNS,
    FINAL_STEPS,
    Container,
    RunState,
    RunStatus,
    Scope,
    StepState,
    StepStatus,
    join_scope_path,
    join_step_path,
    split_scope_path,
    split_step_path,
)
from builder.sdk import JSON, Control

PENDING = StepState()
V = TypeVar("V")


class Table(Generic[V]):
    """A mapping that is copied when it is first changed."""

    __slots__ = ("_own", "now")

    def __init__(self, before: Mapping[str, V]) -> None:
        self.now = before
        self._own: dict[str, V] | None = None

    def put(self, key: str, value: V) -> None:
        """Sets one entry."""
        self._copy()[key] = value

    def drop(self, key: str) -> None:
        """Takes one entry away, if it is there."""
        if key in self.now:
            del self._copy()[key]

    def _copy(self) -> dict[str, V]:
        if self._own is None:
            self.now = self._own = dict(self.now)
        return self._own


class Page:
    """One open scope while it is being changed."""

    __slots__ = ("failed", "graph", "live", "result", "scope", "settled", "steps")

    def __init__(self, scope: Scope, graph: PlanGraph) -> None:
        self.scope = scope
        self.graph = graph
        self.steps = dict(scope.steps)
        self.live = scope.live
        self.settled = scope.settled
        self.result = scope.result
        self.failed = scope.failed

    @property
    def path(self) -> str:
        """The scope's path."""
        return self.scope.path

    def step(self, node: str) -> StepState:
        """Where a step stands; pending when nothing was written of it."""
        return self.steps.get(node, PENDING)

    def close(self) -> Scope:
        """The changed scope."""
        old = self.scope
        return Scope(
            old.path, old.inputs, self.steps, old.item, old.index, old.round, old.previous,
            self.live, self.result, self.settled, self.failed,
        )  # fmt: skip


class Place:
    """A step of an open scope: where it stands."""

    __slots__ = ("node", "page", "path")

    def __init__(self, page: Page, node: PlanNode) -> None:
        self.page = page
        self.node = node
        self.path = join_step_path(page.path, node.id)

    @property
    def step(self) -> StepState:
        """The step as it stands now."""
        return self.page.step(self.node.id)


class Ledger:
    """A RunState in the making. See the head of this file."""

    __slots__ = (
        "_containers", "_pages", "_scopes", "_spending", "items", "models", "plan", "possible_duplicates", "quiet",
        "result", "retries", "spent", "status", "steps", "tokens", "why",
    )  # fmt: skip

    def __init__(self, plan: Plan, state: RunState) -> None:
        self.plan = plan
        self._scopes = Table(state.scopes)
        self._containers = Table(state.containers)
        self._spending = Table(state.spending)
        self._pages: dict[str, Page] = {}
        self.status = state.status
        self.result = state.result
        self.why = state.why
        self.spent = state.spent
        self.tokens = state.tokens
        self.possible_duplicates = state.possible_duplicates
        self.retries = state.retries
        self.models = state.models
        self.items = state.items
        self.steps = state.steps
        self.quiet: list[str] = []
        """Scopes whose last step has just come to its end."""

    # ------------------------------------------------------------ looking

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return self.status in FINAL_RUNS

    def page(self, scope: str) -> Page | None:
        """An open scope, ready to be changed; None when there is no such scope or it has ended."""
        page = self._pages.get(scope)
        if page is None:
            found = self._scopes.now.get(scope)
            if found is None or found.settled:
                return None
            page = self._pages[scope] = Page(found, self.plan.graph_of(scope))
        return None if page.settled else page

    def scope(self, path: str) -> Scope | None:
        """A scope as it stands now, open or ended."""
        page = self._pages.get(path)
        return page.close() if page is not None else self._scopes.now.get(path)

    def scope_paths(self) -> tuple[str, ...]:
        """The paths of all scopes."""
        return tuple(self._scopes.now)

    def container(self, path: str) -> Container | None:
        """The container of this step path, while its body runs."""
        return self._containers.now.get(path)

    @property
    def spending(self) -> Mapping[str, float]:
        """Step path → worst case, of the steps that spend right now."""
        return self._spending.now

    def find(self, path: str) -> Place | None:
        """A step of an open scope, by its path."""
        scope, node_id = split_step_path(path)
        page = self.page(scope)
        if page is None:
            return None
        node = page.graph.nodes.get(node_id)
        return None if node is None else Place(page, node)

    # ------------------------------------------------------------ changing

    def begin(self, place: Place, attempt: int) -> None:
        """A step is started without a word in the record."""
        place.page.steps[place.node.id] = StepState(StepStatus.RUNNING, attempt)

    def apply(self, write: Write) -> None:
        """Folds one write into the state."""
        if isinstance(write, RunWrite):
            self.status = write.status
            self.why = write.why
            self.result = write.result
        elif write.scope:
            self._apply_scope(write)
        else:
            self._apply_step(write)

    def finish(self) -> RunState:
        """The new state."""
        for path, page in self._pages.items():
            self._scopes.put(path, page.close())
        return RunState(
            self.status, self._scopes.now, self._containers.now, self.result, self.why, self.spent, self.tokens,
            self.possible_duplicates, self.retries, self.models, self.items, self.steps, self._spending.now,
        )  # fmt: skip

    # ------------------------------------------------------------ steps

    def _apply_step(self, write: StepWrite) -> None:
        scope, node_id = split_step_path(write.path)
        page = self.page(scope)
        if page is None:
            return
        node, before = page.graph.nodes[node_id], page.step(node_id)
        final = write.status in FINAL_STEPS
        opens = node.body is not None and write.status is StepStatus.RUNNING
        page.steps[node_id] = StepState(
            write.status, write.attempt, write.ports, None if opens else write.output, write.error, write.due,
            write.signal, write.why, before.failures + (write.status is StepStatus.RETRYING),
        )  # fmt: skip
        self._count(write, node, before)
        if opens:
            items = tuple(write.output["items"]) if node.control is Control.EACH else None
            self._containers.put(write.path, Container(write.output, items))
        if final:
            container = self.container(write.path) if node.body is not None else None
            if container is None:
                self._count_down(page)
            elif container.open == 0:
                self._drop_container(page, write.path, container)
            else:
                self._drop_scopes(write.path, container)

    def _count(self, write: StepWrite, node: PlanNode, before: StepState) -> None:
        if write.usage is not None:
            self.spent += write.usage.cost
            self.tokens += write.usage.tokens_in + write.usage.tokens_out
            if write.usage.model and write.usage.model not in self.models:
                self.models = (*self.models, write.usage.model)
        if write.status is StepStatus.RETRYING:
            self.retries += 1
        elif write.status in (StepStatus.SUCCEEDED, StepStatus.FAILED):
            self.steps += 1
        if write.duplicate:
            self.possible_duplicates += 1
        if node.effects.spends and (write.status is StepStatus.RUNNING or before.status is StepStatus.RUNNING):
            if write.status is StepStatus.RUNNING:
                self._spending.put(write.path, node.spends_at_most or 0.0)
            else:
                self._spending.drop(write.path)

    def _count_down(self, page: Page) -> None:
        page.live -= 1
        if page.live == 0:
            self.quiet.append(page.path)

    # ------------------------------------------------------------ scopes and containers

    def _apply_scope(self, write: StepWrite) -> None:
        if write.status is StepStatus.RUNNING:
            self._open_scope(write.path, write.output)
            return
        page = self.page(write.path)
        if page is None:
            return
        page.settled, page.steps, page.live = True, {}, 0
        page.result, page.failed = write.output, write.error
        path, _ = split_scope_path(write.path)
        container = self.container(path)
        if container is None:
            return
        good = write.status is StepStatus.SUCCEEDED
        container = Container(
            container.inputs, container.items, container.started, container.open - 1,
            container.done + good, container.failed + (not good),
        )  # fmt: skip
        self._containers.put(path, container)
        found = self.find(path)
        if found is not None and found.step.status in FINAL_STEPS:
            if container.open == 0:
                self._drop_container(found.page, path, container)
            else:
                self._forget_scope(write.path)

    def _open_scope(self, path: str, output: JSON) -> None:
        graph = self.plan.graph_of(path)
        if path == "":
            self.status = RunStatus.RUNNING
            scope = Scope("", output, live=len(graph.nodes))
        else:
            scope = self._scope_in_container(path, len(graph.nodes))
        self._scopes.put(path, scope)
        self._pages[path] = Page(scope, graph)
        if not graph.nodes:
            self.quiet.append(path)

    def _scope_in_container(self, path: str, live: int) -> Scope:
        container_path, number = split_scope_path(path)
        container = self.container(container_path)
        if container is None:
            raise ValueError(f"the record opens {path!r} before its container")
        started = container.started + 1
        self._containers.put(
            container_path,
            Container(container.inputs, container.items, started, container.open + 1, container.done, container.failed),
        )
        if number is None:
            return Scope(path, container.inputs, live=live)
        if container.items is not None:
            self.items += 1
            return Scope(path, container.inputs, item=container.items[number], index=number, live=live)
        before = self.scope(join_scope_path(container_path, number - 1))
        self._forget_scope(join_scope_path(container_path, number - 1))
        return Scope(
            path, container.inputs, round=number, previous=None if before is None else before.result, live=live
        )

    def _drop_container(self, page: Page, path: str, container: Container) -> None:
        """Its step is final and no scope is open: it is over for the graph around it."""
        self._drop_scopes(path, container)
        self._containers.drop(path)
        self._count_down(page)

    def _drop_scopes(self, path: str, container: Container) -> None:
        """Forgets the ended scopes of a container."""
        names = [path] if container.items is None else []
        names += [join_scope_path(path, number) for number in range(container.started + 1)]
        for name in names:
            found = self.scope(name)
            if found is not None and found.settled:
                self._forget_scope(name)

    def _forget_scope(self, path: str) -> None:
        self._pages.pop(path, None)
        self._scopes.drop(path)
