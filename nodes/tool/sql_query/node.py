"""tool.sql_query: asks a PostgreSQL or SQLite database, with a constant statement and values apart from it."""

from __future__ import annotations

import re
import sqlite3
import time as clock
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from builder.sdk import (
    MAIN,
    AfterCrash,
    Context,
    CredentialName,
    Done,
    Effect,
    Effects,
    Failed,
    FailureClass,
    Kind,
    NodeConfig,
    NodeError,
    NodeType,
    Outcome,
    Schema,
    Shapes,
    Stricter,
    check_schema,
    free_record,
)
from builder.sdk.databases import INTEGERS, BytesError, find_roots, lenient, plain_value, tell_connection, weigh
from builder.sdk.statements import first_word, names_in, split_statement, write_for_psycopg

_READS = re.compile(r"(select|with|values|table)\b", re.IGNORECASE)
_CHANGES = re.compile(r"(insert|update|delete|merge|replace|with|select|values|table|call)\b", re.IGNORECASE)
_KEY = "idempotency_key"
_MOST_BYTES = 8 * 1024 * 1024
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_TLS = {"require": "require", "verify": "verify-full", "none": "disable"}
_LITE_MAY = frozenset(
    getattr(sqlite3, name) for name in ("SQLITE_SELECT", "SQLITE_READ", "SQLITE_FUNCTION", "SQLITE_RECURSIVE")
)
_LITE_WRITES = _LITE_MAY | {
    getattr(sqlite3, name) for name in ("SQLITE_INSERT", "SQLITE_UPDATE", "SQLITE_DELETE", "SQLITE_TRANSACTION")
}  # fmt: skip
_LITE_NEVER = frozenset(("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"))


class SqlQueryConfig(NodeConfig):
    """Which database, and what it is asked."""

    credential: Annotated[
        str,
        CredentialName(("sql",)),
        StringConstraints(min_length=1, max_length=200),
        Field(title="Database", description="A credential of kind sql."),
    ]
    query: Annotated[
        str,
        StringConstraints(min_length=1, max_length=20_000),
        Field(
            title="Statement",
            description="One SQL statement. `:name` stands for an input, whose value never becomes part of it.",
        ),
    ]
    mode: Annotated[
        Literal["read", "write"],
        Stricter("lower"),
        Field(title="May it change anything", description="`read`: the database itself refuses any change."),
    ] = "read"
    keyed: Annotated[
        bool,
        Field(
            title="Takes the idempotency key",
            description="The statement uses :idempotency_key so that doing it twice changes nothing more.",
        ),
    ] = False
    wanted: Annotated[
        dict[str, Any],
        Field(alias="schema", title="Columns", description="What a row holds; without it, rows are taken as they are."),
    ] = Field(default_factory=dict)
    max_rows: Annotated[int, Stricter("lower"), Field(ge=1, le=9_999, title="Rows at most")] = 1_000
    timeout: Annotated[float, Field(gt=0, le=300, title="Longest wait, in seconds")] = 30.0

    @field_validator("query")
    @classmethod
    def _one_constant(cls, query: str) -> str:
        if "{{" in query:
            raise ValueError("a statement has no holes; write :name and bind an input of that name")
        if "\x00" in query:
            raise ValueError("a statement is text")
        pieces = list(split_statement(query))
        ends = [at for at, (kind, _) in enumerate(pieces) if kind == "end"]
        if ends and any(text.strip() for kind, text in pieces[ends[0] + 1 :] if kind != "comment"):
            raise ValueError("this is more than one statement; use a step for each")
        return query

    @field_validator("wanted")
    @classmethod
    def _a_record(cls, wanted: dict[str, Any]) -> dict[str, Any]:
        if not wanted:
            return wanted
        problems = check_schema(wanted)
        if problems:
            raise ValueError(f"{'.'.join(map(str, problems[0].path)) or 'it'}: {problems[0].sentence}")
        if wanted.get("type") != "object":
            raise ValueError("it is a record: type object")
        return wanted

    @model_validator(mode="after")
    def _mode_fits(self) -> SqlQueryConfig:
        if self.mode == "read" and self.keyed:
            raise ValueError("a statement that only reads needs no idempotency key")
        if self.mode == "read" and not _READS.match(first_word(self.query)):
            raise ValueError("a statement that only reads begins with SELECT, WITH, VALUES or TABLE")
        if not _CHANGES.match(first_word(self.query)):
            raise ValueError("a change begins with INSERT, UPDATE, DELETE, MERGE, REPLACE, WITH, SELECT or CALL")
        if self.keyed and _KEY not in names_in(self.query):
            raise ValueError("the statement takes the key, so it says :idempotency_key somewhere")
        return self


class SqlQuery(NodeType):
    """Asks a database and gives its rows."""

    name = "tool.sql_query"
    title = "Ask a database"
    summary = "Reads rows from a PostgreSQL database, or changes them if it may."
    kind = Kind.TOOL
    effects = Effects(Effect.WRITE, external=True, after_crash=AfterCrash.UNSAFE)
    emits = frozenset({"personal", "untrusted"})
    blocking = True
    Config = SqlQueryConfig
    expects: ClassVar[Mapping[str, Schema]] = {}
    Out = free_record({
        "rows": {"type": "array", "items": {"type": "object"}},
        "count": {"type": "integer", "minimum": 0},
        "truncated": {"type": "boolean"},
    })  # fmt: skip

    def narrow(self, config: SqlQueryConfig) -> Effects:
        """Reading only reads; a statement that takes the key may be repeated."""
        if config.mode == "read":
            return Effects(Effect.READ, external=True, after_crash=AfterCrash.RETRY_SAFE)
        return Effects(Effect.WRITE, external=True, after_crash=AfterCrash.KEYED) if config.keyed else self.effects

    def shapes(self, config: SqlQueryConfig, inputs: Mapping[str, Schema]) -> Shapes:
        """Each `:name` of the statement is an input; with columns named, every row is such a record."""
        names = [name for name in names_in(config.query) if name != _KEY]
        taken = free_record({name: inputs.get(name, {}) for name in names})
        if not config.wanted:
            return Shapes(taken, {MAIN.name: self.Out})
        item = {**config.wanted, "additionalProperties": False}
        return Shapes(taken, {
            MAIN.name: free_record({**self.Out["properties"], "rows": {"type": "array", "items": item}})
        })  # fmt: skip

    async def run(self, config: SqlQueryConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """Opens the database, asks once, closes it."""
        values = {name: _bindable(name, inputs.get(name)) for name in names_in(config.query) if name != _KEY}
        if _KEY in names_in(config.query):
            values[_KEY] = context.idempotency_key
        place = Place(await context.open_credential(config.credential))
        if place.is_lite:
            found = _ask_lite(place, config, values)
        else:
            address = await context.find_address(place.host, place.port)
            found = _ask_postgres(place, address, config, values)
        rows = list(found.rows)
        return Done({"rows": rows, "count": found.changed if found.changed >= 0 else len(rows), "truncated": found.cut})


def _bindable(name: str, value: Any) -> Any:
    if isinstance(value, dict | list):
        raise _failed("value_wrong", f"{name!r} is a list or a record; a statement takes single values.")
    if isinstance(value, int) and value not in INTEGERS:
        raise _failed("value_wrong", f"{name!r} is a larger number than a database holds.")
    if isinstance(value, str) and ("\x00" in value or any("\ud800" <= each <= "\udfff" for each in value)):
        raise _failed("value_wrong", f"{name!r} holds a character that no text of a database holds.")
    return value


# ---------------------------------------------------------------------- where it is


class Place:
    """Where a database is, as a credential says it: a `url`, or its parts.

    Attributes:
        is_lite: whether it is a SQLite file of this machine.
        path: that file.
        roots: the file of authorities that a certificate is looked up in; None: it is not asked for one.
    """

    def __init__(self, credential: Mapping[str, str]) -> None:
        url = credential.get("url") or ""
        try:
            parts = urlsplit(url)
            driver = (parts.scheme or credential.get("driver") or "postgresql").partition("+")[0]
            self.port = parts.port or int(credential.get("port") or 5432)
        except ValueError:
            raise _failed("credential_wrong", "The credential does not say where the database is.") from None
        self.is_lite = driver == "sqlite"
        self.path = unquote(parts.path)[1:] if self.is_lite else ""
        if driver not in ("postgresql", "postgres", "sqlite"):
            raise _failed("database_kind", f"This step asks PostgreSQL and SQLite, not {driver[:20]}.")
        self.host = parts.hostname or credential.get("host") or ""
        self.database = unquote(parts.path.lstrip("/")) or credential.get("database") or ""
        self.user = unquote(parts.username or "") or credential.get("user") or ""
        self.password = unquote(parts.password or "") or credential.get("password") or ""
        said = dict(parse_qsl(parts.query)).get("sslmode") or _TLS.get(credential.get("tls") or "", "")
        self.tls = said or "prefer"
        self.roots = find_roots() if self.tls.startswith("verify") else None
        if self.tls not in _SSL_MODES:
            raise _failed("credential_wrong", f"The credential's sslmode is none of {', '.join(_SSL_MODES)}.")
        if not (self.path if self.is_lite else self.host):
            raise _failed("credential_wrong", "The credential does not say where the database is.")


class Found:
    """What a database gave: its rows, how many it changed (-1: it only read), and whether there were more."""

    def __init__(self, names: Sequence[str], rows: Iterable[Sequence[Any]], config: SqlQueryConfig, end: float) -> None:
        self.changed = -1
        self.cut = False
        self.rows: list[dict[str, Any]] = []
        size = 0
        if len(set(names)) < len(names):
            raise _failed("columns_alike", "Two columns have one name; call one of them otherwise with AS.")
        for row in rows:
            if len(self.rows) >= config.max_rows:
                self.cut = True
                break
            if clock.monotonic() > end:
                raise _too_long(config)
            try:
                record = {name: plain_value(value) for name, value in zip(names, row, strict=True)}
            except BytesError:
                sentence = "A column holds bytes; a row holds text, numbers, dates, yes and no."
                raise _failed("column_wrong", sentence) from None
            size += weigh(record)
            if size > _MOST_BYTES:
                raise _failed("answer_too_large", f"The answer has more than {_MOST_BYTES // 1_048_576} MiB.")
            self.rows.append(record)


# ---------------------------------------------------------------------- PostgreSQL


def _ask_postgres(place: Place, address: str, config: SqlQueryConfig, values: Mapping[str, Any]) -> Found:
    import psycopg  # heavy: 0.1 s, only who asks such a database waits for it

    statement = write_for_psycopg(config.query)
    milliseconds = max(1, int(config.timeout * 1000))
    options = f"-c statement_timeout={milliseconds} -c idle_in_transaction_session_timeout={milliseconds + 5_000}"
    committing = False
    try:
        with psycopg.connect(
            host=place.host, hostaddr=address, port=place.port, dbname=place.database, user=place.user,
            password=place.password, sslmode=place.tls,
            sslrootcert=place.roots, connect_timeout=max(2, int(config.timeout)), options=options,
            application_name="handrail", fallback_application_name="handrail",
        ) as connection:  # fmt: skip
            connection.read_only = config.mode == "read"
            found = _read_rows(connection, statement, config, values)
            if config.mode == "write":
                committing = True
                connection.commit()
            else:
                connection.rollback()
    except psycopg.errors.QueryCanceled as problem:
        raise _too_long(config) from problem
    except psycopg.errors.ReadOnlySqlTransaction as problem:
        raise _failed("may_not_write", "This step only reads, and the statement changes something.") from problem
    except psycopg.DataError as problem:
        raise _judge(problem.sqlstate or "22000", committing=False) from problem
    except psycopg.Error as problem:
        asked = bool(getattr(problem.pgconn, "used_password", False))
        away = None if problem.sqlstate or committing else tell_connection(str(problem), asked_for_password=asked)
        raise (NodeError(away) if away else _judge(problem.sqlstate, committing=committing)) from problem
    return found


def _read_rows(connection: Any, statement: str, config: SqlQueryConfig, values: Mapping[str, Any]) -> Found:
    """The rows of a statement. One that reads is read through a cursor of the server, so that no more of it comes than
    is taken; a cursor is made of exactly one statement.
    """
    from psycopg import DataError, sql  # heavy: as above
    from psycopg.types import datetime, string  # heavy: as above

    text = sql.SQL(statement)
    end = clock.monotonic() + config.timeout
    for name in ("Date", "Timestamp", "Timestamptz", "Timetz"):
        connection.adapters.register_loader(name.lower(), lenient(getattr(datetime, f"{name}Loader"), DataError))
    connection.adapters.register_loader("interval", string.TextLoader)
    if config.mode == "read":
        with connection.cursor(name="handrail") as cursor:
            cursor.execute(text, values)
            return Found([each.name for each in cursor.description or ()], _fetch(cursor, config), config, end)
    with connection.cursor() as cursor:
        cursor.execute(text, values, prepare=True)
        found = Found(
            [each.name for each in cursor.description or ()], cursor if cursor.description else (), config, end
        )
        found.changed = max(cursor.rowcount, 0)
    return found


def _fetch(cursor: Any, config: SqlQueryConfig) -> Iterator[Sequence[Any]]:
    """Rows, a few at first and more at once the smaller they are: a table of giants is never held whole."""
    most, size = min(config.max_rows + 1, 500), 1
    while rows := cursor.fetchmany(size):
        yield from rows
        largest = max(len(repr(row)) for row in rows)
        size = max(1, min(most, 2 * size, _MOST_BYTES // (largest + 1)))


def _too_long(config: SqlQueryConfig) -> NodeError:
    return _failed("statement_timed_out", f"It took longer than {config.timeout:g} s.")


def _judge(state: str | None, *, committing: bool) -> NodeError:
    """What an error of a server means. Its own words may hold values, so only its number is told."""
    group = (state or "")[:2]
    if committing and group in ("", "08", "57"):
        sentence = "The database did not say whether the change was made."
        return _failed("commit_unanswered", sentence, FailureClass.UNCERTAIN)
    if group in ("", "08", "53", "57", "55", "40") and state != "08P01":  # a parameter that nobody gave
        sentence = f"The database cannot be reached or is busy{f' ({state})' if state else ''}; nothing was changed."
        return _failed("database_away", sentence, FailureClass.TRANSIENT)
    if group == "28":
        return _failed("sign_in_refused", "The database refused the sign-in.")
    if state == "42501":
        return _failed("not_allowed", "The database does not allow this to the credential's account.")
    return _failed("statement_refused", f"The database refused the statement ({state}).")


# ---------------------------------------------------------------------- SQLite


def _ask_lite(place: Place, config: SqlQueryConfig, values: Mapping[str, Any]) -> Found:
    is_read = config.mode == "read"
    end = clock.monotonic() + config.timeout
    may = _LITE_MAY if is_read else _LITE_WRITES

    def judge(action: int, *names: str | None) -> int:
        if action == sqlite3.SQLITE_FUNCTION and (names[1] or "").lower() in _LITE_NEVER:
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK if action in may else sqlite3.SQLITE_DENY

    uri = f"file:{_quoted(place.path)}?mode={'ro' if is_read else 'rw'}"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=config.timeout, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA query_only = {int(is_read)}")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_BYTES)
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            connection.set_progress_handler(lambda: int(clock.monotonic() > end), 10_000)
            if not is_read:
                connection.execute("BEGIN IMMEDIATE")
            connection.set_authorizer(judge)
            connection.text_factory = lambda content: content.decode("utf-8", "replace")
            with closing(connection.execute(config.query, dict(values))) as cursor:  # or its lock outlives a failure
                found = Found([each[0] for each in cursor.description or ()], cursor, config, end)
                found.changed = -1 if is_read else max(cursor.rowcount, 0)
            if not is_read:
                connection.set_authorizer(None)
                connection.execute("COMMIT")
    except sqlite3.Error as problem:
        raise _judge_lite(getattr(problem, "sqlite_errorname", ""), config) from problem
    return found


def _quoted(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _judge_lite(name: str, config: SqlQueryConfig) -> NodeError:
    if name.startswith("SQLITE_INTERRUPT"):
        return _too_long(config)
    if name.startswith(("SQLITE_AUTH", "SQLITE_READONLY")):
        only = "This step only reads, and the statement" if config.mode == "read" else "The statement"
        return _failed("may_not_write", f"{only} does something that it may not.")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return _failed("database_away", "The database is busy; nothing was changed.", FailureClass.TRANSIENT)
    if name.startswith("SQLITE_CANTOPEN"):
        return _failed("database_missing", "There is no such database file, or it cannot be opened.")
    return _failed("statement_refused", f"The database refused the statement ({name or 'it cannot be read'}).")


def _failed(code: str, sentence: str, failure: FailureClass = FailureClass.PERMANENT) -> NodeError:
    return NodeError(Failed(failure, code, sentence))


NODE = SqlQuery()
