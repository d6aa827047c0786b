"""To compare is to say what one workflow means that another does not: where things stand on the canvas is no meaning.

Every difference is a Change with a plain sentence. Comparing the other way round gives the same changes mirrored: what
was added was removed, and what was is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from builder.engine.graph import Binding, Edge, Graph, Node, Workflow, body_of, dump_part
from builder.engine.template import GovernanceTemplate, hash_template
from builder.sdk import JSON

Thing = Literal["node", "edge", "field", "binding", "result", "input", "declassification", "heading", "trigger", "rule"]
Turn = Literal["added", "removed", "changed"]

NOTHING = object()
"""Stands for what is not there, which null is."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference in meaning.

    Attributes:
        thing: what differs; `heading` is what the file says of itself (name, purpose, tags …), `rule` a template of
            governance, `field` everything of a node but its bindings.
        turn: whether it is there only now, only before, or differs.
        node: path of the node, or of the container whose edge or result it is; None for the workflow itself.
        field: dotted path inside that; of an edge, `from → to`.
        was, now: the values; None where there was or is nothing.
    """

    thing: Thing
    turn: Turn
    node: str | None
    field: str | None
    was: JSON
    now: JSON
    sentence: str

    def as_record(self) -> dict[str, Any]:
        """As plain data, `code` being `thing_turn`."""
        return {
            "code": f"{self.thing}_{self.turn}", "node": self.node, "field": self.field,
            "was": self.was, "now": self.now, "sentence": self.sentence,
        }  # fmt: skip

    @property
    def place(self) -> tuple[str, str | None, str | None]:
        """What it is about: two changes of one place contradict each other."""
        return self.thing, self.node, self.field


def compare_workflows(before: Workflow, after: Workflow) -> list[Change]:
    """Everything that differs in meaning, the workflow's own lines first, then graph by graph. Empty when nothing does.

    Positions, groups and the order in which nodes and edges are written count for nothing.
    """
    found = list(_headings(before, after))
    found += _inputs(before.inputs, after.inputs)
    found += _graphs(before, after, "")
    found += _by_name("trigger", _triggers(before), _triggers(after), None, "The trigger {name}")
    return found


def compare_rules(before: Iterable[GovernanceTemplate], after: Iterable[GovernanceTemplate]) -> list[Change]:
    """Which templates of governance bind now that did not, or no longer do, or say something else."""
    was, now = ({each.name: each for each in templates} for templates in (before, after))
    found = []
    for name in sorted({*was, *now}):
        old, new = was.get(name), now.get(name)
        if old is None or new is None:
            there = cast("GovernanceTemplate", old or new)
            turn: Turn = "added" if old is None else "removed"
            word = "binds now" if old is None else "no longer binds"
            sentence = f"“{name}” ({there.owner}) {word}: {there.because}"
        elif hash_template(old) != hash_template(new):
            turn, sentence = "changed", f"“{name}” went from version {old.version} to {new.version}."
        else:
            continue
        versions = (None if old is None else old.version, None if new is None else new.version)
        found.append(Change("rule", turn, None, name, *versions, sentence))
    return found


# ---------------------------------------------------------------- the workflow itself

_HEADINGS = ("name", "purpose", "owner", "deputy", "team", "tags", "risk")


def _headings(before: Workflow, after: Workflow) -> Iterator[Change]:
    was, now = dump_part(before), dump_part(after)
    for word in _HEADINGS:
        one, other = was.get(word, NOTHING), now.get(word, NOTHING)
        if one != other:
            yield _change("heading", one, other, None, word, f"The {word}")


def _inputs(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    was, now = _fields(before), _fields(after)
    for name in sorted({*was, *now}):
        one, other = was.get(name, NOTHING), now.get(name, NOTHING)
        reasons = [dict(each.pop("declassified", None) or {}) if each is not NOTHING else {} for each in (one, other)]
        if one != other:
            yield _change("input", one, other, None, f"inputs.{name}", f"The input {name}")
        for label in sorted({*reasons[0], *reasons[1]}):
            old, new = (each.get(label, NOTHING) for each in reasons)
            if old != new:
                about = f"That the input {name} is not called {label}"
                yield _change("declassification", old, new, None, f"inputs.{name}.declassified.{label}", about)
    rest = [{key: item for key, item in each.items() if key not in ("properties", "required")}
            for each in (before, after)]  # fmt: skip
    for key in sorted({*rest[0], *rest[1]}):
        one, other = (each.get(key, NOTHING) for each in rest)
        if not _same(one, other):
            yield _change("input", one, other, None, f"inputs:{key}", f"What is said of the inputs ({key})")


def _fields(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Each input field with its schema, and whether it is required."""
    fields, required = schema.get("properties"), schema.get("required")
    needed = required if isinstance(required, list | tuple) else ()
    if not isinstance(fields, Mapping):
        return {}
    return {
        name: {**field, "required here": name in needed} if isinstance(field, Mapping) else {"schema": field}
        for name, field in fields.items()
    }


def _triggers(workflow: Workflow) -> dict[str, JSON]:
    """Triggers by what they are called, or by their place."""
    return {each.name: dump_part(each) for each in workflow.triggers}


# ---------------------------------------------------------------- graphs


def _graphs(before: Graph, after: Graph, path: str) -> Iterator[Change]:
    for name in sorted({*before.nodes, *after.nodes}):
        where = f"{path}.{name}" if path else name
        old, new = before.nodes.get(name), after.nodes.get(name)
        if old is not None and new is not None:
            yield from _nodes(old, new, where)
            continue
        node = cast("Node", old or new)
        turn: Turn = "added" if old is None else "removed"
        dumps = (None if old is None else dump_part(old), None if new is None else dump_part(new))
        sentence = f"{_called(node, where)} ({node.type}) was {turn}."
        yield Change("node", turn, where, None, *dumps, sentence)
    yield from _edges(before, after, path)
    about = f"What {path} gives as {{name}}" if path else "The result {name}"
    yield from _by_name("result", _said(before.result), _said(after.result), path or None, about, "result.")


def _nodes(old: Node, new: Node, path: str) -> Iterator[Change]:
    called = _called(new if new.title else old, path)
    was, now = dump_part(old), dump_part(new)
    for word in ("type", "title", "notes", "on_error", "tags", "woven"):
        one, other = was.get(word, NOTHING), now.get(word, NOTHING)
        if one != other:
            yield _change("field", one, other, path, word, f"{called}: {_WORDS.get(word, word)}")
    bodies = _both_bodies(old, new)
    configs = dict(old.config), dict(new.config)
    if bodies is not None:
        for config in configs:
            config.pop("body", None)
    for dotted, one, other in _differences(*configs, ""):
        yield _change("field", one, other, path, f"config.{dotted}", f"{called}: the setting {dotted}")
    about = f"{called}: the input {{name}}"
    yield from _by_name("binding", _said(old.inputs), _said(new.inputs), path, about, "inputs.")
    if bodies is not None:
        yield from _graphs(*bodies, path)


_WORDS = {"type": "the type", "title": "the title", "notes": "the note", "on_error": "what happens when it fails"}


def _both_bodies(old: Node, new: Node) -> tuple[Graph, Graph] | None:
    """The bodies of both, where both have one that is a graph."""
    try:
        bodies = body_of(old), body_of(new)
    except ValueError:
        return None
    return None if bodies[0] is None or bodies[1] is None else (bodies[0], bodies[1])


def _said(bindings: Mapping[str, Binding]) -> dict[str, JSON]:
    return {name: dump_part(each) for name, each in bindings.items()}


def _edges(before: Graph, after: Graph, path: str) -> Iterator[Change]:
    was, now = ({(each.from_, each.to): each for each in graph.edges} for graph in (before, after))
    for ends in sorted({*was, *now}):
        if (ends in was) == (ends in now):
            continue
        turn: Turn = "added" if ends in now else "removed"
        sentence = f"The arrow from {ends[0]} to {ends[1]} was {turn}."
        dumps = _edge(was.get(ends)), _edge(now.get(ends))
        yield Change("edge", turn, path or None, " → ".join(ends), *dumps, sentence)


def _edge(edge: Edge | None) -> JSON:
    return None if edge is None else dump_part(edge)


def _by_name(
    thing: Thing, was: Mapping[str, JSON], now: Mapping[str, JSON], node: str | None, about: str, prefix: str = ""
) -> Iterator[Change]:
    for name in sorted({*was, *now}):
        one, other = was.get(name, NOTHING), now.get(name, NOTHING)
        if not _same(one, other):
            yield _change(thing, one, other, node, f"{prefix}{name}", about.replace("{name}", name))


# ---------------------------------------------------------------- values


def _change(thing: Thing, was: Any, now: Any, node: str | None, field: str, about: str) -> Change:
    turn: Turn = "added" if was is NOTHING else "removed" if now is NOTHING else "changed"
    values = (None if was is NOTHING else was, None if now is NOTHING else now)
    if turn == "changed" and (_is_short(was) and _is_short(now)):
        sentence = f"{about} was changed from {_shown(was)} to {_shown(now)}."
    elif turn == "added" and _is_short(now):
        sentence = f"{about} was added: {_shown(now)}."
    else:
        sentence = f"{about} was {turn}."
    return Change(thing, turn, node, field, *values, sentence)


def _differences(was: JSON, now: JSON, path: str) -> Iterator[tuple[str, Any, Any]]:
    """The smallest parts that differ, each as (dotted path, what was, what is)."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in sorted({*was, *now}):
            inner = f"{path}.{key}" if path else key
            yield from _differences(was.get(key, NOTHING), now.get(key, NOTHING), inner)
    elif _is_list(was) and _is_list(now) and len(was) == len(now) and path:
        for at, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from _differences(one, other, f"{path}.{at}")
    elif not _same(was, now):
        yield path, was, now


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same plain data; 1 is not true, and 1.0 is 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if _is_list(one) and _is_list(other):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _called(node: Node, path: str) -> str:
    return f"“{node.title}”" if node.title else path


def _is_short(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= 60 and "\n" not in value
    return value is None or isinstance(value, bool | int | float)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"“{value}”"
    if value is None:
        return "nothing"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
