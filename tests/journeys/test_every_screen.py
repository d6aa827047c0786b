"""Every screen, light and dark, wide and narrow: a picture for people to judge, and axe for what a rule can judge."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.judging import judge_both
from tests.journeys.product import NARROW, WIDE, OpenPage, judge_page, take_picture
from tests.journeys.visited import Visited, show

pytestmark = pytest.mark.journeys

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


@pytest.mark.timeout(400)  # a good minute where nothing else is at work
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_screen_speaks_german(visited: Visited, open_page: OpenPage, size: dict[str, int]) -> None:
    page = open_page(size=size, state=visited.state)
    page.add_init_script("localStorage.setItem('handrail-language', 'de')")
    for name, address in SCREENS.items():
        show(page, visited, address)
        assert page.locator("html").get_attribute("lang") == "de"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the window"
        take_picture(page, f"{name}-de")  # words have no colours and no sizes of targets: axe has judged the page


@pytest.mark.timeout(400)  # a good minute where nothing else is at work
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
