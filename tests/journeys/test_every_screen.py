"""Every screen, light and dark, wide and narrow: a picture for people to judge, and axe for what a rule can judge."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.drawing import sign_in
from tests.journeys.judging import judge_both
from tests.journeys.product import NARROW, WIDE, OpenPage, Product, judge_page, profile
from tests.journeys.spending import set_budget, spend

pytestmark = pytest.mark.journeys

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


def open_locked(page: Page) -> None:
    """The panel of a step that governance requires, in the list."""
    page.get_by_role("button", name="Show what governance adds").click()
    page.get_by_role("button", name="Approve").first.click()
    page.get_by_role("complementary", name="The selected step").get_by_text("Asked on").wait_for()


def ask_exemption(page: Page, workflow: str) -> None:
    """Asks that a rule not bind the example for a while."""
    page.goto(f"{workflow}?view=list")
    page.get_by_role("button", name="Show what governance adds").click()
    page.get_by_role("button", name="Approve").first.click()
    page.get_by_role("button", name="Ask for an exemption").click()
    page.get_by_role("textbox", name="Why does the rule not fit here?").fill("The tickets of this week are made up.")
    page.get_by_role("dialog").get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("complementary", name="The selected step").get_by_text("Asked on").wait_for()


def open_asking(page: Page) -> None:
    """The form that asks for an exemption from another rule."""
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("button", name="Ask for an exemption").first.click()
    page.get_by_role("textbox", name="Why does the rule not fit here?").wait_for()


SCREENS = {
    "home": "/",
    "workflows": "/workflows",
    "canvas": "{workflow}",
    "list": "{workflow}?view=list",
    "versions": "{workflow}/versions",
    "compare": "{workflow}/compare?from=1",
    "start": "{workflow}/start",
    "triggers": "{workflow}/triggers",
    "publish-requests": "/publish-requests",
    "runs": "/runs",
    "run": "{run}",
    "reviews": "/reviews?whose=team",
    "review": "{review}",
    "team": "/team",
    "people": "/people",
    "governance": "/governance",
    "credentials": "/credentials",
    "connections": "/connections",
    "company-sign-in": "/company-sign-in",
    "budgets": "/budgets",
    "halts": "/halts",
    "audit": "/audit",
    "catalog": "/catalog",
    "catalog-new": "/catalog/new",
    "catalog-servers": "/catalog/servers",
    "settings": "/settings",
}

DRAWN = ("canvas", "run")
"""Where the workflow is drawn, which takes a moment longer; on a phone these are lists."""


LOADING = "[data-loading], .mantine-Skeleton-root"
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


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_screen_speaks_german(visited: Visited, open_page: OpenPage, size: dict[str, int]) -> None:
    page = open_page(size=size, state=visited.state)
    page.add_init_script("localStorage.setItem('handrail-language', 'de')")
    for name, address in SCREENS.items():
        show(page, visited, address)
        assert page.locator("html").get_attribute("lang") == "de"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the window"
        judge_page(page, f"{name}-de")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_screen_is_for_everybody(visited: Visited, open_page: OpenPage, size: dict[str, int]) -> None:
    page = open_page(size=size, state=visited.state)
    for name, address in SCREENS.items():
        show(page, visited, address)
        if name in DRAWN and size is WIDE:
            page.locator(".react-flow__node").first.wait_for()
        judge_both(page, name)


def test_what_is_pinned_is_there_tomorrow(visited: Visited, open_page: OpenPage) -> None:
    page = open_page(state=visited.state)
    page.goto(f"{visited.workflow}?view=list&node=answer")
    page.get_by_role("button", name="Type an output").click()
    with page.expect_response("**/draft/pins") as kept:
        page.get_by_role("textbox", name="Pinned output").fill('{"text": "Hello"}')
    assert kept.value.ok
    page.reload()
    expect(page.get_by_text("1 output is pinned")).to_be_visible()
    with page.expect_response("**/draft/pins"):
        page.get_by_role("button", name="Take all off").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_door_is_for_everybody(visited: Visited, open_page: OpenPage, scheme: str) -> None:
    page = open_page(scheme=scheme, size=NARROW)  # nobody is asked for a password before the first owner has one
    page.goto(f"{visited.product.url}/sign-in")
    page.get_by_role("button", name="Sign in").wait_for()
    judge_page(page, "sign-in")


def show(page: Page, visited: Visited, address: str) -> None:
    """Goes there, and waits until nothing is loading any more."""
    path = address.format(workflow=visited.workflow, run=visited.run, review=visited.review)
    page.goto(path if path.startswith("http") else visited.product.url + path)
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_load_state("load")
    expect(page.locator(LOADING)).to_have_count(0)
