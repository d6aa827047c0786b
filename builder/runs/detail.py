"""One run, or one step of it, as the screens show it: on the graph that it runs, with what it waits for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.engine.plan import Plan, PlanNode
from builder.engine.state import FINAL_RUNS, RunStatus, StepStatus, join_step_path, split_step_path
from builder.kit.errors import HandrailError
from builder.kit.ids import show_id
from builder.runs import store
from builder.runs.browse import can_look_inside, find_run, sees_payload
from builder.runs.files import show_files
from builder.runs.given import read_step_inputs
from builder.runs.loading import read_value
from builder.runs.read import RunStory, StepView, WaitView, read_run
from builder.runs.schemas import STEP, RunFacts
from builder.runs.store.looks import read_looks
from builder.runs.tell import RunMissingError
from builder.runs.views import (
    EdgeView,
    GuardRow,
    LogLine,
    MayView,
    RunDetail,
    StepDetail,
    StepRow,
    UsageView,
    VerdictView,
    WaitRow,
    row_of,
    show_looks,
)
from builder.sdk import JSON
from builder.teams import Caller, Installation, may

MOST_STEPS = 2_000
"""Steps that one answer holds; a map over a large list has many more."""

LOOKS = 20
"""Looks inside a run that one answer tells of."""

_INDEX = re.compile(r"\[[0-9]+\]")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run stands on.

    Attributes:
        document: the woven document.
        plan: compiled of it; None where it no longer holds on what is installed here.
        tokens: step path → the last question that it put to people.
    """

    document: Mapping[str, Any]
    plan: Plan | None
    tokens: Mapping[str, int]

    def node(self, path: str) -> PlanNode | None:
        """The node behind a step path."""
        scope, name = split_step_path(path)
        try:
            return None if self.plan is None else self.plan.graph_of(scope).nodes[name]
        except KeyError:
            return None


def show_run(session: Session, caller: Caller, run_id: int, site: Installation) -> RunDetail:
    """One run, for somebody who may know of it.

    Raises:
        RunMissingError: there is none that he may know of.
    """
    facts = find_run(session, caller, run_id)
    ground = _find_ground(session, facts, site)
    seen = sees_payload(session, caller, facts)
    story = read_run(session, run_id, None)
    given = store.read_ends(session, run_id) if seen else None
    shown = _shown(story.steps)
    return RunDetail(
        **row_of(session, facts),
        wakes_at=story.run.wakes,
        steps=[_step(each, ground) for each in shown],
        steps_left_out=len(story.steps) - len(shown),
        graph=dict(ground.document["graph"]),
        insertions=list(_insertions(ground.document)),
        edges_taken=list(_edges(shown, ground)),
        waits=list(_waits(story)),
        guards=list(_guards(story.steps, ground)),
        payload=seen,
        emptied_at=story.run.emptied,
        input=None if given is None else read_value(*given[0], site.payloads),
        result=None if given is None else read_value(*given[1], site.payloads),
        files=show_files(session, run_id) if seen else [],
        looks=show_looks(session, read_looks(session, run_id, LOOKS), caller, read_clock(session)),
        may=_may(caller, facts, story.waits, seen=seen),
    )


def show_step(session: Session, caller: Caller, run_id: int, path: str, site: Installation) -> StepDetail:
    """One step of a run, for somebody who may know of it.

    Raises:
        RunMissingError: there is none that he may know of.
    """
    facts = find_run(session, caller, run_id)
    ground = _find_ground(session, facts, site)
    seen = sees_payload(session, caller, facts)
    story = read_run(session, run_id, None)
    found = next((each for each in story.steps if each.path == path), None)
    if found is None:
        raise RunMissingError(f"Run {show_id(run_id)} has no step {path}.", node=path)
    log = [
        LogLine(at=each["at"], state=each["status"], attempt=each["attempt"], sentence=each.get("why", ""))
        for each in story.events
        if each["kind"] == STEP and each["path"] == path
    ]
    inputs, output = _values(session, run_id, path, ground, site) if seen else (None, None)
    return StepDetail(**dict(_step(found, ground)), payload=seen, inputs=inputs, output=output, log=log)


def _find_ground(session: Session, facts: RunFacts, site: Installation) -> Ground:
    document = store.read_plan_document(session, facts.plan_hash)
    try:
        plan = site.load_plan(document)
    except HandrailError:
        plan = None
    return Ground(document, plan, store.read_tokens(session, facts.id))


def _shown(steps: Sequence[StepView]) -> Sequence[StepView]:
    """The steps of one answer: of too many, those that went wrong or still go on before the others."""
    if len(steps) <= MOST_STEPS:
        return steps
    usual = (StepStatus.SUCCEEDED, StepStatus.SKIPPED)
    ranked = sorted(range(len(steps)), key=lambda at: (steps[at].status in usual, at))
    return [steps[at] for at in sorted(ranked[:MOST_STEPS])]


def _step(step: StepView, ground: Ground) -> StepRow:
    node = ground.node(step.path)
    return StepRow(
        path=step.path,
        node=_INDEX.sub("", step.path),
        type="" if node is None else node.type,
        title="" if node is None else node.title,
        state=step.status,
        attempts=step.attempts,
        started_at=step.started,
        ended_at=step.ended,
        why=step.why,
        due=_moment(step.due),
        ports=list(step.ports),
        verdict=_verdict(step.verdict),
        usage=None if step.usage is None else _usage(step.usage),
        error=None if step.error is None else dict(step.error),
        marks=list(step.marks),
        duplicate=step.duplicate,
        forced=node is not None and node.woven,
        review=ground.tokens.get(step.path),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _verdict(verdict: Mapping[str, Any] | None) -> VerdictView | None:
    if verdict is None:
        return None
    names = ("kind", "field", "start", "end", "score", "detector")
    findings = [dict(zip(names, each, strict=True)) for each in verdict["findings"]]
    return VerdictView(word=verdict["word"], reason=verdict["reason"], findings=findings)


def _usage(usage: Sequence[Any]) -> UsageView:
    model, tokens_in, tokens_out, cost, practice = usage
    return UsageView(model=model, tokens_in=tokens_in, tokens_out=tokens_out, cost=cost, practice=practice)


def _insertions(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    owners = {each["name"]: each.get("owner", "") for each in document["templates"]}
    for each in document["insertions"]:
        yield {**each, "owner": owners.get(each["template"], "")}


def _edges(steps: Sequence[StepView], ground: Ground) -> Iterator[EdgeView]:
    for step in steps:
        node = ground.node(step.path)
        if node is None or step.ended is None:
            continue
        scope, _ = split_step_path(step.path)
        for port in step.ports:
            for target in node.outgoing.get(port, ()):
                yield EdgeView(source=step.path, port=port, target=join_step_path(scope, target))


def _waits(story: RunStory) -> Iterator[WaitRow]:
    asked = {(each.path, each.kind): each for each in story.waits}
    names = {each["path"]: each.get("signal") for each in story.events if each["kind"] == STEP}
    for step in story.steps if RunStatus(story.run.status) not in FINAL_RUNS else ():
        ask, uncertain = asked.get((step.path, "ask")), asked.get((step.path, "uncertain"))
        due, signal = _moment(step.due), names.get(step.path)
        if uncertain is not None:
            yield WaitRow(step=step.path, kind="uncertain", since=uncertain.opened, until=None, review=None,
                          signal=None, sentence=step.why)  # fmt: skip
        elif ask is not None:
            yield WaitRow(step=step.path, kind="ask", since=ask.opened, until=due, review=ask.token, signal=None,
                          sentence=step.why)  # fmt: skip
        elif step.status in (StepStatus.WAITING, StepStatus.RETRYING) and (signal or due):
            yield WaitRow(step=step.path, kind="signal" if signal else "timer", since=step.started, until=due,
                          review=None, signal=signal, sentence=step.why)  # fmt: skip


def _guards(steps: Sequence[StepView], ground: Ground) -> Iterator[GuardRow]:
    verdicts = {_INDEX.sub("", each.path): each.verdict for each in steps if each.verdict is not None}
    for each in ground.document["insertions"]:
        yield GuardRow(
            node=each["id"], rule=each["rule"], template=each["template"], because=each["because"],
            verdict=_verdict(verdicts.get(each["id"])),
        )  # fmt: skip
    for each in ground.document["guards"]:
        yield GuardRow(node=None, rule=each["rule"], template=each["template"], because=each["because"], verdict=None)


def _may(caller: Caller, run: RunFacts, waits: Sequence[WaitView], *, seen: bool) -> MayView:
    over, away = run.status in FINAL_RUNS, run.status is RunStatus.QUARANTINED
    starts = may(caller, "run.start", run.team_id)
    return MayView(
        cancel=not over and may(caller, "run.cancel", run.team_id),
        retry=starts and (over or away) and run.emptied_at is None,
        rerun=starts and run.workflow_id is not None,
        release=starts and away,
        clarify=starts and any(each.kind == "uncertain" for each in waits),
        look_inside=can_look_inside(caller, run, seen=seen),
    )


def _values(session: Session, run_id: int, path: str, ground: Ground, site: Installation) -> tuple[JSON, JSON]:
    """What a step was given and gave; None for what is not known (any more)."""
    output = read_value(*store.read_output(session, run_id, path), site.payloads)
    if ground.plan is None:
        return None, output
    try:
        return read_step_inputs(session, run_id, path, ground.plan, site.payloads), output
    except HandrailError:
        return None, output
