"""A Schedule says when runs are due: a plain choice or a cron expression, read in a time zone.

Expressions are read by `cronsim`, in local time without a zone; how local time stands in the world is decided here.
There are two kinds, as in Debian's cron. Where hour and minute are said (neither begins with `*`), each local time is
due once: at its first occurrence when clocks go back, and at the end of the gap when they go forward over it. Else each
real minute is due whose local time fits: so what repeats is due again, and what does not exist is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field, StringConstraints, ValidationError, field_validator

from builder.engine.findings import Finding, error, suggest
from builder.engine.graph import Part
from builder.engine.source import CasedError, explain_settings

CLOSEST = 10
"""Seconds that lie at least between two due times."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTE, _SECOND, _DAY = timedelta(minutes=1), timedelta(seconds=1), timedelta(days=1)

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_NO_ZONES = frozenset({"Factory", "localtime"})  # of whatever machine looks, and no browser knows them
_MONTH_FIELD = 3  # of five
_FIELDS = (("second", 60), ("minute", 60), ("hour", 24), ("day-of-month", 31), ("month", 12), ("day-of-week", 7))
_EXAMPLES = {
    "second": "Write 0 to 59, as in 0, 0,30 or */15.",
    "minute": "Write 0 to 59, as in 30, 0,30 or */15.",
    "hour": "Write 0 to 23, as in 8, 8-17 or */2.",
    "day-of-month": "Write 1 to 31, as in 1, 1,15, */2 or L for the last one.",
    "month": "Write 1 to 12 or JAN to DEC, as in 1, 1-6 or */3.",
    "day-of-week": "Write 0 to 7 (0 and 7 are Sunday) or SUN to SAT, as in 1-5, MON#1 or 5L.",
}
_NAMED = {
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}  # fmt: skip


def _clock(said: str) -> str:
    if not _CLOCK.fullmatch(said):
        raise CasedError("a time of day is written as 08:30, from 00:00 to 23:59", "time", way_out="Write it so.")
    return said


Clock = Annotated[str, AfterValidator(_clock)]
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
    """A cron expression of five fields, or of six with seconds first; or a name for one, such as `@daily`."""

    every: Literal["cron"]
    cron: Annotated[str, StringConstraints(max_length=200)]


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
            same = next((each for each in sorted(_zones()) if each.lower() == zone.lower()), None)
            way_out = f"Did you mean `{same}`?" if same else suggest(zone, _near_zones(zone))
            raise CasedError(f"there is no time zone “{zone}”", "zone", way_out=way_out, zone=zone)
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
    return frozenset(available_timezones()) - _NO_ZONES


def _near_zones(zone: str) -> list[str]:
    """The zones of the same region: those are few enough to be compared with what was written."""
    region = zone.partition("/")[0] + "/"
    return sorted(each for each in _zones() if each.startswith(region))


def check_schedule(settings: Mapping[str, Any]) -> list[Finding]:
    """What there is to say of a schedule's settings; fields are `settings.…`."""
    try:
        found = ScheduleSettings.model_validate(settings)
    except ValidationError as problem:
        return explain_settings(problem, settings, ScheduleSettings)
    if next_due(found.timing, datetime(2026, 1, 1, tzinfo=UTC)) is None:
        sentence = "This time never comes: no day fits all of it."
        return [error("never_due", sentence, "Change the day, the month or the weekday.", field="settings.when.cron")]
    return list(_check_steps(found.timing.cron))


def _check_steps(cron: str) -> Iterator[Finding]:
    """A step that is larger than its field does not start as often as it says."""
    fields = cron.split()
    for (name, size), said in zip(_FIELDS[-len(fields) :], fields, strict=False):
        step = next((int(found) for found in re.findall(r"/(\d{1,9})", said) if int(found) > size), None)
        if step is not None:
            sentence = f"“{said}” has a step of {step}, and the field for the {name} has only {size}."
            way_out = f"Take a step of {size} at most, or add a schedule for each time."
            yield error("cron_step", sentence, way_out, field="settings.when", step=step, size=size)


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
    cron = _NAMED.get(cron.strip().lower(), cron)
    fields = cron.split()
    if len(fields) not in (5, 6):
        wanted = "five fields (minute, hour, day, month, weekday), or six with seconds first"
        raise CasedError(
            f"a cron expression has {wanted}; this has {len(fields)}", "cron_fields", count=len(fields),
            way_out="As in 30 8 * * 1-5: at 8:30 on weekdays.",
        )  # fmt: skip
    try:
        parsed = _parse_cron(fields)
    except CronSimError as problem:
        raise _explain_cron(fields, str(problem).removeprefix("Bad ").lower()) from None
    except (ValueError, AssertionError, TypeError, IndexError):
        raise CasedError(f"“{cron}” is not a cron expression", "cron") from None
    seconds = tuple(sorted(parsed.seconds))
    gaps = [after - before for before, after in zip(seconds, (*seconds[1:], seconds[0] + 60), strict=True)]
    if min(gaps) < CLOSEST:
        sentence = f"runs may be due every {CLOSEST} seconds at most; this says every {min(gaps)}"
        raise CasedError(sentence, "too_close", least=CLOSEST, way_out="Say fewer seconds.")
    return " ".join(fields[-5:]), seconds


def _parse_cron(fields: Sequence[str]) -> CronSim:
    return CronSim(" ".join(fields), datetime(2026, 1, 1))  # noqa: DTZ001  # local time: its zone is added by `next_due`


def _explain_cron(fields: Sequence[str], what: str) -> CasedError:
    """What is wrong with a field; a day that would be right in another month only never comes."""
    cron = " ".join(fields)
    if what == "day-of-month":
        with suppress(CronSimError):
            at = len(fields) - 5 + _MONTH_FIELD
            _parse_cron([*fields[:at], "*", *fields[at + 1 :]])
            sentence = f"“{cron}” never comes: no month of it has that day"
            return CasedError(sentence, "never", way_out="Change the day or the month.")
    way_out = _EXAMPLES.get(what, "Change it.")
    return CasedError(f"the field for the {what} of “{cron}” is not right", f"cron_{what.replace('-', '_')}",
                      way_out=way_out)  # fmt: skip


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
