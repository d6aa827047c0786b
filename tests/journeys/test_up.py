"""`handrail up` as whoever looks after it sees it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.journeys.product import start_product, stop_product
from tests.journeys.receiver import Receiver

pytestmark = pytest.mark.journeys


def test_it_ends_by_itself_even_when_told_so_in_the_moment_of_its_start(tmp_path: Path) -> None:
    receiver = Receiver(0)
    stop_product(start_product(tmp_path, receiver))
    receiver.close()


def test_what_the_example_sent_can_be_looked_at_in_a_browser() -> None:
    receiver = Receiver(0)
    receiver.keep("a", {"to": "kim@example.org", "text": "Grüße"})
    answer = httpx.get(f"http://{receiver.address}/")
    receiver.close()
    assert answer.json() == [{"to": "kim@example.org", "text": "Grüße"}]
