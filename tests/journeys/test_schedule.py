"""A schedule, made by a person who never saw one: a plain choice, five times to look at, on, off, and a log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.drawing import sign_in
from tests.journeys.product import NARROW, WIDE, OpenPage, Product, judge_page, profile

pytestmark = pytest.mark.journeys


@pytest.fixture(scope="module")
def state(product: Product, browser: Browser) -> Iterator[object]:
    """The cookies of the first owner."""
    context = browser.new_context(**profile(WIDE))
    sign_in(context.new_page(), product)
    yield context.storage_state()
    context.close()


def open_triggers(page: Page, product: Product) -> None:
    """The triggers of the example, by its menu."""
    page.goto(f"{product.url}/workflows")
    page.get_by_role("button", name="More for Support triage").click()
    page.get_by_role("menuitem", name="Triggers").click()
    page.wait_for_url("**/triggers")


def test_a_schedule_is_made_by_plain_choices(product: Product, state: object, open_page: OpenPage) -> None:
    page = open_page(size=WIDE, state=state)
    open_triggers(page, product)
    expect(page.get_by_text("No schedule and no webhook yet")).to_be_visible()
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("menuitem", name="A schedule").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Morning mail")
    expect(dialog.get_by_role("region", name="The next five times").get_by_role("listitem")).to_have_count(5)
    dialog.get_by_role("combobox", name="The customer's message").click()
    page.get_by_role("option", name="Always the same value").click()
    dialog.get_by_role("textbox", name="Value").fill("What is new?")
    dialog.get_by_role("combobox", name="Where the answer goes").click()
    page.get_by_role("option", name="Always the same value").click()
    dialog.get_by_role("textbox", name="Value").nth(1).fill("kim@example.org")
    judge_page(page, "schedule")
    dialog.get_by_role("combobox", name="When").click()
    page.get_by_role("option", name="By a cron expression").click()
    dialog.get_by_role("textbox", name="Cron expression").fill("61 8 * * *")
    expect(dialog.get_by_text("the field for the minute")).to_be_visible()
    dialog.get_by_role("textbox", name="Cron expression").fill("30 8 * * 1-5")
    expect(dialog.get_by_text("the field for the minute")).to_have_count(0)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("switch", name="Morning mail").click(force=True)
    expect(page.get_by_text("On", exact=True)).to_be_visible()
    judge_page(page, "triggers")
    page.get_by_role("button", name="More").last.click()
    page.get_by_role("menuitem", name="Log").click()
    expect(page.get_by_text("Nothing was due yet")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Open the workflow").click()
    chip = page.get_by_role("list", name="What starts it").get_by_role("link", name="Morning mail")
    expect(chip).to_be_visible()
    judge_page(page, "canvas with a schedule")
    chip.click()
    page.wait_for_url("**/triggers")


def test_on_a_phone_it_is_as_good(product: Product, state: object, open_page: OpenPage) -> None:
    page = open_page(size=NARROW, scheme="dark", state=state)
    open_triggers(page, product)
    page.get_by_role("button", name="Add", exact=True).wait_for()
    judge_page(page, "triggers on a phone")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("menuitem", name="A schedule").click()
    expect(page.get_by_role("region", name="The next five times").get_by_role("listitem")).to_have_count(5)
    judge_page(page, "schedule on a phone")
