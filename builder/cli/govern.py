"""What governance says of a workflow file: the Woven, its proof, and the findings that come from both."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import typer

from builder.cli.files import Opened, open_templates
from builder.cli.output import FINDINGS, print_json, say, unusable
from builder.engine.certificates import Counterexample
from builder.engine.check import check_connections, check_reading
from builder.engine.facts import ConnectionFacts, collect_facts
from builder.engine.findings import Finding, Severity
from builder.engine.graph import Workflow, dump_part
from builder.engine.labels import labels_of
from builder.engine.prove import certify
from builder.engine.reading import Reading, read_workflow
from builder.engine.weave import Unweavable, weave
from builder.engine.woven import Woven
from builder.kit.clock import SYSTEM_CLOCK
from builder.kit.errors import HandrailError
from builder.sdk import Stage
from builder.workflows import called_references


@dataclass
class Governed:
    """A workflow under its rules.

    Attributes:
        woven: with its certificates; None when it could not be woven at all.
        counterexamples: one for each rule that cannot hold.
        findings: what there is to say, a counterexample being an error.
        labels: node path → field → what it carries.
    """

    woven: Woven | None
    counterexamples: tuple[Counterexample, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    labels: dict[str, Any] = field(default_factory=dict)


def govern(opened: Opened, reading: Reading, governance: list[Path] | None, *, stage: Stage) -> Governed:
    """Weaves and proves a workflow without error findings.

    Raises:
        Ending: a governance file, or the list of model connections, cannot be used (exit 2).
    """
    connections = open_connections()
    templates = open_templates(governance)
    labels = labels_of(reading, collect_facts(reading, connections, stage=stage))
    weaver = partial(
        weave,
        templates=templates,
        types=opened.types,
        day=SYSTEM_CLOCK.now().date(),
        connections=connections,
        stage=stage,
    )
    try:
        called = weave_called(opened, weaver)
        woven, proof = certify(weaver(reading.workflow, called=called, reading=None if called else reading))
    except Unweavable as error:
        return Governed(None, findings=error.findings, labels=labels)
    findings = [
        *check_connections(reading, connections),
        *proof.findings,
        *(finding_of(each) for each in proof.counterexamples),
    ]
    findings += _check_woven(woven, opened) if woven.insertions else []
    return Governed(woven, proof.counterexamples, findings, labels)


def _check_woven(woven: Woven, opened: Opened) -> list[Finding]:
    """What is to say of the woven nodes themselves: the source was checked already."""
    reading, _ = read_workflow(woven.graph, opened.types, woven.called_workflows)
    inserted = {each.id for each in woven.insertions}
    return [finding for finding in check_reading(reading, woven=True) if finding.node in inserted]


def weave_called(opened: Opened, weaver: Callable[..., Woven]) -> dict[str, Workflow]:
    """Each called workflow as the rules of its own team make it, whatever it calls itself being woven first."""
    done: dict[str, Workflow] = {}

    def weave_one(reference: str) -> None:
        workflow = opened.loaded.called[reference]
        for _, inner in called_references(dump_part(workflow)["nodes"], opened.types):
            if inner not in done:
                weave_one(inner)
        done[reference] = weaver(workflow, called=dict(done)).graph

    for reference in opened.loaded.called:
        if reference not in done:
            weave_one(reference)
    return done


def finding_of(counterexample: Counterexample) -> Finding:
    """A counterexample as the error that it is for this workflow."""
    node = next((node for node, _ in reversed(counterexample.path) if node not in ("input", "result")), None)
    return Finding(
        "rule_does_not_hold",
        Severity.ERROR,
        f"{counterexample.sentence} (“{counterexample.template}”, rule {counterexample.rule}, {counterexample.owner})",
        counterexample.way_out,
        node=node,
        params={"counterexample": counterexample.as_record()},
    )


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
