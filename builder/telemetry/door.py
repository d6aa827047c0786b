"""The side door of a process: `/health`, `/ready` and `/metrics` over plain HTTP, for those who watch it.

It is not there unless a setting names its address. It answers to nobody else's business: three paths, one method, no
body read, no header believed.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from builder.kit.errors import HandrailError

_PATIENCE = 5.0

Look = Callable[[], str | None]
"""Says in a sentence what is wrong; None when nothing is."""


class SideDoorError(HandrailError):
    """Nobody can listen at the address."""

    code: ClassVar[str] = "side_door"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the door answers.

    Attributes:
        health: what only a new process would mend.
        ready: why this process cannot do its work now.
        metrics: the figures and their type of content; None where there are none.
    """

    health: Look
    ready: Look
    metrics: Callable[[], bytes] | None = None


class SideDoor:
    """Listens in threads of its own until it is closed.

    Args:
        address: host and port; port 0 takes a free one.
        answers: what is answered.

    Raises:
        SideDoorError: nobody can listen there.
    """

    def __init__(self, address: tuple[str, int], answers: Answers) -> None:
        try:
            self._server = (_Server6 if ":" in address[0] else _Server)(address, _with(answers))
        except OSError as problem:
            why = (problem.strerror or str(problem)).lower()
            raise SideDoorError(
                f"Nobody can listen on {address[0]}:{address[1]}: {why}.",
                way_out="Give each process an address of its own in HANDRAIL_METRICS_ADDRESS.",
            ) from None
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.2,), name="handrail-side-door")
        self._thread.daemon = True
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Listens no longer."""
        self._server.shutdown()
        self._thread.join(_PATIENCE)
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 16

    def handle_error(self, *_: object) -> None:
        """Whoever hangs up in the middle is no event."""


class _Server6(_Server):
    address_family = socket.AF_INET6


def _with(answers: Answers) -> type[BaseHTTPRequestHandler]:
    class Asked(BaseHTTPRequestHandler):
        timeout = _PATIENCE
        server_version = "handrail"
        sys_version = ""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics" and answers.metrics is not None:
                self._say(200, answers.metrics(), "text/plain; version=0.0.4; charset=utf-8")
            elif path in ("/health", "/ready"):
                problem = answers.health() if path == "/health" else answers.ready()
                text = "ok" if problem is None else problem
                self._say(200 if problem is None else 503, f"{text}\n".encode())
            else:
                self._say(404, b"There is nothing at this address.\n")

        def _say(self, status: int, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Probes are not logged."""

    return Asked
