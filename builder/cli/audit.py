"""`handrail audit`: verify the audit log of this installation or of an exported file; export it."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from builder.cli.files import JsonOption
from builder.cli.output import FINDINGS, Ending, print_json, say
from builder.cli.runs import open_quietly
from builder.kit.clock import SYSTEM_CLOCK


class Act(StrEnum):
    """What to do with the audit log."""

    VERIFY = "verify"
    EXPORT = "export"


def audit(
    act: Annotated[Act, typer.Argument(help="What to do.")],
    file: Annotated[Path | None, typer.Argument(help="An exported file; by default this installation's log.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Verifies every event, head and signature, and the records of the runs that ended; or writes the log to a file."""
    if act is Act.EXPORT:
        if file is None:
            raise Ending("Name the file to write: handrail audit export FILE")
        written = _export(file)
        say(f"{written} lines written to {file}. Check it anywhere with: handrail audit verify {file}")
        return
    from builder.audit import read_export, verify_audit  # heavy: the database
    from builder.runs import EndedRuns, RecordReport, verify_records  # heavy: the database

    ended = EndedRuns()
    records: RecordReport | None = None
    try:
        report = verify_audit(read_export(file) if file is not None else ended.watch(_lines()))
        if file is None and report.holds:
            with open_quietly() as application, application.database.read() as session:
                records = verify_records(session, ended)
    except OSError as error:
        raise Ending(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise Ending(f"{file} cannot be verified: {error}.") from None
    holds = report.holds and (records is None or records.broken is None)
    reason = report.sentence if records is None else f"{report.sentence} {records.sentence}"
    if as_json:
        print_json({
            "holds": holds, "reason": reason, "chained": report.chained, "unchained": report.unchained,
            "signed": report.signed, "event": report.event, "records": 0 if records is None else records.checked,
        })  # fmt: skip
    else:
        say(f"{'Holds.' if holds else 'Broken.'} {reason}")
    if not holds:
        raise typer.Exit(FINDINGS)


def _lines() -> list[dict[str, Any]]:
    from builder.audit import chain_events, export_audit  # heavy: the database

    with open_quietly() as application:
        with application.transaction() as session:
            chain_events(session, application.keys.audit, SYSTEM_CLOCK.now())
        with application.database.read() as session:
            return list(export_audit(session, application.keys.audit.public))


def _export(file: Path) -> int:
    lines = _lines()
    try:
        with file.open("w", encoding="utf-8") as target:
            for line in lines:
                target.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
    except OSError as error:
        raise Ending(f"{file} cannot be written: {error.strerror}.") from None
    return len(lines)
