"""Filling a record from a text: a field's name, description, type and format say what to look for, and near what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from builder.kit.shapes import example_of, normalise, validate
from builder.providers.practice import patterns
from builder.providers.practice.classify import pick_label
from builder.providers.practice.patterns import Found, find_matches
from builder.providers.practice.words import (
    central_sentences,
    content_stems,
    detect_language,
    ideas_of,
    split_words,
    stem,
)
from builder.sdk import JSON, Choice, Schema


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


_YES = _stems("yes true ja wahr y x ok confirmed")
_NO = _stems("no false nein falsch n none not")
_DENIED = frozenset((
    "no", "not", "never", "without", "don't", "doesn't", "isn't", "kein", "keine", "keinen", "nicht", "nie", "ohne",
))  # fmt: skip
_MONEY = ideas_of(stem("price")) | ideas_of(stem("payment"))
_TEXTS = _stems(
    "summary summarise description reason text content problem issue message topic concern what why zusammenfassung"
    " beschreibung grund anliegen thema"
)
_CODES = _stems("number id code reference nummer kennung referenz no nr sku key ticket")
_NAMES = _stems("name person customer sender author contact kunde absender")

_MOST_FOUND = 100
"""Values and words that are weighed against each other; in a longer text the first ones count."""


@dataclass(frozen=True, slots=True)
class _Field:
    """What is known of a field beside its type: stems of its own words, and of its description."""

    own: frozenset[str]
    told: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.own | self.told


def extract_record(text: str, schema: Schema) -> JSON:
    """A record that fits the schema as far as the text gives it.

    What is not in the text is left out, or null; a required text is then empty, and another required value the
    smallest example of its type.
    """
    return normalise(_read_object(text, schema, frozenset()), schema)


def _read_object(text: str, schema: Schema, above: frozenset[str]) -> dict[str, JSON]:
    required = set(schema.get("required", ()))
    record: dict[str, JSON] = {}
    for name, wanted in schema.get("properties", {}).items():
        own = frozenset(stem(word) for word in split_words(f"{name} {wanted.get('title', '')}"))
        field = _Field(own, frozenset(content_stems(wanted.get("description", ""))) | above)
        value = _fitting(_read_value(text, wanted, field), wanted)
        if value is not None:
            record[name] = value
        elif "null" in _kinds(wanted):
            record[name] = None
        elif name in required:
            record[name] = _stand_in(wanted)
    return record


def _kinds(schema: Schema) -> tuple[str, ...]:
    given = schema.get("type", ())
    return (given,) if isinstance(given, str) else tuple(given)


def _fitting(value: JSON, schema: Schema) -> JSON:
    """The value, cut to its longest length, if it fits; else None."""
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        value = value[: schema["maxLength"]]
    return None if value is None or validate(normalise(value, schema), schema) else value


def _stand_in(schema: Schema) -> JSON:
    return "" if not validate("", schema) else example_of(schema)


def _read_value(text: str, schema: Schema, field: _Field) -> JSON:
    if "const" in schema:
        return schema["const"]
    if "oneOf" in schema:
        return _read_object(text, schema["oneOf"][0], field.all)
    if "enum" in schema:
        return _read_enum(text, schema["enum"], field)
    kind = next((each for each in _kinds(schema) if each != "null"), "string")
    if kind == "object":
        return _read_object(text, schema, field.own)
    if kind == "array":
        return _read_list(text, schema.get("items", {}), field, schema.get("maxItems", 100))
    if kind == "boolean":
        return _read_boolean(text, field)
    if kind in ("number", "integer"):
        return _read_number(text, field, whole=kind == "integer")
    return _nearest(text, _candidates(text, schema, field), field) or _read_text(text, field)


def _line_value(text: str, field: _Field) -> str | None:
    """The value of the *key: value* line whose key is most like the field, if one is like it."""
    best, value = 0.49, None
    for match in patterns.KEY_LINE.finditer(text):
        key = frozenset(stem(word) for word in split_words(match[1]))
        likeness = len(key & field.own) / len(key | field.own) if key else 0.0
        if len(key) <= 2 and (key <= field.told or _ideas(key) & _ideas(field.own)):
            likeness = max(likeness, 0.6)
        if likeness > best:
            best, value = likeness, match[2]
    return value


def _ideas(stems: Iterable[str]) -> frozenset[str]:
    return frozenset(idea for word in stems for idea in ideas_of(word))


def _nearest(text: str, found: Sequence[Found], field: _Field) -> str | None:
    """Of several values of the right form, the one that stands nearest behind or before a word of the field."""
    if not found:
        return None
    spots = _spots(text, field.own) or _spots(text, field.told)
    if not spots:
        return found[0].value

    def distance(each: Found) -> float:
        return min(_gap(text, each, spot) for spot in spots)

    return min(found[:_MOST_FOUND], key=distance).value


def _gap(text: str, each: Found, spot: int) -> int:
    """How far a value is from a word: behind it is nearer than before it, and another sentence is far away."""
    behind = spot <= each.start
    between = text[spot : each.start] if behind else text[each.end : spot]
    return len(between) * (1 if behind else 2) + (80 if re.search(r"\n|[.!?]\s", between) else 0)


def _spots(text: str, stems: frozenset[str]) -> list[int]:
    """Where a text speaks of something: the words themselves, or others for the same idea."""
    words = [(match.start(), stem(match[0].lower())) for match in re.finditer(r"[^\W_]+", text)]
    ideas = _ideas(stems)
    spots = [start for start, word in words if word in stems] or [s for s, word in words if ideas_of(word) & ideas]
    return spots[:_MOST_FOUND]


def _candidates(text: str, schema: Schema, field: _Field) -> list[Found]:
    """Values of the form that the field's format, or else its name, asks for."""
    form = schema.get("format", "")
    words = field.all
    if form == "email" or (not form and words & {stem("email"), stem("mail")}):
        return find_matches(patterns.EMAIL, text)
    if form in ("uri", "url") or (not form and words & {stem("url"), stem("link"), stem("website")}):
        return find_matches(patterns.URI, text)
    if form == "date" or (not form and field.own & {stem("date"), stem("datum"), stem("day"), stem("birthday")}):
        return patterns.find_dates(text)
    if form == "time":
        return patterns.find_times(text)
    if form == "date-time":
        clock = (patterns.find_times(text) or [Found("00:00:00", 0, 0)])[0].value
        return [Found(f"{day.value}T{clock}Z", day.start, day.end) for day in patterns.find_dates(text)]
    if form == "uuid":
        return find_matches(patterns.UUID, text)
    if form == "ipv4":
        return find_matches(patterns.IPV4, text)
    if not form and words & {stem("iban")}:
        return find_matches(patterns.IBAN, text)
    if not form and words & {
        stem("phone"),
        stem("telephone"),
        stem("mobile"),
        stem("telefon"),
        stem("handy"),
        stem("tel"),
    }:
        return patterns.find_phones(text)
    if not form and field.own & {stem("currency"), stem("währung")}:
        code = patterns.find_currency(text)
        return [Found(code, 0, 0)] if code else []
    return []


def _read_text(text: str, field: _Field) -> str | None:
    """A text without a form: from its own line, a code, a name, a phrase behind the field's words, or the gist."""
    line = _line_value(text, field)
    if line is not None:
        return line
    if field.own & {stem("language"), stem("sprache")}:
        return detect_language(text)
    if field.own & _CODES:
        return _read_code(text, field)
    if field.own & _NAMES:
        people = find_matches(patterns.PERSON, text)
        return people[0].value if people else None
    if field.own & _TEXTS or field.told & _TEXTS:
        return " ".join(central_sentences(text, 2)) or None
    return _read_phrase(text, field)


def _read_code(text: str, field: _Field) -> str | None:
    """The code that stands nearest to what it is a number of (`order_number`: *order*, not *number*)."""
    codes = find_matches(patterns.CODE, text)
    taken = [*patterns.find_dates(text), *patterns.find_times(text), *find_matches(patterns.EMAIL, text)]
    free = [each for each in codes if not any(t.start <= each.start < t.end for t in taken)]
    thing = _Field(field.own - _CODES or field.own, field.told)
    value = _nearest(text, free, thing)
    return None if value is None else value.lstrip("#")


def _read_phrase(text: str, field: _Field) -> str | None:
    """What follows *<field> is*, up to the end of the clause."""
    for match in re.finditer(
        r"([^\W_]+)\s+(?:is|was|are|ist|lautet|war|sind|heißt)\s+(?:the |a |an |der |die |das )?([^.,;!?\n]{1,80})",
        text,
    ):
        if stem(match[1].lower()) in field.own:
            return match[2].strip()
    return None


def _read_enum(text: str, values: Sequence[JSON], field: _Field) -> JSON:
    """A value that the text names; else the one that the text is most like."""
    line = _line_value(text, field)
    for place in (line, text):
        if place is not None:
            words = f" {' '.join(split_words(place))} "
            named = [each for each in values if isinstance(each, str) and f" {' '.join(split_words(each))} " in words]
            if len(named) == 1:
                return named[0]
    texts = [each for each in values if isinstance(each, str)]
    if not texts:
        return values[0] if values else None
    return pick_label(text, [Choice(each) for each in texts])[0]


def _read_boolean(text: str, field: _Field) -> bool | None:
    """True where the field's matter is in the text and not denied there; a *key: yes* line decides first."""
    line = _line_value(text, field)
    if line is not None:
        first = frozenset(map(stem, split_words(line)[:2]))
        if first & (_YES | _NO):
            return not first & _NO
    matter = field.own - {stem("is"), stem("has"), stem("needs")} or field.own
    for sentence in re.split(r"[.!?\n;]", text):
        words = split_words(sentence)
        stems = frozenset(map(stem, words))
        if stems & matter or _ideas(stems) & _ideas(matter):
            return not _DENIED & set(words)
    return False


def _read_number(text: str, field: _Field, *, whole: bool) -> JSON:
    """The number nearest to the field's words; for money one with a currency, for a share one with a percent sign."""
    line = _line_value(text, field)
    money = bool(_ideas(field.all) & _MONEY)
    share = bool(field.all & {stem("percent"), stem("percentage"), stem("rate"), stem("prozent"), stem("anteil")})
    for place in (line, text):
        if place is None:
            continue
        numbers = [each for each in patterns.find_numbers(place) if not whole or each[1].is_integer()]
        fit = [each for each in numbers if each[2]] if money else []
        fit = fit or ([each for each in numbers if place[each[0].end :].lstrip().startswith("%")] if share else [])
        chosen = _nearest(place, [each[0] for each in fit or numbers], field)
        if chosen is not None:
            value = next(number for each, number, _ in numbers if each.value == chosen)
            return int(value) if whole else value
    return None


def _read_list(text: str, items: Schema, field: _Field, most: int) -> list[JSON]:
    """Everything of the items' form; else the lines of a list, or the parts of the field's own line."""
    kinds = _kinds(items)
    found: list[Any] = []
    if "enum" in items:
        words = f" {' '.join(split_words(text))} "
        found = [each for each in items["enum"] if f" {' '.join(split_words(str(each)))} " in words]
    elif "object" in kinds:
        found = [_read_object(line, items, frozenset()) for line in patterns.ITEM_LINE.findall(text)]
    elif "number" in kinds or "integer" in kinds:
        found = [
            int(v) if "integer" in kinds else v
            for _, v, _ in patterns.find_numbers(text)
            if "number" in kinds or v.is_integer()
        ]
    else:
        found = [each.value for each in _candidates(text, items, field)]
        if not found:
            line = _line_value(text, field)
            found = re.split(r"\s*[,;]\s*", line) if line else patterns.ITEM_LINE.findall(text)
    once = [each for place, each in enumerate(found) if each not in found[:place]]
    return [each for each in once if _fitting(each, items) is not None][:most]
