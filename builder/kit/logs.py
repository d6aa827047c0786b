"""Logs: one JSON object a line, with the ids of what it is about, and never a payload or a secret.

What went wrong is told by the type of the error and the places in the code that it came through. Its message is left
out: a message may quote the value that it complains about.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

_FRAMES = 12


class CurrentStderr(io.StringIO):
    """Stderr as it is at the moment of writing: a thread outlives whatever stood in its place when it began."""

    def write(self, text: str) -> int:
        """Writes, or drops the line where stderr is closed: a log must never end the work it tells of."""
        try:
            return sys.stderr.write(text)
        except ValueError:
            return 0

    def flush(self) -> None:
        """Passes it on."""
        with contextlib.suppress(ValueError):
            sys.stderr.flush()


CURRENT_STDERR = CurrentStderr()


def set_up_logs(level: str, stream: TextIO | None = None, *, role: str = "") -> None:
    """Sends every log of this process, the libraries' too, as JSON lines to one stream (stderr).

    Args:
        level: `debug`, `info`, `warning` or `error`: what is worth a line.
        stream: where to.
        role: what this process is; it stands in each line.
    """
    number = logging.getLevelNamesMapping()[level.upper()]

    def name_role(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if role:
            event.setdefault("role", role)
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        name_role,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_exception,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=stream or CURRENT_STDERR),
        cache_logger_on_first_use=False,
    )
    lines = logging.StreamHandler(stream or CURRENT_STDERR)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [lines]
    root.setLevel(max(number, logging.WARNING))


def tell_exception(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replaces the exception of a log entry by its types (the cause last) and the places it came through."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if not isinstance(error, BaseException):
        return event
    types: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(types) < _FRAMES:
        types.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    places = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    event["error"] = types
    event["places"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in places]
    return event
