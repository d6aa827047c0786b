"""How the routes of notices are called."""

from __future__ import annotations

from tests.rooms.cases import RouteCase, Sent

_SETTING = {"kind": "run_failed", "in_product": True, "by_email": False}

CASES = [
    RouteCase("list_notices", reach="organisation"),
    RouteCase("mark_notices", lambda *_: Sent(json={"read": "all"}), reach="organisation"),
    RouteCase("read_notice_settings", reach="organisation"),
    RouteCase("change_notice_settings", lambda *_: Sent(json={"kinds": [_SETTING]}), reach="organisation"),
]
