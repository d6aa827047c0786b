"""Those that this installation talks to: the broker, the mail server, the models, the collector of traces."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import asdict
from urllib.parse import urlsplit

from builder.doctor.schemas import Sign, bad, doubtful, good
from builder.kit.errors import HandrailError
from builder.notices import MailServer, try_mail_server
from builder.providers import Connection, Models, connections_from_environment
from builder.queue import look_at_broker
from builder.sdk import ModelRequest, NodeError
from builder.settings import Settings

_PATIENCE = 5.0


def look_at_messages(settings: Settings) -> Iterator[Sign]:
    """Whether the broker answers, and never drops what it holds to make room."""
    if settings.broker_url is None:
        return
    found = look_at_broker(settings.broker_url)
    if found.problem is not None:
        yield bad("broker", f"Redis does not answer: {found.problem}.", "Look at HANDRAIL_BROKER_URL.")
    elif found.evicts:
        yield doubtful(
            "broker", f"Redis {found.version} drops keys when its memory is full ({found.evicts}).",
            "Set maxmemory-policy to noeviction. Nothing is lost for good, but runs wait until they are rung again.",
        )  # fmt: skip
    else:
        yield good("broker", f"Redis {found.version} answers.")


def look_at_mail(settings: Settings) -> Iterator[Sign]:
    """Whether the mail server lets us in; no letter is sent."""
    if settings.mail is None:
        yield good("mail", "No mail is sent; links are shown instead.")
        return
    problem = try_mail_server(MailServer(**asdict(settings.mail)), _PATIENCE)
    where = f"{settings.mail.host}:{settings.mail.port}"
    if problem is None:
        yield good("mail", f"{where} lets us in.")
    else:
        yield bad("mail", f"{where} does not: {problem}.", "Look at HANDRAIL_SMTP_URL.")


def look_at_models(settings: Settings, *, ask: bool) -> Iterator[Sign]:
    """Whether the servers of the model connections are there; with `ask`, whether each answers one short question."""
    try:
        connections = connections_from_environment(settings.environment)
    except HandrailError as problem:
        yield bad("models", problem.sentence, problem.way_out or "Look at HANDRAIL_MODELS.")
        return
    real = {name: one for name, one in connections.items() if one.provider != "practice"}
    if not real:
        yield doubtful(
            "models", "Only the practice model answers, and it is no AI.",
            "Set OPENAI_API_KEY, ANTHROPIC_API_KEY or OLLAMA_HOST, or write HANDRAIL_MODELS.",
        )  # fmt: skip
    if ask and real:
        yield from asyncio.run(_ask_all(real))
        return
    for name, one in real.items():
        yield _reach_model(name, one)


def _reach_model(name: str, one: Connection) -> Sign:
    place = urlsplit(one.base_url)
    if not place.hostname:
        return good(
            "models", f"{name}: {one.provider}'s {one.model} (not asked; --ask-models asks it a short question)."
        )
    port = place.port or (443 if place.scheme == "https" else 80)
    problem = why_not_reached(place.hostname, port)
    if problem is not None:
        return bad("models", f"{name}: nobody answers at {place.hostname}:{port}: {problem}.", "Look at its base_url.")
    return good("models", f"{name}: {place.hostname}:{port} is there (not asked; --ask-models asks a short question).")


async def _ask_all(connections: dict[str, Connection]) -> list[Sign]:
    models = Models(connections)
    try:
        return [await _ask_one(models, name) for name in connections]
    finally:
        await models.aclose()


async def _ask_one(models: Models, name: str) -> Sign:
    question = ModelRequest(name, "complete", "Answer with the one word: well.", "How are you?", max_tokens=64)
    try:
        answer = await models.ask(question)
    except NodeError as problem:
        return bad("models", f"{name}: {problem.failed.sentence}", "Look at this model connection.")
    return good("models", f"{name}: {answer.usage.model} answers.")


def look_at_collector(settings: Settings) -> Iterator[Sign]:
    """Whether somebody listens where traces are sent to."""
    if settings.otlp is None:
        return
    place = urlsplit(settings.otlp)
    host, port = place.hostname or "", place.port or (443 if place.scheme == "https" else 80)
    problem = why_not_reached(host, port)
    if problem is None:
        yield good("traces", f"{host}:{port} is there.")
    else:
        yield doubtful("traces", f"Nobody answers at {host}:{port}: {problem}.", "Look at HANDRAIL_OTLP_ENDPOINT.")


def why_not_reached(host: str, port: int) -> str | None:
    """Why nobody can be reached there; None when somebody listens."""
    try:
        socket.create_connection((host, port), _PATIENCE).close()
    except OSError as problem:
        return (problem.strerror or type(problem).__name__).lower()
    return None
