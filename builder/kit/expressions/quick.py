"""The quick way to check what most expressions are: a plain path, or a condition.

The stand-ins are written into the source instead of bound around it, which halves the time. Whatever is not accepted
here is no verdict: it goes the long way, which also finds the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from builder.kit.expressions.tree import Checked, Part, read_parsed, walk
from builder.kit.shapes import Schema, at_path

if TYPE_CHECKING:
    from cel_expr_python import cel

_PATH = re.compile(r"\s*([a-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)\s*")
_ROOT = re.compile(r"(?<![\w.`])[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = frozenset(
    ("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
     "let", "loop", "package", "namespace", "return", "var", "void", "while")
)  # fmt: skip
_DECIDING = frozenset(
    ("_&&_", "_||_", "!_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in", "contains", "startsWith", "endsWith",
     "matches")
)  # fmt: skip
"""What gives true or false and never null, so that the checker's name for the type says all."""


def check_path(source: str, names: Mapping[str, Schema]) -> tuple[Checked, Schema] | None:
    """A path of plain names through records that the schemas know; None when it is more, or wrong."""
    found = _PATH.fullmatch(source)
    if found is None or len(source) > 1_000:
        return None
    root, *fields = found[1].split(".")
    if root not in names or len(fields) > 20 or not _RESERVED.isdisjoint((root, *fields)):
        return None
    returns = at_path(names[root], fields)
    if returns is None:
        return None
    part = Part("ident", 1, name=root)
    for number, field in enumerate(fields, start=2):
        part = Part("select", number, name=field, value=False, parts=(part,))
    return Checked(part, [], b""), returns


def check_condition(environment: cel.Env, source: str, stand_ins: Mapping[str, str]) -> tuple[Checked, Schema] | None:
    """A condition without one comprehension inside another; None when it is more, or wrong.

    A stand-in put where a name was no root (a field after a space, a comprehension's variable) cannot be compiled; put
    into a text or a comment it changes no type.

    Args:
        environment: the checker's.
        source: the expression.
        stand_ins: name → the typed value that stands for it.
    """
    typed = _ROOT.sub(lambda found: stand_ins.get(found[0], found[0]), source)
    try:
        kind = environment.compile(f"\n{typed}").return_type().name()
        checked = read_parsed(environment.compile(f"\n{source}", disable_check=True).serialize())
    except (RuntimeError, MemoryError):
        return None
    tree = checked.tree
    decides = tree.kind == "call" and tree.name in _DECIDING
    if kind != "BOOL" or not decides or sum(part.kind == "fold" for part in walk(tree)) > 1:
        return None
    return checked, {"type": "boolean"}
