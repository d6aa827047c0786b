"""What goes over the wire: runs, their steps and what they wait for, as screens see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from builder.engine.state import RunStatus, StepStatus
from builder.files import FileView
from builder.kit.ids import read_id
from builder.kit.wire import Id
from builder.runs.halt_views import HaltedView, show_holding
from builder.runs.schemas import Look, RunFacts
from builder.runs.store.lists import find_uncertain
from builder.sdk import Mode, Stage
from builder.teams import Caller, read_people, read_teams
from builder.workflows import Named, name_workflows


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid")


class StarterView(Wire):
    """Who started a run: a person, or whoever the command line named."""

    id: Id | None
    name: str


class ForkView(Wire):
    """The earlier run that a run repeats, and from which step; None: from its beginning."""

    run: Id
    step: str | None


class StartedByView(Wire):
    """What started a run: the form, or a trigger, by the name that it had then. It may be gone."""

    kind: str
    id: Id | None
    name: str | None


class RunRow(Wire):
    """A run in a list.

    Attributes:
        halted: None where nothing stops it.
        started_by: None where it was started on the command line, to try it, or again.
        workflow, version, team: None for a run of a file.
        uncertain: whether it waits for somebody to say what became of an effect.
        why: why it waits, or ended as it did.
        cost: so far, in the organisation's currency.
        started_at: when it was asked for.
    """

    id: Id
    workflow: Named | None
    name: str
    version: int | None
    state: RunStatus
    uncertain: bool
    mode: Mode
    stage: Stage
    team: Named | None
    starter: StarterView
    started_by: StartedByView | None
    halted: HaltedView | None
    why: str | None
    cost: float
    started_at: datetime
    ended_at: datetime | None
    forked_from: ForkView | None


class VerdictView(Wire):
    """What a policy found. A finding says of which kind, in which field, and from where to where."""

    word: str
    reason: str
    findings: list[dict[str, Any]]


class UsageView(Wire):
    """What a model call took."""

    model: str
    tokens_in: int
    tokens_out: int
    cost: float
    practice: bool


class StepRow(Wire):
    """A step of a run.

    Attributes:
        path: its path in this run (`rows[3].check`).
        node: path of its node in the graph (`rows.check`).
        ports: the ports that it left by.
        marks: what people must know of it: *on an example*, *unreviewed*, *copied from …*.
        duplicate: it may have cost its price twice.
        forced: governance wove it in.
        review: the last question that it put to people.
    """

    path: str
    node: str
    type: str
    title: str
    state: StepStatus
    attempts: int
    started_at: datetime
    ended_at: datetime | None
    why: str
    due: datetime | None
    ports: list[str]
    verdict: VerdictView | None
    usage: UsageView | None
    error: dict[str, Any] | None
    marks: list[str]
    duplicate: bool
    forced: bool
    review: Id | None


class LogLine(Wire):
    """Something that happened to a step. `sentence` may be empty; the state then says it all."""

    at: datetime
    state: StepStatus
    attempt: int
    sentence: str


class StepDetail(StepRow):
    """A step with what it was given and gave; both only where `payload` is true."""

    payload: bool
    inputs: Any = None
    output: Any = None
    log: list[LogLine]


class EdgeView(Wire):
    """An arrow that the run took, between two step paths; `port` is where it leaves the first."""

    model_config = ConfigDict(extra="forbid", validate_by_name=True)

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    port: str


class WaitRow(Wire):
    """What a run waits for.

    Attributes:
        kind: people (`ask`), somebody who says what became of an effect (`uncertain`), time, or a signal.
        signal: the name of the signal.
    """

    step: str
    kind: Literal["ask", "uncertain", "timer", "signal"]
    since: datetime
    until: datetime | None
    review: Id | None
    signal: str | None
    sentence: str


class GuardRow(Wire):
    """A rule that governance enforced in this run: by a node that it wove in, or (None) by the machine itself."""

    node: str | None
    rule: str
    template: str
    because: str
    verdict: VerdictView | None


class LookView(Wire):
    """That an admin looks inside a run, or did: who, why, and until when; `mine` says that it is the caller."""

    id: Id
    by: str
    mine: bool
    reason: str
    begun_at: datetime
    until: datetime
    open: bool


class MayView(Wire):
    """What the caller may do with the run now; to look inside is to read what went through it, with a reason."""

    cancel: bool
    retry: bool
    rerun: bool
    release: bool
    clarify: bool
    look_inside: bool


class RunDetail(RunRow):
    """A run with its steps, in the order of their beginning, on the graph that it runs.

    Attributes:
        wakes_at: when it goes on by itself.
        steps_left_out: how many steps are not among `steps`, because there are too many.
        graph: the woven graph.
        insertions: the nodes that governance wove in, where and why.
        payload: whether the caller may see what went through it; only then `input` and `result` are there.
        emptied_at: when what went through it was deleted, because it was old.
        files: those that it was given and made; ids in what went through it name them.
        looks: the last admins who looked inside, the last first.
    """

    wakes_at: datetime | None
    steps: list[StepRow]
    steps_left_out: int
    graph: dict[str, Any]
    insertions: list[dict[str, Any]]
    edges_taken: list[EdgeView]
    waits: list[WaitRow]
    guards: list[GuardRow]
    payload: bool
    emptied_at: datetime | None
    input: Any = None
    result: Any = None
    files: list[FileView]
    looks: list[LookView]
    may: MayView


class StartedRun(Wire):
    """The run that was made."""

    run: Id


class RetryIn(Wire):
    """From which step."""

    from_step: Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")]


class RerunIn(Wire):
    """The other input."""

    input: dict[str, Any]


class LookIn(Wire):
    """Why somebody looks inside."""

    reason: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]


class ClarifyIn(Wire):
    """What became of an effect; `output` is what it gave, if it happened."""

    answer: Literal["repeat", "happened", "give_up"]
    output: Any = None


class AnswerIn(Wire):
    """A decision made beforehand."""

    decision: Literal["approve", "edit", "reject"]
    edit: Any = None
    reason: Annotated[str, Field(max_length=4_000, pattern=r"^[^\x00]*$")] = ""


NodePath = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")]


class TryIn(Wire):
    """What is tried: all of the graph, all up to a node, or one node alone.

    Attributes:
        input: without one, that of the last run is taken, or an example.
        upto, only: path of a node; at most one of the two. For `only`, what leads to it is pinned to its last outputs.
        pins: node path → its output; such a node is not executed.
        answers: node path → what it is answered with, where it asks people.
    """

    graph: dict[str, Any]
    input: dict[str, Any] | None = None
    upto: NodePath | None = None
    only: NodePath | None = None
    pins: dict[NodePath, Any] = {}
    answers: dict[NodePath, AnswerIn] = {}


class SampleView(Wire):
    """What a node gave when it last succeeded."""

    output: Any
    run: Id
    at: datetime


def show_runs(session: Session, runs: Iterable[RunFacts]) -> list[RunRow]:
    """Runs for the screen."""
    runs = list(runs)
    uncertain = find_uncertain(session, [each.id for each in runs if each.status is RunStatus.WAITING])
    return [RunRow(**row) for row in _rows(session, runs, uncertain)]


def show_looks(session: Session, looks: Sequence[Look], caller: Caller, now: datetime) -> list[LookView]:
    """Looks inside runs for the screen."""
    people = read_people(session, [each.person_id for each in looks]) if looks else {}
    return [
        LookView(
            id=each.id,
            by=people[each.person_id].name,
            mine=each.person_id == caller.person_id,
            reason=each.reason,
            begun_at=each.begun_at,
            until=each.until,
            open=each.until > now,
        )
        for each in looks
    ]


def row_of(session: Session, run: RunFacts) -> dict[str, Any]:
    """The fields of one run, for what shows more of it."""
    return next(iter(_rows(session, [run], find_uncertain(session, [run.id]))))


def _rows(session: Session, runs: list[RunFacts], uncertain: frozenset[int]) -> Iterable[dict[str, Any]]:
    teams = read_teams(session, frozenset(each.team_id for each in runs if each.team_id is not None))
    workflows = name_workflows(session, {each.workflow_id for each in runs if each.workflow_id is not None})
    people = _people(session, {each.starter for each in runs})
    halts = show_holding(session, {each.halt_id for each in runs if each.halt_id is not None})
    for each in runs:
        yield {
            "id": each.id,
            "workflow": workflows.get(each.workflow_id) if each.workflow_id is not None else None,
            "name": each.name,
            "version": each.version,
            "state": each.status,
            "uncertain": each.id in uncertain,
            "mode": each.mode,
            "stage": each.stage,
            "team": Named(id=each.team_id, name=teams.get(each.team_id, each.team)) if each.team_id else None,
            "starter": people[each.starter],
            "started_by": _started_by(each),
            "halted": halts.get(each.halt_id or 0),
            "why": each.why or None,
            "cost": each.cost,
            "started_at": each.made_at,
            "ended_at": each.ended_at,
            "forked_from": ForkView(run=each.forked_from, step=each.forked_at) if each.forked_from else None,
        }


def _started_by(run: RunFacts) -> StartedByView | None:
    kind = run.trigger_kind
    return None if kind is None else StartedByView(kind=kind, id=run.trigger_id, name=run.trigger_name)


def _people(session: Session, starters: Iterable[str]) -> Mapping[str, StarterView]:
    """Starters by how rows name them: people by their id as text, others as the command line named them."""
    numbers = {text: number for text in starters if (number := _number_of(text)) is not None}
    known = read_people(session, list(numbers.values()))
    people = {text: StarterView(id=number, name=known[number].name) for text, number in numbers.items()
              if number in known}  # fmt: skip
    return {text: people.get(text) or StarterView(id=None, name=text) for text in starters}


def _number_of(text: str) -> int | None:
    try:
        return read_id(text)
    except ValueError:
        return None
