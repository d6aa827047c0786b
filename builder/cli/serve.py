"""Serving the API and its screens until somebody says stop: what `handrail up` and `handrail api` have in common."""

from __future__ import annotations

import http.client
import signal
import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any, ClassVar

from builder.cli.output import Ending
from builder.kit.errors import HandrailError

_PATIENCE = 4.0
_GRACE = 5
"""Seconds that requests under way get when the process is told to stop."""


def listen_on(host: str, port: int) -> socket.socket:
    """The socket, before anything is opened: who finds the port taken learns it at once.

    An answer leaves at once too: its head and its body are two packets, and without `TCP_NODELAY` the second waits
    until the browser has acknowledged the first, which takes 40 ms. The loop sets it only on sockets of its own.

    Raises:
        Ending: nobody can listen there (exit 2).
    """
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as problem:
        why = (problem.strerror or str(problem)).lower()
        raise Ending(
            f"Nobody can listen on {host}:{port}: {why}. Is Handrail running already? `--port` takes another."
        ) from None
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # whoever is accepted there has it as well
    return listening


def look_at_own_door(listening: socket.socket) -> Callable[[], str | None]:
    """Asks, when called, whether the API behind a socket answers; what is wrong, or None."""
    host, port = listening.getsockname()[:2]
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 – compared, not bound

    def look() -> str | None:
        line = http.client.HTTPConnection(own, port, timeout=_PATIENCE)
        try:
            line.request("GET", "/api/health")
            return None if line.getresponse().status == 200 else "The API does not answer as it should."
        except (OSError, http.client.HTTPException):
            return "The API does not answer."
        finally:
            line.close()

    return look


class OwnerlessError(HandrailError):
    """An installation that nobody owns is reached from its own machine only."""

    code: ClassVar[str] = "ownerless"
    status: ClassVar[int] = 409


def expect_own_machine(listening: socket.socket, way_out: str) -> None:
    """Refuses an address that others reach, for an installation in which nobody can sign in yet.

    Raises:
        OwnerlessError: others could reach it.
    """
    if not ip_address(listening.getsockname()[0]).is_loopback:
        raise OwnerlessError("Nobody can sign in here yet, so only this machine may reach it.", way_out=way_out)


def make_server(app: Any, proxies: Sequence[str]) -> Any:
    """A server that ends by itself, and quickly, at SIGTERM or Ctrl-C; `run(sockets=[…])` serves.

    Args:
        app: the API.
        proxies: whose word on where somebody comes from is believed.
    """
    import uvicorn  # heavy: loaded on first use

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE,
        forwarded_allow_ips=list(proxies),
        loop="asyncio",
        http="h11",  # whatever else is installed beside: tests and production run the same
    )
    server = uvicorn.Server(config)
    app.state.leaving = lambda: server.should_exit  # ends what would otherwise go on: streams of events

    def stop(*_: object) -> None:
        """Uvicorn hears the signals while it serves, and raises them again at its end: neither must cut off closing."""
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return server
