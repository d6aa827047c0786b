"""How the stream of events is called."""

from __future__ import annotations

from tests.rooms.cases import RouteCase

CASES = [RouteCase("listen", reach="list")]
