"""`handrail doctor`: says what of this installation is well and what is not."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from builder.cli.files import JsonOption
from builder.cli.output import FINDINGS, print_json, say


def doctor(
    ask_models: Annotated[
        bool, typer.Option("--ask-models", help="Ask each model one short question; it costs a few tokens.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Looks at settings, disk, keys, database, payloads, broker, mail and models; exits with 1 when one fails."""
    from builder.doctor import State, examine  # heavy: the whole product

    signs = []
    for sign in examine(os.environ, ask_models=ask_models):
        signs.append(sign)
        if not as_json:
            say(f"{sign.state.value:<5} {sign.name:<11} {sign.sentence}")
            if sign.way_out is not None:
                say(f"{'':<17} {sign.way_out}")
    failed = [sign for sign in signs if sign.state is State.FAIL]
    if as_json:
        print_json({
            "well": not failed,
            "signs": [
                {"name": sign.name, "state": sign.state.value, "sentence": sign.sentence, "way_out": sign.way_out}
                for sign in signs
            ],
        })  # fmt: skip
    else:
        say("" if not failed else f"\n{len(failed)} of {len(signs)} things do not work.")
    if failed:
        raise typer.Exit(FINDINGS)
