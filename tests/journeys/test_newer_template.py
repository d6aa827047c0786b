"""A step of an older version of a node template: what the newer one does otherwise is shown, one click takes it, and
one undo gives the older one back.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from builder.catalog import palette_of
from builder.catalog.write import (
    approve_node_template,
    draft_node_template,
    propose_node_template,
    publish_node_template,
    read_source,
)
from builder.db import read_clock
from builder.settings import read_settings
from builder.teams.sessions import Place, begin_session, find_caller
from builder.teams.store import insert_person, save_org_roles
from builder.wiring import open_application
from tests.journeys.drawing import sign_in
from tests.journeys.product import NARROW, WIDE, OpenPage, Product, judge_page, profile

pytestmark = pytest.mark.journeys

REPLY: dict[str, Any] = {
    "base": "tool.http_request@1",
    "name": "crm_reply",
    "title": "Reply in the CRM",
    "summary": "Adds a reply to a ticket.",
    "fixed": {"method": "POST", "url": "https://crm.example/replies", "idempotent": True},
    "open": {"timeout": {"title": "Patience"}},
    "inputs": {
        "type": "object",
        "properties": {
            "ticket": {"type": "string", "title": "Ticket"},
            "text": {"type": "string", "title": "Text"},
            "tone": {"type": "string", "title": "Tone"},
        },
        "required": ["ticket", "text"],
        "additionalProperties": False,
    },
    "gather": {"body": {"text": "text"}},
    "examples": [
        {
            "title": "A reply",
            "config": {},
            "inputs": {"ticket": "1", "text": "Hello"},
            "http": {"json": {}},
            "expect": {"port": "done"},
        }
    ],
}
_TAKEN = {name: field for name, field in REPLY["inputs"]["properties"].items() if name != "tone"}
NEWER = {
    **REPLY,
    "fixed": {**REPLY["fixed"], "url": "https://crm2.example/replies", "timeout": 9},
    "open": {},
    "inputs": {**REPLY["inputs"], "properties": {**_TAKEN, "urgent": {"type": "boolean", "title": "Urgent"}}},
    "irreversible": True,
}
_MAKE = """async ([nodes]) => {
  const json = (answer) => answer.json();
  const session = await fetch("/api/session").then(json);
  const headers = {"Content-Type": "application/json", "X-CSRF-Token": session.csrf};
  const [team] = await fetch("/api/teams").then(json);
  const sent = {method: "POST", headers, body: JSON.stringify({team: team.id, name: "Answers"})};
  const made = await fetch("/api/workflows", sent).then(json);
  const at = `/api/workflows/${made.id}/draft`;
  const draft = await fetch(at);
  const graph = {...(await draft.json()).graph, nodes};
  const body = JSON.stringify({graph});
  const saved = await fetch(at, {method: "PUT", body, headers: {...headers, "If-Match": draft.headers.get("ETag")}});
  return [saved.status, made.id];
}"""


def publish(home: Path, *sources: dict[str, Any], note: str = "") -> None:
    """Two admins bring versions of a node template to every team; beside the browser's own loop, in a thread."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(publish_here, home, *sources, note=note).result()


def publish_here(home: Path, *sources: dict[str, Any], note: str) -> None:
    """Does so in this thread."""
    application = open_application(read_settings({"HANDRAIL_HOME": str(home)}))
    palette = palette_of(application)
    try:
        with application.transaction() as session:
            now = read_clock(session)
            callers = []
            for name in ("writer", "second"):
                person = insert_person(session, f"{name}@{secrets.token_hex(4)}.example", name, "en", None, now)
                save_org_roles(session, person, ("admin",))
                found = find_caller(session, begin_session(session, person, Place("192.0.2.7", "a test"), now))
                assert found is not None
                callers.append(found.caller)
            writer, second = callers
            for source in sources:
                made = draft_node_template(session, writer, palette, read_source(source), note)
                propose_node_template(session, writer, palette, made.template_id, made.number)
                approve_node_template(session, second, palette, made.template_id, made.number)
                publish_node_template(session, writer, made.template_id, made.number, None)
    finally:
        application.close()


@pytest.fixture(scope="module")
def state(product: Product, browser: Browser) -> Iterator[object]:
    """The cookies of the first owner."""
    context = browser.new_context(**profile(WIDE))
    sign_in(context.new_page(), product)
    yield context.storage_state()
    context.close()


def test_the_newer_version_is_looked_at_and_taken(product: Product, state: object, open_page: OpenPage) -> None:
    page = open_page(state=state)
    page.goto(product.url)
    publish(product.home, REPLY)
    node = {
        "type": "tool.crm_reply@1", "title": "Reply", "config": {"timeout": 3},
        "inputs": {"ticket": {"value": "7"}, "text": {"value": "Hello"}, "tone": {"value": "kind"}},
    }  # fmt: skip
    status, number = page.evaluate(_MAKE, [{"reply": node}])
    assert status == 200
    page.goto(f"{product.url}/workflows/{number}?view=list")
    page.get_by_text("Reply", exact=True).first.wait_for()
    publish(product.home, NEWER, note="The CRM moved to another address.")  # while the workflow is open
    page.get_by_text("Reply", exact=True).first.click()
    side = page.get_by_role("complementary", name="The selected step")
    side.get_by_role("textbox", name="Name", exact=True).first.fill("Reply to the customer")
    side.get_by_role("button", name="Use the newer version").click()
    look(page)
    judge_page(page, "newer-template")
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("has a newer version")).to_have_count(0)
    page.get_by_role("button", name="Undo: use the newer version in Reply to the customer").click()
    side.get_by_text("has a newer version").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="finding").first.click()
    page.get_by_role("dialog", name="Findings").get_by_role("button", name="Use the newer version").click()
    with page.expect_response(lambda got: got.request.method == "PUT" and got.url.endswith("/draft")) as saved:
        page.get_by_role("button", name="Use it").click()
    reply = saved.value.json()["graph"]["nodes"]["reply"]
    assert (reply["type"], reply.get("config", {})) == ("tool.crm_reply@2", {})
    assert sorted(reply["inputs"]) == ["text", "ticket"]


def look(page: Page) -> None:
    """What the dialog shows of the difference, before anything is changed."""
    dialog = page.get_by_role("dialog", name="A newer version for “Reply to the customer”")
    dialog.get_by_text("from version 1 to version 2").wait_for()
    dialog.get_by_text("The CRM moved to another address.").wait_for()
    dialog.get_by_role("row", name="Hosts before: crm.example now: crm2.example").wait_for()
    dialog.get_by_role("row", name="Cannot be undone before: No now: Yes").wait_for()
    dialog.get_by_role("row", name="urgent now: Urgent: Yes or no").wait_for()
    dialog.get_by_text("timeout, tone.").wait_for()


def test_on_a_phone_in_the_dark_it_is_as_good(product: Product, state: object, open_page: OpenPage) -> None:
    page = open_page(size=NARROW, scheme="dark", state=state)
    page.goto(product.url)
    publish(product.home, *({**each, "name": "crm_note"} for each in (REPLY, NEWER)))
    node = {"type": "tool.crm_note@1", "title": "Reply", "inputs": {"ticket": {"value": "7"}, "text": {"value": "x"}}}
    _, number = page.evaluate(_MAKE, [{"reply": node}])
    page.goto(f"{product.url}/workflows/{number}")
    page.get_by_role("button", name="finding").first.click()
    page.get_by_role("button", name="Use the newer version").first.click()
    page.get_by_role("row", name="Hosts before: crm.example now: crm2.example").wait_for()
    judge_page(page, "newer-template on a phone")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_catalog_is_for_everybody(
    product: Product, state: object, open_page: OpenPage, scheme: str, size: dict[str, int]
) -> None:
    """The list with templates in it, and one of them: its life, what IT fixed, where it is used."""
    name = f"crm_entry_{secrets.token_hex(3)}"
    publish(product.home, {**REPLY, "name": name, "title": "Entry in the CRM"}, note="For notes.")
    page = open_page(state=state, scheme=scheme, size=size)
    page.goto(f"{product.url}/catalog")
    page.get_by_role("link", name="Entry in the CRM").first.wait_for()
    judge_page(page, "catalog with some")
    page.get_by_role("link", name="Entry in the CRM").first.click()
    page.get_by_role("heading", level=1, name="Entry in the CRM").wait_for()
    expect(page.locator("[data-loading]")).to_have_count(0)
    judge_page(page, "node template")
