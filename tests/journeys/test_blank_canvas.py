"""From a blank canvas to a live workflow, a colleague's decision and a write: through the screens alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.answering import (
    edit_and_approve,
    expect_sent_once,
    invite_reviewer,
    let_out,
    publish,
    start_by_form,
)
from tests.journeys.drawing import Bench, draw_answering, sign_in
from tests.journeys.product import OpenPage, Product

pytestmark = pytest.mark.journeys


def test_a_business_person_draws_publishes_and_a_colleague_decides(product: Product, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, product)
    bench = Bench(page)
    draw_answering(bench, product, product.receiver.address)

    publish(page)
    locked = page.get_by_role("button", name=re.compile("^Personal data Required by Customer data protection")).first
    locked.click()
    expect(bench.side).to_contain_text("A model provider has no need to know who our customers are.")

    run = start_by_form(page, page.url.split("?")[0])
    assert product.receiver.calls == 0
    reviewer = invite_reviewer(page, product, open_page)
    edit_and_approve(reviewer, product)
    let_out(reviewer, product)
    expect_sent_once(page, run, product)
    assert product.receiver.calls == 1
