"""`handrail probe`: asks a process of this machine through its side door whether it lives, or can work."""

from __future__ import annotations

import http.client
import os

import typer

from builder.cli.output import FINDINGS, Ending, say, unusable
from builder.kit.errors import HandrailError
from builder.settings import read_settings

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 – compared, not bound
_PATIENCE = 4.0


def probe(
    ready: bool = typer.Option(False, "--ready", help="Whether it can work now, not only whether it lives."),
) -> None:
    """Exits with 0 when the process at HANDRAIL_METRICS_ADDRESS is well, else with 1."""
    try:
        place = read_settings(os.environ).metrics
    except HandrailError as error:
        raise unusable(error) from None
    if place is None:
        raise Ending("There is nothing to ask: HANDRAIL_METRICS_ADDRESS is not set.")
    line = http.client.HTTPConnection(_EVERYWHERE.get(place[0], place[0]), place[1], timeout=_PATIENCE)
    try:
        line.request("GET", "/ready" if ready else "/health")
        answer = line.getresponse()
        said = answer.read(1000).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as problem:
        raise Ending(f"Nobody answers at {place[0]}:{place[1]}: {type(problem).__name__}.", code=FINDINGS) from None
    finally:
        line.close()
    if answer.status != 200:
        raise Ending(said, code=FINDINGS)
    say(said)
