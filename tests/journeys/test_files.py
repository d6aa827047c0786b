"""From two files of somebody's machine to a table that he saves: the invoice intake, made from its example, tried."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.drawing import sign_in
from tests.journeys.product import NARROW, WIDE, OpenPage, Product, judge_page

pytestmark = pytest.mark.journeys
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "invoice-intake"


def choose(page: Page, field: str, path: Path) -> None:
    """Chooses a file for a field, and waits until it has arrived."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=field, exact=True).click()
    chooser.value.set_files(path)
    page.get_by_role("link", name=path.name).wait_for()


def begin(page: Page, product: Product) -> None:
    """Makes the example a workflow of the team, and opens its trial."""
    sign_in(page, product)
    page.goto(f"{product.url}/workflows")
    page.get_by_role("button", name="New workflow").first.click()
    page.get_by_text("From an example", exact=True).click()
    page.get_by_role("radio", name="Invoice intake").click()
    judge_page(page, "new-from-example")
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/workflows/*")
    page.get_by_role("button", name="Try", exact=True).click()


def test_two_files_become_a_table(product: Product, open_page: OpenPage) -> None:
    page = open_page()
    begin(page, product)
    panel = page.get_by_role("complementary", name="Try it dry")
    choose(page, "The invoice", EXAMPLE / "invoice.pdf")
    choose(page, "Known suppliers", EXAMPLE / "suppliers.csv")
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        judge_page(page, "try-with-files")
    page.set_viewport_size(WIDE)
    panel.get_by_role("button", name="Remove suppliers.csv").click()
    choose(page, "Known suppliers", EXAMPLE / "suppliers.csv")
    panel.get_by_role("button", name="Try", exact=True).click()
    question = panel.get_by_role("region", name="A question to you")
    question.get_by_role("link", name="invoice.pdf").wait_for()
    judge_page(page, "try-question-with-file")
    question.get_by_role("button", name="Approve").click()
    table = panel.get_by_role("link", name="Invoice R-2026")
    table.first.wait_for()
    judge_page(page, "try-result-with-file")
    with page.expect_download() as saved:
        table.first.click()
    book = openpyxl.load_workbook(io.BytesIO(Path(saved.value.path()).read_bytes()))
    assert book["Invoices"]["A1"].value == "Supplier"
    panel.get_by_role("link", name="Open the run").click()
    page.wait_for_url("**/runs/*")
    expect(page.get_by_role("link", name="invoice.pdf").first).to_be_visible()
    judge_page(page, "run-with-files")
