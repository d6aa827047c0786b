"""The database and the payload store: what must not be lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from builder.audit import is_signed_by
from builder.credentials import count_foreign_seals
from builder.db import (
    Database,
    DatabaseError,
    SchemaState,
    judge_state,
    newest_revision,
    open_database,
    read_clock,
    read_steps,
)
from builder.doctor.schemas import Sign, bad, doubtful, good
from builder.kit.clock import SYSTEM_CLOCK
from builder.kit.errors import HandrailError
from builder.opening import Keys, open_payloads, open_wrapping
from builder.payloads import FolderStore
from builder.processes import list_processes
from builder.settings import Settings

_OLDEST = {"postgresql": (150000, "15"), "sqlite": (33500, "3.35")}
_SKEW, _FAR_OFF = timedelta(seconds=2), timedelta(seconds=30)
_WORD = b"handrail doctor"


def look_at_database(settings: Settings, keys: Keys | None) -> Iterator[Sign]:
    """Whether it answers, keeps what it is told, tells the time, and has tables that this program can live with."""
    name = settings.database_url
    if name.startswith("sqlite:///") and not Path(name.removeprefix("sqlite:///")).exists():
        yield good("database", "SQLite; its file will be made at the first start.")
        return
    try:
        database = open_database(settings.database_url)
    except DatabaseError as problem:
        yield bad("database", problem.sentence, problem.way_out or "Look at HANDRAIL_DATABASE_URL.")
        return
    try:
        state = database.look_at_tables()
        yield from _look_at_server(database)
        yield from _look_at_clock(database)
        yield _look_at_tables(state, settings)
        if state.revision is not None and state.revision >= "0013":
            yield from _look_at_processes(database, settings, keys)
        if state.revision is not None and state.revision >= "0021":
            yield from _look_at_seals(database, settings, keys)
    except DatabaseError as problem:
        yield bad("database", problem.sentence, problem.way_out or "Look at HANDRAIL_DATABASE_URL.")
    finally:
        database.close()


def _look_at_server(database: Database) -> Iterator[Sign]:
    with database.one_moment() as connection:
        if database.dialect == "sqlite":
            version = str(connection.scalar(text("SELECT sqlite_version()")))
            number = int("".join(part.zfill(2) for part in version.split(".")[:2])) * 100
            kept = {"journal_mode": str(connection.scalar(text("PRAGMA journal_mode"))).lower() == "wal"}
        else:
            number = int(connection.scalar(text("SHOW server_version_num")) or 0)
            version = str(connection.scalar(text("SHOW server_version")))
            kept = {
                name: connection.scalar(text(f"SHOW {name}")) != "off"
                for name in ("fsync", "full_page_writes", "synchronous_commit")
            }
            encoding = str(connection.scalar(text("SHOW server_encoding")))
            if encoding != "UTF8":
                yield bad("database", f"It keeps text as {encoding}.", "Make a database with ENCODING 'UTF8'.")
    oldest, called = _OLDEST[database.dialect]
    product = "SQLite" if database.dialect == "sqlite" else "PostgreSQL"
    if number < oldest:
        yield bad("database", f"{product} {version} is older than {called}.", f"Use {product} {called} or newer.")
    off = [name for name, fine in kept.items() if not fine]
    if off:
        yield bad(
            "database", f"{', '.join(off)} is switched off, so a power cut loses what was promised to be kept.",
            "Switch it on.",
        )  # fmt: skip
    else:
        yield good("database", f"{product} {version} answers, and syncs what it is told.")


def _look_at_clock(database: Database) -> Iterator[Sign]:
    with database.read() as session:
        before = SYSTEM_CLOCK.now()
        there = read_clock(session)
        after = SYSTEM_CLOCK.now()
    off = abs(there - (before + (after - before) / 2))
    sentence = f"The database's clock and this machine's differ by {off.total_seconds():.1f} s."
    if off > _FAR_OFF:
        yield bad("clock", sentence, "Let both keep time by NTP.")
    elif off > _SKEW:
        yield doubtful("clock", sentence, "Let both keep time by NTP.")
    else:
        yield good("clock", sentence)


def _look_at_tables(state: SchemaState, settings: Settings) -> Sign:
    if state.revision is None and not settings.scaled:
        return good("tables", "They will be made at the first start.")
    problem = judge_state(state, read_steps())
    if problem is not None and (settings.scaled or state.revision is None or state.floor is not None):
        return bad("tables", problem.sentence, problem.way_out or "Run `handrail migrate`.")
    if problem is not None:
        return doubtful("tables", problem.sentence, "The next start brings them up to date.")
    if state.revision is not None and state.revision > newest_revision():
        return doubtful(
            "tables", f"They are at version {state.revision}; this program knows {newest_revision()}.",
            "It can live with them; replace it by the newer one all the same.",
        )  # fmt: skip
    return good("tables", f"They are at version {state.revision}, as this program needs them.")


def _look_at_processes(database: Database, settings: Settings, keys: Keys | None) -> Iterator[Sign]:
    with database.read() as session:
        found = list_processes(session)
    if not settings.scaled:
        return
    if not any(one.role == "worker" for one in found):
        yield doubtful("processes", "No worker lives, so nothing is executed.", "Start one: handrail worker")
    if len({one.version for one in found}) > 1:
        versions = ", ".join(sorted({one.version for one in found}))
        yield doubtful("processes", f"Several versions stand side by side: {versions}.", "Finish the upgrade.")
    ours = None if keys is None else " ".join(keys.prints)
    others = [one for one in found if ours is not None and one.keys != ours]
    if others:
        named = ", ".join(f"{one.role} {one.pid} on {one.place.partition('/')[0]}" for one in others[:5])
        yield bad(
            "keys", f"{len(others)} of {len(found)} processes have other keys than this one: {named}.",
            "Give every process the same HANDRAIL_VAULT_KEY and HANDRAIL_AUDIT_KEY.",
        )  # fmt: skip
    elif found:
        roles = ", ".join(
            f"{sum(one.role == role for one in found)} {role}" for role in sorted({o.role for o in found})
        )
        yield good("processes", f"There live: {roles}; all with the same keys.")


def _look_at_seals(database: Database, settings: Settings, keys: Keys | None) -> Iterator[Sign]:
    if keys is None:
        yield bad(
            "keys", "There is something in the database, and its keys are not here.",
            "Put them back before anything starts: a start makes new ones, and what was sealed never opens again.",
        )  # fmt: skip
        return
    with database.read() as session:
        foreign = count_foreign_seals(session, open_wrapping(settings, keys))
        ours = is_signed_by(session, keys.audit.public)
    if foreign:
        yield bad(
            "keys", f"{foreign} sealed values of credentials open with no key that is here.",
            "Set HANDRAIL_VAULT_KEY to the key that they were sealed with, or HANDRAIL_CREDENTIALS_KEY_BEFORE.",
        )  # fmt: skip
    if not ours:
        yield bad(
            "keys", "The audit was signed by another key than the one that is here.",
            "Set HANDRAIL_AUDIT_KEY to that key, or verify the audit and begin a new one knowingly.",
        )  # fmt: skip


def look_at_payloads(settings: Settings) -> Iterator[Sign]:
    """Whether a value can be stored and read back."""
    store = open_payloads(settings)
    try:
        if store.get(store.put(_WORD)) != _WORD:
            raise AssertionError("a store gives back what it was given, or says that it cannot")
    except HandrailError as problem:
        yield bad("payloads", problem.sentence, problem.way_out or "Look at HANDRAIL_PAYLOADS and what belongs to it.")
        return
    finally:
        if not isinstance(store, FolderStore):
            store.close()  # type: ignore[attr-defined]  # the only other store is the object store
    if isinstance(store, FolderStore) and settings.scaled:
        yield doubtful(
            "payloads", f"They are kept in the folder {settings.payloads}.",
            "See that every process sees the same folder, or use an object store.",
        )  # fmt: skip
    else:
        yield good("payloads", "A value was stored and read back.")
