"""What comes up over a screen, light and dark, wide and narrow: judged as the screens are."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.judging import judge_both
from tests.journeys.product import NARROW, WIDE, OpenPage
from tests.journeys.visited import LOADING, Visited, show

pytestmark = pytest.mark.journeys


def open_locked(page: Page) -> None:
    """The panel of a step that governance requires, in the list."""
    page.get_by_role("button", name="Show what governance adds").click()
    page.get_by_role("button", name="Approve").first.click()
    page.get_by_role("complementary", name="The selected step").get_by_text("Asked on").wait_for()


def open_asking(page: Page) -> None:
    """The form that asks for an exemption from another rule."""
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("button", name="Ask for an exemption").first.click()
    page.get_by_role("textbox", name="Why does the rule not fit here?").wait_for()


LIST = "{workflow}?view=list"
OVER: dict[str, tuple[str, Callable[[Page], object]]] = {
    "picker": (LIST, lambda page: page.get_by_role("button", name=re.compile("^Add a step")).last.click()),
    "inspector": (f"{LIST}&node=answer", lambda page: page.get_by_role("complementary").first.wait_for()),
    "try": (LIST, lambda page: page.get_by_role("button", name="Try", exact=True).click()),
    "locked": (LIST, open_locked),
    "ask-exemption": (LIST, open_asking),
    "publish": (LIST, lambda page: page.get_by_role("button", name="Publish", exact=True).click()),
    "findings": (LIST, lambda page: page.get_by_role("button", name=re.compile("finding")).first.click()),
    "new-halt": ("/halts", lambda page: page.get_by_role("button", name="Halt…").click()),
    "new-budget": ("/budgets", lambda page: page.get_by_role("button", name="New budget").click()),
    "invite": ("/people", lambda page: page.get_by_role("button", name="Invite").first.click()),
    "new-workflow": ("/workflows", lambda page: page.get_by_role("button", name="New workflow").click()),
    "notices": ("/", lambda page: page.get_by_role("button", name=re.compile("^Notices")).first.click()),
    "template": ("/governance", lambda page: page.get_by_role("link", name="Customer data protection").click()),
}
"""What comes up over a screen, or behind a link of it: where, and how."""


@pytest.mark.timeout(400)  # a good minute where nothing else is at work
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_what_comes_up_over_a_screen_is_for_everybody(
    visited: Visited, open_page: OpenPage, size: dict[str, int]
) -> None:
    page = open_page(size=size, state=visited.state)
    for name, (address, open_it) in OVER.items():
        show(page, visited, address)
        open_it(page)
        page.wait_for_load_state("networkidle")
        expect(page.locator(LOADING)).to_have_count(0)
        judge_both(page, name)
