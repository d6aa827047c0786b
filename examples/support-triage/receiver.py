"""The other side of "send": an HTTP receiver on loopback that keeps what arrives, once for each idempotency key."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Listens on 127.0.0.1 until closed.

    Attributes:
        replies: what arrived, in order, each key once.
        calls: how many requests came, repeats included.
    """

    def __init__(self, port: int = 8765) -> None:
        """Opens the port; 0 takes a free one.

        Raises:
            OSError: somebody else listens there.
        """
        self.replies: list[dict[str, Any]] = []
        self.calls = 0
        self._by_key: dict[str, int] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._request_class())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def keep(self, key: str, body: dict[str, Any]) -> int:
        """Keeps a reply unless its key is known; gives its number, from 1."""
        with self._lock:
            self.calls += 1
            if key and key in self._by_key:
                return self._by_key[key]
            self.replies.append(body)
            self._by_key[key] = len(self.replies)
            return len(self.replies)

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _request_class(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Request(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """What arrived, for whoever looks in a browser."""
                self._answer(200, receiver.replies)

            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(size))
                number = receiver.keep(self.headers.get("Idempotency-Key", ""), body)
                self._answer(201, {"accepted": number})

            def _answer(self, status: int, document: Any) -> None:
                answer = json.dumps(document, indent=2, ensure_ascii=False).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: Any) -> None:
                """Quiet: the run tells what happened."""

        return Request
