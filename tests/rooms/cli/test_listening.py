"""How the product listens, before anything else of it is there."""

from __future__ import annotations

import socket

import pytest

from builder.cli.output import Ending
from builder.cli.serve import listen_on
from tests.rooms.cli.conftest import Handrail


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


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_what_nobody_owns_is_reached_from_its_own_machine_only(handrail: Handrail, host: str) -> None:
    said = handrail("up", "--host", host, "--port", "0").sentence()
    assert said.startswith("Nobody can sign in here yet, so only this machine may reach it. Start it without `--host`")
