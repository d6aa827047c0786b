"""How the route of the palette is called."""

from __future__ import annotations

from tests.rooms.cases import RouteCase

CASES = [RouteCase("read_catalog", reach="list")]
