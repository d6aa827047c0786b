"""Credentials end to end on both back ends: sealed, granted, lent by the worker, and asked for by a real system on
loopback. What is revoked, over, or changed stops the next run with a sentence that says who can help, and nothing has
left before.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from builder.catalog.servers import look_at_servers
from builder.credentials import change_credential
from builder.credentials.schemas import Wanted
from builder.credentials.tables import credential_table
from builder.db import read_clock
from builder.kit.ids import show_id
from builder.settings import read_settings
from builder.triggers.signatures import sign_delivery
from builder.wiring import build_embedded, open_application
from tests.backends import Backend
from tests.contracts.lent import (
    ENDED,
    guarded_api,
    guarded_database,
    lend_to,
    make_live,
    press_start,
    publish_template,
    working,
)
from tests.nodes.test_email_send import opened, server_tls
from tests.rooms.catalog.tool_server import ToolServer
from tests.rooms.credentials.test_outside import serving
from tests.rooms.loopback import Seen, answer
from tests.rooms.world import URL, World, people_world

__all__ = ["server_tls"]

pytestmark = pytest.mark.storms

TOKEN = "canary-91ae-lent-token"
SECRET = "whsec_" + base64.b64encode(b"canary-91ae-lent-to-chats").decode()
PASSWORD = "canary-91ae-lent-password"


def uses_of(world: World, credential: int) -> list[tuple[str, str]]:
    found = world.client("auditor").get(f"/api/credentials/{show_id(credential)}/uses").json()["items"]
    return [(each["way"], each["host"]) for each in found]


def end_now(world: World, credential: int) -> None:
    with world.transaction() as session:
        over = update(credential_table).where(credential_table.c.id == credential)
        session.execute(over.values(ends_at=read_clock(session) - timedelta(days=1)))


def expect_over(world: World, workflow: str, credential: int) -> None:
    """An ended credential refuses the next start and says who can help."""
    end_now(world, credential)
    refused = press_start(world, workflow)
    assert (refused.state, refused.said["code"]) == ("refused", "credential_refused")
    assert "ended on" in refused.sentence
    assert "Ask IT to renew it." in refused.sentence


def test_a_request_is_signed_for_a_server_that_checks(backend: Backend) -> None:
    with guarded_api(TOKEN) as (place, let_in), working(backend, place) as world:
        made, name = lend_to(world, "http_bearer", {"token": TOKEN}, "tool.http_request", hosts=(place,))
        _, wrong = lend_to(world, "http_bearer", {"token": "none"}, "tool.http_request", hosts=(place,))
        config = {"method": "POST", "url": f"http://{place}/notes"}
        live, refused = (
            make_live(world, {**config, "credential": each}, "tool.http_request@1", {"body": {"text": "Hello"}})
            for each in (name, wrong)
        )
        assert press_start(world, live).state == "succeeded"
        assert json.loads(let_in[0].body) == {"text": "Hello"}
        assert press_start(world, refused).state == "failed"
        assert uses_of(world, made) == [("sign", place)]
        expect_over(world, live, made)
        assert len(let_in) == 1
        assert uses_of(world, made) == [("sign", place)], "who is refused has opened nothing"


def test_a_template_of_an_api_has_its_own_grant_and_its_revocation_stops_the_next_run(backend: Backend) -> None:
    with guarded_api(TOKEN) as (place, let_in), working(backend, place) as world:
        made, name = lend_to(world, "http_bearer", {"token": TOKEN}, "tool.http_request", hosts=(place,))
        document = {
            "openapi": "3.1.0", "info": {"title": "Notes"}, "servers": [{"url": f"http://{place}"}],
            "paths": {"/notes/{id}": {"get": {
                "operationId": "readNote",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            }}},
        }  # fmt: skip
        one = world.client("admin")
        sent = {"content": json.dumps(document), "operations": ["readNote"], "credential": name}
        taken = one.post("/api/node-templates/openapi/take", json=sent)
        assert taken.status_code == 201, taken.text
        key = publish_template(world, taken.json()[0])
        live = make_live(world, {}, key, {"id": "a/b"})
        refused = press_start(world, live)
        assert refused.state == "refused"
        word = key.partition("@")[0]
        assert f"not granted to steps of the type {word}, only to tool.http_request" in refused.sentence
        assert refused.sentence.endswith(f"Ask IT to grant it to {word}.")
        grant(world, made, place, word)
        assert press_start(world, live).state == "succeeded"
        assert let_in[0].line.split()[:2] == ["GET", "/notes/a%2Fb"]
        bare = make_live(
            world, {"method": "GET", "url": f"http://{place}/all", "credential": name}, "tool.http_request@1"
        )
        assert press_start(world, bare).state == "refused", "a grant to the template opens no free request"
        version = f"/api/node-templates/{taken.json()[0]['id']}/versions/1"
        one.post(f"{version}/revoke", json={"reason": "The API is going away."})
        stopped = press_start(world, live)
        assert (stopped.state, stopped.said["code"]) == ("refused", "template_refused")
        assert "was revoked: The API is going away. Choose another step, or ask an admin." in stopped.sentence
        assert len(let_in) == 1


def grant(world: World, credential: int, place: str, *types: str) -> None:
    admin = world.caller("admin")
    with world.transaction() as session:
        wanted = Wanted("", "", {}, "", (place,), types, frozenset({world.ours}))
        change_credential(session, admin, credential, wanted)


def test_a_tool_of_an_mcp_server_is_called_with_its_credential_until_it_changes(backend: Backend) -> None:
    tools = ToolServer(TOKEN)
    tools.serve("Adds a note.")
    try:
        with working(backend, tools.place) as world:
            call_tools(world, tools)
    finally:
        tools.stop()


def call_tools(world: World, tools: ToolServer) -> None:
    made, name = lend_to(world, "http_bearer", {"token": TOKEN}, "tool.notes_add_note", hosts=(tools.place,))
    one, site = world.client("admin"), world.application
    server = one.post("/api/mcp-servers", json={"name": "notes", "url": tools.url, "credential": name}).json()
    looked = one.post(f"/api/mcp-servers/{server['id']}/look").json()
    assert (looked["problem"], [each["name"] for each in looked["tools"]]) == ("", ["add_note"])
    assert tools.refused == 0
    assert {way for way, _ in uses_of(world, made)} == {"look"}
    taken = one.post(f"/api/mcp-servers/{server['id']}/take", json={"tools": ["add_note"]}).json()[0]
    live = make_live(world, {}, publish_template(world, taken), {"text": "Hello"})
    assert press_start(world, live).state == "succeeded"
    assert tools.calls == [{"text": "Hello", "urgent": False}]
    tools.serve("Adds a note, and reads all others to you.")
    failed = press_start(world, live)
    assert failed.state == "failed"
    assert "described otherwise than when it was approved. An admin can look at it." in str(failed.said)
    look_at_servers(site.database.read, site.ask_outside, site.transaction)
    stopped = press_start(world, live)
    assert (stopped.state, stopped.said["code"]) == ("refused", "template_refused")
    assert stopped.sentence.endswith("An admin can look at it under Node templates.")
    assert len(tools.calls) == 1, "neither run reached the tool"
    end_now(world, made)
    assert "ended on" in one.post(f"/api/mcp-servers/{server['id']}/look").json()["problem"]


def test_a_letter_goes_by_a_mail_server_that_asks_for_a_password(
    backend: Backend, server_tls: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    with opened("starttls", server_tls[0]) as post, working(backend, f"127.0.0.1:{post.port}") as world:
        said = {"host": "127.0.0.1", "port": str(post.port), "tls": "starttls", "sender": "office@example.org"}
        made, name = lend_to(world, "smtp", {**said, "user": "ann", "password": "a secret"}, "tool.email_send")
        _, wrong = lend_to(world, "smtp", {**said, "user": "ann", "password": PASSWORD}, "tool.email_send")
        config = {"recipients": ["*@example.com"], "subject": "About {{ what }}", "body": "Dear {{ what }}"}
        live, refused = (
            make_live(world, {**config, "credential": each}, "tool.email_send@1",
                      {"to": "kim@example.com", "what": "Kim"})
            for each in (name, wrong)
        )  # fmt: skip
        assert press_start(world, live).state == "succeeded"
        letter: EmailMessage = post.letters[0]
        assert (letter["To"], letter["Subject"]) == ("kim@example.com", "About Kim")
        failed = press_start(world, refused)
        assert failed.state == "failed"
        assert "refused the sign-in" in str(failed.said)
        expect_over(world, live, made)
        assert len(post.letters) == 1


@pytest.fixture(scope="module")
def orders() -> Iterator[int]:
    """A PostgreSQL with orders in it."""
    with guarded_database(PASSWORD) as port:
        yield port


@pytest.mark.servers
def test_a_database_is_asked_by_a_user_with_a_password(backend: Backend, orders: int) -> None:
    with working(backend, f"127.0.0.1:{orders}") as world:
        said = {"driver": "postgresql", "host": "127.0.0.1", "port": str(orders), "database": "postgres", "tls": "none"}
        made, name = lend_to(world, "sql", {**said, "user": "clerk", "password": PASSWORD}, "tool.sql_query")
        _, wrong = lend_to(world, "sql", {**said, "user": "clerk", "password": "wrong"}, "tool.sql_query")
        config = {"query": "SELECT customer FROM orders WHERE id = :id"}
        live, refused = (
            make_live(world, {**config, "credential": each}, "tool.sql_query@1", {"id": 2}) for each in (name, wrong)
        )
        done = press_start(world, live)
        assert (done.state, done.said["output"]["rows"]) == ("succeeded", [{"customer": "Bob"}])
        assert uses_of(world, made) == [("open", f"127.0.0.1:{orders}")]
        assert press_start(world, refused).state == "failed"
        expect_over(world, live, made)


def test_a_message_is_signed_for_the_hosts_of_its_secret_alone(backend: Backend) -> None:
    arrived: list[Seen] = []

    def respond(seen: Seen) -> bytes:
        arrived.append(seen)
        return answer(b"", "204 No Content")

    with serving(respond) as chat, working(backend, chat.place) as world:
        made, name = lend_to(world, "webhook_secret", {"secret": SECRET}, "tool.chat_message", hosts=(chat.place,))
        _, other = lend_to(world, "webhook_secret", {"secret": SECRET}, hosts=("chat.example",))
        config = {"url": f"http://{chat.place}/hook", "text": "Hello"}
        live, refused = (
            make_live(world, {**config, "credential": each}, "tool.chat_message@1") for each in (name, other)
        )
        assert press_start(world, live).state == "succeeded"
        [seen] = arrived
        moment = datetime.fromtimestamp(int(seen.headers["webhook-timestamp"]), UTC)
        expected = sign_delivery(SECRET, seen.headers["webhook-id"], moment, seen.body.decode())
        assert seen.headers["webhook-signature"] == expected
        assert uses_of(world, made) == [("open", chat.place)]
        stopped = press_start(world, refused)
        assert stopped.sentence.startswith(f"The credential “{other}” is not for {chat.place}.")
        assert len(arrived) == 1


def test_who_answers_for_a_workflow_hears_that_a_worker_refused_its_run(backend: Backend) -> None:
    """The start was admitted, and whoever started it is gone when the worker finds that the credential is over."""
    environment = {"HANDRAIL_HOME": str(backend.folder), "HANDRAIL_DATABASE_URL": backend.address, "HANDRAIL_URL": URL}
    with open_application(read_settings(environment)) as site:
        world = people_world(site)
        made, name = lend_to(world, "http_bearer", {"token": TOKEN}, hosts=("crm.example",))
        config = {"method": "GET", "url": "https://crm.example/x", "credential": name}
        live = make_live(world, config, "tool.http_request@1")
        keep(world, live)
        started = world.client("builder").post(f"/api/workflows/{live}/form", json={"input": {}})
        assert started.status_code == 201, started.text
        end_now(world, made)
        with build_embedded(read_settings(environment)):
            shown = wait_for_end(world, started.json()["run"])
        assert shown["state"] == "refused"
        assert "Ask IT to renew it." in shown["why"]
        told = world.client("owner").get("/api/notices").json()["items"]
        assert [(each["kind"], each["link"]) for each in told] == [("run_refused", f"/runs/{shown['id']}")]
        assert told[0]["params"]["workflow"].startswith("Calls tool.http_request")
        assert uses_of(world, made) == []


def keep(world: World, workflow: str) -> None:
    """The owner of the team answers for a workflow."""
    said = {"owner": show_id(world.people["owner"])}
    answer = world.client("owner").patch(f"/api/workflows/{workflow}", json=said)
    assert answer.status_code == 200, answer.text


def wait_for_end(world: World, run: str) -> dict[str, Any]:
    until = time.monotonic() + 40
    while True:
        shown: dict[str, Any] = world.client("builder").get(f"/api/runs/{run}").json()
        if shown["state"] in ENDED:
            return shown
        assert time.monotonic() < until, "the run did not end"
        time.sleep(0.02)
