"""Reading the settings of an environment: all that is wrong is said at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from builder.settings.shapes import Settings, SettingsError
from builder.settings.table import SETTINGS
from builder.settings.words import (
    read_address,
    read_broker,
    read_database,
    read_days,
    read_endpoint,
    read_key_text,
    read_level,
    read_mail,
    read_networks,
    read_payloads,
    read_recordings,
    read_threads,
    read_url,
)


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
    database_url = read("HANDRAIL_DATABASE_URL", lambda text: read_database(text, home))
    broker_url = read("HANDRAIL_BROKER_URL", lambda text: read_broker(text, str(database_url)))
    values = {
        "home": home,
        "url": read("HANDRAIL_URL", read_url),
        "database_url": database_url,
        "broker_url": broker_url,
        "payloads": read("HANDRAIL_PAYLOADS", lambda text: read_payloads(text, home, said)),
        "allowed_hosts": tuple(host.strip() for host in said["HANDRAIL_ALLOWED_HOSTS"].split(",") if host.strip()),
        "worker_threads": read("HANDRAIL_WORKER_THREADS", read_threads),
        "log_level": read("HANDRAIL_LOG_LEVEL", read_level),
        "mail": read("HANDRAIL_SMTP_URL", lambda text: read_mail(text, said["HANDRAIL_MAIL_FROM"])),
        "keep_live": read("HANDRAIL_KEEP_LIVE", lambda text: read_days(text, 365)),
        "keep_dry": read("HANDRAIL_KEEP_DRY", lambda text: read_days(text, 30)),
        "metrics": read("HANDRAIL_METRICS_ADDRESS", read_address),
        "otlp": read("HANDRAIL_OTLP_ENDPOINT", read_endpoint),
        "proxies": read("HANDRAIL_TRUSTED_PROXIES", read_networks),
        "recordings": read("HANDRAIL_RECORDINGS", read_recordings),
        "vault_key": read("HANDRAIL_VAULT_KEY", read_key_text),
        "audit_key": read("HANDRAIL_AUDIT_KEY", read_key_text),
        "credentials_key": read("HANDRAIL_CREDENTIALS_KEY", read_key_text),
        "credentials_key_before": read("HANDRAIL_CREDENTIALS_KEY_BEFORE", read_key_text),
        "environment": dict(environment),
    }
    if wrong:
        raise SettingsError(" ".join(wrong), way_out="See docs/reference/settings.md.")
    return Settings(**values)  # type: ignore[arg-type]  # each was read by the parser of its own type
