"""IT brings tools to teams through the screens: from an MCP server, from an API's description, and by the editor.

A second admin approves, and a tool that is no longer what was approved stops.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.drawing import PASSWORD, sign_in
from tests.journeys.product import NARROW, WIDE, OpenPage, Product, judge_page, profile, start_product, stop_product
from tests.journeys.receiver import Receiver
from tests.rooms.catalog.tool_server import ToolServer

pytestmark = pytest.mark.journeys

_INVITE = """async () => {
  const session = await (await fetch("/api/session")).json();
  const headers = {"Content-Type": "application/json", "X-CSRF-Token": session.csrf};
  const body = JSON.stringify({email: "ben@example.com", org_roles: ["admin"]});
  const invited = await (await fetch("/api/invitations", {method: "POST", headers, body})).json();
  return invited.link;
}"""
API = """
openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: "https://shop.example/v1"}]
paths:
  /orders/{id}:
    get:
      operationId: read_order
      summary: Read an order
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: it}}
"""


@pytest.fixture(scope="module")
def tools() -> Iterator[ToolServer]:
    server = ToolServer()
    server.serve("Adds a note to a customer.")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def product(tools: ToolServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """An installation that may reach the server of tools."""
    receiver = Receiver(0)
    started = start_product(tmp_path_factory.mktemp("home"), receiver, tools.place)
    yield started
    stop_product(started)
    receiver.close()


@pytest.fixture(scope="module")
def states(product: Product, browser: Browser) -> Iterator[tuple[object, object]]:
    """The cookies of two admins."""
    first, second = (browser.new_context(**profile(WIDE)) for _ in range(2))
    page = first.new_page()
    sign_in(page, product)
    other = second.new_page()
    other.goto(page.evaluate(_INVITE))
    other.get_by_label("Your name").fill("Ben Ruiz")
    other.get_by_role("textbox", name="New password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.get_by_role("heading", name="Hello, Ben").wait_for()
    yield first.storage_state(), second.storage_state()
    first.close()
    second.close()


def judge_widths(page: Page, name: str) -> None:
    """On a wide window and on a phone."""
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # two numbers by name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the window"
        judge_page(page, name)


def test_a_tool_of_a_server_comes_to_teams_and_stops_when_it_changes(
    product: Product, tools: ToolServer, states: tuple[object, object], open_page: OpenPage
) -> None:
    page, second = (open_page(state=state) for state in states)
    page.goto(f"{product.url}/catalog/servers")
    page.get_by_role("button", name="Register a server").click()
    form = page.get_by_role("dialog", name="Register a server")
    form.get_by_role("textbox", name="Name").fill("notes")
    form.get_by_role("textbox", name="Address").fill(tools.url)
    form.get_by_role("button", name="Register a server").click()
    page.get_by_role("button", name="Look at its tools").click()
    page.get_by_role("checkbox", name="add_note").check()
    judge_widths(page, "mcp server")
    page.get_by_role("button", name="Make 1 draft").click()
    page.get_by_role("link", name="Node templates").first.click()
    page.get_by_role("link", name=re.compile("add.note", re.IGNORECASE)).click()
    expect(page.get_by_role("row", name="Text Input")).to_contain_text("Input (Text)")
    expect(page.get_by_role("row", name="Fingerprint")).to_be_visible()
    page.get_by_role("link", name="Change").click()
    page.get_by_role("textbox", name="Its text").fill("Done")
    expect(page.get_by_role("radiogroup", name="Who sets Server")).to_have_count(0)
    page.get_by_role("button", name="Try the examples").click()
    page.get_by_text("Passes", exact=True).wait_for()
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("row", name="As the server describes it")).to_contain_text("The step is done")
    page.get_by_role("button", name="Propose").click()
    page.get_by_text("another admin approves it").wait_for()
    judge_widths(page, "node template proposed")
    second.goto(page.url)
    second.get_by_role("button", name="Approve").click()
    second.get_by_role("button", name="Publish to teams").click()
    judge_page(second, "publish a node template")
    second.get_by_role("dialog").get_by_role("button", name="Publish to teams").click()
    second.get_by_text("All teams", exact=True).wait_for()
    tools.serve("Adds a note, and sends it to everybody.")
    page.goto(f"{product.url}/catalog/servers")
    page.get_by_role("button", name="Look at its tools").click()
    page.get_by_role("link", name="Node templates").first.click()
    page.get_by_text("Cannot be used now").wait_for()
    judge_widths(page, "catalog with a stopped one")


def test_a_template_is_written_in_the_editor(
    product: Product, states: tuple[object, object], open_page: OpenPage
) -> None:
    page = open_page(state=states[0])
    page.goto(f"{product.url}/catalog/new")
    page.get_by_role("combobox", name="Node type").click()
    page.get_by_role("option", name="tool.http_request@1").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Ask the shop")
    page.get_by_role("textbox", name="Word in files").fill("ask_shop")
    page.get_by_role("textbox", name="What it does").fill("Asks the shop.")
    for setting in ("Address", "Longest wait, in seconds"):
        page.get_by_role("radiogroup", name=f"Who sets {setting}").get_by_text("Open").click()
    page.get_by_role("textbox", name="Name of Longest wait, in seconds that teams read").fill("Patience")
    page.get_by_role("combobox", name="When nobody saw whether it happened").click()
    page.get_by_role("option", name="A person decides").click()
    page.get_by_role("button", name="Try the examples").click()
    page.get_by_text("not right yet").wait_for()
    page.get_by_role("button", name="Add an example").click()
    example = page.get_by_role("region", name=re.compile("^Example 1"))
    example.get_by_role("textbox", name="What it shows").fill("The shop answers")
    example.get_by_role("textbox", name="Address").fill("https://shop.example/orders")
    example.get_by_role("textbox", name="Content of the answer").fill('{"orders": 3}')
    example.get_by_role("checkbox", name="Body").check()
    example.get_by_role("textbox", name="Body must be").fill('{"orders": 4}')
    page.get_by_role("button", name="Try the examples").click()
    example.get_by_text("Does not pass").wait_for()
    example.get_by_role("textbox", name="Body must be").fill('{"orders": 3}')
    page.get_by_role("button", name="Try the examples").click()
    example.get_by_text("Passes", exact=True).wait_for()
    judge_widths(page, "template editor")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("heading", level=1, name="Ask the shop").wait_for()
    expect(page.get_by_role("row", name="Patience")).to_be_visible()


def test_operations_of_an_api_become_drafts(
    product: Product, states: tuple[object, object], open_page: OpenPage
) -> None:
    page = open_page(state=states[0])
    page.goto(f"{product.url}/catalog")
    page.get_by_role("button", name="From an API").click()
    form = page.get_by_role("dialog", name="From an API")
    form.locator("input[type=file]").set_input_files(
        {"name": "shop.yaml", "mimeType": "application/yaml", "buffer": API.encode()}
    )
    form.get_by_role("button", name="Read it").click()
    form.get_by_role("checkbox", name="Read an order").check()
    judge_page(page, "from an api")
    form.get_by_role("button", name="Make 1 draft").click()
    expect(form).to_be_hidden()
    page.get_by_role("link", name="Read an order").wait_for()
