"""A live workflow with a webhook, and somebody who delivers to it, for the contracts of webhooks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from builder.kit.clock import SYSTEM_CLOCK
from builder.publishing import Press, publish_workflow
from builder.triggers import Trigger, Wish, make_trigger, switch_trigger
from builder.triggers.deliver import Arrived
from builder.triggers.hooks import make_secret, show_hook
from builder.triggers.signatures import sign_delivery
from builder.workflows import Installed, create_blank, save_draft
from tests.rooms.world import World

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}


def graph(**nodes: Any) -> dict[str, Any]:
    """A graph that gives its text back, after these nodes in a row."""
    copy = {"type": "flow.transform@1", "inputs": {"text": {"from": "input.text"}}}
    names = [*nodes, "copy"]
    return {
        "inputs": TEXT,
        "nodes": {**nodes, "copy": copy},
        "edges": [{"from": one, "to": other} for one, other in pairwise(names)],
        "result": {"text": {"from": "copy.text"}},
    }


def publish(world: World, drawn: dict[str, Any]) -> int:
    """A live workflow of Ours; its id."""
    site = world.application
    owner = world.caller("owner")
    with world.transaction() as session:
        number = create_blank(session, owner, world.ours, "Hooked")
        save_draft(session, owner, number, 1, drawn)
        press = Press(Installed(site.types, site.connections), site.signing_key)
        publish_workflow(session, owner, number, press, seen=2, note="", stage=None)
    return number


class Hook:
    """A webhook that is on, and its sender."""

    def __init__(self, world: World, workflow: int, **settings: Any) -> None:
        owner, key = world.caller("owner"), world.application.vault_key
        with world.transaction() as session:
            wish = Wish("webhook", "The shop", {"per_minute": 60_000, **settings})
            made: Trigger = make_trigger(session, owner, workflow, wish)
            self.secret = make_secret(session, owner, made.id, 24, key).secret
            self.trigger = switch_trigger(session, owner, made.id, on=True)
            self.key = show_hook(session, owner, made.id, key).key or ""

    def headers(self, own: str, body: bytes) -> dict[str, str]:
        """Signed now."""
        now = datetime.fromtimestamp(int(SYSTEM_CLOCK.now().timestamp()), UTC)
        return {
            "webhook-id": own,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": sign_delivery(self.secret, own, now, body.decode()),
            "content-type": "application/json",
        }

    def delivery(self, own: str, value: Any) -> Arrived:
        """A delivery as the route hands it over."""
        body = json.dumps(value).encode()
        return Arrived(tuple(self.headers(own, body).items()), body)
