"""An admin sets a budget, sees how far it is spent, raises it, and takes it away."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.drawing import sign_in
from tests.journeys.product import OpenPage, Product, judge_page
from tests.journeys.spending import set_budget, spend

pytestmark = pytest.mark.journeys


def test_a_budget_from_its_form_to_its_end(product: Product, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, product)
    page.get_by_role("link", name="Budgets").click()
    expect(page.get_by_text("No budgets yet")).to_be_visible()
    judge_page(page, "budgets-empty")
    set_budget(page, product, "Support", Money="50", Tokens="2000000")
    row = page.get_by_role("listitem").filter(has_text="Support")
    expect(row).to_contain_text("0.00 of 50.00")
    spend(product, 45.5, 120_000)
    page.reload()
    expect(row).to_contain_text("45.50 of 50.00 · 91 %")
    expect(row).to_contain_text("120,000 of 2,000,000 tokens · 6 %")
    expect(row).to_contain_text("Nearly used up")
    row.get_by_role("button", name="Change Support").click()
    form = page.get_by_role("dialog", name="Support")
    expect(form.get_by_role("combobox", name="Team")).to_have_count(0)
    form.get_by_role("textbox", name="Money").fill("100")
    form.get_by_role("textbox", name="Tokens").fill("")
    form.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("45.50 of 100.00 · 45 %")
    expect(row).not_to_contain_text("tokens")
    expect(row).not_to_contain_text("Nearly used up")
    row.get_by_role("button", name="Take away Support").click()
    page.get_by_role("dialog").get_by_role("button", name="Take away", exact=True).click()
    expect(page.get_by_text("No budgets yet")).to_be_visible()
