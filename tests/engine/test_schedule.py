"""Due times against an oracle that looks at every real minute, around the clock changes of twelve zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from builder.engine.schedule import ScheduleSettings, Timing, check_schedule, due_times, next_due

ZONES = (
    "Europe/Berlin", "America/New_York", "America/Santiago", "America/Havana", "America/St_Johns", "Asia/Beirut",
    "Africa/Casablanca", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Norfolk", "Pacific/Chatham",
    "Antarctica/Troll", "Asia/Kolkata",
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


def test_twelve_zones_change_their_clocks_both_ways_in_north_and_south() -> None:
    """What the oracle is asked about: forward and back in each, in spring and in autumn of both halves of the world."""
    ways: dict[str, set[bool]] = {}
    months: set[tuple[bool, int]] = set()
    for zone in ZONES:
        there = ZoneInfo(zone)
        for hour in changes(zone, range(2026, 2028)):
            before, after = ((hour + timedelta(hours=each)).astimezone(there).utcoffset() for each in (0, 1))
            assert before is not None
            assert after is not None
            ways.setdefault(zone, set()).add(after > before)
            months.add((after > before, hour.month))
    assert sum(both == {True, False} for both in ways.values()) == 12
    assert {(True, 3), (True, 9), (True, 10), (False, 4), (False, 10), (False, 11)} <= months
    assert {"Australia/Lord_Howe", "Pacific/Chatham", "Antarctica/Troll"} <= ways.keys()


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


def due_between(timing: Timing, start: datetime, end: datetime) -> list[datetime]:
    return list(takewhile(lambda due: due <= end, due_times(timing, start)))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("cron", [*FIXED, *REPEATING])
def test_both_clock_changes_are_right(zone: str, cron: str) -> None:
    for change in changes(zone, range(2026, 2028)) or (datetime(2026, 3, 29, tzinfo=UTC),):
        start, end = change - timedelta(hours=5), change + timedelta(hours=7)
        found = due_between(Timing(cron, zone), start, end)
        assert found == list(oracle(cron, ZoneInfo(zone), start, end)), (zone, cron, change)


@pytest.mark.parametrize(
    ("when", "cron"),
    [
        ({"every": "day", "at": "08:30"}, "30 8 * * *"),
        ({"every": "weekday", "at": "00:05"}, "5 0 * * 1-5"),
        ({"every": "week", "on": ["sun", "mon"], "at": "23:59"}, "59 23 * * 1,7"),
        ({"every": "month", "day": 28, "at": "12:00"}, "0 12 28 * *"),
        ({"every": "month", "day": "last", "at": "12:00"}, "0 12 L * *"),
        ({"every": "hours", "step": 6, "minute": 10}, "10 */6 * * *"),
        ({"every": "minutes", "step": 5}, "*/5 * * * *"),
        ({"every": "cron", "cron": "0 0 12 * * MON"}, "0 0 12 * * MON"),
    ],
)
def test_a_plain_choice_is_an_expression(when: dict[str, Any], cron: str) -> None:
    settings = ScheduleSettings.model_validate({"when": when, "zone": "Europe/Berlin"})
    assert settings.timing == Timing(cron, "Europe/Berlin")
    assert check_schedule({"when": when, "zone": "Europe/Berlin"}) == []


BAD_CRONS = (
    "", " ", "*", "* * * *", "* * * * * * *", "60 * * * *", "a b c d e", "*/0 * * * *", "5-1 * * * *", "* * * * *,",
    "* * 0 * *", "* * * 13 *", "* * * * 8", "* * * * MON#6", "* * * * 1L/2", "\u0661 * * * *", "* * * * \u00b2L",
    "1/2/3 * * * *", "*/1,*/1,*/1,", "L * * * *", "-1 * * * *", "9" * 150 + " * * * *", "* * * * * *", "*/5 * * * * *",
    "0,59 * * * * *", "0 0 31 2,4 *", "0 0 30 2 *", "@reboot", "$(date) * * * *", ",".join(["*/1"] * 40) + " * *",
)  # fmt: skip


@pytest.mark.parametrize("cron", BAD_CRONS)
def test_what_is_no_expression_gets_a_sentence(cron: str) -> None:
    found = check_schedule({"when": {"every": "cron", "cron": cron}, "zone": "UTC"})
    assert found
    assert all(each.sentence.endswith(".") and each.way_out and each.field for each in found)


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("0 0 31 2 *", "never comes"), ("0 0 0 30 2 *", "never comes"), ("0 0 32 * *", "Write 1 to 31"),
        ("60 * * * *", "Write 0 to 59"), ("* 24 * * *", "Write 0 to 23"), ("* * * * 8", "0 and 7 are Sunday"),
        ("*/61 * * * *", "step of 61"), ("0 */25 * * *", "step of 25"), ("*/90 * * * * *", "step of 90"),
        ("0 0 1 */13 *", "step of 13"), ("", "this has 0"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_expression_is_said_with_a_way_out(cron: str, said: str) -> None:
    (found,) = check_schedule({"when": {"every": "cron", "cron": cron}, "zone": "UTC"})
    assert said in f"{found.sentence} {found.way_out}"
    assert found.way_out != "Change it."


def test_names_for_expressions_are_known() -> None:
    daily = check_schedule({"when": {"every": "cron", "cron": "@Daily"}, "zone": "UTC"})
    assert daily == []
    at = datetime(2026, 3, 29, 12, tzinfo=UTC)
    for name, cron in (("@daily", "0 0 * * *"), ("@hourly", "0 * * * *"), ("@weekly", "0 0 * * 0")):
        assert next_due(Timing(name, "Europe/Berlin"), at) == next_due(Timing(cron, "Europe/Berlin"), at)


@pytest.mark.parametrize(
    ("zone", "meant"),
    [("europe/berlin", "`Europe/Berlin`"), ("Europe/Berln", "`Europe/Berlin`"), ("Asia/Calcuta", "`Asia/Calcutta`")],
)
def test_a_zone_that_is_not_written_right_is_guessed(zone: str, meant: str) -> None:
    (found,) = check_schedule({"when": {"every": "day", "at": "08:30"}, "zone": zone})
    assert meant in found.way_out


def test_a_time_of_day_that_is_none_is_told_in_plain_words() -> None:
    for at in ("", "24:00", "8:30", "08:30:00"):
        (found,) = check_schedule({"when": {"every": "day", "at": at}, "zone": "UTC"})
        assert (found.field, "08:30" in found.sentence, "^" in found.sentence) == ("settings.when.at", True, False)


@pytest.mark.parametrize(
    "zone",
    [
        "Factory",
        "localtime",
        "",
        "Mars/Olympus",
        "../../etc/passwd",
        "/etc/localtime",
        "UTC\0",
        "europe/berlin",
        "x" * 65,
    ],
)
def test_what_is_no_zone_gets_a_sentence(zone: str) -> None:
    found = check_schedule({"when": {"every": "day", "at": "08:30"}, "zone": zone})
    assert [each.field for each in found] == ["settings.zone"]


@pytest.mark.parametrize(
    "settings",
    [
        {}, {"when": {}, "zone": "UTC"}, {"when": {"every": "year"}, "zone": "UTC"}, {"when": [], "zone": 3},
        {"when": {"every": "day", "at": "24:00"}, "zone": "UTC"},
        {"when": {"every": "day", "at": "8:30"}, "zone": "UTC"},
        {"when": {"every": "week", "on": [], "at": "08:30"}, "zone": "UTC"},
        {"when": {"every": "month", "day": 29, "at": "08:30"}, "zone": "UTC"},
        {"when": {"every": "minutes", "step": 7}, "zone": "UTC"},
        {"when": {"every": "day", "at": "08:30"}, "zone": "UTC", "overlap": "panic"},
        {"when": {"every": "day", "at": "08:30"}, "zone": "UTC", "at_most": 101},
        {"when": {"every": "day", "at": "08:30"}, "zone": "UTC", "secret": "x"},
    ],
)  # fmt: skip
def test_other_settings_get_a_sentence(settings: dict[str, Any]) -> None:
    found = check_schedule(settings)
    assert found
    assert all(each.sentence and each.way_out for each in found)


def test_a_time_that_never_comes_is_told() -> None:
    found = check_schedule({"when": {"every": "cron", "cron": "0 0 31 2 MON#5"}, "zone": "UTC"})
    assert found == [] or found[0].code in ("never_due", "bad_settings")
    assert next_due(Timing("0 12 29 2 *", "UTC"), datetime(2025, 1, 1, tzinfo=UTC)) == datetime(
        2028, 2, 29, 12, tzinfo=UTC
    )


def test_six_fields_begin_with_seconds_and_are_due_once_at_both_changes() -> None:
    timing = Timing("15,45 30 2 * * *", "Europe/Berlin")
    spring = due_between(timing, datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC))
    assert spring == [datetime(2026, 3, 29, 1, 0, second, tzinfo=UTC) for second in (15, 45)]
    autumn = due_between(timing, datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC))
    assert autumn == [datetime(2026, 10, 25, 0, 30, second, tzinfo=UTC) for second in (15, 45)]
    assert len(list(islice(due_times(Timing("*/30 * * * * *", "UTC"), spring[0]), 5))) == 5
