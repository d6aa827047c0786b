"""A webhook through its screens: made, its secret copied once, called from a terminal by the line that is shown, its
deliveries looked at and sent in again, and a sample that becomes an input of the draft.
"""

from __future__ import annotations

import json
import subprocess

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.drawing import sign_in
from tests.journeys.product import NARROW, WIDE, OpenPage, Product, judge_page

pytestmark = pytest.mark.journeys


def send(line: str) -> tuple[str, str]:
    """The status line and the body of what a terminal is answered."""
    done = subprocess.run(["bash", "-c", line.replace("curl -i", "curl -sS -i", 1)], capture_output=True, check=True)
    head, _, body = done.stdout.decode().partition("\r\n\r\n")
    return head.splitlines()[0], body


def shown_line(page: Page) -> str:
    return page.get_by_label("A line that sends a delivery").inner_text()


def test_a_webhook_from_its_making_to_its_deliveries(product: Product, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, product)
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
    page.wait_for_url("**/runs/*")

    for scheme in ("light", "dark"):
        for size in (WIDE, NARROW):
            seen = open_page(size=size, scheme=scheme, state=page.context.storage_state())
            for name, address in (("webhook", hook), ("triggers", f"{workflow}/triggers"), ("deliveries", deliveries)):
                seen.goto(address)
                seen.get_by_role("heading", level=1).wait_for()
                expect(seen.locator(".mantine-Skeleton-root")).to_have_count(0)
                judge_page(seen, name)
