"""Budgets set through the form, and what was spent from them, as a real model would have left it."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from sqlalchemy import select

from builder.db import open_database
from builder.governance import Spender, SpendingBook, Spent
from builder.teams.tables import team_table
from tests.journeys.product import Product


def set_budget(page: Page, product: Product, name: str, *, scope: str | None = None, **limits: str) -> None:
    """An admin sets a budget of the only team, or for another scope."""
    page.goto(f"{product.url}/budgets")
    page.get_by_role("button", name="New budget").click()
    form = page.get_by_role("dialog", name="New budget")
    form.get_by_role("textbox", name="Name").fill(name)
    if scope is not None:
        form.get_by_role("combobox", name="For").click()
        page.get_by_role("option", name=scope).click()
    else:
        form.get_by_role("combobox", name="Team").click()
        page.get_by_role("option").first.click()
    for label, text in limits.items():
        form.get_by_role("textbox", name=label).fill(text)
    form.get_by_role("button", name="Set budget").click()
    expect(form).to_be_hidden()


def spend(product: Product, money: float, tokens: int) -> None:
    """A run of the first team spends something."""
    database = open_database(f"sqlite:///{product.home}/handrail.db")
    with database.transaction() as session:
        team = session.scalars(select(team_table.c.id)).first()
        SpendingBook(str)(Spender(1, team, None), [("gpt", Spent(money, tokens))])(session)
    database.close()
