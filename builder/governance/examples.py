"""A template carries its own tests: workflows that must hold under it, and workflows that it must block."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from builder.engine.conflicts import find_conflicts
from builder.engine.facts import ConnectionFacts
from builder.engine.findings import Finding, error
from builder.engine.graph import Workflow
from builder.engine.prove import prove
from builder.engine.template import GovernanceTemplate
from builder.engine.weave import weave
from builder.kit.errors import HandrailError
from builder.sdk import NodeType, Stage

LoadExample = Callable[[str], tuple[Workflow, Mapping[str, Workflow]]]
"""An example's path, relative to the template → the workflow, and what it calls. Raises HandrailError."""


def check_template(
    template: GovernanceTemplate,
    types: Mapping[str, NodeType],
    load: LoadExample,
    *,
    day: date,
    others: Sequence[GovernanceTemplate] = (),
    connections: Mapping[str, ConnectionFacts] | None = None,
) -> list[Finding]:
    """Everything that keeps a template from being published: its examples, and what it cannot hold together with.

    Args:
        template: the draft.
        types: the installed types.
        load: reads an example.
        day: for which exemptions are looked at.
        others: the templates that bind already.
        connections: the model connections of this installation.
    """
    together = [*(each for each in others if each.name != template.name), template]
    teams = template.applies_to.teams
    findings = [
        error("conflict", f"{each.sentence} (Owners: {', '.join(each.owners)}.)", "Agree on which of them gives way.")
        for stage in Stage
        for team in (("",) if teams == "all" else teams)
        for each in find_conflicts(together, types, team=team, stage=stage)
        if any(name == template.name for name, _ in each.rules)
    ]
    findings = list(dict.fromkeys(findings))
    for word, paths in (("must_hold", template.examples.must_hold), ("must_block", template.examples.must_block)):
        for position, path in enumerate(paths):
            field = f"examples.{word}.{position}"
            try:
                reason = _why_blocked(template, types, load(path), day, connections or {})
            except HandrailError as problem:
                findings.append(error("example_unusable", f"{path}: {problem.sentence}", _FIX, field=field))
                continue
            if reason is not None and word == "must_hold":
                findings.append(error("example_blocked", f"{path} must hold and does not. {reason}", _FIX, field=field))
            elif reason is None and word == "must_block":
                findings.append(error("example_holds", f"{path} must be blocked and holds.", _FIX, field=field))
    return findings


_FIX = "Change the rules, or the example."


def _why_blocked(
    template: GovernanceTemplate,
    types: Mapping[str, NodeType],
    example: tuple[Workflow, Mapping[str, Workflow]],
    day: date,
    connections: Mapping[str, ConnectionFacts],
) -> str | None:
    """Why an example cannot be woven so that the template holds, at the last stage it is for; None when it can.

    Raises:
        builder.engine.weave.Unweavable: it is wrong by itself.
    """
    workflow, called = example
    stages, teams = template.applies_to.stages, template.applies_to.teams
    team = workflow.team if teams == "all" or not teams else teams[0]
    stage = stages[-1] if stages else Stage.PRODUCTION
    woven = weave(workflow, [template], types, day=day, called=called, connections=connections, team=team, stage=stage)
    wrong = prove(woven).counterexamples
    return wrong[0].sentence if wrong else None
