"""Dates of birth: a date counts only beside a word that says so, in one of a dozen languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.kit.detect.checksums import is_day
from builder.kit.detect.spans import Span

DATE_OF_BIRTH = "date_of_birth@1"

_WORDS = re.compile(
    r"\b(?:born|birth|birthday|birthdate|d\.?o\.?b|bday"
    r"|geboren|geb|geburtsdatum|geburtstag|geburt"
    r"|n[ée]e?s? le|naissance|anniversaire"
    r"|nacid[oa]|naci[óo]|nacimiento|cumplea[ñn]os"
    r"|nat[oa] (?:il|a)|nascita|compleanno"
    r"|geboortedatum|geboortedag|verjaardag"
    r"|nascimento|nascid[oa]|nasceu|anivers[áa]rio"
    r"|urodzenia|urodzon[ya]|urodziny|ur"
    r"|f[öo]dd|f[öo]delsedatum|f[øo]dt|f[øo]dselsdato|f[øo]dselsdag"
    r"|narozen[íi]?|syntynyt|syntym[äa]aika)\b",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner januari janvier enero gennaio janeiro stycznia ledna tammikuuta januar gen",
            "february feb februar februari février febrero febbraio fevereiro lutego února helmikuuta fevr févr",
            "march mar märz maart mars marzo março marca března maaliskuuta mrz mär",
            "april apr avril abril aprile kwietnia dubna huhtikuuta avr",
            "may mai mei mayo maggio maio maja května toukokuuta maj",
            "june jun juni juin junio giugno junho czerwca června kesäkuuta",
            "july jul juli juillet julio luglio julho lipca července heinäkuuta juil",
            "august aug augustus août agosto sierpnia srpna elokuuta augusti ago",
            "september sep sept septembre septiembre settembre setembro września září syyskuuta",
            "october oct oktober octobre octubre ottobre outubro października října lokakuuta okt",
            "november nov novembre noviembre novembro listopada listopadu marraskuuta",
            "december dec dezember décembre diciembre dicembre dezembro grudnia prosince joulukuuta dez déc",
        ),
        1,
    )
    for name in names.split()
}
_NUMERIC = r"(?P<a>\d{1,4})[ ]?(?P<sep>[./\-])[ ]?(?P<b>\d{1,2})[ ]?(?P=sep)[ ]?(?P<c>\d{4}|\d{2})"
_DAY_FIRST = (
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.|º|ª)?[ ]?(?:of |de |di )?(?P<month>[^\W\d_]{3,14})\.?,?[ ]"
    r"(?:de |del )?(?P<year>\d{4})"
)
_MONTH_FIRST = r"(?P<month2>[^\W\d_]{3,14})\.? (?P<day2>\d{1,2})(?:st|nd|rd|th)?,? (?P<year2>\d{4})"
_DATE = re.compile(rf"(?<!\w)(?:{_NUMERIC}|{_DAY_FIRST}|{_MONTH_FIRST})(?!\w)")


def find_birth_dates(text: str) -> Iterator[Span]:
    """Every date within 40 characters after a word about birth, no other digit between, or within 16 before one."""
    for word in _WORDS.finditer(text):
        for found in _DATE.finditer(text, word.end(), word.end() + 40 + 24):
            if found.start() > word.end() + 40 or any(map(str.isdigit, text[word.end() : found.start()])):
                break
            if _is_date(found):
                yield Span("date_of_birth", found.start(), found.end(), 0.9, DATE_OF_BIRTH)
                break
        before = max(0, word.start() - 32)
        for found in _DATE.finditer(text, before, word.start()):
            if _is_date(found) and word.start() - found.end() <= 16 and "." not in text[found.end() : word.start()]:
                yield Span("date_of_birth", found.start(), found.end(), 0.7, DATE_OF_BIRTH)


def _is_date(found: re.Match[str]) -> bool:
    if found["a"] is not None:
        first, middle, last = found["a"], int(found["b"]), found["c"]
        if len(first) == 4:
            return is_day(int(first), middle, int(last)) and len(last) == 2
        if len(first) > 2:
            return False
        year = int(last) if len(last) == 4 else 2000  # a leap year: the 29th of February is possible
        return is_day(year, middle, int(first)) or is_day(year, int(first), middle)
    month = _MONTHS.get((found["month"] or found["month2"]).lower())
    return month is not None and is_day(int(found["year"] or found["year2"]), month, int(found["day"] or found["day2"]))
