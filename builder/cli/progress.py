"""A run painted for people: a tree of steps at a terminal, a line for each change elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from builder.engine.state import StepStatus
from builder.runs import RunStory, StepView

MARK = {
    StepStatus.PENDING: ("·", "dim"),
    StepStatus.RUNNING: ("▸", "cyan"),
    StepStatus.WAITING: ("◔", "yellow"),
    StepStatus.RETRYING: ("↻", "yellow"),
    StepStatus.UNCERTAIN: ("?", "magenta"),
    StepStatus.SUCCEEDED: ("✓", "green"),
    StepStatus.FAILED: ("✗", "red"),
    StepStatus.SKIPPED: ("–", "dim"),
    StepStatus.CANCELLED: ("⊘", "dim"),
    StepStatus.REFUSED: ("⛔", "red"),
}


class Progress:
    """Paints a run each time it is shown a story.

    Args:
        type_of: the type of a step path.
        now: the present.
        live: whether to repaint a tree in place; by default where stdout is a terminal.
    """

    def __init__(self, type_of: Callable[[str], str], now: Callable[[], datetime], live: bool | None = None) -> None:
        self._type_of = type_of
        self._now = now
        self._seen: dict[str, StepStatus] = {}
        self._live: Any = None
        self._is_live = sys.stdout.isatty() if live is None else live

    def show(self, story: RunStory) -> None:
        """Paints the run as it stands."""
        if self._is_live:
            self._paint(story)
            return
        for step in story.steps:
            if self._seen.get(step.path) is not step.status:
                self._seen[step.path] = step.status
                print(f"  {MARK[step.status][0]} {self.describe(step)}", flush=True)

    def pause(self) -> None:
        """Leaves the terminal to a question."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def describe(self, step: StepView) -> str:
        """One step as one line: path, type, state, time, model, cost, why."""
        parts = [f"{step.path} ({self._type_of(step.path)})", step.status.value]
        if step.status not in (StepStatus.SKIPPED, StepStatus.PENDING):
            parts.append(f"{((step.ended or self._now()) - step.started).total_seconds():.2f} s")
        if step.usage:
            model, tokens_in, tokens_out, cost, practice = step.usage
            parts.append(f"{model}{' (no AI)' if practice else ''}, {tokens_in + tokens_out} tokens, {cost:.4f}")
        if step.attempts > 1:
            parts.append(f"try {step.attempts}")
        parts += step.marks
        line = " · ".join(parts)
        return f"{line} — {step.why}" if step.why else line

    def _paint(self, story: RunStory) -> None:
        from rich.live import Live  # heavy: only a terminal needs it
        from rich.text import Text  # heavy: only a terminal needs it
        from rich.tree import Tree  # heavy: only a terminal needs it

        tree = Tree(Text(f"{story.run.name} · run {story.run.id} · {story.run.status}", style="bold"))
        branches: dict[str, Any] = {"": tree}
        for step in sorted(story.steps, key=lambda each: each.path.count(".")):
            parent = step.path.rpartition(".")[0]
            trunk = next((branches[p] for p in (parent, parent.partition("[")[0], "") if p in branches), tree)
            mark, style = MARK[step.status]
            branches[step.path] = trunk.add(Text(f"{mark} {self.describe(step)}", style=style))
        if self._live is None:
            self._live = Live(tree, refresh_per_second=12, transient=False)
            self._live.start()
        else:
            self._live.update(tree)
