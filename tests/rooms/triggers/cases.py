"""How the routes of the form are called."""

from __future__ import annotations

from tests.rooms.cases import RouteCase
from tests.rooms.workflows.cases import at

CASES = [
    RouteCase("read_form", lambda world, _: at(world, live=True)),
    RouteCase("start_by_form", lambda world, _: at(world, {"input": {"text": "Hello"}}, live=True), status=201),
]
