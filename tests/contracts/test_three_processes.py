"""An API and two workers on PostgreSQL and Redis: people work through the API, and a worker is killed in the middle."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from builder.kit.clock import SYSTEM_CLOCK
from tests.installation import Installation, open_installation, until
from tests.servers import PostgresServer, RedisServer

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parents[2]
RUNS = 6
PASSWORD = "a long password for tests"
GOVERNANCE = (ROOT / "examples" / "support-triage" / "governance.yaml").read_text("utf-8")
WORKFLOW = """\
handrail: 1
name: Answer tickets
purpose: Tell the ticket system what is done, draft an answer, send it.
inputs:
  type: object
  required: [ticket, customer_email]
  properties:
    ticket: {type: string, title: Ticket, labels: [customer-text, personal]}
    customer_email: {type: string, format: email, title: To, labels: [personal]}
nodes:
  first: NOTE
  second: NOTE
  third: NOTE
  answer:
    type: prompt.complete@1
    config: {model: default, prompt: "Answer politely: {{ ticket }}"}
    inputs: {ticket: {from: input.ticket}}
  send:
    type: tool.http_request@1
    config: {method: POST, url: "http://ADDRESS/answers", idempotent: true}
    inputs: {body: {expr: "{'to': input.customer_email, 'text': answer.text}"}}
edges:
  - {from: first, to: second}
  - {from: second, to: third}
  - {from: third, to: answer}
  - {from: answer, to: send}
result:
  reply: {from: answer.text}
"""
NOTE = """\
{type: tool.http_request@1, config: {method: POST, url: "http://ADDRESS/notes", idempotent: true},
          inputs: {body: {expr: "{'note': 'seen'}"}}}"""


class SlowReceiver:
    """Takes its time, and keeps what arrives once for each idempotency key.

    Attributes:
        kept: key → (path, body).
        calls: how many requests came, repeats included.
    """

    def __init__(self, seconds: float) -> None:
        self.kept: dict[str, tuple[str, Any]] = {}
        self.calls = 0
        self._lock = threading.Lock()
        receiver = self

        class Asked(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with receiver._lock:
                    receiver.calls += 1
                    receiver.kept.setdefault(self.headers["Idempotency-Key"], (self.path, body))
                time.sleep(seconds)
                answer = b"{}"
                self.send_response(201)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who was killed hangs up
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def at(self, path: str) -> list[Any]:
        return [body for place, body in self.kept.values() if place == path]


class Person:
    """Somebody at a browser: a session of his own, and the word that each change must carry."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=30)

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, status: int = 200, **body: Any) -> Any:
        answer = self._client.request(method, path, json=body or None)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        found = answer.json() if answer.content else None
        if isinstance(found, dict) and found.get("csrf"):
            self._client.headers["X-CSRF-Token"] = found["csrf"]
        return found

    def post(self, path: str, status: int = 200, **body: Any) -> Any:
        return self.ask("POST", path, status, **body)

    def get(self, path: str) -> Any:
        return self.ask("GET", path)


@pytest.fixture
def receiver() -> Iterator[SlowReceiver]:
    with SlowReceiver(0.3) as opened:
        yield opened


@pytest.fixture
def installation(
    postgres: PostgresServer, redis: RedisServer, receiver: SlowReceiver, tmp_path: Path
) -> Iterator[Installation]:
    with open_installation(postgres, redis, tmp_path, HANDRAIL_ALLOWED_HOSTS=receiver.address) as opened:
        yield opened


@pytest.fixture
def people(installation: Installation) -> Iterator[Callable[[], Person]]:
    """The API runs; each call is one more person before it."""
    installation.serve()
    met: list[Person] = []

    def meet() -> Person:
        met.append(Person(installation.url))
        return met[-1]

    yield meet
    for person in met:
        person.close()


def enter(people: Callable[[], Person], installation: Installation) -> Person:
    """The first owner, by the link that whoever stands at the machine makes."""
    owner = people()
    owner.post("/api/session/link", token=installation.command("owner")["link"].rpartition("/")[2])
    return owner


def invite(people: Callable[[], Person], owner: Person, name: str, **roles: Any) -> Person:
    made = owner.post("/api/invitations", 201, email=f"{name.lower()}@example.org", **roles)
    person = people()
    token = made["link"].rpartition("/")[2]
    person.post("/api/invitations/accept", token=token, password=PASSWORD, name=name, language="en")
    return person


def govern(writes: Person, approves: Person) -> None:
    made = writes.post("/api/governance", 201, content=GOVERNANCE, filename="governance.yaml")
    place = f"/api/governance/{made['template']['id']}/versions/1"
    approves.post(f"{place}/approve")
    approves.post(f"{place}/enforce", day=SYSTEM_CLOCK.now().date().isoformat())


def publish(writes: Person, approves: Person, team: str, deputy: str, address: str) -> str:
    content = WORKFLOW.replace("NOTE", NOTE).replace("ADDRESS", address)
    plan = writes.post("/api/imports/plan", team=team, content=content, filename="answer.yaml")
    made = writes.post(
        "/api/imports", 201, team=team, content=content, filename="answer.yaml", plan=plan["plan"], choice="create"
    )
    workflow: str = made["id"]
    writes.ask("PATCH", f"/api/workflows/{workflow}", deputy=deputy)
    asked = writes.post(f"/api/workflows/{workflow}/publish", revision=1, stage="pilot", note="A first try.", ask=True)
    approves.post(f"/api/publish-requests/{asked['request']['id']}/decide", approve=True)
    return workflow


def decide_all(reviewer: Person) -> int:
    rows = reviewer.get("/api/reviews")["items"]
    for row in rows:
        detail = reviewer.get(f"/api/reviews/{row['id']}")
        reviewer.post(f"/api/reviews/{row['id']}/decide", decision="approve", payload_hash=detail["payload_hash"])
    return len(rows)


@pytest.mark.timeout(400)
def test_a_worker_dies_in_the_middle_and_nothing_is_lost_or_doubled(
    people: Callable[[], Person], installation: Installation, receiver: SlowReceiver
) -> None:
    for _ in range(2):
        installation.begin("worker")
    owner = enter(people, installation)
    team = owner.post("/api/teams", 201, name="Customer support")["id"]
    govern(invite(people, owner, "Ines", org_roles=["governor"]), invite(people, owner, "Gus", org_roles=["governor"]))
    mara = invite(people, owner, "Mara", team=team, roles=["builder", "owner"])
    jonas = invite(people, owner, "Jonas", team=team, roles=["reviewer", "owner"])
    kim = invite(people, owner, "Kim", team=team, roles=["builder"])
    deputy = jonas.get("/api/session")["person"]["id"]
    workflow = publish(mara, jonas, team, deputy, receiver.address)

    runs = [
        kim.post(
            f"/api/workflows/{workflow}/form",
            201,
            input={"ticket": f"Order {number} is late.", "customer_email": f"c{number}@example.org"},
        )["run"]
        for number in range(RUNS)
    ]
    until(lambda: len(receiver.at("/notes")) >= 2)
    installation.kill_owner()
    assert len(receiver.kept) < 3 * RUNS, "it was killed in the middle"

    decided = 0
    end = time.monotonic() + 90
    while decided < RUNS:
        decided += decide_all(jonas)
        assert time.monotonic() < end, f"{decided} of {RUNS} came to a decision"
        time.sleep(0.1)

    def ended() -> bool:
        return all(kim.get(f"/api/runs/{run}")["state"] == "succeeded" for run in runs)

    until(ended)
    assert len(receiver.at("/notes")) == 3 * RUNS, "each note arrived, and under one key"
    assert sorted(body["to"] for body in receiver.at("/answers")) == [f"c{n}@example.org" for n in range(RUNS)]
    assert receiver.calls - len(receiver.kept) <= RUNS, "only what was under way came again, under its old key"
    assert decide_all(jonas) == 0
    until(lambda: owner.post("/api/audit/verify")["holds"])
