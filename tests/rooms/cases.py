"""How each route is called, for the tests that try all of them. A room's cases stand in `tests/rooms/<room>/cases.py`
as `CASES`; they are found there, and a route without a case is a failure (`tests/rooms/app/test_rights.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from tests.rooms.world import World


@dataclass(frozen=True)
class Visitor:
    """Who calls: an actor of the table, who that is, and the session's token; None and None for a stranger."""

    name: str
    person: int | None
    token: str | None


@dataclass(frozen=True)
class Sent:
    """One call of a route.

    Attributes:
        path: values of the path's parameters.
        json, query, headers: the rest of the call.
        shown: text of the answer that only who may see our team's things is shown.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    shown: str | None = None


def nothing(_: World, __: Visitor) -> Sent:
    """A call that needs nothing."""
    return Sent()


@dataclass(frozen=True)
class RouteCase:
    """How one route is called so that whoever may gets the answer.

    Attributes:
        operation: the route's operation id.
        arrange: makes what the call is about, anew each time, in the team Ours.
        status: what whoever may gets.
        reach: `team`: the thing belongs to Ours, and somebody of Theirs is refused; `list`: whoever may anywhere gets
            an answer, with what is his; `organisation`: it belongs to no team.
        sees: the permission that shows what stands in `Sent.shown`, where it is not the route's own.
    """

    operation: str
    arrange: Callable[[World, Visitor], Sent] = nothing
    status: int = 200
    reach: Literal["team", "list", "organisation"] = "team"
    sees: str | None = None


def find_cases() -> dict[str, RouteCase]:
    """Every room's cases, by operation."""
    found: dict[str, RouteCase] = {}
    for file in sorted(Path(__file__).parent.glob("*/cases.py")):
        for case in import_module(f"tests.rooms.{file.parent.name}.cases").CASES:
            assert case.operation not in found, f"{case.operation} has two cases"
            found[case.operation] = case
    return found
