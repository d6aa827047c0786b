"""What stands in a text by its form alone: addresses, dates, amounts, numbers, codes, lines of *key: value*."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
URI = re.compile(r"https?://[^\s<>\"')\]]+")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
PHONE = re.compile(r"(?<![\w-])(?:\+|00)?\(?\d[\d ()/.-]{6,18}\d(?![\w-])")
UUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")
IPV4 = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
TIME = re.compile(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)(?::([0-5]\d))?\s?(?:(am|pm)\b|Uhr\b)?", re.IGNORECASE)
CODE = re.compile(r"#?\b(?=[\w/-]*\d)[A-Z0-9][A-Za-z0-9]*(?:[-/_][A-Za-z0-9]+)*\b")
PERSON = re.compile(
    r"(?:[Mm]y name is|[Ii] am|I'm|[Mm]ein Name ist|[Ii]ch bin|[Ii]ch heiße|[Nn]ame:|[Rr]egards,?|[Ss]incerely,?"
    r"|[Gg]r(?:ü|ue)(?:ß|ss)en?,?|[Tt]hanks,?|[Cc]heers,?|\bM(?:r|s|rs)\.?|Herrn?|Frau)"
    r"\s+((?:[A-ZÄÖÜ][\w'’-]+)(?:[ \t]+[A-ZÄÖÜ][\w'’-]+){0,2})"
)
KEY_LINE = re.compile(r"^[ \t]*(?:[-*•][ \t]*)?([^\n:：?!]{1,50}?)[ \t]*[:：][ \t]+(\S[^\n]*?)[ \t]*$", re.MULTILINE)
ITEM_LINE = re.compile(r"^[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+(\S[^\n]*?)[ \t]*$", re.MULTILINE)

_NUMBER = re.compile(r"(?<![\w.,])[-−]?(?:\d{1,3}(?:[., '’]\d{3})+|\d+)(?:[.,]\d+)?(?![\w]*\d)")
_NUMBER_WORDS = {word: number for number, words in enumerate((
    "two zwei", "three drei", "four vier", "five fünf", "six sechs", "seven sieben", "eight acht", "nine neun",
    "ten zehn", "eleven elf", "twelve zwölf"), 2) for word in words.split()}  # fmt: skip
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.IGNORECASE)
_CURRENCIES = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "¥": "JPY",
    "euro": "EUR",
    "dollar": "USD",
    "dollars": "USD",
    "pounds": "GBP",
    "fr.": "CHF",
}
_CURRENCY = re.compile(
    r"[€$£¥]|\b(?:EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CZK|euros?|dollars?|pounds|Fr\.)", re.IGNORECASE
)
_MONTHS = {word: number for number, words in enumerate((
    "january jan januar jän", "february feb februar", "march mar märz mrz", "april apr", "may mai", "june jun juni",
    "july jul juli", "august aug", "september sep sept", "october oct oktober okt", "november nov",
    "december dec dezember dez"), 1) for word in words.split()}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATES = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(r"\b(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4}|\d{2})\b"),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<m>{_MONTH})\.?,?\s+(?P<y>\d{{4}})\b", re.IGNORECASE
    ),
    re.compile(rf"\b(?P<m>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(r"\b(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}|\d{2})\b"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A value and where it stands."""

    value: str
    start: int
    end: int


def find_matches(pattern: re.Pattern[str], text: str) -> list[Found]:
    """All matches; of a pattern with a group, that group."""
    group = 1 if pattern.groups else 0
    return [Found(match[group], match.start(group), match.end(group)) for match in pattern.finditer(text)]


def find_dates(text: str) -> list[Found]:
    """Dates as `YYYY-MM-DD`, in the order of the text. Of `03/04/2026` the month comes first, unless it cannot be."""
    found: dict[int, Found] = {}
    for pattern in _DATES:
        for match in pattern.finditer(text):
            known = _read_date(match["y"], match["m"], match["d"]) or _read_date(match["y"], match["d"], match["m"])
            if known is not None:
                found.setdefault(match.start(), Found(known.isoformat(), match.start(), match.end()))
    return [found[start] for start in sorted(found)]


def _read_date(year: str, month: str, day: str) -> date | None:
    try:
        number = _MONTHS.get(month.lower()) or int(month)
        return date(int(year) + (2000 if len(year) == 2 else 0), number, int(day))
    except ValueError:
        return None


def find_times(text: str) -> list[Found]:
    """Times as `HH:MM:SS`."""
    found = []
    for match in TIME.finditer(text):
        hour = int(match[1]) % 12 + (12 if (match[4] or "").lower() == "pm" else 0) if match[4] else int(match[1])
        if ":" in match[0] or match[0].lower().endswith(("uhr", "am", "pm")):
            found.append(Found(f"{hour:02}:{match[2]}:{match[3] or '00'}", match.start(), match.end()))
    return found


def find_phones(text: str) -> list[Found]:
    """Telephone numbers: seven digits or more that are no date, no IBAN and no bare number."""
    free = _without(text, [*find_dates(text), *find_matches(IBAN, text), *find_matches(IPV4, text)])
    return [
        each
        for each in find_matches(PHONE, free)
        if sum(letter.isdigit() for letter in each.value) >= 7
        and (each.value[0] in "+0(" or any(letter in " ()/-" for letter in each.value))
    ]


def find_numbers(text: str) -> Iterator[tuple[Found, float, str]]:
    """Numbers that are no part of a date, time, phone, code or address: place, value, and the currency beside them."""
    taken = [*find_dates(text), *find_phones(text), *find_times(text)]
    for pattern in (IBAN, EMAIL, URI, UUID, IPV4):
        taken += find_matches(pattern, text)
    taken += [each for each in find_matches(CODE, text) if re.search(r"[A-Za-z#]", each.value)]
    free = _without(text, taken)
    for match in _NUMBER_WORD.finditer(free):
        yield Found(match[0], match.start(), match.end()), float(_NUMBER_WORDS[match[0].lower()]), ""
    for match in _NUMBER.finditer(free):
        value = read_number(match[0])
        if value is not None:
            beside = text[max(0, match.start() - 5) : match.start()] + " " + text[match.end() : match.end() + 9]
            yield Found(match[0], match.start(), match.end()), value, find_currency(beside)


def _without(text: str, taken: list[Found]) -> str:
    """The text with blanks where something else was found, so that all places stay."""
    letters = list(text)
    for each in taken:
        letters[each.start : each.end] = "_" * (each.end - each.start)
    return "".join(letters)


def find_currency(text: str) -> str:
    """The first currency in a text as its ISO code, or an empty text."""
    match = _CURRENCY.search(text)
    if match is None:
        return ""
    word = match[0].lower()
    return _CURRENCIES.get(word) or _CURRENCIES.get(word.rstrip("s")) or word.upper()


def read_number(text: str) -> float | None:
    """A number as people write it: `1,234.50`, `1.234,50`, `1 234`, `-3`; None if it is none.

    A single comma or point before exactly three digits groups thousands; before any other number of digits it is
    decimal.
    """
    plain = re.sub(r"[ '’]", "", text.replace("−", "-"))
    if "," in plain and "." in plain:
        decimal = max(plain.rfind(","), plain.rfind("."))
        plain = re.sub(r"[.,]", "", plain[:decimal]) + "." + plain[decimal + 1 :]
    elif re.fullmatch(r"-?[1-9]\d{0,2}(?:[.,]\d{3})+", plain):
        plain = re.sub(r"[.,]", "", plain)
    else:
        plain = plain.replace(",", ".")
    try:
        return float(plain) if len(plain) <= 24 else None
    except ValueError:
        return None
