"""The checker's words, said plainly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from builder.kit.expressions.functions import OPERATORS

_TYPES = {
    "bool": "true or false", "int": "a whole number", "uint": "a whole number", "double": "a number",
    "string": "a text", "null_type": "nothing (null)", "dyn": "anything", "bytes": "bytes",
    "timestamp": "a moment", "google.protobuf.Timestamp": "a moment", "duration": "a duration",
    "google.protobuf.Duration": "a duration",
}  # fmt: skip
_WORDS = {"=": "Write == to compare.", "and": "Write && for and.", "or": "Write || for or.", "not": "Write ! for not."}
_ERROR = re.compile(r"ERROR: <input>:(\d+):(-?\d+): (.*?)(?:\n \||\Z)", re.DOTALL)
_OVERLOAD = re.compile(r"found no matching overload for '([^']+)' applied to '(.*?)'?$", re.DOTALL)
_QUOTED = re.compile(r"'(.*)'", re.DOTALL)


def first_error(message: str) -> tuple[int, int, str]:
    """Line, column and text of the first error in what the checker printed."""
    found = _ERROR.search(message)
    if found is None:
        return 1, 1, message.removesuffix(" [INVALID_ARGUMENT]").removeprefix("INVALID_ARGUMENT: ")
    return int(found[1]), max(int(found[2]), 1), found[3].removesuffix(" [INVALID_ARGUMENT]").strip()


def split_overload(message: str) -> tuple[str, list[str]] | None:
    """Function and argument types of 'found no matching overload', else None."""
    found = _OVERLOAD.search(message)
    if found is None:
        return None
    inside = found[2].strip()
    receiver, dot, rest = inside.partition(".(")
    return found[1], ([receiver] if dot else []) + _split(rest if dot else inside.removeprefix("("))


def _split(listed: str) -> list[str]:
    parts, depth, current = [], 0, ""
    for letter in listed.removesuffix(")"):
        depth += (letter in "(<") - (letter in ")>")
        if letter == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += letter
    return [*parts, current.strip()] if current.strip() else parts


def type_in_words(name: str) -> str:
    """A type of the checker in words."""
    if name.startswith("wrapper("):
        return f"{type_in_words(name[8:-1])} or nothing"
    for begin, words in (
        ("list(", "a list"),
        ("map(", "a record"),
        ("_T.", "a record"),
        ("optional", "an optional value"),
    ):
        if name.startswith(begin):
            return words
    return _TYPES.get(name, "something else")


def explain(message: str, near: str, names: Iterable[str], fields: Callable[[str], tuple[str, ...]]) -> tuple[str, str]:
    """One plain sentence for what the checker says, and the way out.

    Args:
        message: the checker's text without its position.
        near: the source from the error's column on.
        names: what may be read here.
        fields: the field names of a record of the checker.
    """
    if "recursion" in message:
        return "It nests too deep: at most about 30 levels of brackets and operators.", ""
    if "Syntax error" in message:
        return _syntax(message)
    quoted = _QUOTED.search(message)
    if message.startswith("undeclared reference to"):
        name = message.split("'")[1]
        if re.match(rf"\.?\s*{re.escape(name.rpartition('.')[2])}\s*\(|\(", near):
            return f"There is no function '{name}'.", "Use one of the functions listed in the language's help."
        return f"There is no '{name}' here.", _listed("It can read", sorted(names))
    if message.startswith("undefined field"):
        field, record = re.findall(r"'([^']*)'", message)[:2]
        return f"There is no field '{field}'", _listed("it has", fields(record))
    if "cannot be the operand of a select operation" in message and quoted:
        kind = type_in_words(quoted[1])
        more = " Use `[0]` for one item, or `.exists(x, …)`." if kind == "a list" else ""
        return f"{kind.capitalize()} has no fields.", more.strip()
    overload = split_overload(message)
    if overload is not None:
        return _mismatch(*overload)
    found = re.match(r"expected type '(.*?)' but found '(.*?)'", message)
    if found:
        return f"{type_in_words(found[1]).capitalize()} is wanted here, not {type_in_words(found[2])}.", ""
    clean = message.replace(" (in container '')", "")
    return f"{clean[:1].upper()}{clean[1:].rstrip('.')}.", ""


def _syntax(message: str) -> tuple[str, str]:
    said = re.search(r"(mismatched|extraneous) input '(.*?)' expecting|no viable alternative at input '(.*)'", message)
    word = (said[2] or said[3] or "") if said else ""
    wrong = re.search(r"token recognition error at: '(.*)'", message, re.DOTALL)
    if wrong:
        text = wrong[1].strip("\n ")
        if text[:1] in {"'", '"'}:
            return "A text begins here and does not end.", f"Close it with {text[0]}."
        shown = text[:20] if text.isprintable() else ascii(text[:20])[1:-1]
        return f"'{shown}' cannot stand here.", _WORDS.get(text[:1], "")
    if "<EOF>' expecting" in message or "at '<EOF>'" in message:
        return "It ends too early.", ""
    if "missing" in message and (missing := re.search(r"missing ('.*?'|\{)", message)):
        return f"{missing[1]} is missing here.", ""
    return (f"'{word}' cannot stand here." if word else "It cannot be read from here on."), _WORDS.get(word, "")


def _mismatch(function: str, types: list[str]) -> tuple[str, str]:
    words = [type_in_words(one) for one in types]
    if function in {"_&&_", "_||_", "!_"}:
        wrong = next((one for one in words if one != "true or false"), words[0])
        return f"`{OPERATORS[function]}` joins conditions (true or false), not {wrong}.", ""
    if function == "_?_:_":
        if words[0] != "true or false":
            return f"Before the `?` stands a condition (true or false), not {words[0]}.", ""
        return f"Both sides of the `:` must be of one type, not {words[1]} and {words[2]}.", ""
    if function in OPERATORS:
        way_out = ""
        if {"a number", "a whole number"} <= set(words):
            way_out = "Write double(…) around the whole number."
        elif function == "_[_]" and words == ["a record", "a text"]:
            way_out = "Write the field behind a dot, in backticks if its name is unusual."
        elif function == "@in" and types[-1] == "list(int)" and words[0].startswith("a number"):
            way_out = "Write the numbers with a decimal point: [1.0, 2.0]."
        return f"`{OPERATORS[function]}` does not work between {' and '.join(words)}.", way_out
    return f"`{function}` does not work with {', '.join(words) or 'nothing'}.", ""


def _listed(begin: str, names: Iterable[str]) -> str:
    listed = list(names)
    if not listed:
        return ""
    return f"{begin} {', '.join(listed[:12])}{', …' if len(listed) > 12 else ''}."


_FAILURES = (
    ("Iteration budget", "It goes over more than 10,000 items.", "Use a map step."),
    ("non-message", "It reads a field of what is no record.", "Ask with has(…), or write `.?name.orValue(…)`."),
    ("zero", "It divides by zero.", "Ask first whether the divisor is 0."),
    ("overflow", "A whole number leaves the range of 64 bits.", "Write double(…)."),
    ("ndex", "It reads a list beyond its end.", "Ask first for size(…)."),
    ("optional.none()", "It asks for the value of what is not there.", "Use `.orValue(…)`."),
    ("conver", "A value could not be turned into the type that was asked for.", ""),
    ("timestamp", "A text could not be read as a moment.", "Write it as 2026-11-30T14:30:00Z."),
    ("duration", "A text could not be read as a duration.", "Write it as 90s or 1h30m."),
)
_OVERLOADS = re.compile(r"No matching overloads found : ([^(]+)\((.*)\)")
_RUN_TYPES = {"int64": "int", "uint64": "uint", "float64": "double", "null": "null_type"}


_LACKING = re.compile(r"not found|no such key|no value with name|non-message|index error|null_type", re.IGNORECASE)


def is_lacking(message: str) -> bool:
    """Whether an expression failed over its values because something that it reads is not there, or is nothing."""
    return _LACKING.search(message) is not None


def explain_failure(message: str, source: str) -> tuple[str, str]:
    """One plain sentence, and a way out, for an expression that failed over its values. It quotes no value."""
    found = re.search(r'(?:Key not found in map : |No value with name |no such key[^"]*)"?([^"]*)"?', message)
    if found:
        name = found[1].strip()
        shown = f"There is no '{name}' here" if name and name in source else "A field it reads is not there"
        return f"{shown}.", "Ask with has(…), or write `.?name.orValue(…)`."
    overload = _OVERLOADS.search(message)
    if overload:
        types = [_RUN_TYPES.get(one, one) for one in _split(overload[2])]
        return _mismatch(
            overload[1].strip(), [("list(" if one == "list" else "map(" if one == "map" else one) for one in types]
        )
    for part, sentence, way_out in _FAILURES:
        if part in message:
            return sentence, way_out
    return "It could not be worked out over these values.", ""
