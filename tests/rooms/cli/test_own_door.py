"""A process that serves knows when it does not answer any more."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from builder.cli import serve
from builder.cli.serve import listen_on, look_at_own_door


class Asked(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/api/health" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_it_answers_it_hangs_it_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_PATIENCE", 0.5)
    with HTTPServer(("0.0.0.0", 0), Asked) as server:
        look = look_at_own_door(server.socket)
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert look() is None
        thread.join()
        assert look() == "The API does not answer.", "nobody takes what waits in line"
    assert look() == "The API does not answer."


def test_an_address_is_listened_on_before_anything_else() -> None:
    with listen_on("127.0.0.1", 0) as one:
        assert one.getsockname()[0] == "127.0.0.1"
        with pytest.raises(Exception, match="Is Handrail running already"):
            listen_on("127.0.0.1", one.getsockname()[1])
