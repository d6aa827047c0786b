"""What governance says of a workflow file: the Woven, its proof, and the findings that come from both."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from builder.cli.files import Opened, open_templates
from builder.cli.output import FINDINGS, print_json, say, unusable
from builder.engine.facts import ConnectionFacts
from builder.engine.reading import Reading
from builder.engine.woven import Woven
from builder.kit.clock import SYSTEM_CLOCK
from builder.kit.errors import HandrailError
from builder.sdk import Stage
from builder.workflows import Governed, Ground, govern_workflow


def govern(opened: Opened, reading: Reading, governance: list[Path] | None, *, stage: Stage) -> Governed:
    """Weaves and proves a workflow without error findings.

    Raises:
        Ending: a governance file, or the list of model connections, cannot be used (exit 2).
    """
    ground = Ground(
        types=opened.types,
        day=SYSTEM_CLOCK.now().date(),
        templates=open_templates(governance),
        connections=open_connections(),
        called=opened.loaded.called,
        stage=stage,
    )
    return govern_workflow(reading, ground)


def refuse_counterexamples(governed: Governed, *, as_json: bool) -> Woven:
    """The Woven under which every rule holds.

    Raises:
        typer.Exit: a rule cannot hold; the counterexample is printed (exit 1).
    """
    if governed.woven is not None and not governed.counterexamples:
        return governed.woven
    if as_json:
        print_json(
            {
                "findings": [finding.as_record() for finding in governed.findings],
                "counterexamples": [each.as_record() for each in governed.counterexamples],
            }
        )
        raise typer.Exit(FINDINGS)
    for each in governed.counterexamples:
        say(f"“{each.template}” ({each.owner}), rule {each.rule}, does not hold and no weaving can make it hold.")
        say(f"  {each.sentence}")
        say(f"  {' → '.join(node if name is None else f'{node}.{name}' for node, name in each.path)}")
        say(f"  {each.way_out}")
    if not governed.counterexamples:
        for finding in governed.findings:
            say(f"{finding.sentence} {finding.way_out}")
    raise typer.Exit(FINDINGS)


def open_connections() -> dict[str, ConnectionFacts]:
    """The facts of this installation's model connections.

    Raises:
        Ending: they are written wrongly (exit 2).
    """
    from builder.providers import connection_facts, connections_from_environment  # only governing needs them

    try:
        return connection_facts(connections_from_environment(os.environ))
    except HandrailError as error:
        raise unusable(error) from None
