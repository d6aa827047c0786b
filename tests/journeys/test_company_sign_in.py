"""The company's sign-in through the screens: an admin sets it up and tests it, somebody of the company comes in by it,
is what the groups say, and leaves both; whoever is in no group is told whom to ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.drawing import sign_in
from tests.journeys.product import NARROW, WIDE, OpenPage, Product, judge_page, start_product, stop_product
from tests.journeys.receiver import Receiver
from tests.mock_provider import MockProvider, open_mock_provider

pytestmark = pytest.mark.journeys


@pytest.fixture(scope="module")
def mock() -> Iterator[MockProvider]:
    with open_mock_provider() as made:
        made.add_person("mia", email="mia@acme.example", email_verified=True, name="Mia Miller", groups=["support"])
        made.add_person("max", email="max@acme.example", email_verified=True, name="Max", groups=["canteen"])
        yield made


@pytest.fixture(scope="module")
def product(mock: MockProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """An installation that may reach the provider."""
    receiver = Receiver(0)
    started = start_product(tmp_path_factory.mktemp("home"), receiver, urlsplit(mock.issuer).netloc)
    yield started
    stop_product(started)
    receiver.close()


def come_in(page: Page, product: Product, subject: str) -> None:
    page.goto(f"{product.url}/sign-in?to=/workflows")
    page.get_by_role("link", name="Sign in with Acme Login").click()
    page.get_by_role("textbox").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def test_a_company_signs_in(product: Product, mock: MockProvider, open_page: OpenPage) -> None:
    admin = open_page()
    sign_in(admin, product)
    admin.goto(f"{product.url}/company-sign-in")
    admin.get_by_role("button", name="Set it up").click()
    admin.get_by_role("textbox", name="Name").fill("Acme Login")
    admin.get_by_role("textbox", name="Issuer").fill(mock.issuer)
    admin.get_by_role("textbox", name="Client id").fill("handrail")
    admin.get_by_label("Client secret").fill("a secret of the client")
    admin.get_by_role("button", name="Add a row").click()
    admin.get_by_role("textbox", name="Group 1").fill("support")
    admin.get_by_role("combobox", name="Role 1").click()
    admin.get_by_role("option", name="Builder").click()
    admin.get_by_role("textbox", name="Whom to ask").fill("the help desk")
    admin.get_by_role("switch", name="Sign in through the company").click(force=True)
    admin.get_by_role("button", name="Save").click()
    admin.get_by_role("button", name="Test this").click()
    expect(admin.get_by_text("People could sign in with it.")).to_be_visible()
    for size in (WIDE, NARROW):
        admin.set_viewport_size(size)  # type: ignore[arg-type]  # two numbers by name
        judge_page(admin, "company-sign-in-full")

    page = open_page()
    page.route("https://**/*", lambda route: route.fulfill(body=""))  # the provider's own page asks elsewhere for looks
    page.goto(f"{product.url}/sign-in")
    page.get_by_role("link", name="Sign in with Acme Login").wait_for()
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # two numbers by name
        judge_page(page, "sign-in-company")
    come_in(page, product, "max")
    expect(page.get_by_role("alert")).to_contain_text("Ask the help desk.")
    judge_page(page, "sign-in-no-groups")
    come_in(page, product, "mia")
    page.wait_for_url("**/workflows")
    expect(page.get_by_role("link", name="Support triage").first).to_be_visible()
    page.get_by_role("button", name="Mia Miller").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{mock.issuer}/**")
    page.goto(f"{product.url}/workflows")
    page.wait_for_url("**/sign-in?**")

    admin.reload()
    expect(admin.get_by_text("mia@acme.example")).to_be_visible()
