"""`handrail weave`: the workflow with all that governance made mandatory, and the proof that it suffices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from builder.cli.files import FileArgument, GovernanceOption, JsonOption, StageOption, open_workflow, refuse_errors
from builder.cli.govern import govern, refuse_counterexamples
from builder.cli.output import Ending, print_json, say
from builder.engine.woven import Woven, dump_woven
from builder.sdk import Stage


def weave(
    file: FileArgument,
    governance: GovernanceOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the woven document here.", show_default=False)
    ] = None,
    stage: StageOption = Stage.PILOT,
    as_json: JsonOption = False,
) -> None:
    """Weaves a workflow and proves its rules."""
    opened = open_workflow(file)
    reading = refuse_errors(opened, as_json=as_json)
    woven = refuse_counterexamples(govern(opened, reading, governance, stage=stage), as_json=as_json)
    document = dump_woven(woven)
    if output is not None:
        try:
            output.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise Ending(f"{output} cannot be written: {error.strerror}.") from None
    if as_json:
        print_json(document)
    else:
        _tell(woven, output)


def _tell(woven: Woven, output: Path | None) -> None:
    say(f"{woven.graph.name}: {len(woven.insertions)} woven in, {len(woven.certificates)} certificates.")
    for each in woven.insertions:
        say(f"  + {each.id} ({each.type}) at the door of {each.at['to']}, required by “{each.template}”")
        say(f"      because: {each.because}")
    for certificate in woven.certificates:
        say(
            f"  ✓ {certificate.rule} holds ({certificate.word}, “{certificate.template}” version {certificate.version})"
        )
    if output is not None:
        say(f"Written to {output}. Check it with: handrail verify {output}")
