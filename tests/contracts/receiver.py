"""An HTTP receiver on loopback that counts what arrives, and can be told to wait."""

from __future__ import annotations

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Receiver:
    """Counts POSTs.

    Attributes:
        arrived: (path of the step, idempotency key) → how often.
        gate: requests wait while it is clear.
        waiting: set when a request has arrived.
    """

    def __init__(self) -> None:
        self.arrived: Counter[tuple[str, str]] = Counter()
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.arrived[self.headers["X-Path"], self.headers["Idempotency-Key"]] += 1
                receiver.waiting.set()
                receiver.gate.wait(20)
                try:
                    self.send_response(200)
                    self.end_headers()
                except OSError:
                    return  # the sender was killed meanwhile

            def log_message(self, *_: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                return  # a sender that was killed

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def count(self, path: str) -> int:
        """How often a step's request arrived."""
        return sum(number for (where, _), number in self.arrived.items() if where == path)

    def keys(self, path: str) -> set[str]:
        """The idempotency keys that a step's requests carried."""
        return {key for where, key in self.arrived if where == path}
