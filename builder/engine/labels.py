"""The label pass: what each value may carry, and whose word it is. TRUSTED: the verifier believes this file.

A forward fixpoint over the data arcs, one machine word per vertex. Labels join at every reader; a type adds what it
`emits`, and only a policy or a review takes away what it `removes`. A detector takes no label away: it adds a mark,
`checked`, which holds where every value that arrives has passed that check since a model last made it, or since its
tokens were last turned back. Written the other way round, as `unchecked`, the mark joins like any label.

What a signal carries into a wait comes from outside as the input does, whoever sent it: it has the default labels, and
is untrusted and unchecked.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from builder.engine.arcs import RESULT, RESULT_DOOR, SIDE, FlowGraph, build_flow
from builder.engine.facts import Facts, Risk, TypeFacts
from builder.engine.findings import Finding, error, warning
from builder.engine.reading import Reading
from builder.engine.steering import find_steered
from builder.sdk import Control, Effect, Kind

UNTRUSTED, MASKED, SECRET = "untrusted", "masked", "secret"
_UNCHECKED = "unchecked:"
_MAY_CLEAN = frozenset({Kind.POLICY, Kind.REVIEW})


@dataclass(frozen=True, slots=True)
class View:
    """A workflow as governance sees it.

    Attributes:
        carried: for each vertex of the flow graph, the bits of what it may carry.
        bits: label → its bit; beside labels `untrusted` and `unchecked:<check>`.
        steered: paths of the nodes that run or not by a choice on untrusted values.
        by_type: `name@version` → paths of its nodes, in the order of the facts.
        known: what selectors have found in this view so far.
    """

    facts: Facts
    flow: FlowGraph
    carried: list[int]
    bits: dict[str, int]
    steered: frozenset[str]
    by_type: dict[str, list[str]]
    known: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def is_untrusted(self, vertex: int) -> bool:
        """Whether an outsider or a model may have written it."""
        return bool(self.carried[vertex] & self.bits[UNTRUSTED])

    def carries(self, vertex: int, label: str) -> bool:
        """Whether a vertex may carry a label."""
        return bool(self.carried[vertex] & self.bits.get(label, 0))


def make_view(facts: Facts) -> View:
    """Lays the flow graph and runs the pass."""
    flow = build_flow(facts)
    bits = _all_bits(facts)
    carried = _spread(flow, *_transfers(facts, flow, bits))
    untrusted = {path for path, door in flow.doors.items() if carried[door] & bits[UNTRUSTED]}
    by_type: dict[str, list[str]] = {}
    for path, node in facts.nodes.items():
        by_type.setdefault(node.type, []).append(path)
    return View(facts, flow, carried, bits, find_steered(facts, untrusted), by_type)


def _all_bits(facts: Facts) -> dict[str, int]:
    names = {UNTRUSTED, *facts.default_labels}
    for scope in facts.scopes.values():
        for labels in scope.inputs.values():
            names.update(labels)
    for each in facts.types.values():
        names.update(each.emits, each.removes)
        if each.check:
            names.add(_UNCHECKED + each.check)
    return {name: 1 << position for position, name in enumerate(sorted(names))}


def _transfers(facts: Facts, flow: FlowGraph, bits: Mapping[str, int]) -> tuple[list[int], list[int]]:
    """For each vertex the bits that it keeps of what arrives, and those that it adds."""
    everything = (1 << len(bits)) - 1
    unchecked = _mask(bits, (name for name in bits if name.startswith(_UNCHECKED)))
    keep, gain = [everything] * len(flow.vertices), [0] * len(flow.vertices)
    by_type = {key: _transfer(facts, each, bits, unchecked) for key, each in facts.types.items()}
    for path, node in facts.nodes.items():
        removed, added = by_type[node.type]
        for vertex in flow.gives[path]:
            keep[vertex], gain[vertex] = everything & ~removed, added
        for vertex in flow.sides[path]:
            gain[vertex] = added
    for vertex in itertools.chain.from_iterable(flow.given.values()):
        path, slot = flow.vertices[vertex]
        if slot.startswith(".input."):
            said = facts.scopes[path].inputs.get(slot.removeprefix(".input."))
            if path:
                gain[vertex] = _mask(bits, said or ())
            else:
                labels = facts.default_labels if said is None else said
                gain[vertex] = _mask(bits, labels) | bits[UNTRUSTED] | unchecked
    return keep, gain


def _transfer(facts: Facts, each: TypeFacts, bits: Mapping[str, int], unchecked: int) -> tuple[int, int]:
    """The bits that a type takes away from what it read, and those that it adds."""
    removed, added = 0, _mask(bits, emitted_by(facts, each))
    if each.kind in _MAY_CLEAN:
        removed = _mask(bits, each.removes) | (bits[UNTRUSTED] if each.endorses else 0)
    if each.check and each.kind is Kind.POLICY:
        removed |= bits[_UNCHECKED + each.check]
    if brings_untrusted(each):
        added |= bits[UNTRUSTED] | unchecked
    if turns_back(each):
        added |= unchecked
    return removed & ~added, added


def clean_at(view: View, each: TypeFacts, doors: Iterable[int]) -> View:
    """The same workflow, with the labels as they were if a node of this type stood at each of these doors."""
    flow, facts, bits = view.flow, view.facts, view.bits
    keep, gain = _transfers(facts, flow, bits)
    removed, added = _transfer(facts, each, bits, _mask(bits, (name for name in bits if name.startswith(_UNCHECKED))))
    for door in doors:
        for vertex in (door, *flow.handed.get(flow.vertices[door][0], ())):
            keep[vertex] &= ~removed
            gain[vertex] |= added
    return replace(view, carried=_spread(flow, keep, gain), known={})


def emitted_by(facts: Facts, each: TypeFacts) -> tuple[str, ...]:
    """The labels that a type adds: those that it declares, and the default labels on what a signal carries."""
    return (*each.emits, *facts.default_labels) if each.control is Control.WAIT else each.emits


def brings_untrusted(each: TypeFacts) -> bool:
    """Whether new values begin at a type that a model or somebody outside wrote: at prompts, at waits for signals, and
    where the type says so.
    """
    return each.kind is Kind.PROMPT or each.control is Control.WAIT or UNTRUSTED in each.emits


def turns_back(each: TypeFacts) -> bool:
    """Whether a type turns tokens back into what they stand for."""
    return each.kind is Kind.POLICY and MASKED in each.removes


def rank_at_door(each: TypeFacts) -> int:
    """The order at a door: 0 turns tokens back, 1 masks, 2 checks otherwise, 3 asks people."""
    if turns_back(each):
        return 0
    if each.kind is Kind.REVIEW or each.control is Control.ASK:
        return 3
    return 1 if MASKED in each.emits else 2


def _mask(bits: Mapping[str, int], names: Iterable[str]) -> int:
    mask = 0
    for name in names:
        mask |= bits[name]
    return mask


def _spread(flow: FlowGraph, keep: list[int], gain: list[int]) -> list[int]:
    carried = list(gain)
    open_ = [vertex for vertex, bits in enumerate(gain) if bits]
    while open_:
        vertex = open_.pop()
        bits = carried[vertex]
        for behind in flow.data[vertex]:
            new = carried[behind] | (bits & keep[behind])
            if new != carried[behind]:
                carried[behind] = new
                open_.append(behind)
    return carried


# ---------------------------------------------------------------- for people


def labels_of(reading: Reading, facts: Facts) -> dict[str, dict[str, dict[str, Any]]]:
    """What every readable field carries: node path → field → `{labels, integrity, checked}`; `input` is a path too."""
    view = make_view(facts)
    told: dict[str, dict[str, dict[str, Any]]] = {"input": {}}
    for name in facts.scopes[""].inputs:
        told["input"][name] = _tell(view, view.carried[view.flow.index["", f".input.{name}"]])
    for path, fields in _fields_of(reading).items():
        if path in facts.nodes:
            told[path] = {name: _tell_field(view, path, name) for name in fields}
    return told


def _fields_of(reading: Reading) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    open_ = [reading.root]
    while open_:
        graph = open_.pop()
        for name in graph.order or sorted(graph.nodes):
            node = graph.nodes[name]
            outputs = node.shapes.outputs.values() if node.shapes is not None else ()
            found[node.path] = sorted({name for output in outputs for name in output.get("properties", {})})
            if node.body is not None:
                open_.append(node.body)
    return found


def _tell(view: View, carried: int) -> dict[str, Any]:
    integrity = UNTRUSTED if carried & view.bits[UNTRUSTED] else "trusted"
    names = [name for name, bit in view.bits.items() if carried & bit and name != UNTRUSTED]
    labels = [name for name in names if not name.startswith(_UNCHECKED)]
    checks = {name for name in view.bits if name.startswith(_UNCHECKED)}
    return {
        "labels": labels,
        "integrity": integrity,
        "checked": sorted(name.removeprefix(_UNCHECKED) for name in checks.difference(names)),
    }


def _tell_field(view: View, path: str, name: str) -> dict[str, Any]:
    for slot in (name, f"{SIDE}.{name}"):
        if (path, slot) in view.flow.index:
            return _tell(view, view.carried[view.flow.index[path, slot]])
    return _tell(view, _unread(view, path))


def _unread(view: View, path: str) -> int:
    """What a field carries that nobody reads, so that it is no vertex."""
    flow, facts = view.flow, view.facts
    unchecked = _mask(view.bits, (name for name in view.bits if name.startswith(_UNCHECKED)))
    removed, added = _transfer(facts, facts.type_of(path), view.bits, unchecked)
    arrives = 0
    if path in facts.scopes:
        for name in facts.scopes[path].names:
            arrives |= view.carried[flow.index[path, f"{RESULT}.{name}"]]
    else:
        arrives = view.carried[flow.doors[path]]
    return arrives & ~removed | added


# ---------------------------------------------------------------- findings


def find_label_faults(view: View) -> list[Finding]:
    """What the labels themselves forbid, whatever the rules: of secrets, of who may clean, of tokens that leave."""
    return [*_false_cleaners(view), *_loose_secrets(view), *_leaving_tokens(view)]


def _false_cleaners(view: View) -> list[Finding]:
    found = []
    for path, node in view.facts.nodes.items():
        each = view.facts.types[node.type]
        if (each.removes or each.endorses) and each.kind not in _MAY_CLEAN:
            sentence = f"{node.type} says that it takes labels away, which only a policy or a review may do."
            found.append(error("false_cleaner", sentence, "Use a policy or a review there.", path))
        if turns_back(each) and not node.woven:
            sentence = f"{node.type} turns tokens back; it stands only where a rule's `restore` weaves it in."
            found.append(error("unmask_by_hand", sentence, "Take it out, or ask the owner of the rule.", path))
    return found


def _loose_secrets(view: View) -> list[Finding]:
    found = []
    for path, door in view.flow.doors.items():
        each = view.facts.type_of(path)
        takes = each.kind is Kind.POLICY and SECRET in each.removes
        if view.carries(door, SECRET) and not takes:
            found.append(error("secret_flows", f"A secret reaches {path}.", _WAY_OUT_OF_SECRETS, path))
    if view.carries(view.flow.index[RESULT_DOOR], SECRET):
        found.append(
            error("secret_flows", "A secret reaches the result.", _WAY_OUT_OF_SECRETS, None, "result", case="result")
        )
    return found


_WAY_OUT_OF_SECRETS = (
    "A secret may flow only into a policy that removes it; keys and passwords belong into credentials."
)


def _leaving_tokens(view: View) -> list[Finding]:
    return [
        warning(
            "masked_leaves",
            f"What {path} sends out may hold tokens instead of values, because no rule restores them there.",
            "Ask the owner of the masking rule to list this door in `restore`.",
            path,
        )
        for path, door in view.flow.doors.items()
        if view.facts.nodes[path].effect is Effect.WRITE
        and view.facts.nodes[path].external
        and view.carries(door, MASKED)
    ]


def compute_risk(view: View) -> Risk:
    """The risk of a workflow: *high* where personal data is written to the outside or for good, *medium* where
    anything is, *low* otherwise; never lower than what a governor raised it to.
    """
    found: Risk = "low"
    for path, node in view.facts.nodes.items():
        if node.effect is Effect.WRITE and (node.external or node.irreversible):
            personal = view.carries(view.flow.doors[path], "personal")
            found = "high" if personal or found == "high" else "medium"
    return max(found, view.facts.risk or "low", key=("low", "medium", "high").index)
