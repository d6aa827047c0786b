"""A desk in use: workflows that ask people, published, started and executed, all of it over the wire."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient

from builder.kit.ids import show_id
from builder.publishing import publish_workflow
from builder.workflows import create_blank, save_draft
from tests.rooms.workflows.cases import press
from tests.rooms.world import World

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
REVIEWER = {"role": "reviewer"}


def approval(source: str, **config: Any) -> dict[str, Any]:
    """A node that asks whether a text may go on."""
    asked = {"question": "May this go on?", "reviewers": REVIEWER, **config}
    return {"type": "review.approve@1", "config": asked, "inputs": {"text": {"from": source}}}


def note(text: str) -> dict[str, Any]:
    """A node that only says something."""
    return {"type": "flow.transform@1", "inputs": {"text": {"template": text}}}


def edge(source: str, to: str) -> dict[str, str]:
    """An arrow."""
    return {"from": source, "to": to}


def branches(**config: Any) -> dict[str, Any]:
    """A question with a branch for each answer."""
    return {
        "inputs": TEXT,
        "nodes": {
            "check": approval("input.text", **config),
            "yes": note("sent: {{ check.record.text }}"),
            "no": note("kept"),
        },
        "edges": [edge("check.approved", "yes"), edge("check.rejected", "no")],
        "result": {"text": {"from": ["yes.text", "no.text"]}},
    }


BRANCHES = branches()
IN_A_ROW = {
    "inputs": TEXT,
    "nodes": {"first": approval("input.text"), "second": approval("first.record.text"), "end": note("done")},
    "edges": [edge("first.approved", "second"), edge("second.approved", "end")],
    "result": {"one": {"from": "first.reason"}, "two": {"from": "second.reason"}},
}
IN_A_MAP = {
    "inputs": {
        "type": "object", "required": ["rows"],
        "properties": {"rows": {"type": "array", "items": {"type": "string"}}},
    },
    "nodes": {
        "rows": {
            "type": "flow.map@1",
            "config": {
                "concurrency": 5,
                "body": {
                    "nodes": {
                        "check": approval("item"),
                        "yes": note("{{ item }}: {{ check.reason }}"),
                        "no": note("{{ item }} not: {{ check.reason }}"),
                    },
                    "edges": [edge("check.approved", "yes"), edge("check.rejected", "no")],
                    "result": {"text": {"from": ["yes.text", "no.text"]}},
                },
            },
            "inputs": {"items": {"from": "input.rows"}},
        }
    },
    "result": {"rows": {"from": "rows.items"}},
}  # fmt: skip
CORRECTION = {
    "inputs": TEXT,
    "nodes": {
        "fix": {
            "type": "review.edit@1",
            "config": {"question": "Is this right?", "reviewers": REVIEWER},
            "inputs": {"proposal": {"from": "input.text"}},
        },
    },
    "result": {"text": {"from": "fix.decided"}, "by": {"from": "fix.by"}},
}
GUARDED = {
    "inputs": TEXT,
    "nodes": {
        "fix": {
            "type": "review.edit@1",
            "config": {"question": "Is this right?", "reviewers": REVIEWER},
            "inputs": {"proposal": {"from": "input.text"}},
        },
        "letter": note("Dear customer, {{ fix.decided }}"),
        "guard": {
            "type": "policy.personal_data@1",
            "title": "No addresses",
            "config": {"action": "block", "kinds": ["email"]},
            "inputs": {"text": {"from": "letter.text"}},
        },
    },
    "edges": [edge("fix", "letter"), edge("letter", "guard")],
    "result": {"text": {"from": "guard.record.text"}},
}
"""A correction behind which a policy stands, on the other side of a step that is pure."""


@dataclass
class Desk:
    """An installation that executes, and its people's browsers."""

    world: World

    def browser(self, name: str) -> TestClient:
        """Somebody's browser."""
        return self.world.client(name)

    def publish(self, graph: dict[str, Any], name: str = "Letters") -> str:
        """A live workflow of Ours."""
        world = self.world
        builder, owner = world.caller("builder"), world.caller("owner")
        with world.transaction() as session:
            number = create_blank(session, builder, world.ours, name)
            save_draft(session, builder, number, 1, graph)
            publish_workflow(session, owner, number, press(world), seen=2, note="", stage=None)
        return show_id(number)

    def start(self, workflow: str, given: dict[str, Any], by: str = "builder") -> str:
        """Starts it by its form."""
        answer = self.browser(by).post(f"/api/workflows/{workflow}/form", json={"input": given})
        assert answer.status_code == 201, answer.text
        run: str = answer.json()["run"]
        return run

    def run_until(self, run: str, *states: str) -> dict[str, Any]:
        """A run, once it is in one of these states."""
        client, pause, end = self.browser("owner"), threading.Event(), time.monotonic() + 30
        while True:
            found: dict[str, Any] = client.get(f"/api/runs/{run}").json()
            if found["state"] in states:
                return found
            assert time.monotonic() < end, f"it is {found['state']}: {found['why']}"
            pause.wait(0.02)

    def rows_of(self, run: str, whose: str = "mine", by: str = "reviewer") -> list[dict[str, Any]]:
        """What lies on somebody's desk of a run."""
        answer = self.browser(by).get("/api/reviews", params={"whose": whose, "size": 200})
        assert answer.status_code == 200, answer.text
        return [row for row in answer.json()["items"] if row["run"] == run]

    def asked(self, graph: dict[str, Any], given: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
        """Publishes, starts, and waits until it asks: the run, and what lies on the desk."""
        run = self.start(self.publish(graph), given)
        self.run_until(run, "waiting")
        return run, self.rows_of(run)

    def look(self, review: str, by: str = "reviewer") -> dict[str, Any]:
        """One question, as somebody sees it."""
        answer = self.browser(by).get(f"/api/reviews/{review}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def decide(self, review: str, decision: str = "approve", by: str = "reviewer", **more: Any) -> Any:
        """Answers, on what is shown at this moment."""
        said = {"decision": decision, "payload_hash": self.look(review, by)["payload_hash"], **more}
        return self.browser(by).post(f"/api/reviews/{review}/decide", json=said)
