"""tool.email_send against real mail servers on loopback: with and without TLS, well and badly behaved."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope

from builder.sdk import FailureClass, NodeError, StoredFile
from builder.sdk.testing import TestContext
from nodes.tool.email_send.node import NODE, EmailSendConfig
from tests.rooms.egress.test_tls import server_tls

__all__ = ["server_tls"]


class Post:
    """Takes letters, and answers as the test says; `cut` hangs up after the text."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.says: dict[str, str] = {}
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802  # the server's word
        said = self.says.get(address, "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802  # the server's word
        said = self.says.get("DATA", "250 OK")
        if said == "cut":
            server.transport.abort()
        if said.startswith("250"):
            self.letters.append(message_from_bytes(envelope.original_content, policy=policy.default))  # type: ignore[arg-type]  # bytes, unless it decodes
        return said


def sign_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"ann", b"a secret"), handled=False)


@contextmanager
def opened(security: str = "none", tls: ssl.SSLContext | None = None) -> Iterator[Post]:
    post, loop = Post(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def line() -> SMTP:
        more: dict[str, Any] = {}
        if security == "starttls":
            more = {"tls_context": tls, "require_starttls": True, "authenticator": sign_in, "auth_required": True}
        return SMTP(post, hostname="post.example", enable_SMTPUTF8=True, loop=loop, **more)

    async def listen() -> asyncio.Server:
        return await loop.create_server(line, "127.0.0.1", 0, ssl=tls if security == "tls" else None)

    async def close(server: asyncio.Server) -> None:
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(5)
    try:
        post.port = server.sockets[0].getsockname()[1]
        yield post
    finally:
        asyncio.run_coroutine_threadsafe(close(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def send(port: int, inputs: dict[str, Any] | None = None, *, files: Any = (), **credential: str) -> dict[str, Any]:
    context = TestContext(
        credentials={
            "mail": {
                "host": "crm.example",
                "port": str(port),
                "tls": "none",
                "sender": "office@example.org",
                **credential,
            }
        },
        addresses={"crm.example": "127.0.0.1"},
        files={each.id: each for each in files},
    )
    config = EmailSendConfig(
        credential="mail", sender_name="The office", recipients=("*@example.com",),
        subject="About {{ what }}", body="Dear {{ what }}\n", timeout=5,
    )  # fmt: skip
    given = {"to": ["ann@example.com"], "what": "Grüße"} | (inputs or {})
    outcome: Any = asyncio.run(NODE.run(config, given, context))
    found: dict[str, Any] = outcome.output
    return found


def failure(port: int, inputs: dict[str, Any] | None = None, **credential: str) -> tuple[str, FailureClass]:
    with pytest.raises(NodeError) as caught:
        send(port, inputs, **credential)
    failed = caught.value.failed
    assert not any(word in failed.sentence for word in ("ann@", "secret", "Grüße"))
    return failed.code, failed.failure


def test_a_letter_arrives_as_it_was_written() -> None:
    scan = StoredFile("f1", "Rechnung 7.pdf", "application/pdf", 5, b"%PDF-")
    with opened() as post:
        found = send(
            post.port,
            {"to": ["ann@example.com"], "cc": "bob@example.com", "reply_to": "me@example.org", "attachments": ["f1"]},
            files=[scan],
        )
    letter = post.letters[0]
    assert letter["Message-ID"] == found["message_id"] == "<key-of-this-step@example.org>"
    assert (letter["From"], letter["Cc"], letter["Reply-To"]) == (
        "The office <office@example.org>", "bob@example.com", "me@example.org"
    )  # fmt: skip
    assert letter["Subject"] == "About Grüße"
    body = letter.get_body()
    assert body is not None
    assert body.get_content().strip() == "Dear Grüße"
    attached = next(letter.iter_attachments())
    assert (attached.get_filename(), attached.get_content()) == ("Rechnung 7.pdf", b"%PDF-")
    assert found["to"] == ["ann@example.com", "bob@example.com"]


def test_nothing_in_an_input_makes_a_header() -> None:
    with opened() as post:
        send(post.port, {"what": "x\r\nBcc: evil@example.com\r\n\r\nBody"})
    assert post.letters[0]["Bcc"] is None
    assert post.letters[0]["Subject"] == "About x Bcc: evil@example.com Body"


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_over_tls_the_server_proves_its_name_and_only_then_is_told_the_password(
    security: str, server_tls: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    asks = {"user": "ann", "password": "a secret"} if security == "starttls" else {}
    with opened(security, server_tls[0]) as post:
        send(post.port, tls=security, **asks)
        assert len(post.letters) == 1
        if asks:
            wrong = failure(post.port, tls=security, user="ann", password="no secret")
            assert wrong == ("mail_sign_in_refused", FailureClass.PERMANENT)
        monkeypatch.delenv("SSL_CERT_FILE")
        unknown = failure(post.port, tls=security, **asks)
        assert unknown == ("mail_server_untrusted", FailureClass.PERMANENT)
    assert len(post.letters) == 1


def test_a_server_without_tls_is_told_nothing_where_tls_was_meant() -> None:
    with opened() as post:
        assert failure(post.port, tls="starttls")[0] == "mail_not_supported"
    assert post.letters == []


@pytest.mark.parametrize(
    ("says", "code", "kind"),
    [
        ({"bob@example.com": "550 no such user"}, "mail_refused", FailureClass.PERMANENT),
        ({"bob@example.com": "450 later"}, "mail_refused", FailureClass.TRANSIENT),
        ({"DATA": "451 try again"}, "mail_refused", FailureClass.TRANSIENT),
        ({"DATA": "554 spam"}, "mail_refused", FailureClass.PERMANENT),
        ({"DATA": "cut"}, "mail_unanswered", FailureClass.UNCERTAIN),
    ],
)
def test_what_a_server_says(says: dict[str, str], code: str, kind: FailureClass) -> None:
    with opened() as post:
        post.says = says
        assert failure(post.port, {"to": ["ann@example.com", "bob@example.com"]}) == (code, kind)
    assert post.letters == []


def test_a_server_that_is_away_can_be_tried_again() -> None:
    with opened() as post:
        port = post.port
    assert failure(port) == ("mail_server_away", FailureClass.TRANSIENT)


def test_whoever_may_not_be_written_to_is_not() -> None:
    with opened() as post:
        for to in (["ann@example.com", "eve@evil.example"], ["ann@example.com\r\nRCPT TO:<eve@evil.example>"]):
            with pytest.raises(NodeError):
                send(post.port, {"to": to})
    assert post.letters == []


@contextmanager
def talking(*answers: bytes, drip: bytes = b"") -> Iterator[int]:
    """A server that says one thing after the other whatever it hears, then one letter again and again."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        ended = threading.Event()

        def talk() -> None:
            heard, _ = line.accept()
            with heard, suppress(OSError):
                for at, answer in enumerate(answers):
                    heard.sendall(answer)
                    if at + 1 < len(answers):
                        heard.recv(100_000)
                while drip and not ended.wait(0.02):
                    heard.sendall(drip)

        thread = threading.Thread(target=talk)
        thread.start()
        try:
            yield line.getsockname()[1]
        finally:
            ended.set()
            thread.join(5)


def test_a_server_that_never_ends_its_greeting_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodes.tool.email_send.node._LONGEST_TALK", 0.3)
    for begins, drip in ((b"220-", b"x"), (b"220-hello\r\n", b"220-and more\r\n")):
        with talking(begins, drip=drip) as port:
            assert failure(port) == ("mail_server_away", FailureClass.TRANSIENT)


TO_THE_TEXT = (b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n")


@pytest.mark.parametrize("after", [b"what?\r\n", b"354 more\r\n", b"999 no\r\n"])
def test_an_answer_to_the_text_that_is_none_leaves_it_uncertain(after: bytes) -> None:
    with talking(*TO_THE_TEXT, after) as port:
        assert failure(port) == ("mail_unanswered", FailureClass.UNCERTAIN)


def test_any_number_from_200_says_that_the_letter_was_taken() -> None:
    with talking(*TO_THE_TEXT, b"252 taken\r\n", b"221 bye\r\n") as port:
        assert send(port)["to"] == ["ann@example.com"]


def test_what_is_no_mail_server_is_said_to_be_none() -> None:
    with talking(b"HTTP/1.1 400 Bad Request\r\n") as port:
        assert failure(port) == ("mail_server_strange", FailureClass.PERMANENT)


def test_a_sign_in_that_fails_for_now_may_be_tried_again(
    server_tls: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def later(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=False, handled=False, message="454 4.7.0 later")

    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    monkeypatch.setattr("tests.nodes.test_email_send.sign_in", later)
    with opened("starttls", server_tls[0]) as post:
        found = failure(post.port, tls="starttls", user="ann", password="a secret")
    assert found == ("mail_sign_in_refused", FailureClass.TRANSIENT)


def test_a_host_is_not_taken_for_one_that_is_written_with_other_letters() -> None:
    config = EmailSendConfig(credential="mail", recipients=("*@strasse.example",), subject="a", body="b")
    with pytest.raises(NodeError) as caught:
        asyncio.run(NODE.run(config, {"to": "kim@straße.example"}, TestContext()))
    assert caught.value.failed.code == "recipient_not_allowed"
