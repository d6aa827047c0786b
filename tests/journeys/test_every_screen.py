"""Every screen, light and dark, wide and narrow: a picture for people to judge, and axe for what a rule can judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.drawing import sign_in
from tests.journeys.product import NARROW, WIDE, OpenPage, Product, judge_page, profile

pytestmark = pytest.mark.journeys

TICKET = "Ich kann mich nicht anmelden. Meine Nummer ist +49 30 901820, Kim Berger, kim@example.org."


@dataclass
class Visited:
    """An installation in which something happened.

    Attributes:
        state: cookies of the first owner.
        workflow, run: addresses of a live workflow, and of a run of it that waits for people.
    """

    product: Product
    state: object
    workflow: str
    run: str


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
    page.get_by_role("list", name="What it waits for").wait_for()
    yield Visited(product, context.storage_state(), workflow, page.url)
    context.close()


SCREENS = {
    "home": "/",
    "workflows": "/workflows",
    "canvas": "{workflow}",
    "list": "{workflow}?view=list",
    "versions": "{workflow}/versions",
    "start": "{workflow}/start",
    "triggers": "{workflow}/triggers",
    "publish-requests": "/publish-requests",
    "runs": "/runs",
    "run": "{run}",
    "reviews": "/reviews?whose=team",
    "team": "/team",
    "people": "/people",
    "governance": "/governance",
    "audit": "/audit",
    "catalog": "/catalog",
    "catalog-new": "/catalog/new",
    "catalog-servers": "/catalog/servers",
    "settings": "/settings",
}

DRAWN = ("canvas", "run")
"""Where the workflow is drawn, which takes a moment longer; on a phone these are lists."""


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_for_everybody(
    visited: Visited, open_page: OpenPage, scheme: str, size: dict[str, int]
) -> None:
    page = open_page(size=size, scheme=scheme, state=visited.state)
    for name, address in SCREENS.items():
        show(page, visited, address)
        if name in DRAWN and size is WIDE:
            page.locator(".react-flow__node").first.wait_for()
        judge_page(page, name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_door_is_for_everybody(product: Product, open_page: OpenPage, scheme: str) -> None:
    page = open_page(scheme=scheme, size=NARROW)
    page.goto(f"{product.url}/sign-in")
    page.get_by_role("button", name="Sign in").wait_for()
    judge_page(page, "sign-in")


def show(page: Page, visited: Visited, address: str) -> None:
    """Goes there, and waits until nothing is loading any more."""
    path = address.format(workflow=visited.workflow, run=visited.run)
    page.goto(path if path.startswith("http") else visited.product.url + path)
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_load_state("load")
    expect(page.locator(".mantine-Skeleton-root")).to_have_count(0)
