"""`handrail backup` and `handrail restore`: an installation as one file, written while it works."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from builder.cli.files import JsonOption, name_of_starter
from builder.cli.output import FINDINGS, Ending, print_json, say, unusable
from builder.kit.clock import SYSTEM_CLOCK
from builder.kit.errors import HandrailError
from builder.settings import Settings, read_settings

if TYPE_CHECKING:
    from builder.backups import Manifest, SealedKeys
    from builder.wiring import Application

_PASSPHRASE = "HANDRAIL_BACKUP_PASSPHRASE"  # noqa: S105 – the name of a variable
FileArgument = Annotated[Path, typer.Argument(help="The backup.", show_default=False)]
KeysOption = Annotated[bool, typer.Option("--keys", help="With the keys, sealed by a passphrase.")]


def backup(file: FileArgument, keys: KeysOption = False, as_json: JsonOption = False) -> None:
    """Writes tables, payloads and the fingerprints of the keys; the installation may go on working."""
    from builder.backups import seal_keys, write_backup  # heavy: SQLAlchemy
    from builder.wiring import open_application  # heavy: the whole product

    try:
        settings = read_settings(os.environ)
        with open_application(settings) as application:
            held = application.keys
            sealed = None
            if keys:
                sealed = seal_keys(held.vault, held.audit.private, _ask_passphrase(again=True))
            _note(application, "backup_made", {"keys": sealed is not None})  # before its moment, so that it is in it
            manifest = write_backup(application.database, application.payloads, file, held.prints, sealed)
    except HandrailError as error:
        raise unusable(error) from None
    _tell_backup(manifest, f"Written to {file}", as_json=as_json)
    if manifest.missing:
        raise typer.Exit(FINDINGS)


def restore(
    file: FileArgument,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; say whether the backup is whole.")] = False,
    keys: KeysOption = False,
    as_json: JsonOption = False,
) -> None:
    """Restores tables and payloads, on SQLite or PostgreSQL alike, and proves that all is there again."""
    from builder.backups import restore_backup, verify_backup  # heavy: SQLAlchemy

    try:
        settings = read_settings(os.environ)
        manifest, sealed = verify_backup(file)
        if check:
            _tell_backup(manifest, f"{file} is whole", as_json=as_json)
            return
        _bring_keys(settings, manifest, sealed if keys else None, wanted=keys)
        from builder.db import open_database  # heavy: SQLAlchemy
        from builder.opening import open_payloads  # heavy: the whole product

        database = open_database(settings.database_url)
        try:
            restore_backup(database, open_payloads(settings), file)
        finally:
            database.close()
        sentence = _prove_audit(settings, manifest)
    except HandrailError as error:
        raise unusable(error) from None
    _tell_backup(manifest, f"Restored. {sentence}", as_json=as_json)


def _bring_keys(settings: Settings, manifest: Manifest, sealed: SealedKeys | None, *, wanted: bool) -> None:
    """Makes sure that this installation has the keys that the backup's was sealed with.

    Raises:
        Ending: it has others, or none (exit 2).
        HandrailError: they cannot be opened or written.
    """
    from builder.backups import open_keys  # heavy: SQLAlchemy
    from builder.kit.sealing import KeyFileError, SigningKey, load_key, save_key  # heavy: cryptography
    from builder.opening import Keys  # heavy: the whole product

    folder = settings.home / "keys"
    if wanted and sealed is None:
        raise Ending("There are no keys in this backup: it was made without --keys.")
    if sealed is not None:
        vault, audit = open_keys(sealed, _ask_passphrase(again=False))
        for name, given, key in (
            ("vault.key", settings.vault_key, vault), ("audit.key", settings.audit_key, audit)
        ):  # fmt: skip
            if given is None and not (folder / name).exists():
                save_key(folder / name, key)
    try:
        held = Keys(
            settings.vault_key or load_key(folder / "vault.key"),
            SigningKey(settings.audit_key or load_key(folder / "audit.key")),
        )
    except KeyFileError as problem:
        raise Ending(
            f"The keys are not here ({problem.sentence}). Put them there, set HANDRAIL_VAULT_KEY and "
            "HANDRAIL_AUDIT_KEY, or use --keys with a backup that has them."
        ) from None
    if held.prints != manifest.head.prints:
        raise Ending("The keys here are not those of the backup: what was sealed with them would never open again.")


def _note(application: Application, kind: str, record: dict[str, Any]) -> None:
    """Leaves in the audit who did this at the machine."""
    from builder.audit import append_event  # heavy: the database
    from builder.db import read_clock  # heavy: SQLAlchemy

    with application.transaction() as session:
        actor, now = name_of_starter(None), read_clock(session)
        append_event(session, kind, actor=actor, subject="the installation", now=now, record=record)


def _prove_audit(settings: Settings, manifest: Manifest) -> str:
    """Verifies the restored audit; what to say of it.

    Raises:
        Ending: it does not hold (exit 1).
    """
    from builder.audit import chain_events, export_audit, verify_audit  # heavy: the database
    from builder.wiring import open_application  # heavy: the whole product

    with open_application(settings) as application:
        with application.transaction() as session:
            chain_events(session, application.keys.audit, SYSTEM_CLOCK.now())
        with application.database.read() as session:
            public = application.keys.audit.public
            report = verify_audit(export_audit(session, public), public)
        _note(application, "installation_restored", {"made_at": manifest.head.made_at, "holds": report.holds})
    if not report.holds:
        raise Ending(f"Everything is back, but the audit does not hold: {report.sentence}", code=FINDINGS)
    return f"The audit holds: {report.chained} events"


def _ask_passphrase(*, again: bool) -> str:
    given = os.environ.get(_PASSPHRASE, "")
    if given:
        return given
    if not sys.stdin.isatty():
        raise Ending(f"Nobody is here to type the passphrase of the keys; set {_PASSPHRASE}.")
    return str(typer.prompt("Passphrase of the keys", hide_input=True, confirmation_prompt=again))


def _tell_backup(manifest: Manifest, what: str, *, as_json: bool) -> None:
    head = manifest.head
    if as_json:
        print_json({
            "version": head.version, "revision": head.revision, "dialect": head.dialect, "made_at": head.made_at,
            "rows": manifest.rows, "payloads": manifest.payloads, "missing": list(manifest.missing),
        })  # fmt: skip
        return
    say(f"{what}. {sum(manifest.rows.values()):,} rows of {len(manifest.rows)} tables, {manifest.payloads:,} payloads.")
    if manifest.missing:
        say(f"{len(manifest.missing)} payloads that rows name are missing or damaged: {manifest.missing[0][:12]}…")
