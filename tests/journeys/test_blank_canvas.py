"""From a blank canvas to a live workflow, a colleague's decision and a write: through the screens alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.drawing import Bench, draw_answering, sign_in
from tests.journeys.product import OpenPage, Product

pytestmark = pytest.mark.journeys

TICKET = "My invoice 4711 was charged twice. I am Eva Sommer, +49 30 901820, eva@example.org."


def publish(page: Page) -> None:
    """Names a deputy, as a rule wants it, and puts the draft in use."""
    page.get_by_role("button", name=re.compile("^More for ")).click()
    page.get_by_role("menuitem", name="Name and people").click()
    people = page.get_by_role("dialog", name="Name and people")
    people.get_by_role("textbox", name="Name").fill("Answer tickets")
    people.get_by_role("combobox", name="Deputy").click()
    page.get_by_role("option", name="Jonas Okafor").click()
    people.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Answer tickets")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Publish "))
    expect(
        dialog.get_by_text("A customer should never be the first person to read what a model wrote.")
    ).to_be_visible()
    dialog.get_by_role("textbox", name="What is new").fill("A first version.")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(dialog.get_by_role("heading", name="Version 1 is live")).to_be_visible()


def invite_back(page: Page, product: Product, name: str) -> str:
    """A one-time link for a colleague."""
    page.goto(f"{product.url}/people")
    page.get_by_role("button", name=f"More for {name}").click()
    page.get_by_role("menuitem", name="One-time link").click()
    dialog = page.get_by_role("dialog", name=f"New password for {name}")
    dialog.get_by_role("button", name="Make the link").click()
    return dialog.get_by_role("textbox").first.input_value()


def test_a_business_person_draws_publishes_and_a_colleague_decides(product: Product, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, product)
    bench = Bench(page)
    draw_answering(bench, product, product.receiver.address)

    publish(page)
    page.get_by_role("dialog").get_by_role("button", name="Back to the workflow").click()
    locked = page.get_by_role("button", name=re.compile("^Personal data Required by Customer data protection")).first
    locked.click()
    expect(bench.side).to_contain_text("A model provider has no need to know who our customers are.")

    workflow = page.url.split("?")[0]
    page.goto(f"{workflow}/start")
    page.get_by_role("textbox", name="Ticket").fill(TICKET)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/runs/*")
    run = page.url
    expect(page.get_by_role("list", name="What it waits for")).to_contain_text("Is this a good answer?")
    assert product.receiver.calls == 0

    reviewer = open_page()
    reviewer.goto(invite_back(page, product, "Jonas Okafor"))
    reviewer.get_by_role("textbox", name="New password").fill("another long password here")
    reviewer.get_by_role("button", name="Sign in").click()
    reviewer.get_by_role("heading", name="Hello, Jonas").wait_for()
    reviewer.goto(f"{product.url}/reviews")
    reviewer.get_by_role("link", name=re.compile("Is this a good answer")).click()
    reviewer.get_by_role("heading", name="Is this a good answer?").wait_for()
    assert "eva@example.org" not in reviewer.get_by_role("main").inner_text(), "what the model wrote is masked"
    reviewer.keyboard.press("e")
    version = reviewer.get_by_role("textbox", name="Your version")
    version.fill(version.input_value() + " Ada will call you.")
    reviewer.get_by_role("button", name="Incomplete").click()
    reviewer.get_by_role("button", name="Approve my version").click()

    # The rules ask once more, before it leaves the house.
    reviewer.goto(f"{product.url}/reviews")
    reviewer.get_by_role("link", name=re.compile("May this leave the house")).click()
    reviewer.get_by_role("heading", name="May this leave the house?").wait_for()
    reviewer.get_by_role("button", name="Approve").click()

    page.goto(run)
    expect(page.locator("main header").get_by_text("Succeeded")).to_be_visible()
    assert product.receiver.calls == 1
    (sent,) = product.receiver.replies
    assert "Ada will call you." in str(sent)
    assert "eva@example.org" in str(sent), "what leaves after the approval is unmasked"
