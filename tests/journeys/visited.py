"""An installation in which something happened, for tests that look at its screens: a `conftest.py` that wants it says
`from tests.journeys.visited import *`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.drawing import sign_in
from tests.journeys.product import WIDE, Product, profile
from tests.journeys.spending import set_budget, spend

__all__ = ["visited"]

LOADING = "[data-loading], .mantine-Skeleton-root"
"""What stands on a page as long as something of it is on its way."""

TICKET = "Ich kann mich nicht anmelden. Meine Nummer ist +49 30 901820, Kim Berger, kim@example.org."


@dataclass
class Visited:
    """An installation in which something happened.

    Attributes:
        state: cookies of the first owner.
        workflow, run: addresses of a live workflow, and of a run of it that waits for people.
        review: address of what it asks.
    """

    product: Product
    state: object
    workflow: str
    run: str
    review: str


@pytest.fixture(scope="module")
def visited(product: Product, browser: Browser) -> Iterator[Visited]:
    """The first owner came in, and started the example."""
    context = browser.new_context(**profile(WIDE))
    page = context.new_page()
    sign_in(page, product)
    page.get_by_role("link", name="Support triage").click()
    page.wait_for_url("**/workflows/*")
    workflow = page.url.split("?")[0]
    page.goto(f"{workflow}/start")
    page.get_by_role("textbox", name="The customer's message").fill(TICKET)
    page.get_by_role("textbox", name="Where the answer goes").fill("kim@example.org")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/runs/*")
    review = page.get_by_role("list", name="What it waits for").get_by_role("link").first.get_attribute("href")
    assert review is not None
    run = page.url
    ask_exemption(page, workflow)
    set_budget(page, product, "Support, by the month", Money="50", Tokens="2000000")
    set_budget(page, product, "All models", scope="The whole organisation", Money="40")
    spend(product, 43.2, 1_250_000)
    yield Visited(product, context.storage_state(), workflow, run, product.url + review)
    context.close()


def ask_exemption(page: Page, workflow: str) -> None:
    """Asks that a rule not bind the example for a while."""
    page.goto(f"{workflow}?view=list")
    page.get_by_role("button", name="Show what governance adds").click()
    page.get_by_role("button", name="Approve").first.click()
    page.get_by_role("button", name="Ask for an exemption").click()
    page.get_by_role("textbox", name="Why does the rule not fit here?").fill("The tickets of this week are made up.")
    page.get_by_role("dialog").get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("complementary", name="The selected step").get_by_text("Asked on").wait_for()


def show(page: Page, visited: Visited, address: str) -> None:
    """Goes there, and waits until nothing is loading any more."""
    path = address.format(workflow=visited.workflow, run=visited.run, review=visited.review)
    page.goto(path if path.startswith("http") else visited.product.url + path)
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_load_state("load")
    expect(page.locator(LOADING)).to_have_count(0)
