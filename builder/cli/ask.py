"""A review, or an uncertain step, asked at the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import typer

from builder.cli.answers import Answer
from builder.cli.output import say
from builder.reviews import Review
from builder.runs import RunStory, WaitView
from builder.sdk import JSON


class TerminalDesk:
    """Asks whoever sits at the terminal; an empty name leaves the question open.

    Args:
        pause: called before each question, so that nothing paints over it.
        refused: why the answer before was not taken, by step path.
    """

    def __init__(self, pause: Callable[[], None], refused: Callable[[], dict[str, str]]) -> None:
        self._pause = pause
        self._refused = refused

    def ask(self, story: RunStory, open_question: Review | WaitView) -> Answer | None:
        """The person's answer, or None to leave it open."""
        self._pause()
        path = open_question.path
        say()
        if path in self._refused():
            say(f"That was not taken: {self._refused()[path]}")
        if isinstance(open_question, Review):
            return self._ask_review(open_question)
        say(f"{path}: nobody knows whether its effect happened, because the process died in the middle of it.")
        decision = _choose("Repeat it, did it happen, or give up", ("repeat", "happened", "give_up"))
        by = _name()
        return Answer(decision=decision, by=by) if by else None

    def _ask_review(self, review: Review) -> Answer | None:
        question = review.question
        say(f"Review · {review.path} · {question.title}")
        if review.due_at is not None:
            say(f"due {review.due_at:%Y-%m-%d %H:%M} UTC")
        say(_show(question.record))
        by = _name()
        if not by:
            return None
        decision = _choose("Your decision", tuple(question.choices))
        edit: Any = None
        if decision == "edit":
            edit = _value(typer.prompt("The new value (JSON, or plain text)"))
        needs_reason = decision in ("edit", "reject")
        reason = typer.prompt("Why" if needs_reason else "Why (may be empty)", default="", show_default=False)
        return Answer(decision=decision, by=by, reason=reason, edit=edit)


def _name() -> str:
    name: str = typer.prompt("Your name (empty leaves it open)", default="", show_default=False)
    return name.strip()


def _choose(prompt: str, choices: tuple[str, ...]) -> Any:
    letters = {choice[0]: choice for choice in choices}
    while True:
        shown = ", ".join(f"[{choice[0]}]{choice[1:]}" for choice in choices)
        said: str = typer.prompt(f"{prompt}: {shown}")
        chosen = letters.get(said.strip().lower()[:1])
        if chosen is not None:
            return chosen


def _show(record: JSON) -> str:
    return json.dumps(record, indent=2, ensure_ascii=False)


def _value(text: str) -> JSON:
    try:
        return json.loads(text)
    except ValueError:
        return text
