"""What every table is made of: one metadata, moments as milliseconds, plain data as JSON text, the database's clock."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, MetaData, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_once",
        "fk": "%(table_name)s_%(column_0_N_name)s_of",
    }
)
"""Every room's tables."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_milliseconds(moment: datetime) -> int:
    """A moment (with its zone) as milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(number: int) -> datetime:
    """Milliseconds since 1970 as a moment in UTC."""
    return _EPOCH + number * _MILLISECOND


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, stored as milliseconds since 1970: the same number in both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To the database."""
        return None if value is None else to_milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else from_milliseconds(value)


class Json(TypeDecorator[Any]):
    """Plain data as JSON text. None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else write_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """From the database."""
        return None if value is None else json.loads(value)


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def write_json(value: Any) -> str:
    """Plain data as compact JSON text."""
    return _encode(value)


class clock(FunctionElement[datetime]):  # noqa: N801  # reads as the SQL function that it is
    """The database's present: `select(clock())`. Leases know no other time, so workers' clocks may differ."""

    type = Moment()
    inherit_cache = True


SQLITE_CLOCK = "CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER)"
POSTGRES_CLOCK = "(floor(extract(epoch from clock_timestamp()) * 1000))::bigint"


@compiles(clock, "sqlite")
def _clock_on_sqlite(*_: Any, **__: Any) -> str:
    return SQLITE_CLOCK


@compiles(clock, "postgresql")
def _clock_on_postgres(*_: Any, **__: Any) -> str:
    return POSTGRES_CLOCK
