"""What the checker and governance say of a workflow, all of it at once. Pure: nothing is stored or contacted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from builder.engine.certificates import Counterexample
from builder.engine.check import check_connections, check_reading
from builder.engine.facts import ConnectionFacts, Risk, collect_facts
from builder.engine.findings import Finding, Severity, has_error, warning
from builder.engine.graph import Workflow, dump_part
from builder.engine.labels import compute_risk, labels_of, make_view
from builder.engine.prove import certify
from builder.engine.questions import exemptions_of, free_until
from builder.engine.reading import Reading, read_workflow
from builder.engine.template import GovernanceTemplate
from builder.engine.weave import Unweavable, weave
from builder.engine.woven import Woven
from builder.sdk import NodeType, Stage
from builder.workflows.load import called_references


@dataclass(frozen=True)
class Ground:
    """What a workflow stands on while it is judged.

    Attributes:
        types: `name@major` → the installed node type.
        day: for which exemptions are looked at.
        templates: every template that could bind; weaving looks which do.
        connections: the model connections of this installation.
        called: reference of a call → the called workflow.
        ready: whether the called ones are woven already, as published ones are.
        team: whose it is; by default whose the file says.
        risk: what a governor raised it to, if anything.
    """

    types: Mapping[str, NodeType]
    day: date
    templates: tuple[GovernanceTemplate, ...] = ()
    connections: Mapping[str, ConnectionFacts] = field(default_factory=dict)
    called: Mapping[str, Workflow] = field(default_factory=dict)
    ready: bool = False
    team: str | None = None
    stage: Stage = Stage.PILOT
    risk: Risk | None = None


@dataclass
class Governed:
    """A workflow under its rules.

    Attributes:
        woven: with its certificates; None when it could not be woven at all.
        counterexamples: one for each rule that cannot hold.
        findings: what there is to say, a counterexample being an error.
        labels: node path → field → what it carries.
        risk: as computed from what it does; None when it could not be woven.
    """

    woven: Woven | None
    counterexamples: tuple[Counterexample, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    labels: dict[str, Any] = field(default_factory=dict)
    risk: Risk | None = None

    @property
    def holds(self) -> bool:
        """Whether it may become a Plan."""
        return self.woven is not None and not has_error(self.findings)


@dataclass
class Examined:
    """All that is to say of a workflow.

    Attributes:
        reading: the workflow, looked up.
        findings: of the checker first, then of governance.
        governed: None where the checker found errors, so that nothing could be woven.
    """

    reading: Reading
    findings: list[Finding]
    governed: Governed | None

    @property
    def woven(self) -> Woven | None:
        """The Woven under which every rule holds, if it came to that."""
        return self.governed.woven if self.governed is not None and self.governed.holds else None


def examine_workflow(workflow: Workflow, ground: Ground) -> Examined:
    """Checks a workflow and, if it is sound by itself, weaves and proves it."""
    reading, findings = read_workflow(workflow, ground.types, ground.called)
    findings = [*findings, *check_reading(reading)]
    if has_error(findings):
        return Examined(reading, findings, None)
    governed = govern_workflow(reading, ground)
    return Examined(reading, [*findings, *governed.findings], governed)


def govern_workflow(reading: Reading, ground: Ground) -> Governed:
    """Weaves and proves a workflow without error findings."""
    facts = collect_facts(reading, ground.connections, team=ground.team, stage=ground.stage, risk=ground.risk)
    labels = labels_of(reading, facts)
    try:
        called = ground.called if ground.ready else _weave_called(ground)
        woven, proof = certify(_weave(reading.workflow, ground, called, reading if called is ground.called else None))
    except Unweavable as error:
        return Governed(None, findings=error.findings, labels=labels)
    findings = [
        *check_connections(reading, ground.connections),
        *proof.findings,
        *(finding_of(each) for each in proof.counterexamples),
    ]
    findings += _tell_exemptions(woven)
    findings += _check_woven(woven, ground) if woven.insertions else []
    return Governed(woven, proof.counterexamples, findings, labels, compute_risk(make_view(woven.facts)))


def _tell_exemptions(woven: Woven) -> list[Finding]:
    """What does not bind this workflow for a while, and what binds it again."""
    free = free_until(woven.templates, woven.facts, woven.day)
    told = []
    for template in woven.templates:
        if not template.binds(team=woven.facts.team, stage=woven.facts.stage):
            continue
        for each in exemptions_of(template, woven.facts):
            until = free.get(f"{template.name}/{each.rule}")
            if until not in (None, each.until):
                continue
            said = f"the rule {each.rule} of “{template.name}”"
            params = {"template": template.name, "rule": each.rule, "owner": template.owner, "until": str(each.until)}
            if until is None:
                sentence = f"An exemption has ended: since {each.until} {said} binds this workflow again."
                told.append(warning("exemption_ended", sentence, f"If it cannot, ask {template.owner} anew.", **params))
            else:
                sentence = f"Until {each.until} {said} does not bind this workflow: {each.because}"
                way_out = f"Then it binds again. If that cannot be, ask {template.owner} in time."
                told.append(warning("exempt", sentence, way_out, because=each.because, **params))
    return told


def _check_woven(woven: Woven, ground: Ground) -> list[Finding]:
    """What is to say of the woven nodes themselves: the source was checked already."""
    reading, _ = read_workflow(woven.graph, ground.types, woven.called_workflows)
    inserted = {each.id for each in woven.insertions}
    return [finding for finding in check_reading(reading, woven=True) if finding.node in inserted]


def _weave(workflow: Workflow, ground: Ground, called: Mapping[str, Workflow], reading: Reading | None) -> Woven:
    return weave(
        workflow,
        ground.templates,
        ground.types,
        day=ground.day,
        called=called,
        connections=ground.connections,
        team=ground.team,
        stage=ground.stage,
        risk=ground.risk,
        reading=reading,
    )


def _weave_called(ground: Ground) -> Mapping[str, Workflow]:
    """Each called workflow as the rules of its own team make it, whatever it calls itself being woven first."""
    if not ground.called:
        return ground.called
    done: dict[str, Workflow] = {}

    def weave_one(reference: str) -> None:
        workflow = ground.called[reference]
        for _, inner in called_references(dump_part(workflow).get("nodes", {}), ground.types):
            if inner not in done:
                weave_one(inner)
        done[reference] = weave(
            workflow, ground.templates, ground.types, day=ground.day, called=dict(done),
            connections=ground.connections, stage=ground.stage,
        ).graph  # fmt: skip

    for reference in ground.called:
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
