"""An admin looks inside a run of a team whose contents are not for her; the owner finds the notice, and reads why."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.answering import TICKET, start_example
from tests.journeys.drawing import sign_in
from tests.journeys.product import NARROW, WIDE, OpenPage, Product, judge_page

pytestmark = pytest.mark.journeys

COLLEAGUE = "Ines Duarte"
REASON = "Eva Sommer complains, and nobody of the team answers the telephone today."
HIDDEN = "what went through it is not for you to see"
_MAKE_ADMIN = """async (name) => {
  const session = await (await fetch("/api/session")).json();
  const headers = {"Content-Type": "application/json", "X-CSRF-Token": session.csrf};
  const {items} = await (await fetch("/api/people")).json();
  const found = items.find((each) => each.name === name);
  const body = JSON.stringify({org_roles: ["admin"]});
  return (await fetch(`/api/people/${found.id}`, {method: "PATCH", headers, body})).status;
}"""


def come_in(owner: Page, product: Product, browser: Page) -> None:
    """Somebody of no team becomes an admin, and comes in by a one-time link."""
    owner.goto(f"{product.url}/people")
    assert owner.evaluate(_MAKE_ADMIN, COLLEAGUE) == 200
    owner.get_by_role("button", name=f"More for {COLLEAGUE}").click()
    owner.get_by_role("menuitem", name="One-time link").click()
    dialog = owner.get_by_role("dialog", name=f"New password for {COLLEAGUE}")
    dialog.get_by_role("button", name="Make the link").click()
    browser.goto(dialog.get_by_role("textbox").first.input_value())
    browser.get_by_role("textbox", name="New password").fill("a long password of her own")
    browser.get_by_role("button", name="Sign in").click()
    browser.get_by_role("heading", name="Hello, Ines").wait_for()


def judge_everywhere(page: Page, address: str, name: str, text: str, open_page: OpenPage) -> None:
    """Looks at a page in every size and light, and in German."""
    state = page.context.storage_state()
    for size in (WIDE, NARROW):
        for scheme in ("light", "dark"):
            seen = open_page(size=size, scheme=scheme, state=state)
            seen.goto(address)
            seen.get_by_text(text).first.wait_for()
            seen.wait_for_load_state("networkidle")
            assert seen.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"
            judge_page(seen, name)


def test_an_admin_looks_inside_and_the_owner_is_told(product: Product, open_page: OpenPage) -> None:
    admin, owner = open_page(), open_page()
    sign_in(owner, product)
    come_in(owner, product, admin)
    run = start_example(owner, product)

    admin.goto(run)
    expect(admin.get_by_text(HIDDEN)).to_be_visible()
    assert TICKET not in admin.get_by_role("main").inner_text()
    judge_everywhere(admin, run, "run-closed", HIDDEN, open_page)
    admin.get_by_role("button", name="Look inside…").click()
    dialog = admin.get_by_role("dialog", name="Look inside this run?")
    expect(dialog.get_by_text("for one hour")).to_be_visible()
    expect(dialog.get_by_text("is told at once")).to_be_visible()
    judge_page(admin, "look-dialog")
    reason = dialog.get_by_role("textbox", name="Reason")
    expect(dialog.get_by_role("button", name="Look inside")).to_be_disabled()
    reason.fill(REASON)
    dialog.get_by_role("button", name="Look inside").click()
    expect(dialog).to_have_count(0)
    expect(admin.get_by_role("list", name="Who looks inside")).to_contain_text("You look inside this run until")
    expect(admin.get_by_text(TICKET)).to_be_visible()
    expect(admin.get_by_role("button", name="Look inside…")).to_have_count(0)
    judge_everywhere(admin, run, "run-looked", REASON, open_page)

    owner.goto(product.url)
    owner.get_by_role("button", name=re.compile("^Notices")).first.click()
    notice = owner.get_by_role("dialog").get_by_text(re.compile("Ines Duarte looks inside a run of “Support triage”"))
    expect(notice).to_contain_text(REASON)
    notice.click()
    owner.wait_for_url(run)
    banner = owner.get_by_role("list", name="Who looks inside")
    expect(banner).to_contain_text("Ines Duarte, an admin, looks inside this run until")
    expect(banner).to_contain_text(REASON)

    owner.goto(f"{product.url}/settings")
    always = owner.get_by_role("switch", name="An admin looks inside a run of your team: Here")
    expect(always).to_be_checked()
    expect(always).to_be_disabled()

    admin.goto(f"{product.url}/audit")
    expect(admin.get_by_text(re.compile("Ines Duarte looked inside run"))).to_contain_text(REASON)
