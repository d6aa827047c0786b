"""What runs answer: how they ended, or what their first step said that replies. For those who wait for many at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from builder.engine.state import RunStatus
from builder.runs.loading import read_value
from builder.runs.ports import Payloads
from builder.runs.store.answers import find_ended, find_outputs
from builder.sdk import JSON


@dataclass(frozen=True, slots=True)
class RunAnswer:
    """What a run answers.

    Attributes:
        status: how it ended; None: it goes on, and one of its steps has replied.
        value: the result, or what that step said.
    """

    status: RunStatus | None
    value: JSON


def look_for_answers(
    session: Session, wanted: Mapping[int, Collection[str]], payloads: Payloads
) -> dict[int, RunAnswer]:
    """The answers that are there: by run. A reply counts before the end.

    Args:
        session: any session.
        wanted: run → paths of its nodes that reply, without indices (`rows.answer`).
        payloads: where large values live.
    """
    found: dict[int, RunAnswer] = {}
    replying = {run: frozenset(paths) for run, paths in wanted.items() if paths}
    for run, text, ref in find_outputs(session, replying):
        found.setdefault(run, RunAnswer(None, read_value(text, ref, payloads)))
    for run, status, text, ref in find_ended(session, [run for run in wanted if run not in found]):
        found[run] = RunAnswer(status, read_value(text, ref, payloads))
    return found
