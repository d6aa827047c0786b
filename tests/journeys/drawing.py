"""What a person does with the mouse, or with a finger, on the canvas and its panels."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.journeys.product import Product

PASSWORD = "correct horse battery staple"


def sign_in(page: Page, product: Product, name: str = "Ada Berg") -> None:
    """The first owner comes in by the one-time link, and says who she is."""
    page.goto(product.link)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_role("textbox", name="New password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Hello, Ada").wait_for()


@dataclass
class Bench:
    """The editor of one workflow."""

    page: Page

    @property
    def side(self) -> Locator:
        """The panel of the selected step."""
        return self.page.get_by_role("complementary", name="The selected step")

    def begin(self, product: Product) -> None:
        """A blank canvas."""
        self.page.goto(product.url)
        self.page.get_by_role("button", name="New workflow").first.click()
        self.page.wait_for_url("**/workflows/*")

    def add_field(self, name: str) -> None:
        """A field of the form that starts the workflow."""
        self.page.get_by_role("button", name="Start", exact=True).click()
        self.side.get_by_role("button", name="Add a field").click()
        self.side.get_by_role("textbox", name="Name").first.fill(name)
        self.page.keyboard.press("Tab")

    def add(self, step: str) -> None:
        """A step behind the selected one."""
        self.page.get_by_role("button", name="Add a step").click()
        self.page.get_by_role("combobox", name="What should happen?").fill(step)
        self.page.get_by_role("option", name=step).first.click()
        self.side.locator(f'[placeholder="{step}"]').wait_for()

    def fill(self, field: str, text: str) -> None:
        """A field of the selected step."""
        self.side.get_by_role("textbox", name=field).fill(text)

    def insert(self, field: str, value: str) -> None:
        """A value of an earlier step into a field."""
        self.side.get_by_role("button", name=f"Insert a value into {field}").click()
        self.page.get_by_role("dialog").get_by_role("option", name=value).first.click()

    def add_category(self, at: int, name: str, description: str) -> None:
        """One more way to sort."""
        categories = self.side.get_by_role("group", name="Categories")
        categories.get_by_role("button", name="Add").last.click()
        categories.get_by_role("textbox", name="Name").nth(at).fill(name)
        categories.get_by_role("textbox", name="Description").nth(at).fill(description)


def draw_answering(bench: Bench, product: Product, address: str) -> None:
    """Five steps: sort, write, edit by a person, send, note. What is missing stands on its step until it is there."""
    bench.begin(product)
    bench.add_field("Ticket")
    bench.add("Sort")
    bench.insert("Text", "Ticket")
    bench.add_category(0, "billing", "Invoices, refunds")
    bench.add_category(1, "bug", "Errors, crashes")
    bench.add("Write")
    expect(bench.page.get_by_role("button", name="Write Write 1 finding")).to_be_visible()
    expect(bench.side.get_by_role("list", name="Findings")).to_contain_text("“Prompt” is empty")
    bench.fill("Prompt", "Write a short answer to: ")
    bench.insert("Prompt", "Ticket")
    expect(bench.page.get_by_role("button", name="Write Write", exact=True)).to_be_visible()
    bench.add("Edit")
    bench.fill("Question", "Is this a good answer?")
    bench.fill("Role", "reviewer")
    bench.insert("Proposal", "Write text")
    bench.add("HTTP request")
    bench.fill("Address", f"http://{address}/replies")
    bench.insert("Body", "Edit decided")
    bench.add("Transform")
