"""What this room needs of others, as protocols."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy.orm import Session

from builder.sdk import HttpAnswer, HttpRequest


class Asker(Protocol):
    """Who asks: one step of one run."""

    @property
    def run_id(self) -> int:
        """The run."""
        ...

    @property
    def path(self) -> str:
        """The step."""
        ...

    @property
    def team_id(self) -> int | None:
        """The team whose workflow it is; None for a file on the command line."""
        ...

    @property
    def type(self) -> str:
        """`name@major` of its node type."""
        ...


Send = Callable[[HttpRequest], Coroutine[Any, Any, HttpAnswer]]
"""Sends a request through the guarded way out. Raises NodeError."""
Transaction = Callable[[], AbstractContextManager[Session]]
"""Opens a transaction."""
