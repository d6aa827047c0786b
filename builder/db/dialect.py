"""SQLite as SQLAlchemy speaks it, once for all engines of a process, so that two of them can share what they compiled.

Whoever opens a database has one engine to write and one to read, and each would compile every statement anew.
"""

from __future__ import annotations

import threading
from typing import Any, Self

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

DRIVER = "sqlite+shared"
"""Name of the driver in an address."""

_making = threading.Lock()


class SharedDialect(SQLiteDialect_pysqlite):
    """The one dialect of all SQLite engines. It keeps nothing of an engine: what it learns, the library tells it."""

    supports_statement_cache = True
    _one: Any = None
    _made = False

    def __new__(cls, **_: Any) -> Self:
        """The one that there is."""
        with _making:
            if cls._one is None:
                cls._one = super().__new__(cls)
            one: Self = cls._one
        return one

    def __init__(self, **options: Any) -> None:
        with _making:
            if not self._made:
                super().__init__(**options)
                self._made = True


registry.register("sqlite.shared", __name__, "SharedDialect")
