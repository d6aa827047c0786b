"""Settings: what holds when nothing is set, what is refused, and that the page says what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from builder.settings import ObjectStoreSettings, SettingsError, describe_settings, read_settings

ROOT = Path(__file__).resolve().parents[2]
S3 = {"HANDRAIL_S3_ENDPOINT": "https://objects.example", "HANDRAIL_S3_KEY": "k", "HANDRAIL_S3_SECRET": "hidden"}
POSTGRES = {"HANDRAIL_DATABASE_URL": "postgresql://u:hidden@host/name"}


def test_nothing_needs_to_be_set() -> None:
    settings = read_settings({})
    assert settings.home == Path("~/.handrail").expanduser()
    assert settings.database_url == f"sqlite:///{settings.home}/handrail.db"
    assert settings.payloads == settings.home / "payloads"
    assert not settings.scaled
    assert (settings.worker_threads, settings.log_level) == (8, "warning")


def test_several_processes(tmp_path: Path) -> None:
    settings = read_settings({
        "HANDRAIL_HOME": str(tmp_path), **POSTGRES, **S3, "HANDRAIL_BROKER_URL": "redis://cache:6379/1",
        "HANDRAIL_PAYLOADS": "s3://main/handrail/values", "HANDRAIL_ALLOWED_HOSTS": " crm.internal:8080, 10.0.0.7 ",
        "HANDRAIL_WORKER_THREADS": "16", "HANDRAIL_LOG_LEVEL": "INFO", "HANDRAIL_VAULT_KEY": "ab" * 32,
    })  # fmt: skip
    assert settings.scaled
    assert settings.payloads == ObjectStoreSettings(
        "https://objects.example", "main", "handrail/values", "us-east-1", "k", "hidden"
    )
    assert settings.allowed_hosts == ("crm.internal:8080", "10.0.0.7")
    assert (settings.worker_threads, settings.log_level, settings.vault_key) == (16, "info", b"\xab" * 32)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"HANDRAIL_URL": "handrail.example"}, "HANDRAIL_URL: it must be an address without a path"),
        ({"HANDRAIL_URL": "https://handrail.example/app"}, "an address without a path"),
        ({"HANDRAIL_DATABASE_URL": "mysql://x"}, "HANDRAIL_DATABASE_URL: it must be an address"),
        ({**POSTGRES, "HANDRAIL_BROKER_URL": "amqp://x"}, "redis://, rediss:// or redis"),
        ({"HANDRAIL_BROKER_URL": "redis://x"}, "several processes need PostgreSQL"),
        ({"HANDRAIL_SMTP_URL": "mail.example:465"}, "HANDRAIL_SMTP_URL: it must be an address such as smtps://"),
        ({"HANDRAIL_SMTP_URL": "smtps://mail.example"}, "HANDRAIL_MAIL_FROM must say"),
        ({"HANDRAIL_SMTP_URL": "smtps://mail.example", "HANDRAIL_MAIL_FROM": "a\nBcc: b@c.example"}, "must say who"),
        ({"HANDRAIL_PAYLOADS": "s3://main"}, "HANDRAIL_S3_ENDPOINT, HANDRAIL_S3_KEY, HANDRAIL_S3_SECRET"),
        ({"HANDRAIL_PAYLOADS": "s3:///x", **S3}, "must name a bucket"),
        ({"HANDRAIL_PAYLOADS": "s3://x", **S3, "HANDRAIL_S3_ENDPOINT": "ftp://x"}, "HANDRAIL_S3_ENDPOINT must be"),
        ({"HANDRAIL_WORKER_THREADS": "0"}, "from 1 to 64"),
        ({"HANDRAIL_WORKER_THREADS": "many"}, "not 'many'"),
        ({"HANDRAIL_METRICS_ADDRESS": "9700"}, "an address and a port"),
        ({"HANDRAIL_METRICS_ADDRESS": "127.0.0.1:99999"}, "an address and a port"),
        ({"HANDRAIL_OTLP_ENDPOINT": "collector:4318"}, "HANDRAIL_OTLP_ENDPOINT: it must be an address"),
        ({"HANDRAIL_TRUSTED_PROXIES": "10.0.0.1, proxy"}, "'proxy' is no address and no network"),
        ({"HANDRAIL_LOG_LEVEL": "loud"}, "debug, info, warning, error"),
        ({"HANDRAIL_VAULT_KEY": "abc"}, "64 hex digits"),
        ({"HANDRAIL_AUDIT_KEY": "zz" * 32}, "HANDRAIL_AUDIT_KEY: it must be 64 hex digits"),
    ],
)
def test_what_cannot_be_meant_is_refused(environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        read_settings(environment)


def test_what_watches_a_process() -> None:
    settings = read_settings({})
    assert (settings.metrics, settings.otlp, settings.proxies) == (None, None, ("127.0.0.1",))
    settings = read_settings({
        "HANDRAIL_METRICS_ADDRESS": "[::]:9700", "HANDRAIL_OTLP_ENDPOINT": "http://collector:4318/",
        "HANDRAIL_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
    })  # fmt: skip
    assert settings.metrics == ("::", 9700)
    assert settings.otlp == "http://collector:4318"
    assert settings.proxies == ("10.0.0.0/8", "::1")


def test_a_mail_server() -> None:
    said = {"HANDRAIL_SMTP_URL": "smtps://us%40r:p%2Fw@mail.example", "HANDRAIL_MAIL_FROM": "A <a@mail.example>"}
    mail = read_settings(said).mail
    assert mail is not None
    assert (mail.host, mail.port, mail.tls, mail.plain) == ("mail.example", 465, True, False)
    assert (mail.user, mail.password, mail.sender) == ("us@r", "p/w", "A <a@mail.example>")
    assert "p/w" not in repr(mail)
    local = read_settings({"HANDRAIL_SMTP_URL": "smtp://127.0.0.1:2525", "HANDRAIL_MAIL_FROM": "a@b"}).mail
    assert local is not None
    assert (local.port, local.tls, local.plain, local.user) == (2525, False, True, None)
    assert read_settings({}).mail is None


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"HANDRAIL_LOG_LEVEL": "loud", "HANDRAIL_WORKER_THREADS": "x"})
    assert "HANDRAIL_LOG_LEVEL" in caught.value.sentence
    assert "HANDRAIL_WORKER_THREADS" in caught.value.sentence


def test_secrets_do_not_show() -> None:
    settings = read_settings({**POSTGRES, **S3, "HANDRAIL_PAYLOADS": "s3://main", "HANDRAIL_VAULT_KEY": "ab" * 32})
    shown = repr(settings)
    assert "hidden" not in shown
    assert repr(b"\xab" * 32) not in shown


def test_a_refused_secret_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"HANDRAIL_VAULT_KEY": "almost-a-secret"})
    assert "almost" not in str(caught.value)


def test_every_setting_that_is_read_is_described_once() -> None:
    source = (ROOT / "builder" / "settings" / "read.py").read_text(encoding="utf-8")
    described = [setting.variable for setting in describe_settings()]
    assert len(set(described)) == len(described)
    read = {name for pair in re.findall(r"said\[\"([A-Z0-9_]+)\"\]|read\(\"([A-Z0-9_]+)\"", source) for name in pair}
    assert {"HANDRAIL_DATABASE_URL", "HANDRAIL_HOME"} <= read - {""} <= set(described)


def test_settings_are_read_without_anything_heavy() -> None:
    script = "import sys, builder.settings; print(*sorted(m.split('.')[0] for m in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert not {"sqlalchemy", "celery", "httpx", "pydantic", "structlog", "networkx"} & set(loaded.split())
