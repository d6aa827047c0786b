"""Sending mail: each letter once, tried again as long as it surely has not left.

A letter is taken for a while (a lease), the server is told from whom and to whom, the row is marked as sent, and only
then the text is handed over. Whoever dies before the mark is followed by another try; whoever dies after it leaves a
letter of which nobody knows, and that one is not sent twice.
"""

from __future__ import annotations

import smtplib
import ssl
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.kit.ids import show_id
from builder.notices import store
from builder.notices.letters import write_letter
from builder.notices.rules import KEPT, TOO_OLD, pause_after
from builder.notices.schemas import Letter, LetterRow

LEASE = timedelta(minutes=5)
"""How long one try may take before another is made."""
PATIENCE = 30.0
"""Seconds that the server may take for each of its answers."""
AT_ONCE = 100
"""Letters that one round sends."""

_log = structlog.get_logger("builder.notices")
Transaction = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server, and who mail comes from.

    Attributes:
        tls: whether TLS is spoken from the first byte; if not, STARTTLS is asked for.
        plain: whether the server may do without TLS.
    """

    host: str
    port: int
    sender: str
    tls: bool
    plain: bool
    user: str | None
    password: str = field(repr=False)


class Postman:
    """Sends the letters that are due, in a thread of his own: a slow server holds up nobody's rounds.

    Args:
        transaction: opens one.
        server: where letters go.
        key: opens those that are sealed.
        url: where people open the product.
    """

    def __init__(self, transaction: Transaction, server: MailServer, key: bytes, url: str) -> None:
        self._transaction = transaction
        self._server = server
        self._key = key
        self._url = url
        self._thread: threading.Thread | None = None

    def go(self) -> None:
        """Begins a round, unless one is under way."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._round, name="handrail-mail", daemon=True)
            self._thread.start()

    def close(self, timeout: float = 5.0) -> None:
        """Waits a little for the round under way."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _round(self) -> None:
        try:
            self.send_due()
        except Exception:  # a database that is away comes back; the next round tries again
            _log.exception("round_failed", round="mail")

    def send_due(self) -> int:
        """Sends what is due; how many letters left."""
        line = _Line(self._server)
        sent = 0
        try:
            for _ in range(AT_ONCE):
                taken = self._take()
                if taken is None:
                    break
                row, letter = taken
                if letter is not None:
                    sent += self._send(line, row, letter)
        finally:
            line.hang_up()
        return sent

    def _take(self) -> tuple[LetterRow, Letter | None] | None:
        """The next letter, taken; without its text when it need not leave."""
        with self._transaction() as session:
            now = read_clock(session)
            row = store.claim_letter(session, now, now + LEASE)
            if row is None:
                return None
            letter = write_letter(session, row, self._key, self._url) if now - row.made_at < TOO_OLD else None
            if letter is None:
                store.move_letter(session, row, store.SENDING, {"state": store.DROPPED, "sealed": None})
            return row, letter

    def _send(self, line: _Line, row: LetterRow, letter: Letter) -> bool:
        message = self._message(letter)
        try:
            line.address(self._server.sender, letter.address)
        except smtplib.SMTPRecipientsRefused as problem:
            code, _ = next(iter(problem.recipients.values()))
            self._put_back(row, store.SENDING, problem, for_good=code >= 500)
            line.hang_up()
            return False
        except (smtplib.SMTPException, OSError) as problem:
            self._put_back(row, store.SENDING, problem)
            line.hang_up()
            return False
        with self._transaction() as session:
            mine = store.move_letter(session, row, store.SENDING, {"state": store.SENT, "sealed": None})
        if not mine:  # this try took too long, and another has begun
            line.hang_up()
            return False
        try:
            code = line.hand_over(message)
        except (smtplib.SMTPException, OSError) as problem:
            self._move(row, {"state": store.UNSURE, "problem": _say(problem)})
            line.hang_up()
            return False
        if code != 250:
            refused = smtplib.SMTPDataError(code, b"")
            self._put_back(row, store.SENT, refused, for_good=code >= 500)
            return False
        return True

    def _put_back(self, row: LetterRow, before: str, problem: Exception, *, for_good: bool = False) -> None:
        """A letter that surely has not left is tried again later, or given up."""
        pause = None if for_good else pause_after(row.tries)
        with self._transaction() as session:
            values: dict[str, Any] = {"problem": _say(problem)}
            if pause is None:
                values |= {"state": store.FAILED, "sealed": None}
            else:
                values |= {"state": store.WAITING, "sealed": row.sealed, "due_at": read_clock(session) + pause}
            store.move_letter(session, row, before, values)
        _log.warning("letter_not_sent", letter=show_id(row.id), tries=row.tries, problem=_say(problem))

    def _move(self, row: LetterRow, values: dict[str, str]) -> None:
        with self._transaction() as session:
            store.move_letter(session, row, store.SENT, values)
        _log.warning("letter_unsure", letter=show_id(row.id), problem=values["problem"])

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._server.sender
        message["To"] = letter.address
        message["Subject"] = " ".join(letter.subject.split())[:200]
        message["Message-ID"] = f"<{show_id(letter.id)}@{urlsplit(self._url).hostname}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message


class _Line:
    """A connection to the server, opened when it is first needed."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def address(self, sender: str, address: str) -> None:
        """Says from whom and to whom. Raises SMTPException or OSError; nothing has left then."""
        smtp = self._smtp = self._smtp or self._connect()
        smtp.ehlo_or_helo_if_needed()
        options = () if address.isascii() else ("SMTPUTF8",)
        code, said = smtp.mail(sender.rpartition("<")[2].rstrip(">"), options)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, said, sender)
        code, said = smtp.rcpt(address)
        if code not in (250, 251):
            raise smtplib.SMTPRecipientsRefused({address: (code, said)})

    def hand_over(self, message: EmailMessage) -> int:
        """Hands over the text; the server's answer, of which 250 means that it has it."""
        assert self._smtp is not None, "it was addressed"
        utf8 = not str(message["To"]).isascii()
        try:
            code, _ = self._smtp.data(message.as_bytes(policy=SMTPUTF8 if utf8 else SMTP))
        except smtplib.SMTPDataError as refused:  # refused before the text was said
            code = refused.smtp_code
        return code

    def hang_up(self) -> None:
        """Ends the connection, however it is."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        return enter_mail_server(self._server, PATIENCE)


def enter_mail_server(server: MailServer, patience: float) -> smtplib.SMTP:
    """A connection to a server that has let us in. Raises SMTPException or OSError."""
    context = ssl.create_default_context()
    if server.tls:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=patience, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=patience)
    try:
        smtp.ehlo()
        if not server.tls and (smtp.has_extn("starttls") or not server.plain):
            smtp.starttls(context=context)
            smtp.ehlo()
        if server.user is not None:
            smtp.login(server.user, server.password)
    except (smtplib.SMTPException, OSError):
        smtp.close()
        raise
    return smtp


def try_mail_server(server: MailServer, patience: float = PATIENCE) -> str | None:
    """Why a server does not let us in, without what it said; None when it does. No letter is sent."""
    try:
        smtp = enter_mail_server(server, patience)
    except (smtplib.SMTPException, OSError) as problem:
        return _say(problem)
    with suppress(smtplib.SMTPException, OSError):
        smtp.quit()
    smtp.close()
    return None


def _say(problem: Exception) -> str:
    """What went wrong, without what a server or a person wrote."""
    code = getattr(problem, "smtp_code", None)
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        code = next(iter(problem.recipients.values()))[0]
    return type(problem).__name__ if code is None else f"{type(problem).__name__} {code}"


def sweep_notices(session: Session) -> None:
    """Deletes notices that are too old to matter, and letters that left long ago or never will."""
    now = read_clock(session)
    store.delete_old(session, now - KEPT, now - 7 * TOO_OLD)
