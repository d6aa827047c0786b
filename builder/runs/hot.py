"""The hot statements, below SQLAlchemy, for sqlite3 and psycopg: claiming a run, and committing its steps.

The fence is (owner, epoch): every commit selects the run's row by both while it is `running`; no row, no commit. On
PostgreSQL all is one statement whose select locks the row; on SQLite the transaction already is the only writer, so the
select is a statement of its own, which costs half of what one for everything does.
Commits that may be lost with the power (never with the process) say `set_config('synchronous_commit', 'off', true)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from builder.db import POSTGRES_CLOCK, SQLITE_CLOCK, write_json
from builder.runs.schemas import Row, StoredText


class FencedError(Exception):
    """The run belongs to somebody else now: stop at once."""


class Claim(NamedTuple):
    """A run that this worker may now execute, and the milliseconds since it became ready."""

    run_id: int
    epoch: int
    plan_hash: str
    mode: str
    told: int
    cancel_by: str | None
    deaths: int
    input: str | None
    input_ref: str | None
    given: str | None
    starter: str
    name: str
    forked_from: int | None
    team_id: int | None
    workflow_id: int | None
    waited: int | None


class News(NamedTuple):
    """What a heartbeat hears of a run: how often it was told something, who asked to cancel, whether it is halted."""

    run_id: int
    told: int
    cancel_by: str | None
    halted: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """How a run leaves its owner: ended (`final`), given back (`ready`), or waiting until `wake_at`.

    With `told` it leaves only if nobody has told it more than that.
    """

    status: str
    why: str
    result: StoredText
    cost: float
    wake_at: int | None = None
    told: int | None = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class StepCommit:
    """Rows to add under the fence, and how the run is left, if it is."""

    run_id: int
    owner: str
    epoch: int
    rows: Sequence[Row]
    closing: Closing | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit brings back for free: how often the run was told, who asked to cancel, whether it closed."""

    told: int
    cancel_by: str | None
    closed: bool


_CLAIM_COLUMNS = (
    "id, epoch, plan_hash, mode, told, cancel_by, deaths, input, input_ref, given, starter, name, forked_from, "
    "team_id, workflow_id, "
)
_ON_SQLITE, _ON_POSTGRES = (f"{_CLAIM_COLUMNS}{clock} - ready_at" for clock in (SQLITE_CLOCK, POSTGRES_CLOCK))
_ROW_COLUMNS = ", ".join(Row._fields)
_ROWS_AT_ONCE = 64  # in one statement on SQLite; larger commits take several in the same transaction


_FREE = "(halt_id IS NULL OR cancel_by IS NOT NULL)"  # who is to be cancelled must end, halted or not
_BEAT = "UPDATE worker SET lease_until = {clock} + {at} WHERE id = {at} AND state <> 'dead' {how} RETURNING id"
_NEWS = (
    "SELECT id, told, cancel_by, halt_id IS NOT NULL FROM run WHERE owner = {at} AND status = 'running' "
    "AND (told > 0 OR cancel_by IS NOT NULL OR halt_id IS NOT NULL)"
)
_LAST = (
    "SELECT owner, epoch, status, told, cancel_by, "
    "(SELECT epoch FROM step WHERE run_id = run.id ORDER BY seq DESC LIMIT 1), "
    "(SELECT max(seq) FROM step WHERE run_id = run.id) FROM run WHERE id = %s"
)


def _judge_commit(found: Any, commit: StepCommit) -> Committed | None:
    """Whether a commit whose answer was lost has been made: its rows and its closing stand or fall together."""
    if found is None:
        raise FencedError
    owner, epoch, status, told, cancel_by, last_epoch, last = found
    ours = (owner, epoch, status) == (commit.owner, commit.epoch, "running")
    if commit.rows and last_epoch == commit.epoch and last is not None and last >= commit.rows[-1].seq:
        return Committed(told, cancel_by, commit.closing is not None and not ours)
    if not ours:
        raise FencedError
    return None


class SqliteHot:
    """The hot statements on sqlite3; the caller has begun the transaction."""

    _claim = (
        f"UPDATE run SET owner = ?, epoch = epoch + 1, status = 'running', wake_at = NULL, rings = 0, "
        f"started_at = coalesce(started_at, {SQLITE_CLOCK}) "
        f"WHERE id = ? AND status = 'ready' AND {_FREE} RETURNING {_ON_SQLITE}"
    )
    _close = (
        f"UPDATE run SET status = ?, why = ?, result = ?, result_ref = ?, cost = ?, wake_at = ?, owner = NULL, "
        f"ended_at = CASE WHEN ? THEN {SQLITE_CLOCK} END "
        f"WHERE id = ? AND owner = ? AND epoch = ? AND status = 'running' AND told = coalesce(?, told) RETURNING id"
    )
    _look = "SELECT told, cancel_by FROM run WHERE id = ? AND owner = ? AND epoch = ? AND status = 'running'"
    _claimed = f"SELECT {_ON_SQLITE} FROM run WHERE id = ? AND owner = ? AND status = 'running'"
    _last = _LAST.replace("%s", "?")
    _beat = _BEAT.format(clock=SQLITE_CLOCK, at="?", how="")
    _news = _NEWS.format(at="?")

    def claim(self, connection: Any, run_id: int, owner: str) -> Claim | None:
        """Makes a ready run ours; None when it is not ready (any more)."""
        found = connection.execute(self._claim, (owner, run_id)).fetchone()
        return None if found is None else Claim._make(found)

    def commit(self, connection: Any, commit: StepCommit, *, synced: bool) -> Committed:
        """Adds the rows and closes the run. Raises FencedError."""
        fence = (commit.run_id, commit.owner, commit.epoch)
        found = connection.execute(self._look, fence).fetchone()
        if found is None:
            raise FencedError
        for start in range(0, len(commit.rows), _ROWS_AT_ONCE):
            rows = commit.rows[start : start + _ROWS_AT_ONCE]
            values = [value for row in rows for value in (commit.run_id, commit.epoch, *row)]
            connection.execute(_sqlite_insert(len(rows)), values)
        closed = False
        if (closing := commit.closing) is not None:
            result = closing.result
            said = (closing.status, closing.why, result.text, result.ref, closing.cost, closing.wake_at)
            closed = (
                connection.execute(self._close, (*said, closing.final, *fence, closing.told)).fetchone() is not None
            )
        return Committed(found[0], found[1], closed)

    def beat(self, connection: Any, owner: str, lease: int) -> list[News] | None:
        """Prolongs a worker's lease by milliseconds. Gives what is new of its runs, or None when the worker has been
        declared dead.
        """
        if not connection.execute(self._beat, (lease, owner)).fetchall():
            return None
        return [News(*each) for each in connection.execute(self._news, (owner,)).fetchall()]

    def read_claim(self, connection: Any, run_id: int, owner: str) -> Claim | None:
        """The claim if it has been committed after all."""
        found = connection.execute(self._claimed, (run_id, owner)).fetchone()
        return None if found is None else Claim._make(found)

    def read_committed(self, connection: Any, commit: StepCommit) -> Committed | None:
        """What a commit brought back if it has been committed after all. Raises FencedError."""
        return _judge_commit(connection.execute(self._last, (commit.run_id,)).fetchone(), commit)


@lru_cache(maxsize=128)
def _sqlite_insert(rows: int) -> str:
    row = f"(?, ?, {SQLITE_CLOCK}, {', '.join('?' * len(Row._fields))})"
    return f"INSERT INTO step (run_id, epoch, at, {_ROW_COLUMNS}) VALUES {', '.join([row] * rows)}"


_UNSYNCED = "AND set_config('synchronous_commit', 'off', true) IS NOT NULL"
_TYPES = ("int4", "text", "text", "text", "int4", "text", "text", "text", "bytea")
_GIVEN = ", ".join(f"{name} {kind}" for name, kind in zip(Row._fields, _TYPES, strict=True))


def _postgres_commit(closing: bool, synced: bool) -> str:
    close = (
        ", shut AS (UPDATE run SET status = %s, why = %s, result = %s, result_ref = %s, cost = %s, wake_at = %s, "
        f"owner = NULL, ended_at = CASE WHEN %s THEN {POSTGRES_CLOCK} END "
        "FROM fence WHERE run.id = fence.id AND fence.told = coalesce(%s, fence.told) RETURNING run.id)"
    )
    return (
        "WITH fence AS (SELECT id, epoch, told, cancel_by FROM run WHERE id = %s AND owner = %s AND epoch = %s "
        f"AND status = 'running' {'' if synced else _UNSYNCED} FOR UPDATE), "
        f"put AS (INSERT INTO step (run_id, epoch, at, {_ROW_COLUMNS}) "
        f"SELECT fence.id, fence.epoch, {POSTGRES_CLOCK}, given.* "
        f"FROM fence, json_to_recordset(%s::json) AS given ({_GIVEN})) "
        f"{close if closing else ''}"
        f"SELECT told, cancel_by, {'EXISTS (SELECT 1 FROM shut)' if closing else 'false'} FROM fence"
    )


def _join_rows(rows: Sequence[Row]) -> str:
    """Rows as one text for `json_to_recordset`: the driver makes nine arrays four times as slowly."""
    texts = [dict(zip(Row._fields, row, strict=True)) for row in rows]
    for text, row in zip(texts, rows, strict=True):
        if row.secret is not None:
            text["secret"] = f"\\x{row.secret.hex()}"
    return write_json(texts)


class PostgresHot:
    """The hot statements on psycopg; each is one round trip."""

    _claim = (
        f"UPDATE run SET owner = %s, epoch = epoch + 1, status = 'running', wake_at = NULL, rings = 0, "
        f"started_at = coalesce(started_at, {POSTGRES_CLOCK}) "
        f"WHERE id = %s AND status = 'ready' AND {_FREE} {_UNSYNCED} RETURNING {_ON_POSTGRES}"
    )
    _claimed = f"SELECT {_ON_POSTGRES} FROM run WHERE id = %s AND owner = %s AND status = 'running'"
    _last = _LAST
    _beat = _BEAT.format(clock=POSTGRES_CLOCK, at="%s", how=_UNSYNCED)
    _news = _NEWS.format(at="%s")
    _statements: ClassVar = {
        (closing, synced): _postgres_commit(closing, synced) for closing in (False, True) for synced in (False, True)
    }

    def claim(self, connection: Any, run_id: int, owner: str) -> Claim | None:
        """Makes a ready run ours; None when it is not ready (any more)."""
        found = connection.execute(self._claim, (owner, run_id), prepare=True).fetchone()
        return None if found is None else Claim._make(found)

    def commit(self, connection: Any, commit: StepCommit, *, synced: bool) -> Committed:
        """Adds the rows and closes the run. Raises FencedError."""
        values: list[Any] = [commit.run_id, commit.owner, commit.epoch, _join_rows(commit.rows)]
        if (closing := commit.closing) is not None:
            values += [closing.status, closing.why, closing.result.text, closing.result.ref, closing.cost]
            values += [closing.wake_at, closing.final, closing.told]
        statement = self._statements[closing is not None, synced]
        found = connection.execute(statement, values, prepare=True).fetchone()
        if found is None:
            raise FencedError
        return Committed(*found)

    def beat(self, connection: Any, owner: str, lease: int) -> list[News] | None:
        """Prolongs a worker's lease by milliseconds. Gives what is new of its runs, or None when the worker has been
        declared dead.
        """
        if not connection.execute(self._beat, (lease, owner)).fetchall():
            return None
        return [News(*each) for each in connection.execute(self._news, (owner,)).fetchall()]

    def read_claim(self, connection: Any, run_id: int, owner: str) -> Claim | None:
        """The claim if it has been committed after all."""
        found = connection.execute(self._claimed, (run_id, owner)).fetchone()
        return None if found is None else Claim._make(found)

    def read_committed(self, connection: Any, commit: StepCommit) -> Committed | None:
        """What a commit brought back if it has been committed after all. Raises FencedError."""
        return _judge_commit(connection.execute(self._last, (commit.run_id,)).fetchone(), commit)
