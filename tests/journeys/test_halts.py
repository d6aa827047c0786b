"""A governor halts a workflow while a run of it waits: the run says who did and why, and afterwards it goes on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.answering import start_example
from tests.journeys.drawing import sign_in
from tests.journeys.judging import judge_both
from tests.journeys.product import NARROW, WIDE, OpenPage, Product, judge_page

pytestmark = pytest.mark.journeys

REASON = "Two answers went to the wrong customer."


def test_a_workflow_is_halted_and_goes_on(product: Product, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, product)
    run = start_example(page, product)

    page.get_by_role("link", name="Halts").click()
    expect(page.get_by_text("Nothing is halted")).to_be_visible()
    page.get_by_role("button", name="Halt…").click()
    form = page.get_by_role("dialog", name="Halt…")
    form.get_by_role("combobox", name="What is to be stopped?").click()
    page.get_by_role("option", name="Workflow", exact=True).click()
    form.get_by_role("combobox", name="Workflow", exact=True).click()
    page.get_by_role("option", name=re.compile("^Support triage")).click()
    expect(form.get_by_text("1 run is under way and will wait. Workflows: Support triage.")).to_be_visible()
    form.get_by_role("textbox", name="Reason").fill(REASON)
    judge_page(page, "halt-form")
    form.get_by_role("button", name="Halt it now").click()

    row = page.get_by_role("listitem").filter(has_text="Support triage")
    expect(row).to_contain_text(REASON)
    expect(row).to_contain_text("Holds 1 run under way.")
    for size in (NARROW, WIDE):  # by way of both schemes, back to the first
        page.set_viewport_size(size)  # type: ignore[arg-type]  # two numbers by name
        judge_both(page, "halts-filled")
    page.goto(run)
    expect(page.get_by_text(f"Ada Berg halted this workflow: {REASON}")).to_be_visible()
    judge_page(page, "run-halted")

    page.goto(f"{product.url}/halts")
    row.get_by_role("button", name="Lift the halt of Support triage").click()
    page.get_by_role("dialog").get_by_role("button", name="Lift", exact=True).click()
    expect(page.get_by_text("Nothing is halted")).to_be_visible()
    page.goto(run)
    expect(page.get_by_role("list", name="What it waits for")).to_be_visible()
    expect(page.get_by_text(re.compile("halted this workflow"))).to_have_count(0)
    start_example(page, product)
