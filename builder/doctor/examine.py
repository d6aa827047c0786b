"""All that is looked at, in the order in which one would mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from builder.doctor.machine import held_keys, look_at_home, look_at_keys, look_at_settings, look_at_zones
from builder.doctor.others import look_at_collector, look_at_mail, look_at_messages, look_at_models
from builder.doctor.schemas import Sign, bad
from builder.doctor.truth import look_at_database, look_at_payloads
from builder.settings import SettingsError, read_settings


def examine(environment: Mapping[str, str], *, ask_models: bool = False) -> Iterator[Sign]:
    """Looks at one thing after the other; what cannot be looked at is a bad sign, never an error.

    Args:
        environment: with the settings.
        ask_models: asks each model one short question, which costs a few tokens.
    """
    try:
        settings = read_settings(environment)
    except SettingsError as problem:
        yield bad("settings", problem.sentence, problem.way_out or "See docs/reference/settings.md.")
        return
    yield from look_at_settings(settings, environment)
    yield from look_at_home(settings)
    yield from look_at_zones()
    yield from look_at_keys(settings)
    yield from look_at_database(settings, held_keys(settings))
    yield from look_at_payloads(settings)
    yield from look_at_messages(settings)
    yield from look_at_mail(settings)
    yield from look_at_models(settings, ask=ask_models)
    yield from look_at_collector(settings)
