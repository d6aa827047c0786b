"""To weave is to stand at the doors of a workflow what governance wants there. Pure, deterministic, idempotent.

Each rule that wants a guard is asked of the flow graph; where something gets past, its guard goes to the door that the
rule's `place` names; then all is asked again, on the graph as it is now, until nothing new is wanted. What is wanted
only grows, so this ends. A guard that another at the same door covers is left out: the most restrictive remains.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, ClassVar

from builder.engine.certificates import Insertion
from builder.engine.declared import DEFAULT_LABELS
from builder.engine.doors import (
    RESULT,
    RESULT_AT,
    Placed,
    Stand,
    build_graph,
    open_doors,
    place_stands,
    strip_doors,
)
from builder.engine.facts import ConnectionFacts, Facts, Risk, collect_facts, graphs_in, scope_of, type_facts
from builder.engine.findings import Finding, Severity
from builder.engine.graph import Workflow, dump_part
from builder.engine.labels import MASKED, View, compute_risk, make_view
from builder.engine.plan import Guard
from builder.engine.questions import BoundRule, bind_rules
from builder.engine.reading import Reading, read_workflow
from builder.engine.stands import Readied, can_take, keep_strictest, ready_rule
from builder.engine.template import GovernanceTemplate, Selector
from builder.engine.wants import Doors, find_restores, find_wants
from builder.engine.woven import Woven
from builder.kit.errors import HandrailError
from builder.sdk import NodeType, Schema, Stage


class Unweavable(HandrailError):
    """A workflow that is not sound by itself cannot be woven.

    Attributes:
        findings: what is wrong with it.
    """

    code: ClassVar[str] = "unweavable"

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"This workflow cannot be woven. {findings[0].sentence}", way_out=findings[0].way_out)
        self.findings = findings


def weave(
    workflow: Workflow,
    templates: Iterable[GovernanceTemplate],
    types: Mapping[str, NodeType],
    *,
    day: date,
    called: Mapping[str, Workflow] | None = None,
    connections: Mapping[str, ConnectionFacts] | None = None,
    team: str | None = None,
    stage: Stage = Stage.PILOT,
    risk: Risk | None = None,
    default_labels: Iterable[str] = DEFAULT_LABELS,
    reading: Reading | None = None,
) -> Woven:
    """The workflow with all that its rules made mandatory; whether that suffices is for `prove` to say.

    Args:
        workflow: the source, or a graph that was woven before: what stands in it is taken out first.
        templates: every template of the installation; those bind that name the team and the stage.
        types: `name@major` → the installed type.
        day: for which exemptions are looked at.
        called: reference of a call → the workflow it calls.
        connections: the model connections of this installation.
        team: who owns it; by default what the file says.
        stage: how far it has come.
        risk: what a governor raised it to, if anything.
        default_labels: what the input carries unless it is declassified.
        reading: the Reading of this very source, where there is one already.

    Raises:
        Unweavable: the source has errors of its own.
    """
    called, connections = called or {}, connections or {}
    plain = dump_part(workflow)
    source = strip_doors(plain)
    if source != plain:
        workflow, reading = Workflow.model_validate(source), None
    reading = reading or _read_sound(workflow, types, called)
    facts = collect_facts(reading, connections, team=team, stage=stage, risk=risk, default_labels=default_labels)
    weaver = _Weaver(reading, facts, tuple(templates), types, day)
    weaver.stand()
    known = weaver.settle(connections)
    return Woven(
        source=source,
        plain=build_graph(source, known, weaver.placed),
        facts=known,
        templates=weaver.templates,
        called=_called_in(reading, called),
        day=day,
        insertions=describe_insertions(known, weaver.placed),
        guards=compile_guards(weaver.bound, weaver.view),
        view=replace(weaver.view, facts=known),
    )


def _read_sound(workflow: Workflow, types: Mapping[str, NodeType], called: Mapping[str, Workflow]) -> Reading:
    reading, findings = read_workflow(workflow, types, called)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise Unweavable(errors)
    return reading


def _called_in(reading: Reading, called: Mapping[str, Workflow]) -> dict[str, Any]:
    """What a workflow and the workflows that it calls call, as plain data."""
    configs = (node.node.config for graph in graphs_in(reading.root) for node in graph.nodes.values() if node.body)
    references = {str(config["workflow"]) for config in configs if "workflow" in config}
    return {reference: dump_part(called[reference]) for reference in sorted(references & called.keys())}


class _Weaver:
    """One weaving: what is wanted at which door, and the view of the graph as it stands."""

    def __init__(
        self,
        reading: Reading,
        facts: Facts,
        templates: tuple[GovernanceTemplate, ...],
        types: Mapping[str, NodeType],
        day: date,
    ) -> None:
        self.types = types
        self.templates = tuple(sorted(templates, key=lambda each: each.name))
        self.bound = bind_rules(self.templates, facts, day)
        self.readied = {each.key: ready_rule(each, types) for each in self.bound}
        self.given: dict[str, Mapping[str, Schema]] = {
            node.path: node.given for graph in graphs_in(reading.root) for node in graph.nodes.values()
        }
        self.given[RESULT_AT] = reading.root.result_schema.get("properties", {})
        inserted = {stand.type for each in self.readied.values() for stand in (each.guard, each.restorer) if stand}
        self.source = replace(
            facts,
            wanted={key: dict(each.wanted) for key, each in self.readied.items() if each.wanted is not None},
            types=facts.types | {key: type_facts(types[key]) for key in sorted(inserted)},
        )
        self.wanted: dict[str, dict[tuple[str, bool], Stand]] = {}
        self.placed: dict[str, list[Placed]] = {}
        self.view = make_view(self.source)

    def stand(self) -> None:
        """Asks every rule until nothing new is wanted. What is wanted stays wanted, so it comes to an end."""
        while self._ask_guards() | self._ask_restorers():
            rows = {door: keep_strictest(row.values(), self.readied, self.types) for door, row in self.wanted.items()}
            self.placed = place_stands(self.source, rows)
            self.view = make_view(open_doors(self.source, self.placed))

    def _ask_guards(self) -> bool:
        doors, new = self._doors(), False
        for each in self.readied.values():
            guard = each.guard
            if guard is not None:
                new |= self._ask_guard(each, guard, doors)
        return new

    def _ask_guard(self, each: Readied, guard: Stand, doors: Doors) -> bool:
        """Wants a guard where its rule says. If all of that is wanted already and something still gets past it, because
        a node reads in its config and not through its door, then at the targets.
        """
        can_stand = partial(self._can_stand, guard)
        found = find_wants(self.view, each, doors, can_stand)
        if not found or self._want_at(found, guard):
            return bool(found)
        return self._want_at(find_wants(self.view, each, doors, can_stand, at_target=True), guard)

    def _want_at(self, doors: Iterable[str], stand: Stand) -> bool:
        """Whether any of these doors had not been wanted before."""
        new = [door for door in sorted(doors) if self._want(door, stand)]
        return bool(new)

    def _ask_restorers(self) -> bool:
        restorers = {key: each.restorer for key, each in self.readied.items() if each.restorer is not None}
        restores = [(bound.key, bound.rule.restore) for bound in self.bound if bound.key in restorers]
        new = False
        for key, found in find_restores(self.view, restores, self._doors(), self._masked_doors(restores)).items():
            for door in sorted(found):
                new |= self._want(door, restorers[key])
        return new

    def _masked_doors(self, restores: Iterable[tuple[str, tuple[Selector, ...]]]) -> list[str]:
        """The doors at which masks are wanted, whether they stand there yet or not.

        Going on from there saves laying a view only to see where their tokens go. Where a restore is about labels,
        which masks change, it has to be laid.
        """
        if any(each.names_data or each.steered is not None for _, selectors in restores for each in selectors):
            return []
        return [
            door
            for door, row in self.wanted.items()
            if any(MASKED in self.types[stand.type].emits for stand in row.values())
        ]

    def _want(self, door: str, stand: Stand) -> bool:
        row = self.wanted.setdefault(door, {})
        key = (stand.bound.key, stand.restores)
        if key in row:
            return False
        row[key] = stand
        return True

    def _doors(self) -> Doors:
        return Doors(self.source, {each.path: each.door for row in self.placed.values() for each in row})

    def _can_stand(self, guard: Stand, door: str) -> bool:
        return can_take(guard, self.types, self.given[door])

    def settle(self, connections: Mapping[str, ConnectionFacts]) -> Facts:
        """The facts of the graph as it stands, without the types that nothing is of."""
        facts = self.view.facts
        used = {node.type for node in facts.nodes.values()}
        models = {node.connection for node in facts.nodes.values() if node.connection is not None}
        return replace(
            facts,
            types={key: each for key, each in facts.types.items() if key in used},
            models={name: connections.get(name, ConnectionFacts()) for name in sorted(models)},
        )


def describe_insertions(facts: Facts, placed: Mapping[str, list[Placed]]) -> tuple[Insertion, ...]:
    """What was woven in, door by door, in the order in which it stands there."""
    before: dict[tuple[str, str], list[str]] = {}
    for scope, graph in facts.scopes.items():
        for source, port, to in graph.edges:
            before.setdefault((scope, to), []).append(f"{source}.{port}" if port else source)
    told = []
    for door, row in placed.items():
        for each in row:
            entering = before.get((scope_of(each.path), each.id), ["input"])
            told.append(
                Insertion(
                    id=each.path,
                    rule=each.stand.bound.rule.id,
                    template=each.stand.bound.template.name,
                    type=each.stand.type,
                    at={"from": entering, "to": RESULT if door == RESULT_AT else door},
                    because=each.stand.bound.because,
                )
            )
    return tuple(told)


def compile_guards(bound: Iterable[BoundRule], view: View) -> tuple[Guard, ...]:
    """The rules that the machine itself enforces while a run is under way."""
    risk = compute_risk(view)
    guards = []
    for each in bound:
        rule, template = each.rule, each.template
        guard = Guard(rule.id, template.name, rule.word, template.owner, each.because)
        if rule.limit is not None:
            guards.append(replace(guard, expression=rule.limit))
        elif rule.separate is not None:
            guards.append(replace(guard, duties=rule.separate))
        elif rule.review_floor is not None:
            guards.append(replace(guard, expression=str(getattr(rule.review_floor, risk))))
    return tuple(guards)
