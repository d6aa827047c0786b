"""Will what one place gives always be what another wants? Answered from the two schemas alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from builder.kit.shapes.validate import validate
from builder.kit.shapes.words import (
    IN_WORDS,
    JSON,
    Path,
    Schema,
    choices_of,
    describe,
    discriminator_of,
    dotted,
    is_among,
    kinds_of,
)


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether one shape fits another.

    Attributes:
        word: `fits` (every value given, once normalised, is valid), `checked` (it may; each value is checked when the
            workflow runs) or `no`.
        reason: one sentence; empty when it fits.
    """

    word: Literal["fits", "checked", "no"]
    reason: str = ""


_FITS = Fit("fits")
_BAD = {"fits": 0, "checked": 1, "no": 2}


def fits(given: Schema, wanted: Schema) -> Fit:
    """Whether every value of `given` is, once normalised, a value of `wanted`.

    Same type (a whole number is a number); all that is required there is required here, or has a default there; common
    fields fit; other fields are dropped where `wanted` is closed; the constants given are among those wanted. Where
    only bounds or format differ, or nothing is known of what is given, it is checked when it runs. A file fits only
    where a file is wanted.
    """
    return _fit(given, wanted, ())


def _worst(verdicts: list[Fit]) -> Fit:
    return max(verdicts, key=lambda verdict: _BAD[verdict.word], default=_FITS)


def _no(path: Path, sentence: str) -> Fit:
    return Fit("no", _at(path, sentence))


def _checked(path: Path, sentence: str) -> Fit:
    return Fit("checked", _at(path, sentence))


def _at(path: Path, sentence: str) -> str:
    return f"{dotted(path)}: {sentence}" if path else sentence[0].upper() + sentence[1:]


def _fit(given: Schema, wanted: Schema, path: Path) -> Fit:
    wants = kinds_of(wanted)
    if wants is None:
        return _FITS
    gives = kinds_of(given)
    if gives is None:
        return _checked(path, f"nothing is known of what is given; {describe(wanted)} is wanted.")
    if "null" in gives and "null" not in wants:
        return _no(path, f"what is given may be nothing (null), but {describe(wanted)} is wanted.")
    chosen, wanted_choices = choices_of(given), choices_of(wanted)
    for kind in sorted(gives):
        if kind not in wants and not (kind == "integer" and "number" in wants):
            return _no(path, f"{IN_WORDS[kind]} is given, but {describe(wanted)} is wanted.")
    if chosen is not None:
        return _fit_choices(chosen, wanted, path)
    if wanted_choices is not None and not gives <= {"null"} and not _covers(gives, wanted_choices):
        return _no(path, f"{describe(given)} is given, but only {describe(wanted)} may stand here.")
    if "object" in gives:
        return _fit_records(given, wanted, path)
    if "array" in gives:
        return _fit_lists(given, wanted, path)
    return _fit_scalars(given, wanted, path)


def _covers(gives: frozenset[str], choices: tuple[JSON, ...]) -> bool:
    nothing = "null" not in gives or is_among(None, choices)
    return nothing and gives <= {"boolean", "null"} and is_among(True, choices) and is_among(False, choices)


def _fit_choices(chosen: tuple[JSON, ...], wanted: Schema, path: Path) -> Fit:
    choices = choices_of(wanted)
    for value in chosen:
        if choices is not None and not is_among(value, choices):
            return _no(path, f"{describe({'const': value})} may be given, but {describe(wanted)} is wanted.")
    for value in chosen:
        problems = validate(value, wanted)
        if problems:
            return _checked(path, f"{describe({'const': value})} may be given: {problems[0].sentence}")
    return _FITS


def _fit_records(given: Schema, wanted: Schema, path: Path) -> Fit:
    if "oneOf" in given:
        return _worst([_fit_records(branch, wanted, path) for branch in given["oneOf"]])
    if "oneOf" in wanted:
        return _fit_union(given, wanted, path)
    fields, needs = given.get("properties", {}), wanted.get("properties", {})
    surely = set(given.get("required", ()))
    verdicts = []
    for name in wanted.get("required", ()):
        if name not in surely and "default" not in needs.get(name, {}):
            word = "may be missing from" if name in fields else "is not in"
            verdicts.append(_no((*path, name), f"it is required, but {word} what is given."))
    more, others = given.get("additionalProperties", True), wanted.get("additionalProperties", True)
    for name, field in fields.items():
        if name in needs:
            verdicts.append(_fit(field, needs[name], (*path, name)))
        elif isinstance(others, dict):
            verdicts.append(_fit(field, others, (*path, name)))
    if more is not False:
        rest = {} if more is True else more
        unnamed = [(name, need) for name, need in needs.items() if name not in fields]
        unnamed += [("*", others)] if isinstance(others, dict) else []
        for name, need in unnamed:
            verdict = _fit(rest, need, (*path, name))
            # A field that nobody named may never come, so it cannot make the whole unfit.
            verdicts.append(Fit("checked", verdict.reason) if verdict.word == "no" else verdict)
    return _worst(verdicts)


def _fit_union(given: Schema, wanted: Schema, path: Path) -> Fit:
    field = discriminator_of(wanted["oneOf"])
    if field is None:
        return _checked(path, "the kinds of record that are wanted cannot be told apart.")
    here = given.get("properties", {}).get(field, {})
    chosen = choices_of(here)
    if chosen is None or field not in given.get("required", ()):
        return _no((*path, field), "it must say which kind of record is given.")
    verdicts = []
    for value in chosen:
        branch = next((b for b in wanted["oneOf"] if is_among(value, (b["properties"][field]["const"],))), None)
        if branch is None:
            return _no((*path, field), f"{describe({'const': value})} is not one of the kinds that are wanted.")
        narrowed = {**given, "properties": {**given["properties"], field: {"const": value}}}
        verdicts.append(_fit_records(narrowed, branch, path))
    return _worst(verdicts)


def _fit_lists(given: Schema, wanted: Schema, path: Path) -> Fit:
    verdicts = []
    if given.get("maxItems") != 0:
        verdicts.append(_fit(given.get("items", {}), wanted.get("items", {}), (*path, "*")))
    verdicts.append(_fit_range(given, wanted, path, ("minItems", "maxItems"), "number of items"))
    return _worst(verdicts)


def _fit_scalars(given: Schema, wanted: Schema, path: Path) -> Fit:
    have, want = given.get("format"), wanted.get("format")
    if (have == "file") != (want == "file"):
        return _no(path, f"{describe(given)} is given, but {describe(wanted)} is wanted.")
    verdicts = []
    if want is not None and have != want:
        verdicts.append(_checked(path, f"{describe(given)} is given, {describe(wanted)} is wanted."))
    if "accept" in wanted and not set(given.get("accept", ("*/*",))) <= set(wanted["accept"]):
        verdicts.append(_checked(path, "the file may be of a kind that is not accepted here."))
    if wanted.get("maxSize", math.inf) < given.get("maxSize", math.inf):
        verdicts.append(_checked(path, "the file may be larger than what is accepted here."))
    verdicts.append(_fit_range(given, wanted, path, ("minLength", "maxLength"), "length"))
    verdicts.append(_fit_range(given, wanted, path, ("minimum", "maximum"), "range"))
    return _worst(verdicts)


def _fit_range(given: Schema, wanted: Schema, path: Path, words: tuple[str, str], what: str) -> Fit:
    low, high = _ends(given, words)
    least, most = _ends(wanted, words)
    if low >= least and high <= most:
        return _FITS
    return _checked(path, f"the {what} given may lie outside what is wanted.")


def _ends(schema: Schema, words: tuple[str, str]) -> tuple[tuple[float, int], tuple[float, int]]:
    """Both ends as (bound, whether it is itself left out), comparable in their direction."""
    low, high = words
    least: tuple[float, int] = (schema.get(low, 0 if low != "minimum" else -math.inf), 0)
    most: tuple[float, int] = (schema.get(high, math.inf), 0)
    if low == "minimum":
        least = max(least, (schema.get("exclusiveMinimum", -math.inf), 1))
        most = min(most, (schema.get("exclusiveMaximum", math.inf), -1))
    return least, most
