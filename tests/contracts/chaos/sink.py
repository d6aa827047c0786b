"""A receiver on loopback that counts every write it carries out, and is slow at random, before and after it did."""

from __future__ import annotations

import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from types import TracebackType
from typing import Self

SLOW_BEFORE, SLOW_AFTER = 0.01, 0.03


class Sink:
    """Counts POSTs by path, and by path and idempotency key.

    Attributes:
        arrived: path → idempotency key → how often.
        url: its address, with a slash at the end.
    """

    def __init__(self, seed: int) -> None:
        self.arrived: dict[str, Counter[str]] = {}
        self._lock = threading.Lock()
        rng, sink = Random(seed), self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                time.sleep(rng.uniform(0, SLOW_BEFORE))
                sink.count(self.path.lstrip("/"), self.headers["Idempotency-Key"])
                time.sleep(rng.uniform(0, SLOW_AFTER))
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    return  # the sender was killed meanwhile

            def log_message(self, *_: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 512

            def handle_error(self, *_: object) -> None:
                return  # a sender that was killed

        self._server = Server(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.place}/"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def count(self, path: str, key: str) -> None:
        with self._lock:
            self.arrived.setdefault(path, Counter())[key] += 1

    def holds(self, key: str) -> bool:
        """Whether a write with this key was carried out."""
        with self._lock:
            return any(key in keys for keys in self.arrived.values())
