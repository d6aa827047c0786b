"""The whole audit as lines: what is verified, and what an auditor takes home."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from builder.audit.append import ORGANISATION
from builder.audit.rules import FORMAT
from builder.audit.store import event_record, read_events, read_notes, read_size


def export_audit(session: Session, public_key: bytes, organisation: str = ORGANISATION) -> Iterator[dict[str, Any]]:
    """The header, every signed head, then every event in order; those not chained yet come last, with no position.

    Chain first (`chain_events`), so that nothing is left over. Each line is plain data for one line of a file.
    """
    yield {
        "format": FORMAT,
        "organisation": organisation,
        "public_key": public_key.hex(),
        "size": read_size(session, organisation),
    }
    for note in read_notes(session, organisation):
        yield {"head": note}
    for row in read_events(session, organisation):
        yield {"position": row.position, "link": row.link, "event": event_record(row)}


def read_export(file: Path) -> Iterator[dict[str, Any]]:
    """The lines of an exported file.

    Raises:
        ValueError: a line is not one JSON object.
    """
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                value = dict(json.loads(line).items())
            except (ValueError, AttributeError, RecursionError) as error:
                raise ValueError(f"line {number} of {file.name} is not a JSON object") from error
            yield value
