"""A Duration is written as ISO 8601 says (`PT90S`, `P1DT12H`) and counted in seconds."""

from __future__ import annotations

import re

_PATTERN = re.compile(
    r"P(?=.)(?:(?P<weeks>[0-9]{1,6})W)?(?:(?P<days>[0-9]{1,6})D)?"
    r"(?:T(?=.)(?:(?P<hours>[0-9]{1,6})H)?(?:(?P<minutes>[0-9]{1,6})M)?(?:(?P<seconds>[0-9]{1,9}(?:\.[0-9]{1,6})?)S)?)?\Z"
)
_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


def read_duration(text: str) -> float:
    """The seconds of a duration of weeks, days, hours, minutes and seconds.

    Raises:
        ValueError: the text is not such a duration (months and years are none: their length varies).
    """
    found = _PATTERN.match(text)
    if found is None:
        raise ValueError(f"{text!r} is not a duration; write it like PT30S, PT5M, PT24H or P7D")
    return sum(float(count) * _SECONDS[unit] for unit, count in found.groupdict().items() if count)
