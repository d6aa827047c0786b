"""tool.email_send: sends an e-mail through the organisation's own mail server."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import parseaddr
from fnmatch import fnmatchcase
from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints, field_validator

from builder.sdk import (
    MAIN,
    AfterCrash,
    Context,
    CredentialName,
    Done,
    Effect,
    Effects,
    Failed,
    FailureClass,
    Kind,
    NodeConfig,
    NodeError,
    NodeType,
    Outcome,
    Schema,
    Shapes,
    StoredFile,
    Stricter,
    Template,
    free_record,
)

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\\x00-\x20\x7f]{1,64}@[^\W_]([\w-]*[^\W_])?(\.[^\W_]([\w-]*[^\W_])?)+\Z")
_PATTERN = re.compile(r"(\*|[^\s@*]{1,64})@(\*|(\*\.)?[^\W_][\w.-]*)\Z|\*\Z")
_MOST_RECIPIENTS = 50
_MOST_ATTACHED = 20 * 1024 * 1024
_LONGEST_TALK = 900.0
"""Seconds after which a talk is ended: a server that says a letter every minute never leaves an answer out."""
_FIELDS: Mapping[str, Schema] = {
    "to": {"title": "To"},
    "cc": {"title": "Copy to"},
    "reply_to": {"type": "string", "format": "email", "title": "Reply to"},
    "attachments": {"title": "Attachments"},
}
_FILES: Schema = {"type": "array", "items": {"type": "string", "format": "file"}, "maxItems": 20}
_PEOPLE: Schema = {"type": "array", "items": {"type": "string", "format": "email"}, "maxItems": _MOST_RECIPIENTS}


class EmailSendConfig(NodeConfig):
    """By which server, to whom at most, and what is written."""

    credential: Annotated[
        str,
        CredentialName(("smtp",)),
        StringConstraints(min_length=1, max_length=200),
        Field(title="Mail server", description="A credential of kind smtp; it says from whom."),
    ]
    sender_name: Annotated[str, StringConstraints(max_length=100), Field(title="Name of the sender")] = ""
    recipients: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=254)], ...],
        Stricter("subset"),
        Field(
            min_length=1,
            max_length=100,
            title="Who may be written to",
            description="Addresses, `*@example.org`, `*@*.example.org`, or `*` for everybody. Nobody else is.",
        ),
    ]
    subject: Annotated[
        str,
        Template(scope="inputs"),
        StringConstraints(min_length=1, max_length=500),
        Field(title="Subject", description="{{ name }} puts an input in."),
    ]
    body: Annotated[
        str,
        Template(scope="inputs"),
        StringConstraints(min_length=1, max_length=100_000),
        Field(title="Text", description="{{ name }} puts an input in."),
    ]
    timeout: Annotated[float, Field(gt=0, le=120, title="Longest wait for each answer, in seconds")] = 30.0

    @field_validator("sender_name")
    @classmethod
    def _one_line(cls, name: str) -> str:
        if not name.isprintable():
            raise ValueError("the sender's name is one line")
        return name

    @field_validator("recipients")
    @classmethod
    def _patterns(cls, recipients: tuple[str, ...]) -> tuple[str, ...]:
        for each in recipients:
            if not _PATTERN.match(each):
                raise ValueError(f"{each!r} is none of: name@example.org, *@example.org, *@*.example.org, *")
        return recipients


class EmailSend(NodeType):
    """Sends one e-mail to all of its recipients, or to none."""

    name = "tool.email_send"
    title = "Send an e-mail"
    summary = "Sends an e-mail through the organisation's own mail server."
    kind = Kind.TOOL
    effects = Effects(Effect.WRITE, external=True, after_crash=AfterCrash.UNSAFE, irreversible=True)
    blocking = True
    Config = EmailSendConfig
    expects: ClassVar[Mapping[str, Schema]] = _FIELDS
    Out = free_record({
        "message_id": {"type": "string"},
        "to": {"type": "array", "items": {"type": "string"}},
    })  # fmt: skip

    def shapes(self, config: EmailSendConfig, inputs: Mapping[str, Schema]) -> Shapes:
        """`to`, `cc` and `attachments` are one or a list of them; what is no field of a letter is for the texts."""
        taken: dict[str, Schema] = {**inputs, "to": inputs.get("to", {})}
        for name, several in (("to", _PEOPLE), ("cc", _PEOPLE), ("attachments", _FILES)):
            if name in taken:
                taken[name] = several if taken[name].get("type") == "array" else several["items"]
        if taken.get("attachments") == _FILES and inputs["attachments"].get("items", {}).get("format") != "file":
            taken["attachments"] = {
                "type": "array",
                "items": {"type": "string"},
            }  # an expression forgets that ids are files
        if "reply_to" in taken:
            taken["reply_to"] = _FIELDS["reply_to"]
        return Shapes(free_record(taken), {MAIN.name: self.Out})

    async def run(self, config: EmailSendConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """Writes the letter, looks whether it may go to each recipient, and hands it over."""
        people = _recipients(config, inputs)
        files = [await context.read_file(each) for each in _listed(inputs.get("attachments"))]
        values = dict(inputs)
        texts = context.render(config.subject, values), context.render(config.body, values)
        server = Server(await context.open_credential(config.credential))
        message = _write(Address(config.sender_name, addr_spec=server.sender), inputs, files, texts)
        message["Message-ID"] = f"<{context.idempotency_key}@{server.sender.rpartition('@')[2]}>"
        message["Date"] = context.now()
        address = await context.find_address(server.host, server.port)
        server.send(address, people, message, config.timeout)
        return Done({"message_id": message["Message-ID"], "to": people})


def _recipients(config: EmailSendConfig, inputs: Mapping[str, Any]) -> list[str]:
    people: list[str] = []
    for name in ("to", "cc"):
        people += _listed(inputs.get(name))
    people = list(dict.fromkeys(people))
    if not people or len(people) > _MOST_RECIPIENTS:
        raise _failed("recipients_wrong", f"A letter goes to 1 to {_MOST_RECIPIENTS} people; this has {len(people)}.")
    for each in people:
        if not _ADDRESS.match(each):
            raise _failed("recipients_wrong", "One of the recipients is no e-mail address.")
        if not any(_matches(each, pattern) for pattern in config.recipients):
            raise _failed("recipient_not_allowed", "One of the recipients is not among those who may be written to.")
    return people


def _listed(said: Any) -> list[Any]:
    """One or several, as several."""
    return said if isinstance(said, list) else [] if said is None else [said]


def _matches(address: str, pattern: str) -> bool:
    """Whether an address is one of a pattern's; case does not count."""
    if pattern == "*":
        return True
    name, _, host = address.lower().rpartition("@")  # folding would make one host of ß and ss, which are two
    wanted, _, place = pattern.lower().rpartition("@")
    return wanted in ("*", name) and (place in ("*", host) or ("*" in place and fnmatchcase(host, place)))


def _write(
    sender: Address, inputs: Mapping[str, Any], files: Sequence[StoredFile], texts: tuple[str, str]
) -> EmailMessage:
    if len(files) > 20 or sum(each.size for each in files) > _MOST_ATTACHED:
        most = _MOST_ATTACHED // 1_048_576
        raise _failed("attachments_too_large", f"A letter takes 20 attachments with {most} MiB together.")
    message = EmailMessage()
    message["From"] = sender
    for header, field in (("To", "to"), ("Cc", "cc"), ("Reply-To", "reply_to")):
        said = inputs.get(field)
        if said:
            message[header] = ", ".join(said) if isinstance(said, list) else said
    message["Subject"] = " ".join("".join(each if each.isprintable() else " " for each in texts[0]).split())[:200]
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(texts[1])
    for file in files:
        kind, _, sort = file.media_type.partition("/")
        if kind in ("multipart", "message"):
            kind, sort = "application", "octet-stream"
        message.add_attachment(file.content, maintype=kind, subtype=sort, filename=file.name)
    return message


class Server:
    """A mail server, as a credential says how it is reached.

    Attributes:
        host, port: where it is.
        security: `tls` from the first byte, `starttls`, or `none` (for a server inside the house).
        sender: the address that letters come from.
    """

    def __init__(self, credential: Mapping[str, str]) -> None:
        self.host = credential.get("host", "")
        self.security = credential.get("tls") or "starttls"
        usual = 465 if self.security == "tls" else 587
        try:
            self.port = int(credential.get("port") or usual)
        except ValueError:
            self.port = 0
        self.sender = parseaddr(credential.get("sender", ""))[1]
        if not _ADDRESS.match(self.sender):
            raise _failed("credential_wrong", "The credential does not say from which address letters come.")
        if not self.host or not 0 < self.port < 65_536 or self.security not in ("tls", "starttls", "none"):
            raise _failed("credential_wrong", "The credential does not say host, port and security of a mail server.")
        self._watch: threading.Timer | None = None
        self._user = credential.get("user") or ""
        self._password = credential.get("password") or ""
        if self._user and self.security == "none":
            raise _failed("credential_wrong", "A password is not sent to a mail server without TLS.")

    def send(self, address: str, people: Sequence[str], message: EmailMessage, timeout: float) -> None:
        """Hands a letter over. Until its text is said nothing has left; after that, only an answer tells.

        Raises:
            NodeError: it was not sent, or nobody knows.
        """
        smtp: smtplib.SMTP | None = None
        said_all = False
        try:
            smtp = self._connect(address, timeout)
            utf8 = not all(each.isascii() for each in (self.sender, *people))
            self._address(smtp, self.sender, people, utf8=utf8)
            content = message.as_bytes(policy=SMTPUTF8 if utf8 else SMTP)
            said_all = True
            code, _ = smtp.data(content)
            if not 200 <= code < 300:
                raise smtplib.SMTPDataError(code, b"")
        except smtplib.SMTPAuthenticationError as problem:
            kind = FailureClass.TRANSIENT if 400 <= problem.smtp_code < 500 else FailureClass.PERMANENT
            raise _failed("mail_sign_in_refused", "The mail server refused the sign-in.", kind) from problem
        except smtplib.SMTPResponseException as problem:
            raise _refused(problem.smtp_code, said_all=said_all) from problem
        except smtplib.SMTPNotSupportedError as problem:
            raise _failed(
                "mail_not_supported", "The mail server cannot do what this needs (TLS, or such names)."
            ) from (problem)
        except ssl.SSLError as problem:
            raise _failed("mail_server_untrusted", "The mail server did not prove who it is.") from problem
        except (smtplib.SMTPException, OSError) as problem:
            if said_all:
                sentence = "The mail server took the letter and did not say what became of it."
                raise _failed("mail_unanswered", sentence, FailureClass.UNCERTAIN) from problem
            sentence = "The mail server cannot be reached, or broke off before the letter was said."
            raise _failed("mail_server_away", sentence, FailureClass.TRANSIENT) from problem
        finally:
            if smtp is not None:
                with suppress(smtplib.SMTPException, OSError):
                    smtp.quit()
                smtp.close()
            if self._watch is not None:
                self._watch.cancel()

    def _connect(self, address: str, timeout: float) -> smtplib.SMTP:
        context = ssl.create_default_context()

        class Line(smtplib.SMTP):
            """Connects to the address that was looked at, and to no other; the name is what the server must prove."""

            def _get_socket(line, host: str, port: int, timeout: float) -> socket.socket:  # noqa: N805  # two selves
                found = socket.create_connection((address, port), timeout)
                self._watch = watch = threading.Timer(
                    _LONGEST_TALK, lambda: _hang_up(getattr(line, "sock", None) or found)
                )
                watch.daemon = True
                watch.start()
                if self.security != "tls":
                    return found
                try:
                    return context.wrap_socket(found, server_hostname=host)
                except OSError:
                    found.close()
                    raise

        smtp = Line(self.host, self.port, timeout=timeout)
        try:
            smtp.ehlo()
            if self.security == "starttls":
                smtp.starttls(context=context)
                smtp.ehlo()
            if self._user:
                smtp.login(self._user, self._password)
        except (smtplib.SMTPException, OSError):
            smtp.close()
            raise
        return smtp

    @staticmethod
    def _address(smtp: smtplib.SMTP, sender: str, people: Sequence[str], *, utf8: bool) -> None:
        code, said = smtp.mail(sender, ("SMTPUTF8",) if utf8 else ())
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, said, sender)
        for each in people:
            code, said = smtp.rcpt(each)
            if code not in (250, 251):
                raise smtplib.SMTPResponseException(code, b"")


def _hang_up(line: socket.socket) -> None:
    """Ends a talk, so that whoever waits in it hears so at once, below TLS if there is any."""
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def _refused(code: int, *, said_all: bool) -> NodeError:
    """What a server's refusal means: a number from 400 is for now, from 500 for good; any other is no answer."""
    if not 400 <= code < 600:
        sentence = "The mail server does not speak as mail servers do; nobody got the letter."
        if not said_all:
            return _failed("mail_server_strange", sentence)
        sentence = "The mail server took the letter and did not say what became of it."
        return _failed("mail_unanswered", sentence, FailureClass.UNCERTAIN)
    failure = FailureClass.TRANSIENT if 400 <= code < 500 else FailureClass.PERMANENT
    return _failed("mail_refused", f"The mail server refused the letter ({code}); nobody got it.", failure)


def _failed(code: str, sentence: str, failure: FailureClass = FailureClass.PERMANENT) -> NodeError:
    return NodeError(Failed(failure, code, sentence))


NODE = EmailSend()
