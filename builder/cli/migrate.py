"""`handrail migrate`: brings the tables of an installation up to this program's version, in two steps."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from builder.cli.files import JsonOption
from builder.cli.output import FINDINGS, Ending, print_json, say, unusable
from builder.kit.errors import HandrailError

if TYPE_CHECKING:
    from builder.db import Database, SchemaStep


def migrate(
    contract: Annotated[
        bool, typer.Option("--contract", help="Also take away what older programs used; none of them may run any more.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; say what there is to do.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Adds what this version needs; programs of the version before go on beside it."""
    from builder.db import open_database, read_steps  # heavy: SQLAlchemy
    from builder.settings import read_settings  # heavy: only when called

    try:
        database = open_database(read_settings(os.environ).database_url)
        try:
            before = database.look_at_tables().revision
            todo = [step for step in read_steps() if before is None or step.revision > before]
            if check:
                _tell(before, before, todo, as_json=as_json)
                raise typer.Exit(FINDINGS if any(step.kind == "expand" for step in todo) else 0)
            if contract and before is not None:
                _refuse_narrowing(database, todo)
            done = database.upgrade(contract=contract)
        finally:
            database.close()
    except HandrailError as error:
        raise unusable(error) from None
    _tell(done.before, done.after, done.waiting, as_json=as_json)


def _refuse_narrowing(database: Database, todo: Sequence[SchemaStep]) -> None:
    """Takes nothing away while a process lives that still uses it.

    Raises:
        Ending: one does (exit 1).
    """
    from builder.processes import list_processes  # heavy: SQLAlchemy

    floor = max((step.safe_from for step in todo if step.safe_from is not None), default=None)
    if floor is None:
        return
    with database.read() as session:
        old = [one for one in list_processes(session) if one.knows < floor]
    if old:
        named = ", ".join(f"{one.role} {one.pid} on {one.place} (version {one.version})" for one in old[:5])
        sentence = (
            f"{len(old)} older process(es) still run and need what would be taken away: {named}. Stop them first."
        )
        raise Ending(sentence, code=FINDINGS, record={"code": "older_processes", "sentence": sentence})


def _tell(before: str | None, after: str | None, waiting: Sequence[SchemaStep], *, as_json: bool) -> None:
    if as_json:
        shown = [{"revision": step.revision, "kind": step.kind, "title": step.title} for step in waiting]
        print_json({"before": before, "after": after, "waiting": shown})
        return
    if before == after:
        say(f"The tables are at version {after}." if after is not None else "The database has no tables yet.")
    else:
        say(f"The tables were at {before or 'nothing'} and are now at version {after}.")
    for step in waiting:
        say(f"Still to come: {step.revision} ({step.kind}): {step.title}")
    if any(step.kind == "contract" for step in waiting):
        say("When no older program runs any more: handrail migrate --contract")
