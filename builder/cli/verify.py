"""`handrail verify`: whether a woven document holds, by a program that trusts neither weaver nor prover."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from builder.cli.files import JsonOption
from builder.cli.govern import open_connections
from builder.cli.output import FINDINGS, Ending, print_json, say, unusable
from builder.engine.verify import verify as verify_woven
from builder.engine.woven import WovenError, read_woven
from builder.kit.errors import HandrailError
from builder.workflows import read_file


def verify(
    woven: Annotated[Path, typer.Argument(help="A document that `handrail weave` wrote.", show_default=False)],
    public_key: Annotated[
        Path | None, typer.Option("--public-key", help="The publisher's Ed25519 public key.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Checks hashes, facts, doors and certificates; with a public key also who published it."""
    from builder.catalog import discover_types  # heavy: imports every node type

    try:
        plain = read_file(woven).value
        document = read_woven(plain)
    except WovenError as error:
        if isinstance(plain, dict) and "handrail-woven" in plain:
            _tell(False, error.sentence, as_json=as_json)
        raise unusable(error) from None
    except HandrailError as error:
        raise unusable(error) from None
    key = None if public_key is None else _read_key(public_key)
    verification = verify_woven(document, discover_types(), connections=open_connections(), public_key=key)
    _tell(verification.holds, verification.sentence, as_json=as_json)


def _tell(holds: bool, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"holds": holds, "reason": sentence})
    else:
        say(f"{'Holds.' if holds else 'Does not hold.'} {sentence}")
    if not holds:
        raise typer.Exit(FINDINGS)


def _read_key(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        key = content if len(content) == 32 else bytes.fromhex(content.decode("ascii").strip())
    except (OSError, ValueError) as error:
        raise Ending(f"{path} cannot be read as a public key: {error}.") from None
    if len(key) != 32:
        raise Ending(f"{path} is not a public key: it should hold 32 bytes, or 64 hex digits.")
    return key
