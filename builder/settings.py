"""Every setting, read from the environment once, by the entrances. A value that cannot be meant is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias, get_args
from urllib.parse import unquote, urlsplit

from builder.kit.errors import HandrailError

LOG_LEVELS = ("debug", "info", "warning", "error")
_BROKERS = ("redis", "rediss", "redis+socket")
_TOO_MANY_THREADS = 64


class SettingsError(HandrailError):
    """A setting has a value that cannot be meant."""

    code: ClassVar[str] = "settings"


RecordingWay: TypeAlias = Literal["replay", "record", "fill"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One documented setting: its variable in the environment, what it means, and what holds when it is not set."""

    variable: str
    meaning: str
    default: str


SETTINGS = (
    Setting("HANDRAIL_HOME", "Folder for the database, payloads and keys of this machine.", "`~/.handrail`"),
    Setting(
        "HANDRAIL_URL",
        "Where people open the product, as it stands in links: `https://handrail.example`. With `https`, cookies "
        "travel only over TLS.",
        "`http://127.0.0.1:8700`",
    ),
    Setting(
        "HANDRAIL_DATABASE_URL",
        "Where the truth lives: `sqlite:///folder/file.db`, or `postgresql://user:password@host/name`.",
        "SQLite in `HANDRAIL_HOME`",
    ),
    Setting(
        "HANDRAIL_BROKER_URL",
        "Redis, for several worker processes: `redis://host:6379/0`, `rediss://…` or `redis+socket:///path`. "
        "It needs PostgreSQL.",
        "one process that does everything",
    ),
    Setting(
        "HANDRAIL_PAYLOADS",
        "Where values over 8 KiB are kept: a folder, or `s3://bucket/prefix` for several machines.",
        "`payloads` in `HANDRAIL_HOME`",
    ),
    Setting("HANDRAIL_S3_ENDPOINT", "Address of the object store, for `s3://`: `https://objects.example`.", "none"),
    Setting("HANDRAIL_S3_REGION", "Region that the object store says it is in.", "`us-east-1`"),
    Setting("HANDRAIL_S3_KEY", "Access key of the object store.", "none"),
    Setting("HANDRAIL_S3_SECRET", "Secret of that access key.", "none"),
    Setting(
        "HANDRAIL_ALLOWED_HOSTS",
        "Hosts that workflows may reach although they are not public, separated by commas: `crm.internal:8080`.",
        "none",
    ),
    Setting("HANDRAIL_WORKER_THREADS", "Rings that one worker process takes at once, 1 to 64.", "`8`"),
    Setting(
        "HANDRAIL_LOG_LEVEL", "`debug`, `info`, `warning` or `error`; the log is JSON lines on stderr.", "`warning`"
    ),
    Setting(
        "HANDRAIL_VAULT_KEY",
        "64 hex digits that seal what runs must keep secret. All processes of one installation need the same.",
        "a file in `HANDRAIL_HOME`, made at the first start",
    ),
    Setting(
        "HANDRAIL_AUDIT_KEY",
        "64 hex digits: the private half of the key that signs the audit and published workflows.",
        "a file in `HANDRAIL_HOME`, made at the first start",
    ),
    Setting(
        "HANDRAIL_SMTP_URL",
        "The mail server: `smtps://user:password@host:465` (TLS from the first byte) or `smtp://…:587` (STARTTLS, "
        "which only a server on this machine may lack). A password is percent-encoded.",
        "no mail is sent; links are shown instead",
    ),
    Setting(
        "HANDRAIL_MAIL_FROM",
        "Who mail comes from: `Handrail <handrail@example.org>`. Needed with `HANDRAIL_SMTP_URL`.",
        "none",
    ),
    Setting(
        "HANDRAIL_KEEP_LIVE",
        "Days for which inputs and outputs of live runs are kept after their end; `0` keeps them. How runs went, and "
        "the audit, stay. Give an object store's bucket a rule of its own that is longer.",
        "`365`",
    ),
    Setting("HANDRAIL_KEEP_DRY", "The same for all other runs.", "`30`"),
    Setting("HANDRAIL_MODELS", "IT's file of model connections.", "what the next four offer"),
    Setting(
        "HANDRAIL_MODEL", "The model behind the connection `default`: `gpt-5`, `anthropic:…`, `practice`.", "the first"
    ),
    Setting(
        "HANDRAIL_RECORDINGS",
        "Recorded answers of models: `replay:FOLDER` asks nobody, `record:FOLDER` asks always, `fill:FOLDER` asks only "
        "what is not recorded.",
        "models are asked, nothing is recorded",
    ),
    Setting("OPENAI_API_KEY", "Opens the connection `openai` (`OPENAI_BASE_URL` moves it).", "none"),
    Setting("ANTHROPIC_API_KEY", "Opens the connection `anthropic`.", "none"),
    Setting("OLLAMA_HOST", "Opens the connection `ollama`, for models on your own machines.", "none"),
)


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
        recordings: (replay, record or fill; folder) of recorded answers of models.
        vault_key, audit_key: 32 bytes each; None when they come from files in `home`.
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
    recordings: tuple[RecordingWay, Path] | None = None
    vault_key: bytes | None = field(default=None, repr=False)
    audit_key: bytes | None = field(default=None, repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def scaled(self) -> bool:
        """Whether several processes share the work."""
        return self.broker_url is not None


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings that an environment says.

    Raises:
        SettingsError: one of them cannot be meant; all that is wrong is said at once.
    """
    said = {each.variable: environment.get(each.variable, "").strip() for each in SETTINGS}
    wrong: list[str] = []

    def read(name: str, parse: Callable[[str], object]) -> object:
        try:
            return parse(said[name])
        except ValueError as problem:
            wrong.append(f"{name}: {str(problem).rstrip('.')}.")
            return None

    home = Path(said["HANDRAIL_HOME"] or "~/.handrail").expanduser().absolute()
    database_url = read("HANDRAIL_DATABASE_URL", lambda text: _database(text, home))
    broker_url = read("HANDRAIL_BROKER_URL", lambda text: _broker(text, str(database_url)))
    values = {
        "home": home,
        "url": read("HANDRAIL_URL", _url),
        "database_url": database_url,
        "broker_url": broker_url,
        "payloads": read("HANDRAIL_PAYLOADS", lambda text: _payloads(text, home, said)),
        "allowed_hosts": tuple(host.strip() for host in said["HANDRAIL_ALLOWED_HOSTS"].split(",") if host.strip()),
        "worker_threads": read("HANDRAIL_WORKER_THREADS", _threads),
        "log_level": read("HANDRAIL_LOG_LEVEL", _level),
        "mail": read("HANDRAIL_SMTP_URL", lambda text: _mail(text, said["HANDRAIL_MAIL_FROM"])),
        "keep_live": read("HANDRAIL_KEEP_LIVE", lambda text: _days(text, 365)),
        "keep_dry": read("HANDRAIL_KEEP_DRY", lambda text: _days(text, 30)),
        "recordings": read("HANDRAIL_RECORDINGS", _recordings),
        "vault_key": read("HANDRAIL_VAULT_KEY", _key),
        "audit_key": read("HANDRAIL_AUDIT_KEY", _key),
        "environment": dict(environment),
    }
    if wrong:
        raise SettingsError(" ".join(wrong), way_out="See docs/reference/settings.md.")
    return Settings(**values)  # type: ignore[arg-type]  # each was read by the parser of its own type


def describe_settings() -> tuple[Setting, ...]:
    """Every setting, in the order of the page that documents them."""
    return SETTINGS


def _url(text: str) -> str:
    parts = urlsplit(text or "http://127.0.0.1:8700")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("it must be an address without a path, such as https://handrail.example.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _database(text: str, home: Path) -> str:
    if not text:
        return f"sqlite:///{home / 'handrail.db'}"
    if not re.match(r"(sqlite|postgresql|postgresql\+psycopg|postgres)://", text):
        raise ValueError("it must be an address that starts with sqlite:/// or postgresql://.")
    return text


def _broker(text: str, database_url: str) -> str | None:
    if not text:
        return None
    if urlsplit(text).scheme not in _BROKERS:
        raise ValueError("it must be an address that starts with redis://, rediss:// or redis+socket://.")
    if database_url.startswith("sqlite"):
        raise ValueError("several processes need PostgreSQL; set HANDRAIL_DATABASE_URL, or unset this.")
    return text


def _payloads(text: str, home: Path, said: Mapping[str, str]) -> Path | ObjectStoreSettings:
    if not text:
        return home / "payloads"
    if not text.startswith("s3:"):
        return Path(text).expanduser().absolute()
    place = urlsplit(text)
    if not place.netloc:
        raise ValueError("it must name a bucket: s3://bucket/prefix.")
    missing = [name for name in ("HANDRAIL_S3_ENDPOINT", "HANDRAIL_S3_KEY", "HANDRAIL_S3_SECRET") if not said[name]]
    if missing:
        raise ValueError(f"an object store also needs {', '.join(missing)}.")
    endpoint = said["HANDRAIL_S3_ENDPOINT"]
    if urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname:
        raise ValueError("HANDRAIL_S3_ENDPOINT must be an address such as https://objects.example.")
    return ObjectStoreSettings(
        endpoint=endpoint,
        bucket=place.netloc,
        prefix=place.path.strip("/") or "payloads",
        region=said["HANDRAIL_S3_REGION"] or "us-east-1",
        key=said["HANDRAIL_S3_KEY"],
        secret=said["HANDRAIL_S3_SECRET"],
    )


def _mail(text: str, sender: str) -> MailSettings | None:
    if not text:
        return None
    place = urlsplit(text)
    if place.scheme not in ("smtp", "smtps") or not place.hostname or place.path.strip("/") or place.query:
        raise ValueError("it must be an address such as smtps://user:password@mail.example:465.")
    if not re.fullmatch(r"[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+", sender):
        raise ValueError("HANDRAIL_MAIL_FROM must say who mail comes from, such as Handrail <handrail@example.org>.")
    tls = place.scheme == "smtps"
    return MailSettings(
        host=place.hostname,
        port=place.port or (465 if tls else 587),
        sender=sender,
        tls=tls,
        plain=place.hostname in ("localhost", "127.0.0.1", "::1"),
        user=None if place.username is None else unquote(place.username),
        password=unquote(place.password or ""),
    )


def _days(text: str, usual: int) -> int:
    if not text:
        return usual
    if not text.isdecimal() or len(text) > 5:
        raise ValueError("it must be a number of days, 0 to 99999.")
    return int(text)


def _threads(text: str) -> int:
    if not text:
        return 8
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= _TOO_MANY_THREADS:
        raise ValueError(f"it must be a whole number from 1 to {_TOO_MANY_THREADS}, not {text[:40]!r}.")
    return int(text)


def _recordings(text: str) -> tuple[RecordingWay, Path] | None:
    if not text:
        return None
    word, _, folder = text.partition(":")
    for way in get_args(RecordingWay):
        if word == way and folder:
            return way, Path(folder).expanduser().absolute()
    raise ValueError("write replay:FOLDER, record:FOLDER or fill:FOLDER")


def _level(text: str) -> str:
    if not text:
        return "warning"
    if text.lower() not in LOG_LEVELS:
        raise ValueError(f"it must be one of {', '.join(LOG_LEVELS)}, not {text[:40]!r}.")
    return text.lower()


def _key(text: str) -> bytes | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError("it must be 64 hex digits.")
    return bytes.fromhex(text)
