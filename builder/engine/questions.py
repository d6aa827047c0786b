"""A Question is what a rule asks of a flow graph: may anything come from here to there past no guard? TRUSTED.

It is the meaning of must_pass, precede and of forbidden paths. What is new after a guard was passed starts anew: behind
a check, whatever a model gives and whatever turns tokens back; behind a review, whatever any node gives that is not
pure, since only pure nodes may stand between a review and what it guards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import compress

from builder.engine.arcs import START
from builder.engine.facts import Facts
from builder.engine.labels import MASKED, View, turns_back
from builder.engine.selectors import find_carriers, find_guards, find_sources, find_targets
from builder.engine.template import Exemption, ForbidPath, GovernanceTemplate, Rule, Selector
from builder.sdk import Kind

RESULT_NAME = "result"


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A rule of a template that binds a workflow."""

    template: GovernanceTemplate
    rule: Rule

    @property
    def key(self) -> str:
        """`template/rule`."""
        return f"{self.template.name}/{self.rule.id}"

    @property
    def because(self) -> str:
        """Why: the rule's reason, or its template's."""
        return self.rule.because or self.template.because


def bind_rules(templates: Iterable[GovernanceTemplate], facts: Facts, day: date) -> list[BoundRule]:
    """The rules that bind a workflow on a day, by template name, in each template in its own order."""
    return [
        BoundRule(template, rule)
        for template in sorted(templates, key=lambda each: each.name)
        if template.binds(team=facts.team, stage=facts.stage)
        for rule in template.rules
        if not is_exempt(template, rule, facts, day)
    ]


def exemptions_of(template: GovernanceTemplate, facts: Facts) -> list[Exemption]:
    """What a template says of exemptions of this workflow, ended ones too."""
    names = (facts.name, f"{facts.team}/{facts.name}")
    return [each for each in template.exemptions if each.workflow in names]


def free_until(templates: Iterable[GovernanceTemplate], facts: Facts, day: date) -> dict[str, date]:
    """`template/rule` → the last day on which it does not bind this workflow, of what would bind it on a day."""
    return {
        f"{template.name}/{rule.id}": max(each.until for each in exemptions_of(template, facts) if each.rule == rule.id)
        for template in templates
        if template.exemptions and template.binds(team=facts.team, stage=facts.stage)
        for rule in template.rules
        if is_exempt(template, rule, facts, day)
    }


def is_exempt(template: GovernanceTemplate, rule: Rule, facts: Facts, day: date) -> bool:
    """Whether an exemption frees this workflow from a rule on a day; its last day counts."""
    return any(each.rule == rule.id and day <= each.until for each in exemptions_of(template, facts))


@dataclass(frozen=True)
class Question:
    """Asks whether `targets` can be reached from `starts` through nothing but what is open.

    Attributes:
        open: for each vertex, whether one may enter it: no guard closes it, and the data in question is there.
        arcs: for each vertex, where one can go from it.
        guards: paths of the guarding nodes.
    """

    starts: tuple[int, ...]
    targets: tuple[int, ...]
    open: bytearray
    arcs: list[list[int]]
    guards: frozenset[str]

    @cached_property
    def reached(self) -> bytearray:
        """For each vertex whether anything comes there past no guard. The verifier asks for it nowhere."""
        return reach_all(self.starts, self.arcs, self.open)


def ask_question(view: View, bound: BoundRule) -> Question | None:
    """What a rule asks of a workflow; None for a rule that asks for no path."""
    rule, facts, flow = bound.rule, view.facts, view.flow
    if rule.must_pass is not None:
        wanted = facts.wanted.get(bound.key, rule.insert.config if rule.insert else {})
        guards = find_guards(view, rule.must_pass.through, wanted)
        inserted = facts.types.get(rule.insert.type) if rule.insert is not None else None
        reviewed = inserted is not None and inserted.kind is Kind.REVIEW
        reviewed = reviewed or any(facts.type_of(path).kind is Kind.REVIEW for path in guards)
        known = ("question", rule.must_pass, frozenset(guards), reviewed)
        if known not in view.known:
            paths = _start(view, rule.must_pass.from_)
            paths.starts |= _anew(view, paths, guards, reviewed=reviewed)
            view.known[known] = _question(view, paths, find_targets(view, rule.must_pass.to), guards)
        question: Question = view.known[known]
        return question
    if rule.precede is not None:
        wanted = facts.wanted.get(bound.key, rule.insert.config if rule.insert else {})
        guards = find_guards(view, rule.precede.first, wanted)
        targets = find_targets(view, rule.precede.then)
        return _question(view, _Paths(frozenset({flow.index["", START]}), flow.control, None), targets, guards)
    if isinstance(rule.forbid, ForbidPath):
        return _question(view, _start(view, rule.forbid.from_), find_targets(view, rule.forbid.to), set())
    return None


@dataclass(frozen=True, slots=True)
class Look:
    """What a rule that asks for no path looks at, and what of it is not as the rule wants it. Both sorted."""

    at: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def look_at(view: View, bound: BoundRule) -> Look:
    """What a rule that asks for no path sees: forbidden things, required words. Guards of the machine see nothing."""
    rule, facts = bound.rule, view.facts
    if isinstance(rule.forbid, Selector):
        doors = {view.flow.vertices[door][0] or RESULT_NAME for door in find_targets(view, rule.forbid)}
        return Look(tuple(sorted(facts.nodes)), tuple(sorted(doors)))
    if rule.require is not None:
        known = {"owner": facts.owner, "deputy": facts.deputy, "purpose": facts.purpose}
        known["declassification_approved"] = "" if facts.declassified else "nothing is declassified"
        missing = tuple(sorted(word for word in rule.require if not known.get(word, "").strip()))
        return Look(tuple(sorted(rule.require)), missing)
    return Look()


def look_at_restores(view: View, bound: BoundRule) -> Look:
    """The doors at which a rule wants tokens turned back, and those of them that tokens still reach."""
    known = ("restores", bound.key)
    if known in view.known:
        look: Look = view.known[known]
        return look
    found = {door for selector in bound.rule.restore for door in find_targets(view, selector)}
    doors = {door for door in found if not _is_woven(view, door)}
    names = {door: view.flow.vertices[door][0] or RESULT_NAME for door in doors}
    wrong = (names[door] for door in doors if view.carries(door, MASKED))
    view.known[known] = Look(tuple(sorted(names.values())), tuple(sorted(wrong)))
    return look_at_restores(view, bound)


def _is_woven(view: View, door: int) -> bool:
    node = view.facts.nodes.get(view.flow.vertices[door][0])
    return node is not None and node.woven


@dataclass(slots=True)
class _Paths:
    """Where paths start and by which arcs they go: rules about data follow reads, rules about nodes edges too."""

    starts: frozenset[int]
    arcs: list[list[int]]
    within: bytearray | None


def _start(view: View, source: Selector) -> _Paths:
    within = find_carriers(view, source)
    arcs = view.flow.data if within is not None else view.flow.both
    return _Paths(find_sources(view, source), arcs, within)


def _question(view: View, paths: _Paths, targets: Iterable[int], guards: set[str]) -> Question:
    open_ = bytearray(paths.within) if paths.within is not None else bytearray(b"\1" * len(paths.arcs))
    for path in guards:
        for vertex in view.flow.gives[path]:
            open_[vertex] = 0
    starts = tuple(sorted(_those(paths.starts, open_)))
    return Question(starts, tuple(targets), open_, paths.arcs, frozenset(guards))


def _those(vertices: Collection[int], there: bytearray) -> Iterable[int]:
    """Of some vertices those that are marked."""
    return compress(vertices, map(there.__getitem__, vertices))


def _anew(view: View, paths: _Paths, guards: set[str], *, reviewed: bool) -> set[int]:
    """What starts anew: values of nodes that undo what a guard did, as far as they come from the sources at all."""
    flow, known = view.flow, paths.within
    if known is None:
        name = ("reach", paths.starts)
        known = view.known.get(name) or view.known.setdefault(name, reach_all(paths.starts, paths.arcs))
    undoing, given = _undoing(view, reviewed=reviewed)
    found = set(_those(given, known))
    for path in undoing & guards:
        found.difference_update(flow.gives[path], flow.sides[path])
    return found


def _undoing(view: View, *, reviewed: bool) -> tuple[frozenset[str], list[int]]:
    """The nodes that undo what a guard did, and all that they give."""
    name = ("undoing", reviewed)
    if name not in view.known:
        facts, flow = view.facts, view.flow
        paths: list[str] = []
        for key, placed in view.by_type.items():
            each = facts.types[key]
            if each.kind is Kind.PROMPT or turns_back(each):
                paths += placed
            elif reviewed:
                paths += [path for path in placed if not facts.nodes[path].pure]
        given = [vertex for path in paths for vertex in (*flow.gives[path], *flow.sides[path])]
        view.known[name] = frozenset(paths), given
    known: tuple[frozenset[str], list[int]] = view.known[name]
    return known


_OTHERWISE = bytes((1,)) + bytes(255)


def reach_all(starts: Iterable[int], arcs: list[list[int]], within: bytearray | None = None) -> bytearray:
    """For each vertex whether it can be reached from the starts, through what one may enter."""
    met = bytearray(len(arcs)) if within is None else within.translate(_OTHERWISE)  # where one need not, or may not, go
    waiting = list(starts)
    for vertex in waiting:
        met[vertex] = 1
    for vertex in waiting:  # which grows meanwhile
        for behind in arcs[vertex]:
            if not met[behind]:
                met[behind] = 1
                waiting.append(behind)
    reached = bytearray(len(arcs))
    for vertex in waiting:
        reached[vertex] = 1
    return reached
