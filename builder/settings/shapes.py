"""What an installation's settings are, once they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

from builder.kit.errors import HandrailError

LOG_LEVELS = ("debug", "info", "warning", "error")


class SettingsError(HandrailError):
    """A setting has a value that cannot be meant."""

    code: ClassVar[str] = "settings"


RecordingWay: TypeAlias = Literal["replay", "record", "fill"]


@dataclass(frozen=True, slots=True)
class ObjectStoreSettings:
    """An object store that speaks S3."""

    endpoint: str
    bucket: str
    prefix: str
    region: str
    key: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailSettings:
    """A mail server, and who mail comes from.

    Attributes:
        tls: whether TLS is spoken from the first byte; if not, STARTTLS is asked for.
        plain: whether the server may do without TLS: it is on this machine.
    """

    host: str
    port: int
    sender: str
    tls: bool
    plain: bool
    user: str | None = None
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation is set up.

    Attributes:
        home: folder for what belongs to this machine.
        database_url: address of the database.
        broker_url: address of Redis; None when one process does everything.
        payloads: a folder or an object store.
        url: where people open the product, without a slash at the end.
        allowed_hosts: hosts that may be reached although they are not public.
        worker_threads: rings that one worker takes at once.
        log_level: one of `LOG_LEVELS`.
        mail: how mail is sent; None when it is not.
        keep_live, keep_dry: days for which inputs and outputs of runs are kept; 0 keeps them for good.
        metrics: host and port of the side door; None when there is none.
        otlp: whom traces are sent to; None when none are made.
        proxies: whose word on where somebody comes from is believed.
        recordings: (replay, record or fill; folder) of recorded answers of models.
        vault_key, audit_key: 32 bytes each; None when they come from files in `home`.
        credentials_key: wraps the keys of credentials: 32 bytes; None: one that follows from the vault's.
        credentials_key_before: the one before it, until everything is wrapped anew.
        environment: the whole environment, for the model connections, which name their keys' variables themselves.
    """

    home: Path
    database_url: str = field(repr=False)
    broker_url: str | None = field(repr=False)
    payloads: Path | ObjectStoreSettings
    url: str = "http://127.0.0.1:8700"
    allowed_hosts: tuple[str, ...] = ()
    worker_threads: int = 8
    log_level: str = "warning"
    mail: MailSettings | None = None
    keep_live: int = 365
    keep_dry: int = 30
    metrics: tuple[str, int] | None = None
    otlp: str | None = None
    proxies: tuple[str, ...] = ("127.0.0.1",)
    recordings: tuple[RecordingWay, Path] | None = None
    vault_key: bytes | None = field(default=None, repr=False)
    audit_key: bytes | None = field(default=None, repr=False)
    credentials_key: bytes | None = field(default=None, repr=False)
    credentials_key_before: bytes | None = field(default=None, repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def scaled(self) -> bool:
        """Whether several processes share the work."""
        return self.broker_url is not None
