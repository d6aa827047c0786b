"""How the routes of the audit are called."""

from __future__ import annotations

from builder.kit.ids import show_id
from tests.rooms.cases import RouteCase, Sent
from tests.rooms.workflows.cases import make_workflow
from tests.rooms.world import World


def _told(world: World) -> Sent:
    subject = f"workflow {show_id(make_workflow(world))}"
    return Sent(query={"subject": subject}, shown=subject)


CASES = [
    RouteCase("list_events", lambda world, _: _told(world), reach="organisation"),
    RouteCase("verify_audit", reach="organisation"),
]
