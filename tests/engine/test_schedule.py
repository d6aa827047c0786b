"""Due times against an oracle that looks at every real minute, around the clock changes of twelve zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest

from builder.engine.schedule import Timing, due_times

ZONES = (
    "Europe/Berlin", "America/New_York", "America/Santiago", "America/Havana", "America/St_Johns", "Asia/Beirut",
    "Africa/Casablanca", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Chatham", "Antarctica/Troll", "Asia/Kolkata",
)  # fmt: skip
FIXED = ("30 2 * * *", "0,15,59 0-3 * * *", "0 0 * * *", "45 1 * * 0", "5 3 L * *")
REPEATING = ("*/15 * * * *", "*/7 0-4 * * *", "0 * * * *", "30 */2 * * *", "*/30 2 * * 6,0")
MINUTE = timedelta(minutes=1)


@cache
def changes(zone: str, years: range) -> tuple[datetime, ...]:
    """The hours in which a zone's clocks change."""
    there, found = ZoneInfo(zone), []
    hour, end = datetime(years[0], 1, 1, tzinfo=UTC), datetime(years[-1] + 1, 1, 1, tzinfo=UTC)
    while hour < end:
        following = hour + timedelta(hours=1)
        if hour.astimezone(there).utcoffset() != following.astimezone(there).utcoffset():
            found.append(hour)
        hour = following
    return tuple(found)


def fits(field: str, value: int, least: int, most: int) -> bool:
    """Whether a field of these expressions holds a value."""
    for part in field.split(","):
        span, _, step = part.partition("/")
        low, high = (least, most) if span == "*" else (int(x) for x in (span.split("-") * 2)[:2])
        if low <= value <= high and (value - low) % int(step or 1) == 0:
            return True
    return False


def shows(cron: str, local: datetime) -> bool:
    """Whether an expression means a local minute."""
    minute, hour, day, month, weekday = cron.split()
    last = (local + timedelta(days=1)).day == 1 if day == "L" else fits(day, local.day, 1, 31)
    return (
        fits(minute, local.minute, 0, 59) and fits(hour, local.hour, 0, 23) and fits(month, local.month, 1, 12)
        and last and fits(weekday, local.isoweekday() % 7, 0, 6)
    )  # fmt: skip


def oracle(cron: str, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Each real minute in (start, end] that is due, found by looking at every one."""
    fixed = cron in FIXED
    moment, before = start, start.astimezone(zone).replace(tzinfo=None)
    while moment < end:
        moment += MINUTE
        there = moment.astimezone(zone)
        local = there.replace(tzinfo=None)
        due = shows(cron, local) and not (fixed and there.fold)
        while fixed and before + MINUTE < local:
            before += MINUTE
            due = due or shows(cron, before)
        before = local
        if due:
            yield moment


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("cron", [*FIXED, *REPEATING])
def test_both_clock_changes_are_right(zone: str, cron: str) -> None:
    for change in changes(zone, range(2026, 2028)) or (datetime(2026, 3, 29, tzinfo=UTC),):
        start, end = change - timedelta(hours=5), change + timedelta(hours=7)
        found = list(takewhile(lambda due, end=end: due <= end, due_times(Timing(cron, zone), start)))  # type: ignore[misc]
        assert found == list(oracle(cron, ZoneInfo(zone), start, end)), (zone, cron, change)
