"""One ticket's way through the screens: put in use, started by form, edited and approved by a colleague, let out."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.product import OpenPage, Product

TICKET = "My invoice 4711 was charged twice. I am Eva Sommer, +49 30 901820, eva@example.org."
REVIEWER = "Jonas Okafor"


def publish(page: Page) -> None:
    """Names a deputy, as a rule wants it, and puts the draft in use."""
    page.get_by_role("button", name="More for Untitled workflow").click()
    page.get_by_role("menuitem", name="Name and people").click()
    people = page.get_by_role("dialog", name="Name and people")
    people.get_by_role("textbox", name="Name").fill("Answer tickets")
    people.get_by_role("combobox", name="Deputy").click()
    page.get_by_role("option", name=REVIEWER).click()
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
    dialog.get_by_role("button", name="Back to the workflow").click()


def start_by_form(page: Page, workflow: str) -> str:
    """Starts it on the ticket, and waits until it asks for a person; gives the address of the run."""
    page.goto(f"{workflow}/start")
    page.get_by_role("textbox", name="Ticket").fill(TICKET)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/runs/*")
    expect(page.get_by_role("list", name="What it waits for")).to_contain_text("Is this a good answer?")
    return page.url


def invite_reviewer(page: Page, product: Product, open_page: OpenPage) -> Page:
    """A one-time link for a colleague, and the colleague, who comes in by it in a browser of his own."""
    page.goto(f"{product.url}/people")
    page.get_by_role("button", name=f"More for {REVIEWER}").click()
    page.get_by_role("menuitem", name="One-time link").click()
    dialog = page.get_by_role("dialog", name=f"New password for {REVIEWER}")
    dialog.get_by_role("button", name="Make the link").click()
    reviewer = open_page()
    reviewer.goto(dialog.get_by_role("textbox").first.input_value())
    reviewer.get_by_role("textbox", name="New password").fill("another long password here")
    reviewer.get_by_role("button", name="Sign in").click()
    reviewer.get_by_role("heading", name="Hello, Jonas").wait_for()
    return reviewer


def edit_and_approve(reviewer: Page, product: Product) -> None:
    """The reviewer writes a version of his own, and approves that."""
    reviewer.goto(f"{product.url}/reviews")
    reviewer.get_by_role("link", name=re.compile("Is this a good answer")).click()
    reviewer.get_by_role("heading", name="Is this a good answer?").wait_for()
    assert "eva@example.org" not in reviewer.get_by_role("main").inner_text(), "what the model wrote is masked"
    reviewer.keyboard.press("e")
    version = reviewer.get_by_role("textbox", name="Your version")
    version.fill(version.input_value() + " Ada will call you.")
    reviewer.get_by_role("button", name="Incomplete").click()
    reviewer.get_by_role("button", name="Approve my version").click()


def let_out(reviewer: Page, product: Product) -> None:
    """The rules ask once more, before it leaves the house."""
    reviewer.goto(f"{product.url}/reviews")
    reviewer.get_by_role("link", name=re.compile("May this leave the house")).click()
    reviewer.get_by_role("heading", name="May this leave the house?").wait_for()
    reviewer.get_by_role("button", name="Approve").click()


def expect_sent_once(page: Page, run: str, product: Product) -> None:
    """The run came to its end, and one answer arrived: the reviewer's version, unmasked."""
    page.goto(run)
    expect(page.locator("main header").get_by_text("Succeeded")).to_be_visible(timeout=90_000)
    (sent,) = product.receiver.replies
    assert "Ada will call you." in str(sent)
    assert "eva@example.org" in str(sent), "what leaves after the approval is unmasked"


def start_example(page: Page, product: Product) -> str:
    """Starts the example on the ticket; the address of the run, which waits for people."""
    page.goto(f"{product.url}/workflows")
    page.get_by_role("link", name="Support triage").first.click()
    page.wait_for_url("**/workflows/*")
    page.goto(f"{page.url.split('?')[0]}/start")
    page.get_by_role("textbox", name="The customer's message").fill(TICKET)
    page.get_by_role("textbox", name="Where the answer goes").fill("eva@example.org")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/runs/*")
    page.get_by_role("list", name="What it waits for").wait_for()
    return page.url.split("?")[0]
