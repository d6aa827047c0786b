"""Expressions and templates ready to be worked out, remembered by what they were made from."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from builder.kit.expressions.check import Meaning, check_expression, make_environment, mentioned_names
from builder.kit.expressions.cost import MAX_RESULT, MAX_WORK, Size, weigh, work_of
from builder.kit.expressions.errors import EvaluationError, ExpressionError
from builder.kit.expressions.records import Records, freeze
from builder.kit.expressions.sentences import explain_failure, is_lacking
from builder.kit.expressions.tree import reads_of
from builder.kit.shapes import JSON, Schema, ShapeError, at_path, describe, fits, normalise, validate

if TYPE_CHECKING:
    from cel_expr_python import cel

_REMEMBERED = 8_192


@dataclass(frozen=True, slots=True)
class _Key:
    """What makes two compilations the same."""

    source: str
    names: tuple[tuple[str, str], ...]
    returns: str


class Expression:
    """A checked expression.

    Attributes:
        source: as the author wrote it.
        reads: the paths it reads, sorted, each as parts: `("claim", "items")`.
        returns: schema of what it gives; `{}` where that is known only when it runs.
    """

    __slots__ = ("_meaning", "_program", "_schemas", "_wanted", "reads", "returns", "source")

    def __init__(self, source: str, meaning: Meaning, names: Mapping[str, Schema], wanted: str) -> None:
        self.source = source
        self.reads: tuple[tuple[str, ...], ...] = tuple(sorted(set(reads_of(meaning.tree))))
        self.returns: Schema = meaning.returns or ({} if wanted == "any" else {"type": wanted})
        self._meaning = meaning
        self._schemas = {path: at_path(names[path[0]], path[1:]) or {} for path in self.reads}
        self._wanted = wanted
        self._program: cel.Expression | None = None

    def evaluate(self, values: Mapping[str, JSON]) -> JSON:
        """What the expression gives over these values: plain data, normalised.

        Only what it reads is looked at, and that is normalised first. A field that is not there is an error (ask with
        `has(…)`, or write `a.?b.orValue(…)`).

        Raises:
            EvaluationError: no result, one that is too large or not plain data, or too much work. No value is quoted.
        """
        known, sizes = self._gather(values)
        work, size = work_of(self._meaning.tree, sizes)
        if work > MAX_WORK or size > 8 * MAX_RESULT:
            raise EvaluationError(
                "The expression would build or search too much over this much data.",
                way_out="Take a smaller part of it, or a map step for each item.",
            )
        return self._judge(self._run(known))

    def _gather(self, values: Mapping[str, JSON]) -> tuple[dict[str, JSON], dict[tuple[str, ...], Size]]:
        """The parts of the values that are read, each in its one form, and how large they are."""
        known: dict[str, JSON] = {}
        sizes: dict[tuple[str, ...], Size] = {}
        for path, schema in self._schemas.items():
            found: JSON = values
            record = known
            for position, part in enumerate(path):
                if part not in found:
                    break  # what leads here is there, the field is not
                found = found[part]
                if position == len(path) - 1:
                    record[part] = value = _one_form(found, schema, path)
                    sizes[path] = weigh(value)
                elif not isinstance(found, Mapping):
                    record[part] = _one_form(found, {}, path)
                    break
                else:
                    record = record.setdefault(part, {})
        return known, sizes

    def _run(self, known: dict[str, JSON]) -> JSON:
        if self._program is None:
            self._program = _runner().compile(self._meaning.source, disable_check=True)
        try:
            value = self._program.eval(data=known)
            failure = str(value.plain_value()) if value.type().name() == "ERROR" else ""
            plain = None if failure else value.plain_value()
        except (RuntimeError, MemoryError, ValueError, TypeError, OverflowError, UnicodeError) as error:
            failure, plain = str(error), None
        if failure:
            sentence, way_out = explain_failure(failure, self.source)
            problem = EvaluationError(sentence, way_out=way_out or None)
            problem.lacks = is_lacking(failure)
            raise problem
        return plain

    def _judge(self, result: JSON) -> JSON:
        wanted: Schema = {} if self._wanted == "any" else {"type": self._wanted}
        try:
            plain = normalise(result, wanted)
        except ShapeError as error:
            raise EvaluationError(f"What it gives cannot be handed on: {error.sentence}") from None
        if validate(plain, wanted):
            raise EvaluationError(f"It must give {describe(wanted)}, and gave something else.")
        size = len(plain) if isinstance(plain, str) else 0
        if isinstance(plain, list | dict):
            size = len(json.dumps(plain, ensure_ascii=False))
        if size > MAX_RESULT:
            raise EvaluationError(f"What it gives is larger than {MAX_RESULT:,} characters.")
        return plain


def _one_form(value: JSON, schema: Schema, path: tuple[str, ...]) -> JSON:
    try:
        return normalise(value, schema)
    except ShapeError as error:
        raise EvaluationError(f"{'.'.join(path)}: {error.sentence}") from None


_lock = Lock()
_expressions: OrderedDict[_Key, Expression] = OrderedDict()
_runners: list[cel.Env] = []


def _runner() -> cel.Env:
    with _lock:
        if not _runners:
            _runners.append(make_environment(Records(), typed=False))
        return _runners[0]


def compile_expression(source: str, names: Mapping[str, Schema], returns: str = "any") -> Expression:
    """Checks an expression (CEL) over names with schemas; the same one again costs nothing.

    Args:
        source: at most 2,000 characters, at most three of `all`, `exists`, `exists_one`, `map`, `filter`.
        names: what it may read, each with its schema. Unions and open records are not looked into.
        returns: the type word it must give, or `any`.

    Raises:
        ExpressionError: with line, column and one plain sentence.
    """
    roots = {name: names[name] for name in mentioned_names(source, names)}
    key = _Key(source, tuple((name, freeze(schema)) for name, schema in roots.items()), returns)
    with _lock:
        known = _expressions.get(key)
        if known is not None:
            _expressions.move_to_end(key)
            return known
    meaning = check_expression(source, names)
    if returns != "any":
        fit = fits(meaning.returns, {"type": [returns, "null"]} if meaning.returns else {})
        if fit.word == "no":
            raise ExpressionError(f"It must give {describe({'type': returns})}, but gives {describe(meaning.returns)}.")
    made = Expression(source, meaning, roots, returns)
    with _lock:
        _expressions[key] = made
        if len(_expressions) > _REMEMBERED:
            _expressions.popitem(last=False)
    return made
