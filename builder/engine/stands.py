"""From a rule's `insert` to what can stand at a door, or the sentence why it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from builder.engine.doors import RECORD, Stand
from builder.engine.facts import place_facts, read_wanted, say_config, type_facts
from builder.engine.labels import rank_at_door, turns_back
from builder.engine.marks import marks_of
from builder.engine.questions import BoundRule
from builder.engine.selectors import is_as_strict
from builder.kit.shapes import fits
from builder.sdk import Control, NodeType, Schema, free_record


@dataclass(frozen=True, slots=True)
class Readied:
    """What a rule inserts, ready to stand.

    Attributes:
        guard: what stands where its question finds a way past; None where it names nothing or that cannot stand.
        restorer: what turns tokens back at the doors of `restore`; None where it restores nothing.
        wanted: the config of the guard as its type reads it, only the keys that the rule says.
        refusal: why something that it names cannot stand, or `""`.
    """

    guard: Stand | None = None
    restorer: Stand | None = None
    wanted: Mapping[str, Any] | None = None
    refusal: str = ""


def ready_rule(bound: BoundRule, types: Mapping[str, NodeType]) -> Readied:
    """Looks up what a rule inserts."""
    insert = bound.rule.insert
    if insert is None:
        return Readied()
    guard, refusal = make_stand(bound, insert.type, insert.config, types)
    if guard is None:
        return Readied(refusal=refusal)
    wanted = read_wanted(insert.type, insert.config, types)
    restorer = None
    if bound.rule.restore:
        restorer, refusal = _make_restorer(bound, types)
    return Readied(guard, restorer, wanted, refusal)


def make_stand(
    bound: BoundRule, key: str, said: Mapping[str, Any], types: Mapping[str, NodeType]
) -> tuple[Stand | None, str]:
    """A node of a type and config that a rule names, or None and the reason."""
    node_type = types.get(key)
    if node_type is None:
        return None, f"there is no node type {key}"
    try:
        config = node_type.Config.model_validate(dict(said))
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "config"
        return None, f"the config for {key} is not right: {place}: {first['msg']}"
    unknown = sorted(set(said) - set(say_config(config)))
    if unknown:
        return None, f"the config for {key} must be written with the names of the file: {', '.join(unknown)}"
    if node_type.control not in (Control.STEP, Control.ASK):
        return None, f"{key} routes, and only a step or a review can stand at a door"
    ports = tuple(port.name for port in node_type.ports_of(config))
    output = node_type.shapes(config, {}).outputs.get(ports[0] if ports else "", {})
    if RECORD not in output.get("properties", {}):
        return None, f"{key} gives no `{RECORD}`, so that nothing can stand behind it"
    marks = marks_of(node_type.Config)
    if any(mark.scope == "graph" for mark in marks):
        return None, f"{key} reads other nodes by its config, which nothing at a door may"
    connection = None
    for mark in marks:
        if mark.way == "connection":
            connection = getattr(config, mark.path[0], None) or connection
    facts = place_facts(node_type, config, node_type.narrow(config), ports, woven=True)
    stand = Stand(bound, key, dict(said), replace(facts, connection=connection), rank_at_door(type_facts(node_type)))
    return stand, ""


def find_restorers(types: Mapping[str, NodeType]) -> list[str]:
    """The installed types that turn tokens back, the newest version of each first by name."""
    found = [key for key, each in types.items() if turns_back(type_facts(each))]
    return sorted(found, key=lambda key: (key.partition("@")[0], -int(key.partition("@")[2])))


def _make_restorer(bound: BoundRule, types: Mapping[str, NodeType]) -> tuple[Stand | None, str]:
    found = find_restorers(types)
    if not found:
        return None, "no installed type turns tokens back, so that nothing can be restored"
    stand, refusal = make_stand(bound, found[0], {}, types)
    return (None if stand is None else replace(stand, restores=True)), refusal


def can_take(stand: Stand, types: Mapping[str, NodeType], given: Mapping[str, Schema]) -> bool:
    """Whether a guard can take a record: its shape is the target's, so only types with inputs of their own cannot."""
    wanted = types[stand.type].In
    no_path = all("." not in name for name in given)
    return no_path and (wanted is None or fits(free_record(given), wanted).word != "no")


def keep_strictest(row: Iterable[Stand], readied: Mapping[str, Readied], types: Mapping[str, NodeType]) -> list[Stand]:
    """Of what stands at one door, all but what another does at least as strictly; of equals the first in order."""
    kept: list[Stand] = []
    for stand in sorted(row, key=lambda each: each.order):
        if any(_covers(other, stand, readied, types) for other in kept):
            continue
        kept = [other for other in kept if not _covers(stand, other, readied, types)]
        kept.append(stand)
    return kept


def _covers(one: Stand, other: Stand, readied: Mapping[str, Readied], types: Mapping[str, NodeType]) -> bool:
    if one.type != other.type or one.restores != other.restores:
        return False
    wanted = {} if other.restores else readied[other.bound.key].wanted or {}
    return is_as_strict(one.facts, type_facts(types[one.type]), wanted)
