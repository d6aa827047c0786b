"""The table of settings, which is also their page in the documentation."""

from __future__ import annotations

from dataclasses import dataclass


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
        "HANDRAIL_BACKUP_PASSPHRASE",
        "Seals and opens the keys in a backup, where nobody is there to type it.",
        "it is asked for",
    ),
    Setting(
        "HANDRAIL_CREDENTIALS_KEY",
        "64 hex digits that wrap the keys of credentials, where it should be another than the vault's.",
        "one that follows from `HANDRAIL_VAULT_KEY`",
    ),
    Setting(
        "HANDRAIL_CREDENTIALS_KEY_BEFORE",
        "The one before it, until `handrail credentials rewrap` was called.",
        "none",
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
    Setting(
        "HANDRAIL_METRICS_ADDRESS",
        "Where `/metrics` (Prometheus), `/health` and `/ready` of a process answer, without a password: "
        "`127.0.0.1:9700`. Each process of a machine needs a port of its own.",
        "nothing answers",
    ),
    Setting(
        "HANDRAIL_OTLP_ENDPOINT",
        "Whom traces are sent to, by OTLP over HTTP: `http://collector.internal:4318`. They hold no values of runs.",
        "none are made",
    ),
    Setting(
        "HANDRAIL_TRUSTED_PROXIES",
        "Addresses or networks of the proxies before the API, separated by commas: what they say of where somebody "
        "comes from is believed.",
        "`127.0.0.1`",
    ),
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


def describe_settings() -> tuple[Setting, ...]:
    """Every setting, in the order of the page that documents them."""
    return SETTINGS
