"""The same journey with an API and two workers on PostgreSQL and Redis; one worker is killed while it sends."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.backends import postgres, redis
from tests.installation import Installation, open_installation, until
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
from tests.journeys.receiver import Receiver
from tests.servers import PostgresServer, RedisServer

__all__ = ["postgres", "redis"]

pytestmark = pytest.mark.journeys


class HoldingReceiver(Receiver):
    """Keeps what arrives at once, and answers when it is told to.

    Attributes:
        arrived: something did.
        answers: it may answer.
    """

    def __init__(self) -> None:
        self.arrived, self.answers = threading.Event(), threading.Event()
        super().__init__(0)

    def keep(self, key: str, body: dict[str, Any]) -> int:
        number: int = super().keep(key, body)
        self.arrived.set()
        self.answers.wait(60)
        return number


@pytest.fixture
def receiver() -> Iterator[HoldingReceiver]:
    opened = HoldingReceiver()
    yield opened
    opened.answers.set()
    opened.close()


@pytest.fixture
def installation(
    postgres: PostgresServer, redis: RedisServer, receiver: HoldingReceiver, tmp_path: Path
) -> Iterator[Installation]:
    with open_installation(postgres, redis, tmp_path, HANDRAIL_ALLOWED_HOSTS=receiver.address) as opened:
        yield opened


def furnish(installation: Installation) -> str:
    """The example's people and rules, put in by `handrail up`, which then leaves; gives the link of the first owner."""
    one = installation.begin("up", "--example", "--port", "0")
    found = until(lambda: re.search(r"/link/\S+", installation.read_log(0, "up")))
    one.send_signal(signal.SIGTERM)
    assert one.wait(30) == 0
    return installation.url + str(found.group())


@pytest.mark.timeout(300)
def test_a_worker_dies_while_it_sends_and_the_other_goes_on(
    installation: Installation, receiver: HoldingReceiver, open_page: OpenPage
) -> None:
    link = furnish(installation)
    api = installation.serve()
    product = Product(installation.url, link, receiver, installation.folder, api)
    for _ in range(2):
        installation.begin("worker")

    page = open_page()
    sign_in(page, product)
    bench = Bench(page)
    draw_answering(bench, product, receiver.address)
    page.get_by_role("button", name="HTTP request").first.press("Enter")  # a click may miss what still moves
    takes_keys = bench.side.get_by_role("switch", name="Takes idempotency keys")
    takes_keys.click(force=True)
    expect(takes_keys).to_be_checked()
    publish(page)
    run = start_by_form(page, page.url.split("?")[0])
    reviewer = invite_reviewer(page, product, open_page)
    edit_and_approve(reviewer, product)
    let_out(reviewer, product)

    assert receiver.arrived.wait(60)
    installation.kill_owner()
    receiver.answers.set()
    expect_sent_once(page, run, product)
    assert receiver.calls == 2, "the second worker asked again, under the same key"
