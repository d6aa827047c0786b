"""Somebody who delivers to a webhook through its public address."""

from __future__ import annotations

import itertools
import json
from typing import Any

from sqlalchemy import func, select

from builder.db import read_clock
from builder.kit.ids import show_id
from builder.publishing import publish_workflow
from builder.runs.tables import run_table
from builder.triggers.signatures import sign_delivery
from builder.workflows import save_draft
from tests.rooms.letters import GRAPH
from tests.rooms.triggers.cases import add_hook
from tests.rooms.workflows.cases import press
from tests.rooms.world import World

BODY = {"text": "Hello"}
numbers = itertools.count(1)


class Sender:
    """Somebody who delivers to a webhook, and signs as the standard says."""

    def __init__(self, world: World, **settings: Any) -> None:
        self.world = world
        self.trigger, self.secret = add_hook(world, on=settings.pop("on", True), **settings)
        address = world.client("builder").get(f"/api/triggers/{self.id}/webhook").json()["address"]
        self.path = address.removeprefix("https://handrail.example")
        self.client = world.client()

    @property
    def id(self) -> str:
        return show_id(self.trigger.id)

    def sign(self, body: bytes, own: str, secret: str | None = None) -> dict[str, str]:
        with self.world.transaction() as session:
            now = read_clock(session)
        return {
            "webhook-id": own,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": sign_delivery(secret or self.secret, own, now, body.decode("utf-8", "replace")),
            "content-type": "application/json",
        }

    def send(self, value: Any = None, own: str | None = None, *, body: bytes | None = None, **headers: str) -> Any:
        body = json.dumps(BODY if value is None else value).encode() if body is None else body
        signed = self.sign(body, own or f"msg_{next(numbers)}")
        return self.client.post(self.path, content=body, headers={**signed, **headers})

    def log(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.world.client("viewer").get(f"/api/triggers/{self.id}/deliveries", params=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])


def count_runs(world: World) -> int:
    with world.transaction() as session:
        return session.scalar(select(func.count()).select_from(run_table)) or 0


def publish_again(world: World, workflow: int) -> None:
    """Another version goes live."""
    owner = world.caller("owner")
    with world.transaction() as session:
        save_draft(session, owner, workflow, 2, {**GRAPH, "tags": ["new"]})
        publish_workflow(session, owner, workflow, press(world), seen=3, note="", stage=None)
