"""An MCP server on loopback, for tests."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any


class ToolServer:
    """A server of the protocol's own library, with one tool whose description can be changed.

    Attributes:
        calls: what the tool was called with.
        token: the bearer token without which nothing is answered; empty: none is asked for.
        refused: how many requests came without it.
    """

    def __init__(self, token: str = "") -> None:
        self.token = token
        self.refused = 0
        self.calls: list[dict[str, Any]] = []
        self.stop: Callable[[], None] = lambda: None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/mcp"

    def serve(self, description: str) -> None:
        """Serves the tool with this description from now on."""
        import uvicorn  # heavy: only when a server is asked for
        from mcp.server.mcpserver import MCPServer  # heavy: only when a server is asked for

        self.stop()
        made = MCPServer("notes", log_level="ERROR")

        @made.tool(description=description)
        def add_note(text: str, urgent: bool = False) -> dict[str, Any]:
            self.calls.append({"text": text, "urgent": urgent})
            return {"count": len(self.calls)}

        server = uvicorn.Server(
            uvicorn.Config(
                self.guard(made.streamable_http_app()), host="127.0.0.1", port=self.port, log_level="error", ws="none"
            )
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until = threading.Event()
        while not server.started and thread.is_alive():
            until.wait(0.01)

        def stop() -> None:
            server.should_exit = True
            thread.join(10)

        self.stop = stop

    def guard(self, app: Any) -> Any:
        """The same, answering only who brings the token."""

        async def ask(scope: Any, receive: Any, send: Any) -> None:
            wanted = f"Bearer {self.token}".encode()
            if scope["type"] == "http" and self.token and dict(scope["headers"]).get(b"authorization") != wanted:
                self.refused += 1
                await send({"type": "http.response.start", "status": 401, "headers": []})
                await send({"type": "http.response.body", "body": b""})
                return
            await app(scope, receive, send)

        return ask
