"""Following a run from the command line: showing its steps, answering its questions, until it ends or must be left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from builder.cli.answers import Answer, Answers
from builder.cli.output import NOT_SIGNED_IN
from builder.engine.state import FINAL_RUNS, RunStatus
from builder.kit.clock import SYSTEM_CLOCK
from builder.kit.errors import HandrailError
from builder.reviews import Review, check_edit, decide_review, open_reviews_of, reviews_of
from builder.runs import RunStory, WaitView, clarify_step, read_run
from builder.wiring import Application

LOOK_EVERY = 0.05
"""Seconds between two looks at a run that this process executes."""
LONGEST_TIMER = 600.0
"""A run whose timer fires later than this many seconds from now is left to `handrail resume`."""

Show = Callable[[RunStory], None]
AskPerson = Callable[[RunStory, Review | WaitView], Answer | None]


@dataclass
class Follower:
    """One run, followed.

    Attributes:
        answers: what was decided beforehand.
        show: paints the run each time something changed.
        ask: asks at the terminal; None where there is none.
        refused: for each step, why an answer was not taken.
        deciders: for each step that people decided, who did, by name as given.
    """

    application: Application
    run_id: int
    answers: Answers
    show: Show
    ask: AskPerson | None = None
    refused: dict[str, str] = field(default_factory=dict)
    deciders: dict[str, str] = field(default_factory=dict)
    _pause: threading.Event = field(default_factory=threading.Event)

    def follow(self) -> RunStory:
        """The run as it was when it ended or could not go on without people."""
        while True:
            story = self.read()
            self.show(story)
            status = RunStatus(story.run.status)
            if status in FINAL_RUNS or status is RunStatus.QUARANTINED:
                return story
            if status is RunStatus.WAITING and not self._answer_all(story) and not self._fires_soon(story):
                return self.read()
            self._pause.wait(LOOK_EVERY)

    def read(self) -> RunStory:
        """The run as it stands."""
        story, self.deciders = read_told(self.application, self.run_id)
        return story

    def _fires_soon(self, story: RunStory) -> bool:
        wakes = story.run.wakes
        waits_for_people = any(wait.path not in self.answers.given for wait in story.waits)
        return (
            wakes is not None and not waits_for_people and (wakes - SYSTEM_CLOCK.now()).total_seconds() < LONGEST_TIMER
        )

    def _answer_all(self, story: RunStory) -> bool:
        """Answers what can be answered now; whether anything was."""
        with self.application.database.read() as session:
            reviews = open_reviews_of(session, self.run_id)
        answered = False
        for review in reviews:
            answered |= self._answer(story, review.path, review, partial(self._decide, review))
        for wait in story.waits:
            if wait.kind == "uncertain":
                answered |= self._answer(story, wait.path, wait, partial(self._clarify, wait))
        return answered

    def _answer(
        self, story: RunStory, path: str, open_question: Review | WaitView, give: Callable[[Answer], None]
    ) -> bool:
        answer = None if path in self.refused else self.answers.take(path)
        while True:
            if answer is None and self.ask is not None:
                answer = self.ask(story, open_question)
            if answer is None:
                return False
            try:
                give(answer)
            except HandrailError as error:
                self.refused[path] = error.sentence if error.way_out is None else f"{error.sentence} {error.way_out}"
                if self.ask is None:
                    return False
                answer = None
                continue
            self.refused.pop(path, None)
            self.answers.given.add(path)
            return True

    def _decide(self, review: Review, answer: Answer) -> None:
        if answer.decision == "edit":
            with self.application.database.read() as session:
                check_edit(
                    session, review.id, answer.by, answer.edit, answer.reason, self.application, SYSTEM_CLOCK.now()
                )
        with self.application.transaction() as session:
            decide_review(
                session,
                review.id,
                by=answer.by,
                decision=answer.decision,
                now=SYSTEM_CLOCK.now(),
                payload_hash=review.payload_hash,
                edit=answer.edit,
                reason=answer.reason,
            )

    def _clarify(self, wait: WaitView, answer: Answer) -> None:
        with self.application.transaction() as session:
            clarify_step(session, self.run_id, wait.path, answer.clarified(), by=answer.by, output=answer.edit)


def read_told(application: Application, run_id: int) -> tuple[RunStory, dict[str, str]]:
    """A run whose decided steps say how they were decided, and by step path who did.

    Raises:
        HandrailError: there is no such run.
    """
    with application.database.read() as session:
        story = read_run(session, run_id, application.payloads)
        answers = {each.review.path: each.answer for each in reviews_of(session, run_id) if each.answer is not None}
    said = {path: f"{each.by} decided: {each.decision} ({NOT_SIGNED_IN})." for path, each in answers.items()}
    steps = tuple(replace(step, why=step.why or said.get(step.path, "")) for step in story.steps)
    return replace(story, steps=steps), {path: each.by for path, each in answers.items()}


def step_types(document: Mapping[str, Any]) -> Callable[[str], str]:
    """For a woven document, the type of each step path (`rows[3].check`)."""
    called: Mapping[str, Any] = document.get("called", {})

    def type_of(path: str) -> str:
        graph: Mapping[str, Any] = document["graph"]
        node: Mapping[str, Any] = {}
        for part in path.split("."):
            node = graph["nodes"].get(part.partition("[")[0], {})
            config = node.get("config", {})
            graph = config.get("body") or called.get(config.get("workflow", ""), {"nodes": {}})
        return str(node.get("type", ""))

    return type_of
