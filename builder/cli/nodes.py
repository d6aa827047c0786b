"""`handrail nodes`: the palette, its checker and its scaffold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from builder.cli.files import JsonOption
from builder.cli.output import FINDINGS, print_json, say, unusable
from builder.kit.errors import HandrailError


def nodes(
    as_json: JsonOption = False,
    check: Annotated[bool, typer.Option("--check", help="Check every node folder.")] = False,
    new: Annotated[
        str | None, typer.Option("--new", help="Scaffold a folder, as kind.name (tool.slack_message).")
    ] = None,
    record: Annotated[bool, typer.Option("--record", help="Record the shapes of new types and versions.")] = False,
    folder: Annotated[Path, typer.Option("--folder", help="Where the node folders are.")] = Path("nodes"),
) -> None:
    """Lists the installed node types."""
    if new is not None:
        _scaffold(new, folder)
    elif record:
        _record(folder)
    elif check:
        _check(folder, as_json=as_json)
    else:
        _list(as_json=as_json)


def _scaffold(name: str, folder: Path) -> None:
    from builder.catalog import scaffold_node  # heavy: imports every node type

    kind, _, word = name.partition(".")
    try:
        path = scaffold_node(kind, word, folder)
    except HandrailError as error:
        raise unusable(error) from None
    say(f"{path} is there, and its test passes. Change node.py, then run `make nodes-check`.")


def _record(folder: Path) -> None:
    from builder.catalog import record_shapes  # heavy: imports every node type

    for path in record_shapes(folder):
        say(f"{path} written.")


def _check(folder: Path, *, as_json: bool) -> None:
    from builder.catalog import check_node_folders  # heavy: imports every node type

    problems = check_node_folders(folder)
    if as_json:
        print_json({"problems": [{"folder": str(each.folder), "sentence": each.sentence} for each in problems]})
    for each in () if as_json else problems:
        say(f"{each.folder}: {each.sentence}")
    if problems:
        raise typer.Exit(FINDINGS)


def _list(*, as_json: bool) -> None:
    from builder.catalog import discover_types  # heavy: imports every node type

    types = discover_types()
    if as_json:
        print_json(
            {
                "nodes": [
                    {
                        "type": key,
                        "title": each.title,
                        "summary": each.summary,
                        "kind": each.kind.value,
                        "control": each.control.value,
                        "effect": each.effects.effect.value,
                        "external": each.effects.external,
                        "ports": [port.name for port in each.ports],
                        "config": each.Config.model_json_schema(by_alias=True),
                    }
                    for key, each in sorted(types.items())
                ]
            }
        )
        return
    width = max(len(key) for key in types)
    for key, each in sorted(types.items()):
        say(f"{key:<{width}}  {each.summary}")
