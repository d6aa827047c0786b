"""A Schedule says when runs are due: a plain choice or a cron expression, read in a time zone.

Expressions are read by `cronsim`, in local time without a zone; how local time stands in the world is decided here.
There are two kinds, as in Debian's cron. Where hour and minute are said (neither begins with `*`), each local time is
due once: at its first occurrence when clocks go back, and at the end of the gap when they go forward over it. Else each
real minute is due whose local time fits: so what repeats is due again, and what does not exist is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError
from pydantic import Field, StringConstraints, ValidationError, field_validator

from builder.engine.findings import Finding, error, suggest
from builder.engine.graph import Part
from builder.engine.source import CasedError, explain_settings

CLOSEST = 10
"""Seconds that lie at least between two due times."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTE, _SECOND, _DAY = timedelta(minutes=1), timedelta(seconds=1), timedelta(days=1)

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Minutes(Part):
    """Every so many minutes, from the full hour on."""

    every: Literal["minutes"]
    step: Literal[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30]


class Hours(Part):
    """Every so many hours, from midnight on, at a minute of the hour."""

    every: Literal["hours"]
    step: Literal[1, 2, 3, 4, 6, 8, 12] = 1
    minute: Annotated[int, Field(ge=0, le=59)] = 0


class Daily(Part):
    """Every day, or every day from Monday to Friday, at a time."""

    every: Literal["day", "weekday"]
    at: Clock


class Weekly(Part):
    """On days of the week, at a time."""

    every: Literal["week"]
    on: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)]
    at: Clock


class Monthly(Part):
    """On a day of the month that every month has, or on its last day, at a time."""

    every: Literal["month"]
    day: Annotated[int, Field(ge=1, le=28)] | Literal["last"]
    at: Clock


class Cron(Part):
    """A cron expression of five fields, or of six with seconds first."""

    every: Literal["cron"]
    cron: Annotated[str, StringConstraints(min_length=1, max_length=200)]


When: TypeAlias = Annotated[Minutes | Hours | Daily | Weekly | Monthly | Cron, Field(discriminator="every")]


class ScheduleSettings(Part):
    """The settings of a schedule.

    Attributes:
        when: when runs are due.
        zone: the IANA time zone in which that is read.
        overlap: what happens while the run before still goes on: `queue` waits for it, `skip` leaves this time out,
            `cancel` ends it and starts, `together` starts beside it.
        missed: what happens to times that passed while nobody kept time: `none` starts none of them, `last` the last,
            `all` the last `at_most` of them.
    """

    when: When
    zone: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    overlap: Literal["queue", "skip", "cancel", "together"] = "queue"
    missed: Literal["none", "last", "all"] = "last"
    at_most: Annotated[int, Field(ge=1, le=100)] = 10

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in _zones():
            raise CasedError(f"there is no time zone “{zone}”. {suggest(zone, sorted(_zones()))}", "zone", zone=zone)
        return zone

    @field_validator("when")
    @classmethod
    def _sensible(cls, when: Any) -> Any:
        read_cron(cron_of(when))
        return when

    @property
    def timing(self) -> Timing:
        """When it is due, without the rest."""
        return Timing(cron_of(self.when), self.zone)


@dataclass(frozen=True, slots=True)
class Timing:
    """When something is due: a cron expression and the zone in which it is read. Both are known to be good."""

    cron: str
    zone: str


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def check_schedule(settings: Mapping[str, Any]) -> list[Finding]:
    """What there is to say of a schedule's settings; fields are `settings.…`."""
    try:
        found = ScheduleSettings.model_validate(settings)
    except ValidationError as problem:
        return explain_settings(problem, settings, ScheduleSettings)
    if next_due(found.timing, datetime(2026, 1, 1, tzinfo=UTC)) is None:
        sentence = "This time never comes: no day fits all of it."
        return [error("never_due", sentence, "Change the day, the month or the weekday.", field="settings.when.cron")]
    return []


def cron_of(when: Any) -> str:
    """The expression that a choice stands for."""
    if isinstance(when, Cron):
        return when.cron
    if isinstance(when, Minutes):
        return f"*/{when.step} * * * *"
    if isinstance(when, Hours):
        return f"{when.minute} */{when.step} * * *"
    hour, minute = (int(part) for part in when.at.split(":"))
    days = "* * *"
    if isinstance(when, Weekly):
        days = "* * " + ",".join(sorted({str(_DAYS.index(day) + 1) for day in when.on}))
    elif isinstance(when, Monthly):
        days = f"{'L' if when.day == 'last' else when.day} * *"
    elif when.every == "weekday":
        days = "* * 1-5"
    return f"{minute} {hour} {days}"


@lru_cache(maxsize=1_000)
def read_cron(cron: str) -> tuple[str, tuple[int, ...]]:
    """An expression as five fields, and the seconds of the minute.

    Raises:
        ValueError: it is none, or two due times would lie too close.
    """
    fields = cron.split()
    if len(fields) not in (5, 6):
        wanted = "five fields (minute, hour, day, month, weekday), or six with seconds first"
        raise CasedError(f"a cron expression has {wanted}; this has {len(fields)}", "cron_fields", count=len(fields))
    try:
        parsed = CronSim(cron, datetime(2026, 1, 1))  # noqa: DTZ001  # local time: its zone is added by `next_due`
    except CronSimError as problem:
        what = str(problem).removeprefix("Bad ").lower()
        raise CasedError(
            f"the field for the {what} of “{cron}” is not right", f"cron_{what.replace('-', '_')}"
        ) from None
    except (ValueError, AssertionError, TypeError, IndexError):
        raise CasedError(f"“{cron}” is not a cron expression", "cron") from None
    seconds = tuple(sorted(parsed.seconds))
    gaps = [after - before for before, after in zip(seconds, (*seconds[1:], seconds[0] + 60), strict=True)]
    if min(gaps) < CLOSEST:
        sentence = f"runs may be due every {CLOSEST} seconds at most; this says every {min(gaps)}"
        raise CasedError(sentence, "too_close", least=CLOSEST)
    return " ".join(fields[-5:]), seconds


def next_due(timing: Timing, after: datetime) -> datetime | None:
    """The first due time after a moment, in UTC; None where none comes within fifty years."""
    cron, seconds = read_cron(timing.cron)
    zone = ZoneInfo(timing.zone)
    minute = after.astimezone(UTC).replace(second=0, microsecond=0) - _SECOND
    while True:
        due = _next_minute(cron, zone, minute)
        if due is None:
            return None
        for second in seconds:
            if due + second * _SECOND > after:
                return due + second * _SECOND
        minute = due


def due_times(timing: Timing, after: datetime) -> Iterator[datetime]:
    """Due times after a moment, one after the other, in UTC."""
    found = next_due(timing, after)
    while found is not None:
        yield found
        found = next_due(timing, found)


def _next_minute(cron: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    minute, hour, *_ = cron.split()
    fixed = not minute.startswith("*") and not hour.startswith("*")
    return _next_fixed(cron, zone, after) if fixed else _next_repeating(cron, zone, after)


def _next_fixed(cron: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    for local in CronSim(cron, after.astimezone(zone).replace(tzinfo=None)):
        due = _first_moment(local, zone)
        if due > after:
            return due
    return None


def _next_repeating(cron: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Local time is followed as long as the zone's offset stays; where it changes, it is followed anew from there."""
    while True:
        here = after.astimezone(zone).replace(tzinfo=None)
        local = next(CronSim(cron, here), None)
        if local is None:
            return None
        due = after + (local - here)
        change = _find_change(zone, after, due)
        if change is None:
            return due
        shown = change.astimezone(zone).replace(tzinfo=None)
        if next(CronSim(cron, shown - _SECOND), None) == shown:
            return change
        after = change


def _first_moment(local: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which clocks show a local time, or the one at which they jumped over it."""
    there = local.replace(tzinfo=zone)
    moment = there.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    jump = _find_change(zone, there.replace(fold=1).astimezone(UTC), moment)
    return moment if jump is None else jump


def _find_change(zone: ZoneInfo, start: datetime, end: datetime) -> datetime | None:
    """The first moment in (start, end] at which a zone's offset differs from the one at the start."""
    before, low = _offset(zone, start), start
    while low < end:
        high = min(low + _DAY, end)
        if _offset(zone, high) != before:
            while high - low > _SECOND:
                middle = low + (high - low) // 2
                low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
            return high.replace(microsecond=0)
        low = high
    return None


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
