"""What can be wrong with a database."""

from __future__ import annotations

from typing import ClassVar

from builder.kit.errors import HandrailError


class DatabaseError(HandrailError):
    """The database's address or file cannot be used."""

    code = "database"
    status: ClassVar[int] = 500
