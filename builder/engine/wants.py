"""Where the guards that rules want must stand: at the targets, at the readers of the source, or at the fewest doors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from builder.engine.arcs import DOOR, ITEM, RESULT_DOOR
from builder.engine.doors import RESULT_AT, Stand
from builder.engine.facts import Facts
from builder.engine.fewest import find_cut
from builder.engine.labels import MASKED, View, clean_at, turns_back
from builder.engine.questions import Question, ask_question
from builder.engine.selectors import find_targets
from builder.engine.stands import Readied
from builder.engine.template import Selector
from builder.sdk import Control

CanStand = Callable[[str], bool]


class Doors:
    """Which door a node's vertex stands for, in a graph in which something may stand already.

    Args:
        source: the facts of the source.
        standing: path of what stands at a door → that door.
    """

    def __init__(self, source: Facts, standing: dict[str, str]) -> None:
        self.standing = standing
        calls = (path for path in source.scopes if path and source.type_of(path).control is Control.CALL)
        self.calls = sorted(calls, key=len)

    def of(self, view: View, vertex: int) -> str:
        """The door to stand at for what reaches a vertex: inside a call, the door of the outermost call."""
        path, slot = view.flow.vertices[vertex]
        if (path, slot) == RESULT_DOOR:
            return RESULT_AT
        door = self.standing.get(path, path)
        return next((call for call in self.calls if door.startswith(f"{call}.")), door)


def find_wants(view: View, readied: Readied, doors: Doors, can_stand: CanStand, *, at_target: bool = False) -> set[str]:
    """The doors at which a rule wants its guard, because something gets past it; with `at_target`, wherever it says."""
    assert readied.guard is not None
    question = ask_question(view, readied.guard.bound)
    if question is None:
        return set()
    reached = question.reached
    hit = [target for target in question.targets if reached[target]]
    if not hit:
        return set()
    insert = readied.guard.bound.rule.insert
    place = insert.place if insert is not None and not at_target else "at_target"
    if place == "at_source":
        return {door for door in _source_doors(view, question, reached, doors) if can_stand(door)}
    if place == "fewest" and insert is not None:
        at = _standable(view, doors, can_stand)
        cut = find_cut(view.flow, _lasting(view, readied.guard, question, at), at, insert.cost)
        if cut == frozenset():
            cut = find_cut(view.flow, question, at, insert.cost)
        if cut is not None:
            return set(cut)
    return {door for target in hit if can_stand(door := doors.of(view, target))}


def _standable(view: View, doors: Doors, can_stand: CanStand) -> Callable[[int], str | None]:
    def at(vertex: int) -> str | None:
        path = view.flow.vertices[vertex][0]
        door = doors.of(view, vertex)
        inside = path and door not in (path, doors.standing.get(path))
        return door if not inside and can_stand(door) else None

    return at


def _lasting(view: View, guard: Stand, question: Question, at: Callable[[int], str | None]) -> Question:
    """The question without what is a source only as long as the guard stands nowhere.

    Where a guard itself takes away what the question is about (a review endorses), nothing behind it starts anew. What
    is no source once it stands at every door carries the data only where a path without a guard brings it, and such a
    path is cut for its own beginning.
    """
    each = view.facts.types[guard.type]
    if not (each.removes or each.endorses or each.emits):
        return question
    doors = (*view.flow.doors.values(), view.flow.index[RESULT_DOOR])
    clean = ask_question(clean_at(view, each, (door for door in doors if at(door) is not None)), guard.bound)
    starts = set() if clean is None else set(clean.starts)
    return replace(question, starts=tuple(start for start in question.starts if start in starts))


def _source_doors(view: View, question: Question, reached: bytearray, doors: Doors) -> set[str]:
    """The doors of the direct readers of the sources from which a target is reached."""
    leads = _leads_to(question, reached)
    found: set[str] = set()
    seen = set(question.starts)
    open_ = [start for start in question.starts if leads[start]]
    while open_:
        vertex = open_.pop()
        path, slot = view.flow.vertices[vertex]
        if slot == DOOR or (path, slot) == RESULT_DOOR:
            found.add(doors.of(view, vertex))
            continue
        for behind in question.arcs[vertex]:
            if behind in seen or not leads[behind] or not question.open[behind]:
                continue
            seen.add(behind)
            path, slot = view.flow.vertices[behind]
            if path and (slot == ITEM or slot.startswith(".input.")):
                found.add(doors.of(view, view.flow.doors[path]))
            else:
                open_.append(behind)
    return found


def _leads_to(question: Question, reached: bytearray) -> bytearray:
    """For each reached vertex whether a target can be reached from it."""
    back: dict[int, list[int]] = {}
    for vertex, there in enumerate(reached):
        for behind in question.arcs[vertex] if there else ():
            if question.open[behind]:
                back.setdefault(behind, []).append(vertex)
    leads = bytearray(len(reached))
    open_ = [target for target in question.targets if reached[target]]
    for target in open_:
        leads[target] = 1
    while open_:
        for before in back.get(open_.pop(), ()):
            if not leads[before]:
                leads[before] = 1
                open_.append(before)
    return leads


def find_restores(
    view: View, restores: Iterable[tuple[str, tuple[Selector, ...]]], doors: Doors, masked: Iterable[str] = ()
) -> dict[str, set[str]]:
    """Rule key → the doors of its `restore` that tokens can reach, seen as if at each of them they were turned back.

    Args:
        view: the graph as it stands.
        restores: (rule key, its `restore`).
        doors: which door a vertex stands for.
        masked: doors at which masks are wanted, whether they stand there yet or not.
    """
    wanted: dict[str, set[str]] = {}
    for key, selectors in restores:
        for selector in selectors:
            for vertex in find_targets(view, selector):
                if view.flow.vertices[vertex][0] not in doors.standing:
                    wanted.setdefault(doors.of(view, vertex), set()).add(key)
    flow, facts = view.flow, view.facts
    turning = {path for path in facts.nodes if turns_back(facts.type_of(path))}
    masking = [path for path in facts.nodes if MASKED in facts.type_of(path).emits]
    open_ = [vertex for path in masking for vertex in (*flow.gives[path], *flow.sides[path])]
    for door in masked:
        open_ += (flow.index[RESULT_DOOR],) if door == RESULT_AT else (flow.doors[door], *flow.handed.get(door, ()))
    seen, found = set(open_), {key: set[str]() for keys in wanted.values() for key in keys}
    while open_:
        vertex = open_.pop()
        path, slot = flow.vertices[vertex]
        is_door = slot == DOOR or (path, slot) == RESULT_DOOR
        door = doors.of(view, vertex) if is_door else ""
        if door in wanted:
            for key in wanted[door]:
                found[key].add(door)
        elif path not in turning:
            for behind in flow.data[vertex]:
                if behind not in seen:
                    seen.add(behind)
                    open_.append(behind)
    return found
