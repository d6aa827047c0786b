"""A webhook through its screens: made, its secret copied once, called from a terminal by the line that is shown, its
deliveries looked at and sent in again, and a sample that becomes an input of the draft.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from builder.db import read_clock
from builder.kit.ids import read_id, show_id
from builder.settings import read_settings
from builder.teams.store import insert_person, save_membership
from builder.wiring import open_application
from tests.journeys.drawing import sign_in
from tests.journeys.product import NARROW, WIDE, OpenPage, Product, judge_page, profile

pytestmark = pytest.mark.journeys


def send(line: str) -> tuple[str, str]:
    """The status line and the body of what a terminal is answered."""
    done = subprocess.run(["bash", "-c", line.replace("curl -i", "curl -sS -i", 1)], capture_output=True, check=True)
    head, _, body = done.stdout.decode().partition("\r\n\r\n")
    return head.splitlines()[0], body


_REPLYING = """async ([graph, deputy]) => {
  const json = (answer) => answer.json();
  const session = await fetch("/api/session").then(json);
  const headers = {"Content-Type": "application/json", "X-CSRF-Token": session.csrf};
  const send = (method, path, body, more) =>
    fetch(path, {method, headers: {...headers, ...more}, body: JSON.stringify(body)}).then(json);
  const made = await send("POST", "/api/workflows", {team: session.teams[0].id, name: "Orders"});
  await send("PUT", `/api/workflows/${made.id}/draft`, {graph}, {"If-Match": '"1"'});
  await send("PATCH", `/api/workflows/${made.id}`, {deputy});
  const done = await send("POST", `/api/workflows/${made.id}/publish`, {revision: 2});
  return [made.id, done];
}"""
"""Makes a live workflow of a graph; its id."""
ORDERS = {
    "inputs": {"type": "object", "required": ["order"], "properties": {"order": {"type": "string"}}},
    "nodes": {
        "reply": {
            "type": "tool.webhook_reply@1",
            "config": {"status": 201, "headers": {"X-Order": "taken"}},
            "inputs": {"body": {"expr": "{'taken': input.order}"}},
        },
        "hold": {"type": "flow.wait@1", "config": {"signal": "paid"}},
    },
    "edges": [{"from": "reply", "to": "hold"}],
}


def add_colleague(home: Path, team: str) -> str:
    """Somebody who can answer for a workflow when its owner is away; the id."""
    with (
        open_application(read_settings({"HANDRAIL_HOME": str(home)})) as application,
        application.transaction() as session,
    ):
        number = insert_person(session, "kim@example.com", "Kim", "en", None, read_clock(session))
        save_membership(session, read_id(team), number, ("builder",))
    return show_id(number)


def shown_line(page: Page) -> str:
    return page.get_by_label("A line that sends a delivery").inner_text()


@pytest.fixture(scope="module")
def state(product: Product, browser: Browser) -> Iterator[object]:
    """The cookies of the first owner."""
    context = browser.new_context(**profile(WIDE))
    sign_in(context.new_page(), product)
    yield context.storage_state()
    context.close()


def test_a_webhook_from_its_making_to_its_deliveries(product: Product, state: object, open_page: OpenPage) -> None:
    page = open_page(state=state)
    page.goto(product.url)
    page.get_by_role("link", name="Support triage").first.click()
    page.wait_for_url("**/workflows/*")
    workflow = page.url.split("?")[0]
    page.goto(f"{workflow}/triggers")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("menuitem", name="A webhook").click()
    page.get_by_role("textbox", name="What is it called?").fill("The shop")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url("**/webhooks/*")
    hook = page.url
    page.get_by_role("button", name="Make its address and secret").click()
    page.get_by_role("button", name="Make the secret").click()
    secret = page.get_by_role("textbox", name="The secret").input_value()
    assert secret.startswith("whsec_")
    page.get_by_role("button", name="Done").click()
    assert secret in shown_line(page)

    listen = page.get_by_role("button", name="Listen for a sample")
    listen.click()
    page.get_by_role("button", name="Stop listening").wait_for()
    sample = json.dumps({"ticket": "Hello", "customer_email": "kim@example.org", "order_number": 7})
    body = shown_line(page).split("BODY='")[1].split("'\n")[0]
    status, _ = send(shown_line(page).replace(body, sample))
    assert " 200 " in status, "off, and yet it shows what arrives"

    page.get_by_role("switch", name="Start only version 1").click(force=True)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    page.get_by_role("switch", name="On", exact=True).click(force=True)
    expect(page.get_by_role("switch", name="On", exact=True)).to_be_checked()
    status, said = send(shown_line(page))
    assert " 202 " in status
    assert json.loads(said)["page"].startswith(product.url)
    assert " 401 " in send(shown_line(page).replace("v1,$SIGNED", "v1,AAAA"))[0]

    page.get_by_role("button", name="Use its fields as inputs").click()
    box = page.get_by_role("checkbox", name="order_number")
    expect(box).to_be_checked()
    page.get_by_role("button", name="Put into the draft").click()
    page.wait_for_url(workflow)
    page.goto(hook)
    page.get_by_role("heading", name="The shop").wait_for()
    assert secret not in page.content(), "a secret is shown once"
    page.get_by_role("link", name="What arrived, and what became of it").click()
    page.get_by_role("rowheader", name="Refused The signature is not by a secret that holds").wait_for()
    page.get_by_role("combobox", name="What became of it").select_option("started")
    page.wait_for_url("**/deliveries/*?state=started")
    deliveries = page.url.split("?")[0]
    page.get_by_role("button", name="Send in again").click()
    page.get_by_role("dialog").get_by_role("button", name="Send in again").click()
    page.wait_for_url("**/runs/*")

    page.goto(f"{workflow}/triggers")
    expect(page.get_by_text("Only version 1", exact=True)).to_be_visible()

    for scheme in ("light", "dark"):
        for size in (WIDE, NARROW):
            seen = open_page(size=size, scheme=scheme, state=page.context.storage_state())
            for name, address in (("webhook", hook), ("triggers", f"{workflow}/triggers"), ("deliveries", deliveries)):
                seen.goto(address)
                seen.get_by_role("heading", level=1).wait_for()
                expect(seen.locator(".mantine-Skeleton-root")).to_have_count(0)
                judge_page(seen, name)


def test_a_sender_that_waits_is_answered_by_a_step_while_the_run_goes_on(
    product: Product, state: object, open_page: OpenPage
) -> None:
    page = open_page(state=state)
    page.goto(product.url)
    team = page.evaluate("async () => (await (await fetch('/api/session')).json()).teams[0].id")
    number, done = page.evaluate(_REPLYING, [ORDERS, add_colleague(product.home, team)])
    assert done.get("version"), done
    page.goto(f"{product.url}/workflows/{number}/triggers")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("menuitem", name="A webhook").click()
    page.get_by_role("textbox", name="What is it called?").fill("The till")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url("**/webhooks/*")
    page.get_by_role("button", name="Make its address and secret").click()
    page.get_by_role("button", name="Make the secret").click()
    line = shown_line(page)
    page.get_by_role("button", name="Done").click()
    line = shown_line(page)
    page.get_by_text("With the result", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("switch", name="On", exact=True).click(force=True)
    expect(page.get_by_role("switch", name="On", exact=True)).to_be_checked()
    body = line.split("BODY='")[1].split("'\n")[0]
    status, said = send(line.replace(body, json.dumps({"order": "A-7"})))
    assert " 201 " in status, said
    assert json.loads(said) == {"taken": "A-7"}
    page.goto(f"{product.url}/runs")
    row = page.get_by_role("row").filter(has_text="Orders")
    expect(row.get_by_text("Waiting").first).to_be_visible()
    judge_page(page, "runs that a webhook started")
