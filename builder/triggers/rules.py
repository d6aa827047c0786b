"""What somebody wants a trigger to be, whether it would work, and what a schedule does next. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile

from pydantic import ValidationError

from builder.engine.findings import Finding, Severity, error
from builder.engine.graph import Binding, TriggerKind
from builder.engine.schedule import ScheduleSettings, next_due
from builder.engine.triggers import check_trigger
from builder.kit.shapes import ShapeError, normalise
from builder.sdk import JSON, Schema
from builder.triggers.schemas import Armed, BadTriggerError, Span, Trigger


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants a trigger to be.

    Attributes:
        kind: what starts the runs.
        name: what people call it; each has its own in a workflow.
        settings: of its kind.
        inputs: bindings as a file says them; None: the body is the input.
        pinned: the version that it starts; None: whichever is live.
    """

    kind: TriggerKind
    name: str
    settings: Mapping[str, JSON]
    inputs: Mapping[str, JSON] | None = None
    pinned: int | None = None


def wish_of(trigger: Trigger) -> Wish:
    """What a trigger is, as a wish."""
    return Wish(trigger.kind, trigger.name, trigger.settings, trigger.inputs, trigger.pinned)


def judge_trigger(wish: Wish, wanted: Schema) -> list[Finding]:
    """Everything there is to say of a trigger as somebody wants it.

    Args:
        wish: the trigger.
        wanted: schema of the workflow's inputs.
    """
    try:
        normalise({"settings": dict(wish.settings), "inputs": wish.inputs}, {})
        inputs = None
        if wish.inputs is not None:
            inputs = {field: Binding.model_validate(said) for field, said in wish.inputs.items()}
    except ShapeError as problem:
        return [error("bad_trigger", f"This cannot be stored: {problem}", "Change it.")]
    except ValidationError:
        sentence = "An input is bound in a way that there is not."
        return [error("bad_trigger", sentence, "Give a value, or say where it comes from.", field="inputs")]
    return check_trigger(wish.kind, wish.settings, inputs, wanted)


def expect_no_error(findings: list[Finding]) -> None:
    """Refuses a trigger that would not work.

    Raises:
        BadTriggerError: with everything that was found.
    """
    first = next((each for each in findings if each.severity is Severity.ERROR), None)
    if first is not None:
        said = [{**each.as_record(), "params": each.params} for each in findings]
        raise BadTriggerError(first.sentence, field=first.field, way_out=first.way_out, findings=said)


_OF_ONE_ONLY = frozenset({"required", "additionalProperties", "minItems", "maxItems"})


def loosen_schema(seen: Schema) -> Schema:
    """The shape of one sample, as the shape of what may come: the next delivery may have more fields, or fewer, and
    what is nothing in this one may be anything.
    """
    if seen.get("type") == "null":
        return {}
    said = {key: value for key, value in seen.items() if key not in _OF_ONE_ONLY}
    if isinstance(fields := said.get("properties"), Mapping):
        said["properties"] = {name: loosen_schema(field) for name, field in fields.items()}
    if isinstance(items := said.get("items"), Mapping):
        said["items"] = loosen_schema(items)
    return said


# ---------------------------------------------------------------------- schedules

LATE = timedelta(minutes=2)
"""What is noticed later than this was missed."""
WALKED = 1_000
"""How many times that passed are looked at one by one."""
SPANS = 20
"""Changes of a schedule, while something of it was due, that are told apart."""
WAITING = 10
"""Due times of a schedule that wait for the run before; more are left out."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Due times in a row that are left out, because they were missed: the first, the last, and how many at least."""

    first: datetime
    last: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What is done next with a schedule that is due.

    Attributes:
        missed: what is left out before.
        due: the time that starts a run now; None: none does.
        late: whether that was missed, and is made up for.
        following: the schedule as it is then.
    """

    missed: Missed | None
    due: datetime | None
    late: bool
    following: Armed


def walk_due(armed: Armed) -> Iterator[Armed]:
    """The schedule at each of its due times, one after the other."""
    while armed.next_due is not None:
        yield armed
        armed = _step(armed)


def _step(armed: Armed) -> Armed:
    """The schedule at the due time after its next one. The times of a timing end where the timing did."""
    assert armed.next_due is not None, "it is due"
    spans, after = armed.spans, armed.next_due
    found = next_due(spans[0].timing, after)
    while (until := spans[0].until) is not None and (found is None or found > until):
        spans = spans[1:]
        found = next_due(spans[0].timing, until)
    return Armed(armed.trigger_id, found, spans)


def plan_turn(armed: Armed, settings: ScheduleSettings, now: datetime) -> Turn:
    """What is done next with a schedule whose next time has come.

    What is noticed in time always starts a run. Of what was missed, the settings say what is made up for: nothing, the
    last if nothing newer is due, or the last so many.
    """
    passed, left_out = _find_passed(armed, settings, now)
    missed = [each for each in passed if each.next_due is not None and now - each.next_due > LATE]
    fresh = passed[len(missed) :]
    kept = {"none": [], "last": [] if fresh else missed[-1:], "all": missed[-settings.at_most :]}[settings.missed]
    gone = missed[: len(missed) - len(kept)]
    todo = [*kept, *fresh]
    skipped = None
    if left_out or gone:
        assert armed.next_due is not None, "it is due"
        last = (gone or left_out)[-1].next_due or armed.next_due
        skipped = Missed(armed.next_due, last, len(left_out) + len(gone))
    if todo:
        return Turn(skipped, todo[0].next_due, bool(kept), _step(todo[0]))
    return Turn(skipped, None, False, _step(gone[-1]))


def _find_passed(armed: Armed, settings: ScheduleSettings, now: datetime) -> tuple[list[Armed], list[Armed]]:
    """The due times up to now, and those before them that were too many to look at one by one."""
    due = takewhile(lambda each: each.next_due is not None and each.next_due <= now, walk_due(armed))
    passed = list(islice(due, WALKED))
    if len(passed) < WALKED:
        return passed, []
    first, last = passed[0].next_due, passed[-1].next_due
    assert first is not None, "it was walked over"
    assert last is not None, "it was walked over"
    pace = (last - first) / WALKED
    start = max(last, now - max(LATE, pace * 2 * settings.at_most))
    newest = Armed(armed.trigger_id, next_due(armed.spans[-1].timing, start), armed.spans[-1:])
    rest = [each for each in islice(walk_due(newest), WALKED) if each.next_due is not None and each.next_due <= now]
    return (rest, passed) if rest else (passed[-1:], passed[:-1])


def arm_schedule(before: Armed | None, trigger: Trigger, now: datetime) -> Armed:
    """A schedule after a change: what was due by then stays due, by the timing that held.

    Args:
        before: the schedule as it was; None: it is new.
        trigger: as it is now.
        now: when.
    """
    if not trigger.starts:
        return Armed(trigger.id, None, ())
    timing = ScheduleSettings.model_validate(trigger.settings).timing
    if before is None or before.next_due is None:
        return Armed(trigger.id, next_due(timing, now), (Span(timing),))
    *ended, holds = before.spans
    if holds.timing == timing:
        return before
    if before.next_due > now:
        return Armed(trigger.id, next_due(timing, now), (Span(timing),))
    spans: Sequence[Span] = (*ended, Span(holds.timing, now))
    return Armed(trigger.id, before.next_due, (*spans[:SPANS], Span(timing)))
