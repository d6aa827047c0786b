"""A mail server on loopback with a script: it takes letters, and fails as the test says."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope

from builder.notices import MailServer


class Office:
    """Takes letters.

    Attributes:
        letters: those that it took.
        answers: what it says to the next texts (`RCPT` or `DATA`), in order; nothing: it takes them. `cut` hangs up
            after the text, before it says anything.
    """

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: dict[str, list[str]] = {"RCPT": [], "DATA": []}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802  # the server's word
        said = self.answers["RCPT"].pop(0) if self.answers["RCPT"] else "250 OK"
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802  # the server's word
        said = self.answers["DATA"].pop(0) if self.answers["DATA"] else "250 OK"
        if said == "cut":
            server.transport.abort()
            return "250 never heard"
        if said.startswith("250"):
            content = cast("bytes", envelope.original_content)
            self.letters.append(cast("EmailMessage", message_from_bytes(content, policy=policy.default)))
        return said


@contextmanager
def open_office() -> Iterator[tuple[Office, MailServer]]:
    """An office, and how to reach it."""
    office, loop = Office(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def listen() -> asyncio.Server:
        return await loop.create_server(
            lambda: SMTP(office, hostname="post.example", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0
        )

    async def close(server: asyncio.Server) -> None:
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(5)
    try:
        port = server.sockets[0].getsockname()[1]
        yield office, MailServer("127.0.0.1", port, "Handrail <handrail@example.org>", False, True, None, "")
    finally:
        asyncio.run_coroutine_threadsafe(close(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
