"""What the migrations are, read from their files without running them.

A step that *expands* only adds, so programs of the version before go on beside it. A step that *contracts* takes away
what they still used; it says from which revision on a program can live with it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_HERE = Path(__file__).resolve()

EXPAND, CONTRACT = "expand", "contract"


@dataclass(frozen=True, slots=True)
class SchemaStep:
    """One migration.

    Attributes:
        revision: its number, `0013`.
        kind: `expand` or `contract`.
        safe_from: for a contract: the oldest number that a program may know and still live with it.
        title: what it does.
    """

    revision: str
    kind: str
    safe_from: str | None
    title: str


def migrations_folder() -> Path:
    """Where the migrations are: beside this file in a wheel, at the top of a checkout."""
    shipped = _HERE.parent / "migrations"
    return shipped if shipped.is_dir() else _HERE.parents[2] / "migrations"


def newest_revision() -> str:
    """The number of the last migration; their files are called `0001_what_it_does.py`."""
    names = sorted(path.name for path in (migrations_folder() / "versions").glob("[0-9]*.py"))
    return names[-1].partition("_")[0]


@lru_cache(maxsize=1)
def read_steps() -> tuple[SchemaStep, ...]:
    """Every migration, in order."""
    files = sorted((migrations_folder() / "versions").glob("[0-9]*.py"))
    return tuple(read_step(file.read_text("utf-8"), file.name.partition("_")[0]) for file in files)


def read_step(source: str, revision: str) -> SchemaStep:
    """One migration from its source.

    Raises:
        ValueError: it does not say what kind it is, or a contract does not say from where on it is safe.
    """
    tree = ast.parse(source)
    said = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    kind, safe_from = said.get("kind"), said.get("safe_from")
    if kind not in (EXPAND, CONTRACT) or (kind == CONTRACT) != isinstance(safe_from, str):
        raise ValueError(f'migration {revision} must say `kind = "expand"`, or `kind = "contract"` and its `safe_from`')
    title = (ast.get_docstring(tree) or "").splitlines()[0]
    return SchemaStep(revision, str(kind), None if safe_from is None else str(safe_from), title)


def needed_revision(steps: tuple[SchemaStep, ...]) -> str:
    """The number that a database must have for the program that came with these steps: its last expansion."""
    return max(step.revision for step in steps if step.kind == EXPAND)


def next_target(steps: tuple[SchemaStep, ...], current: str | None, *, contract: bool) -> str | None:
    """How far the tables may be taken now: to the end, or to before the first contract. None when they are there."""
    target = None
    for step in steps:
        if current is not None and step.revision <= current:
            continue
        if step.kind == CONTRACT and not contract:
            break
        target = step.revision
    return target


def pending_contracts(steps: tuple[SchemaStep, ...], current: str | None) -> tuple[SchemaStep, ...]:
    """The contracts that the tables have not gone through."""
    return tuple(step for step in steps if step.kind == CONTRACT and (current is None or step.revision > current))
