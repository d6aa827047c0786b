"""How the product listens, before anything else of it is there."""

from __future__ import annotations

import socket

import pytest

from builder.cli.output import Ending
from builder.cli.serve import listen_on


def test_an_answer_in_two_packets_does_not_wait_for_the_first_to_be_acknowledged() -> None:
    with (
        listen_on("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_a_port_that_is_taken_is_told_at_once() -> None:
    with listen_on("127.0.0.1", 0) as first, pytest.raises(Ending, match="Is Handrail running already"):
        listen_on("127.0.0.1", first.getsockname()[1])
