"""What a rule's words mean on a workflow: which nodes, values and doors they select. TRUSTED: the verifier believes it.

In doubt a selector selects: a region or a host that is not known matches every word about it, so that it is forbidden
and guarded; only for a guard (`strict`) does it match none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from builder.engine.arcs import DOOR, EXIT, RESULT_DOOR
from builder.engine.facts import ConnectionFacts, NodeFacts, TypeFacts
from builder.engine.labels import UNTRUSTED, View, brings_untrusted, emitted_by
from builder.engine.template import Selector

_ABOUT_NODES = (
    "kind", "kind_not", "type", "type_not", "check", "check_not", "template", "template_not", "effect", "effect_not",
    "external", "irreversible", "spends", "hosted", "hosted_not", "region", "region_not", "model", "model_not", "tag",
    "tag_not", "steered",
)  # fmt: skip
_ABOUT_PLACES = tuple(key for key in _ABOUT_NODES if not key.startswith(("kind", "type", "check")))
_ABOUT_MODELS = ("hosted", "hosted_not", "region", "region_not", "model", "model_not")


def names_nodes(selector: Selector) -> bool:
    """Whether a selector says anything about nodes."""
    return any(getattr(selector, key) is not None for key in _ABOUT_NODES)


def find_nodes(view: View, selector: Selector, *, strict: bool = False) -> list[str]:
    """Paths of the nodes that are what a selector says of nodes; what it says of data is not asked here."""
    key = (selector, strict)
    if key not in view.known:
        view.known[key] = _look_for_nodes(view, selector, strict=strict)
    found: list[str] = view.known[key]
    return found


def _look_for_nodes(view: View, selector: Selector, *, strict: bool) -> list[str]:
    if selector.input or selector.result or not matches_workflow(view, selector):
        return []
    facts = view.facts
    found: list[str] = []
    free = all(getattr(selector, key) is None for key in _ABOUT_PLACES)
    for key, paths in view.by_type.items():
        if _matches_type(selector, key, facts.types[key]):
            found += [path for path in paths if free or _matches_place(view, selector, path, strict=strict)]
    return found


def _matches_place(view: View, selector: Selector, path: str, *, strict: bool) -> bool:
    node = view.facts.nodes[path]
    return (
        _matches_effects(selector, node)
        and (selector.steered is None or path in view.steered)
        and _one_of(node.template, selector.template, selector.template_not)
        and _matches_tags(selector, node, view.facts.tags)
        and _matches_model(view, selector, node, strict=strict)
    )


def matches_workflow(view: View, selector: Selector) -> bool:
    """Whether the workflow is what a selector says of team and stage."""
    facts = view.facts
    return _one_of(facts.team, selector.team, selector.team_not) and _one_of(
        facts.stage, selector.stage, selector.stage_not
    )


def _matches_type(selector: Selector, key: str, each: TypeFacts) -> bool:
    keys = (key,) if each.base is None else (key, each.base)
    names = tuple(name for key in keys for name in (key, key.partition("@")[0]))
    return (
        _one_of(each.kind, selector.kind, selector.kind_not)
        and (selector.type is None or any(name in _listed(selector.type) for name in names))
        and not any(name in _listed(selector.type_not) for name in names)
        and _one_of(each.check, selector.check, selector.check_not)
    )


def _matches_effects(selector: Selector, node: NodeFacts) -> bool:
    return (
        _one_of(node.effect, selector.effect, selector.effect_not)
        and selector.external in (None, node.external)
        and selector.irreversible in (None, node.irreversible)
        and selector.spends in (None, node.spends)
    )


def _matches_tags(selector: Selector, node: NodeFacts, tags: Iterable[str]) -> bool:
    if selector.tag is None and selector.tag_not is None:
        return True
    has = {*node.tags, *tags}
    return (selector.tag is None or not has.isdisjoint(selector.tag)) and has.isdisjoint(selector.tag_not or ())


def _matches_model(view: View, selector: Selector, node: NodeFacts, *, strict: bool) -> bool:
    """What is said of hosts, regions and models selects only nodes that name a model connection.

    `model` means the model, or the connection by its name.
    """
    said = {key: getattr(selector, key) for key in _ABOUT_MODELS if getattr(selector, key) is not None}
    if not said:
        return True
    if node.connection is None:
        return False
    model = view.facts.models.get(node.connection, ConnectionFacts())
    known: dict[str, set[str | None]] = {
        "hosted": {model.hosted},
        "region": {model.region},
        "model": {node.connection, model.model or None},
    }
    for key, wanted in said.items():
        values = known[key.removesuffix("_not")]
        hit = not values.isdisjoint(_listed(wanted))
        if key.endswith("_not"):
            if hit or (strict and None in values):
                return False
        elif not hit and (strict or None not in values):
            return False
    return True


def _one_of(value: Any, wanted: Any, unwanted: Any) -> bool:
    return (wanted is None or value in _listed(wanted)) and (unwanted is None or value not in _listed(unwanted))


def _listed(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


# ---------------------------------------------------------------- data


def find_carriers(view: View, selector: Selector) -> bytearray | None:
    """For each vertex whether it carries what a selector says of data; None where it says nothing of data."""
    if not selector.names_data:
        return None
    key = (selector.labels, selector.labels_not, selector.integrity)
    if key not in view.known:
        view.known[key] = _look_for_data(view, selector)
    found: bytearray = view.known[key]
    return found


def _look_for_data(view: View, selector: Selector) -> bytearray:
    bits = view.bits
    any_of, none_of, exactly, of = 0, 0, 0, 0
    for label in selector.labels or ():
        any_of |= bits.get(label, 0)
    for label in selector.labels_not or ():
        none_of |= bits.get(label, 0)
    if selector.integrity is not None:
        of = bits[UNTRUSTED]
        exactly = of if selector.integrity == UNTRUSTED else 0
    free = selector.labels is None
    return bytearray(
        (free or carried & any_of != 0) and not carried & none_of and carried & of == exactly
        for carried in view.carried
    )


def find_sources(view: View, selector: Selector) -> frozenset[int]:
    """The values from which a selector's paths start.

    Of a selector that names data only: where that data begins, in the input, by what a type emits, or where no
    reader's values carried it yet. Otherwise: all that the selected nodes give, and for `input` the start.
    """
    key = ("sources", selector)
    if key not in view.known:
        view.known[key] = frozenset(_look_for_sources(view, selector))
    found: frozenset[int] = view.known[key]
    return found


def _look_for_sources(view: View, selector: Selector) -> set[int]:
    carriers = find_carriers(view, selector)
    flow = view.flow
    found: set[int] = set()
    if not matches_workflow(view, selector) or selector.result:
        return found
    if selector.input or (selector.names_data and not names_nodes(selector)):
        found.update(flow.given[""])
        if selector.input and carriers is None:
            found.add(flow.index["", ".start"])
    if selector.names_data and not names_nodes(selector) and not selector.input:
        found |= _beginnings(view, selector, carriers or bytearray())
    elif not selector.input:
        for path in find_nodes(view, selector):
            found.update(flow.gives[path], flow.sides[path])
            if selector.steered is not None:
                found.add(flow.doors[path])
    return {vertex for vertex in found if carriers is None or carriers[vertex]}


def _beginnings(view: View, selector: Selector, carriers: bytearray) -> set[int]:
    """Values that carry what is selected while nothing that feeds them does, or that add it themselves."""
    flow, facts = view.flow, view.facts
    wanted = set(selector.labels or ())
    fed = bytearray(len(carriers))
    for vertex, behind in enumerate(flow.data):
        if carriers[vertex]:
            for reader in behind:
                fed[reader] = 1
    found = []
    for key, paths in view.by_type.items():
        each = facts.types[key]
        adds = not wanted.isdisjoint(emitted_by(facts, each)) or (
            selector.integrity == UNTRUSTED and selector.labels is None and brings_untrusted(each)
        )
        for path in paths:
            if adds or not fed[flow.doors[path]]:
                found += [*flow.gives[path], *flow.sides[path]]
    for path in facts.scopes:
        labels = facts.scopes[path].inputs if path else {}
        for vertex in flow.given[path] if path else ():
            slot = flow.vertices[vertex][1]
            if not fed[vertex] or not wanted.isdisjoint(labels.get(slot.removeprefix(".input."), ())):
                found.append(vertex)
    return {vertex for vertex in found if carriers[vertex] and flow.vertices[vertex][1] not in (DOOR, EXIT)}


def find_targets(view: View, selector: Selector) -> list[int]:
    """The doors that a selector means."""
    flow = view.flow
    if selector.result:
        doors = [flow.index[RESULT_DOOR]] if matches_workflow(view, selector) else []
    else:
        doors = [flow.doors[path] for path in find_nodes(view, selector)]
    carriers = find_carriers(view, selector)
    return doors if carriers is None else [door for door in doors if carriers[door]]


# ---------------------------------------------------------------- guards


def find_guards(view: View, through: Selector, wanted: Mapping[str, Any]) -> set[str]:
    """Paths of the nodes that guard a path: they match `through`, and are as strict as what the rule would insert."""
    facts, key = view.facts, ("guards", through, repr(sorted(wanted.items())))
    if key not in view.known:
        carriers, doors = find_carriers(view, through), view.flow.doors
        view.known[key] = {
            path
            for path in find_nodes(view, through, strict=True)
            if (carriers is None or carriers[doors[path]])
            and is_as_strict(facts.nodes[path], facts.type_of(path), wanted)
        }
    found: set[str] = view.known[key]
    return found


def is_as_strict(node: NodeFacts, each: TypeFacts, wanted: Mapping[str, Any]) -> bool:
    """Whether every key of a rule's config has in this node the same value, or a stricter one."""
    return all(
        key in node.config and is_stricter(node.config[key], value, each.stricter.get(key))
        for key, value in wanted.items()
    )


def is_stricter(given: Any, wanted: Any, order: str | None) -> bool:
    """Whether a value is the wanted one, or stricter in the direction that the type declares."""
    if given == wanted and type(given) is type(wanted):
        return True
    if order in ("higher", "lower") and _is_number(given) and _is_number(wanted):
        return bool(given >= wanted if order == "higher" else given <= wanted)
    if order in ("superset", "subset") and isinstance(given, list) and isinstance(wanted, list):
        smaller, larger = (wanted, given) if order == "superset" else (given, wanted)
        return all(member in larger for member in smaller)
    return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
