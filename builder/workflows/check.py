"""Checking a graph that was sent: findings, labels, what fits where, and what governance would weave in.

Nothing is stored, nothing is executed, nobody is contacted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from builder.credentials import find_refused_of, read_credential_facts
from builder.db import read_clock
from builder.engine.credentials import check_credentials, find_named
from builder.engine.facts import ConnectionFacts, graphs_in
from builder.engine.findings import Finding, warning
from builder.engine.graph import Workflow, dump_part
from builder.engine.offers import Offers, find_offers
from builder.governance import find_rules
from builder.sdk import JSON, NodeType, Stage
from builder.teams import Caller, may, read_people, read_teams
from builder.workflows import store
from builder.workflows.govern import Examined, Ground, examine_workflow
from builder.workflows.load import called_references
from builder.workflows.offers import check_offers
from builder.workflows.read import expect_workflow
from builder.workflows.rules import expect_source, find_secret, key_of, workflow_of
from builder.workflows.schemas import WorkflowRow


@dataclass(frozen=True)
class Installed:
    """What is installed and opened here.

    Attributes:
        types: `name@major` → the installed node type.
        connections: the model connections of this installation.
    """

    types: Mapping[str, NodeType]
    connections: Mapping[str, ConnectionFacts]


@dataclass(frozen=True)
class Checked:
    """The answer to a check."""

    examined: Examined
    findings: list[Finding]
    offers: Offers

    def as_record(self) -> dict[str, Any]:
        """As plain data."""
        governed = self.examined.governed
        return {
            "findings": [each.as_view() for each in self.findings],
            "labels": {} if governed is None else governed.labels,
            "risk": None if governed is None else governed.risk,
            "fits": {node: {name: [offer.as_record() for offer in row] for name, row in fields.items()}
                     for node, fields in self.offers.items()},
            "preview": preview_of(self.examined),
        }  # fmt: skip


def preview_of(examined: Examined) -> dict[str, Any] | None:
    """What governance would weave in, where and why; None where the graph has errors of its own."""
    governed = examined.governed
    if governed is None or governed.woven is None:
        return None
    woven = governed.woven
    owners = {each.name: each.owner for each in woven.templates}
    insertions = [
        {
            "id": each.id, "type": each.type, "rule": each.rule, "template": each.template,
            "owner": owners.get(each.template, ""), "because": each.because,
            "at": {"from": list(each.at["from"]), "to": each.at["to"]},
        }
        for each in woven.insertions
    ]  # fmt: skip
    return {
        "graph": {key: woven.plain[key] for key in ("nodes", "edges", "result") if key in woven.plain},
        "insertions": insertions,
        "certificates": [{"template": each.template, "version": each.version, "rule": each.rule, "word": each.word}
                         for each in woven.certificates],
        "guards": [{"template": each.template, "rule": each.rule, "word": each.word, "because": each.because}
                   for each in woven.guards],
        "counterexamples": [each.as_record() for each in governed.counterexamples],
    }  # fmt: skip


def check_draft(
    session: Session,
    caller: Caller,
    workflow_id: int,
    value: JSON,
    installed: Installed,
    *,
    stage: Stage | None = None,
    about: Collection[str] | None = None,
) -> Checked:
    """What there is to say of a graph, if it were this workflow's.

    Args:
        session: any session.
        caller: who asks.
        workflow_id: the workflow.
        installed: what is installed here.
        value: the graph, as a file would hold it.
        stage: for which rules are looked at; by default the next one that publishing would ask for.
        about: paths of the nodes for which it is said what fits; by default all.

    Raises:
        BadDraftError: the value is no workflow.
    """
    row = expect_workflow(session, caller, workflow_id, "workflow.read")
    source = expect_source(value, row.name)
    examined = examine_source(session, caller, row, source, installed, stage=stage or next_stage(row))
    findings = list(examined.findings)
    secret = find_secret(source)
    if secret is not None:
        sentence = "This holds what looks like a key or a password."
        findings.append(warning("secret_inside", sentence, "Put it into a credential, and take it out here.", *secret))
    return Checked(examined, findings, find_offers(examined.reading, about))


def next_stage(row: WorkflowRow) -> Stage:
    """The stage that publishing asks for when nobody says another."""
    return Stage.PILOT if row.stage is Stage.SANDBOX else row.stage


def examine_source(
    session: Session,
    caller: Caller,
    row: WorkflowRow,
    source: Mapping[str, JSON],
    installed: Installed,
    *,
    stage: Stage,
    authors: Iterable[str] = (),
) -> Examined:
    """Checks, weaves and proves a draft as the workflow that it is here: of its team, with those who answer for it.

    Args:
        session: any session.
        caller: who asks; what he may not read, this workflow cannot call.
        row: the workflow.
        source: the draft, in its kept form.
        installed: what is installed here.
        stage: for which rules are looked at.
        authors: ids of the people who are its authors.
    """
    today = read_clock(session).date()
    team = read_teams(session, frozenset({row.team_id})).get(row.team_id, "")
    people = read_people(session, [each for each in (row.owner_id, row.deputy_id) if each is not None])
    names = {word: people[number].name for word, number in (("owner", row.owner_id), ("deputy", row.deputy_id))
             if number in people}  # fmt: skip
    workflow = workflow_of(source, row.name, row.purpose, team=team, authors=tuple(authors), **names)
    called, findings = _find_called(session, caller, row, workflow, installed.types)
    ground = Ground(
        types=installed.types,
        day=today,
        templates=find_rules(session, team=team, stage=stage, day=today),
        connections=installed.connections,
        called=called,
        ready=True,
        team=team,
        stage=stage,
        risk=row.risk,
    )
    examined = examine_workflow(workflow, ground)
    examined.findings.extend([*findings, *check_offers(session, examined.reading, row.team_id)])
    asked = {node.connection: node.path for graph in graphs_in(examined.reading.root) for node in graph.nodes.values()
             if node.connection}  # fmt: skip
    for name in sorted(find_refused_of(session, row.team_id, asked)):
        sentence = f"Your team may not ask the model connection “{name}”."
        examined.findings.append(
            warning("connection_not_granted", sentence, "Choose another one, or ask IT.", asked[name], "config.model")
        )
    named = {each.name for each in find_named(examined.reading)}
    examined.findings.extend(check_credentials(examined.reading, read_credential_facts(session, row.team_id, named)))
    return examined


def _find_called(
    session: Session, caller: Caller, row: WorkflowRow, workflow: Workflow, types: Mapping[str, NodeType]
) -> tuple[dict[str, Workflow], list[Finding]]:
    """The published versions that a workflow calls, as their own rules wove them, with all that those call."""
    found: dict[str, Workflow] = {}
    findings: list[Finding] = []
    references = list(called_references(dump_part(workflow).get("nodes", {}), types))
    teams = {key_of(name): number for number, name in read_teams(session, None).items()} if references else {}
    for node, reference in references:
        team, _, rest = reference.partition("/")
        key, _, number = rest.partition("@")
        if team not in teams or not number.isdecimal() or not may(caller, "workflow.read", teams[team]):
            continue
        there = store.find_by_key(session, teams[team], key)
        version = None if there is None else store.read_version_row(session, there.id, int(number[:9]))
        if there is None or version is None or version.live_at is None or there.id == row.id:
            continue
        found[reference] = Workflow.model_validate(version.woven["graph"])
        found |= {name: Workflow.model_validate(plain) for name, plain in version.woven.get("called", {}).items()}
        if there.live is not None and there.live > version.number:
            sentence = f"“{there.name}” has a newer version, {there.live}; this calls {version.number}."
            way_out = "Call the newer one when you have looked at it."
            params = {"name": there.name, "newer": there.live, "number": version.number}
            findings.append(warning("newer_version", sentence, way_out, node, "config.workflow", **params))
    return found, findings
