"""The static check: what an expression means over names with schemas, or the sentence that says why it means nothing.

Most are plain paths or conditions and go a quick way (see `quick`). For the rest, and for the sentences, the source
stays as it was written: each root it mentions is bound around it to a typed stand-in,
`cel.bind(claim, _T.R7{}.v, <source>)`, so that the checker's columns are the author's and one environment, which costs
1.5 milliseconds to make, serves every expression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, NoReturn

from builder.kit.expressions.errors import ExpressionError
from builder.kit.expressions.functions import BUILDING, CALENDAR, PLAIN, TIME_ZONE, declare_json, extend_join
from builder.kit.expressions.quick import check_condition, check_path
from builder.kit.expressions.records import Records
from builder.kit.expressions.sentences import explain, first_error, split_overload
from builder.kit.expressions.tree import Checked, Part, UnmatchedError, read_checked, walk
from builder.kit.expressions.types import UnsayableError, item_made, schema_of_part
from builder.kit.shapes import Schema

if TYPE_CHECKING:
    from cel_expr_python import cel

MAX_SOURCE = 2_000
MAX_COMPREHENSIONS = 3
_MAX_RECORDS = 20_000
_MAX_MENDINGS = 20
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WHOLE = re.compile(r"\s*(-?[0-9]+)(?![0-9.eExXuU\w])")
_WHOLE_BEFORE = re.compile(r"(?<![\w.])([0-9]+)\s*$")
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
_RANGE = re.compile(r"([\w.\[\]'\"]+)\.(?:all|exists|exists_one|map|filter)\(\s*(\w+)\s*,")
_NUMBERS = {"double", "wrapper(double)"}


@dataclass(frozen=True, slots=True)
class Meaning:
    """A checked expression.

    Attributes:
        source: what is evaluated: the author's text, whole numbers mended to `1.0` where a number is needed.
        tree: the expression, without the stand-ins around it.
        returns: schema of what it gives.
    """

    source: str
    tree: Part
    returns: Schema


class _Checker:
    """One environment and the records that its checker knows."""

    def __init__(self) -> None:
        self.records = Records()
        self.environment = make_environment(self.records, typed=True)


_lock = Lock()
_checkers: list[_Checker] = []


def make_environment(records: Records, *, typed: bool) -> cel.Env:
    """An environment for the checker (`typed`) or for running; it declares no variable.

    Args:
        records: those that it may look up.
        typed: for the checker: `json` takes anything, and `cel.bind` is there for the stand-ins.
    """
    from cel_expr_python import cel  # heavy: loaded on first use
    from cel_expr_python.ext import (  # heavy: loaded on first use
        ext_bindings,
        ext_math,
        ext_optional,
        ext_strings,
    )

    extensions = [ext_strings.ExtStrings(), ext_math.ExtMath(), ext_optional.ExtOptional()]
    if typed:
        extensions.append(ext_bindings.ExtBindings())
    return cel.NewEnv(records, extensions=[*extensions, extend_join()], functions=[declare_json(typed=typed)])


def check_expression(source: str, names: Mapping[str, Schema]) -> Meaning:
    """Checks an expression over the names it may read.

    Raises:
        ExpressionError: it cannot be used; with line, column and one plain sentence.
    """
    _check_text(source)
    with _lock:
        if not _checkers or len(_checkers[0].records) > _MAX_RECORDS:
            _checkers[:] = [_Checker()]
        checker = _checkers[0]
        roots = mentioned_names(source, names)
        stand_ins = {root: f"{checker.records.wrap(names[root])}{{}}.v" for root in roots}
        quick = check_path(source, names) or check_condition(checker.environment, source, stand_ins)
        if quick is not None:
            checked, returns = quick
            _check_tree(checked, source, 1)
            return Meaning(source, checked.tree, returns)
        return _check_whole(checker, source, stand_ins, names)


def _check_whole(checker: _Checker, source: str, stand_ins: Mapping[str, str], names: Mapping[str, Schema]) -> Meaning:
    """The long way: any expression, with the sentence for what is wrong in it."""
    before = "".join(f"cel.bind({root}, {typed}, " for root, typed in stand_ins.items())
    mended, program = _compile(checker, source, (before, ")" * len(stand_ins)), names)
    try:
        checked = read_checked(program.serialize(), len(stand_ins))
    except UnmatchedError:
        raise ExpressionError("The brackets do not match.") from None
    _check_tree(checked, mended, len(before) + 1)
    mentioned = {root: names[root] for root in stand_ins}
    try:
        returns = schema_of_part(checked.tree, checked, mentioned, checker.records)
    except UnsayableError as error:
        raise ExpressionError(f"It gives {error}, which cannot be handed on.", way_out=error.way_out) from None
    return Meaning(mended, checked.tree, returns)


def mentioned_names(source: str, names: Mapping[str, Schema]) -> list[str]:
    """Those of the names that stand anywhere in the source, sorted; it can read no others."""
    return sorted(name for name in set(_IDENTIFIER.findall(source)) if name in names)


def _check_text(source: str) -> None:
    if not source.strip():
        raise ExpressionError("The expression is empty.")
    if len(source) > MAX_SOURCE:
        raise ExpressionError(f"The expression has {len(source)} characters; at most {MAX_SOURCE} may stand here.")
    check_characters(source, "an expression")


def check_characters(source: str, what: str) -> None:
    """Refuses what no text may hold. `what` is what the source is, for the sentence.

    Raises:
        ExpressionError: NUL, at which the library would cut the text, or half a surrogate pair.
    """
    found = _FORBIDDEN.search(source)
    if found is not None:
        line, column = _place(source, found.start())
        word = "A NUL character" if found[0] == "\x00" else "Half a surrogate pair"
        raise ExpressionError(f"{word} cannot stand in {what}.", line=line, column=column)


def _compile(
    checker: _Checker, source: str, around: tuple[str, str], names: Mapping[str, Schema]
) -> tuple[str, cel.Expression]:
    """Compiles, mending whole numbers where a number with decimals is needed."""
    mended, places = source, list[int]()
    for _ in range(_MAX_MENDINGS):
        try:
            return mended, checker.environment.compile(f"{around[0]}\n{mended}\n{around[1]}")
        except (RuntimeError, MemoryError) as error:
            line, column, message = first_error(_syntax_error(checker, mended) or str(error))
        position = _offset(mended, line - 1, column)
        insert = _mending(message, mended, position)
        if insert is None:
            break
        mended = f"{mended[:insert]}.0{mended[insert:]}"
        places.append(insert)
    line, column = _place(source, position - 2 * sum(place < position for place in places))
    raise _refusal(checker, message, (mended, position), (line, column), names)


def _syntax_error(checker: _Checker, source: str) -> str:
    """What is wrong with the source as a text, seen without what stands around it."""
    try:
        checker.environment.compile(f"\n{source}", disable_check=True)
    except (RuntimeError, MemoryError) as error:
        return str(error)
    return ""


def _mending(message: str, source: str, position: int) -> int | None:
    """Where `.0` makes a whole number the number that its operator needs."""
    mismatch = split_overload(message)
    if mismatch is None or len(mismatch[1]) != 2 or not (mismatch[0].startswith("_") and mismatch[0].endswith("_")):
        return None
    left, right = mismatch[1]
    operator = mismatch[0].strip("_")
    if left in _NUMBERS and right == "int" and source.startswith(operator, position):
        found = _WHOLE.match(source, position + len(operator))
        return found.end(1) if found else None
    if left == "int" and right in _NUMBERS:
        found = _WHOLE_BEFORE.search(source[:position])
        return found.end(1) if found else None
    return None


def _refusal(
    checker: _Checker, message: str, at: tuple[str, int], place: tuple[int, int], names: Mapping[str, Schema]
) -> ExpressionError:
    source, position = at
    sentence, way_out = explain(message, source[position:], names, checker.records.fields_of)
    if sentence.startswith("There is no field") and not sentence.endswith("."):
        sentence = f"{sentence} in {_operand(source, position)}; {way_out}" if way_out else f"{sentence}."
        way_out = ""
    return ExpressionError(sentence, line=place[0], column=place[1], way_out=way_out or None)


def _operand(source: str, position: int) -> str:
    """What stands before the dot at a position, a comprehension's variable told by what it runs over."""
    found = re.search(r"[\w.\[\]'\"]+$", source[:position])
    operand = found[0] if found else "it"
    for collection, variable in _RANGE.findall(source[:position]):
        if operand.partition(".")[0] == variable:
            return f"{collection}{operand[len(variable) :]}"
    return operand


def _offset(source: str, line: int, column: int) -> int:
    lines = source.split("\n")
    if line < 1:
        return 0
    if line > len(lines):
        return len(source.rstrip())
    return min(sum(len(one) + 1 for one in lines[: line - 1]) + column - 1, len(source))


def _place(source: str, position: int) -> tuple[int, int]:
    before = source[: max(position, 0)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _check_tree(checked: Checked, source: str, offset: int) -> None:
    """Refuses what the checker would let through and this language does not have."""
    comprehensions = 0
    for part in walk(checked.tree):
        sentence = way_out = ""
        if part.kind == "fold":
            comprehensions += 1
            if comprehensions > MAX_COMPREHENSIONS:
                sentence = f"At most {MAX_COMPREHENSIONS} of all, exists, exists_one, map and filter may stand in one."
            elif part.parts[0].kind == "list" and not part.parts[0].parts and part.name.startswith("#"):
                sentence = "`bind` and `optMap` are not used here."
        elif part.kind == "struct":
            sentence = f"There is no '{part.name}' here."
        elif part.kind == "const":
            sentence, way_out = _wrong_constant(part)
        elif part.kind == "call":
            sentence, way_out = _wrong_call(part)
        if sentence:
            _raise_at(checked, part, source, offset, (sentence, way_out))
    for part in _growing_when_nested(checked.tree, checked, 0):
        words = (
            "No text or list may be built inside one of these inside another.",
            "Use a map step for the outer one.",
        )
        _raise_at(checked, part, source, offset, words)


def _wrong_constant(part: Part) -> tuple[str, str]:
    if isinstance(part.value, bytes):
        return "Bytes are not used here.", "Leave out the b before the text."
    if isinstance(part.value, str) and "\x00" in part.value:
        return "A NUL character cannot stand in a text.", ""
    return "", ""


def _wrong_call(part: Part) -> tuple[str, str]:
    arguments = part.parts[1:] if part.value else part.parts
    if part.name in CALENDAR:
        zone = arguments[0] if arguments else None
        if zone is None or (zone.kind == "const" and TIME_ZONE.fullmatch(str(zone.value))):
            return "", ""
        return "A time zone is a name written out, such as 'Europe/Berlin' or '+01:00'.", ""
    if part.name not in PLAIN:
        return f"There is no function '{part.name.rpartition('.')[2]}'.", ""
    if part.name == "matches":
        return _wrong_pattern(arguments[-1])
    return "", ""


def _wrong_pattern(part: Part) -> tuple[str, str]:
    if part.kind != "const" or not isinstance(part.value, str):
        return (
            "A pattern must be written out as a text.",
            "Use contains, startsWith or == for what is only known later.",
        )
    return _pattern_problem(part.value), ""


@lru_cache(maxsize=1_000)
def _pattern_problem(pattern: str) -> str:
    import re2  # heavy: loaded on first use

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 200_000
    try:
        re2.compile(pattern, options)
    except re2.error:
        return "The pattern cannot be used: it is not a valid regular expression, or too large."
    return ""


def _growing_when_nested(part: Part, checked: Checked, depth: int) -> list[Part]:
    found: list[Part] = []
    if part.kind == "call" and part.name in BUILDING and depth > 1:
        kind = checked.type_of(part)
        is_number = part.name == "_+_" and kind[:1] == b"\x18" and kind[1] in {2, 3, 4}
        found += [] if is_number else [part]
    if part.kind != "fold":
        return found + [one for inner in part.parts for one in _growing_when_nested(inner, checked, depth)]
    found += _growing_when_nested(part.parts[0], checked, depth)
    step = part.parts[3]
    made = item_made(part)
    if made is not None and step.kind == "call":
        condition = step.parts[:1] if step.name == "_?_:_" else ()
        inside: tuple[Part, ...] = (*condition, made)
    elif step.kind == "call" and step.name == "_?_:_":
        inside = step.parts[:1]  # exists_one counts
    else:
        inside = (step,)
    return found + [one for inner in inside for one in _growing_when_nested(inner, checked, depth + 1)]


def _raise_at(checked: Checked, part: Part, source: str, offset: int, words: tuple[str, str]) -> NoReturn:
    line, column = _place(source, (checked.offset_of(part) or offset) - offset)
    raise ExpressionError(words[0], line=line, column=column, way_out=words[1] or None)
