"""Definite assignment against an oracle that plays every order of events on small graphs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.engine.assignment import RESULT, Need, Routes, find_feeders
from builder.engine.assignment import unmet_needs as unmet_needs_of
from builder.engine.order import ancestor_masks

from .draws import pick, pick_some, upto

ENDED = ("skipped", "cancelled")


@dataclass
class Oracle:
    """Plays a graph in every order: which needs of which reader can go unmet when it starts?

    A node is absent (pending), `running`, `skipped`, `cancelled`, or the port that it took.
    """

    routes: Routes
    needs: dict[str, list[Need]]
    unmet: set[tuple[str, Need]] = field(default_factory=set)
    seen: set[tuple[tuple[str, str], ...]] = field(default_factory=set)

    def play(self) -> set[tuple[str, Need]]:
        self.go({})
        return self.unmet

    def go(self, state: dict[str, str]) -> None:
        state = self.settle(dict(state))
        key = tuple(sorted(state.items()))
        if key in self.seen:
            return
        self.seen.add(key)
        running = [node for node, word in state.items() if word == "running"]
        if not running and all(state[stop] in ENDED for stop in self.routes.stops):
            self.look(RESULT, state)
        for node in running:
            for port in self.routes.ports[node]:
                self.go({**state, node: port})

    def settle(self, state: dict[str, str]) -> dict[str, str]:
        moved = True
        while moved:
            moved = False
            for node in self.routes.order:
                if node not in state and (word := self.next_word(node, state)):
                    state[node] = word
                    moved = True
                    if word in ENDED:
                        continue
                    self.look(node, state)
                    if node in self.routes.partial:
                        state[node] = "done"
                        for feeder in self.routes.partial[node][1]:
                            if state.get(feeder, "running") == "running":
                                state[feeder] = "cancelled"
        return state

    def next_word(self, node: str, state: dict[str, str]) -> str:
        entering = [(source, port) for source, port, target in self.routes.edges if target == node]
        if not entering:
            return "running"
        taken = sum(state.get(source) == port for source, port in entering)
        open_ = any(state.get(source, "running") == "running" for source, _ in entering)
        if node in self.routes.partial:
            if taken >= self.routes.partial[node][0]:
                return "running"
            return "" if open_ else "skipped"
        return "" if open_ else "running" if taken else "skipped"

    def look(self, reader: str, state: dict[str, str]) -> None:
        for need in self.needs.get(reader, []):
            if not any(state.get(node) in ports for node, ports in need):
                self.unmet.add((reader, need))


def draw_routes(draw: st.DrawFn, *, partial: bool) -> Routes:
    size = 2 + draw(upto(3))
    order = tuple(f"n{number}" for number in range(size))
    ports, edges, merges = {}, [], {}
    for number, node in enumerate(order):
        ports[node] = ("done", "other")[: 1 + draw(upto(1))]
        edges += [(source, pick(draw, ports[source]), node) for source in pick_some(draw, order[:number], 3)]
        entering = [edge for edge in edges if edge[2] == node]
        if partial and len(entering) > 1 and draw(upto(1)):
            ports[node] = ("done",)
            merges[node] = 1 + draw(upto(len(entering) - 2)), bool(draw(upto(1)))
    chosen = {
        merge: (count, find_feeders(order, edges, merge) if cancels else frozenset())
        for merge, (count, cancels) in merges.items()
    }
    return Routes(order, ports, tuple(edges), chosen)


@st.composite
def cases(draw: st.DrawFn, partial: bool = False) -> tuple[Routes, dict[str, list[Need]]]:
    drawn = draw_routes(draw, partial=partial)
    needs: dict[str, list[Need]] = {}
    for number, reader in enumerate((*drawn.order, RESULT)):
        if number == 0:
            continue
        found = [draw_need(draw, drawn, drawn.order[:number]) for _ in range(draw(upto(3)))]
        needs[reader] = list(dict.fromkeys(found))
    return drawn, needs


def draw_need(draw: st.DrawFn, drawn: Routes, nodes: tuple[str, ...]) -> Need:
    chosen = pick_some(draw, nodes, 3, least=1)
    return frozenset((node, frozenset(pick_some(draw, drawn.ports[node], 2, least=1))) for node in chosen)


def unmet_needs(drawn: Routes, needs: list[tuple[str, Need]]) -> set[tuple[str, Need]]:
    return unmet_needs_of(drawn, ancestor_masks(drawn.order, drawn.edges), needs)


def asked(needs: dict[str, list[Need]]) -> list[tuple[str, Need]]:
    return [(reader, need) for reader, group in needs.items() for need in group]


def upstream(drawn: Routes, needs: dict[str, list[Need]]) -> dict[str, list[Need]]:
    """Only needs that lead upstream: anything else is another finding."""
    above: dict[str, set[str]] = {RESULT: set(drawn.order)}
    for node in drawn.order:
        sources = {source for source, _, target in drawn.edges if target == node}
        above[node] = sources.union(*(above[source] for source in sources))
    return {
        reader: [need for need in group if {node for node, _ in need} <= above[reader]]
        for reader, group in needs.items()
    }


@given(cases())
def test_without_partial_merges_the_answer_is_exact(case: tuple[Routes, dict[str, list[Need]]]) -> None:
    drawn, needs = case
    needs = upstream(drawn, needs)
    assert unmet_needs(drawn, asked(needs)) == Oracle(drawn, needs).play()


@given(cases(), st.data())
def test_a_run_that_stops_has_no_result_to_give(
    case: tuple[Routes, dict[str, list[Need]]], data: st.DataObject
) -> None:
    drawn, needs = case
    stops = data.draw(st.frozensets(st.sampled_from(drawn.order), max_size=2))
    drawn = replace(drawn, stops=stops)
    result = {RESULT: needs[RESULT]}
    assert unmet_needs(drawn, asked(result)) == Oracle(drawn, result).play()


@given(cases(partial=True))
def test_with_partial_merges_nothing_unmet_is_missed(case: tuple[Routes, dict[str, list[Need]]]) -> None:
    drawn, needs = case
    needs = upstream(drawn, needs)
    assert Oracle(drawn, needs).play() <= unmet_needs(drawn, asked(needs))


ALL = frozenset({"done"})


def race(*, cancel: bool) -> Routes:
    """start → {fast, slow} → first → after."""
    order = ("start", "fast", "slow", "first", "after")
    edges = (
        ("start", "done", "fast"), ("start", "done", "slow"), ("fast", "done", "first"), ("slow", "done", "first"),
        ("first", "done", "after"),
    )  # fmt: skip
    feeders = find_feeders(order, edges, "first") if cancel else frozenset()
    return Routes(order, dict.fromkeys(order, ("done",)), edges, {"first": (1, feeders)})


@pytest.mark.parametrize("cancel", [False, True])
def test_behind_a_race_one_of_the_racers_is_there(cancel: bool) -> None:
    either = frozenset({("fast", ALL), ("slow", ALL)})
    one = frozenset({("fast", ALL)})
    start = frozenset({("start", ALL)})
    unmet = unmet_needs(
        race(cancel=cancel), [(node, need) for node in ("after", RESULT) for need in (either, one, start)]
    )
    assert unmet == {("after", one), (RESULT, one)} if cancel else {("after", one)}


def test_both_sides_of_a_parallel_split_are_there_behind_the_join() -> None:
    order = ("a", "b", "c", "join")
    edges = (("a", "done", "b"), ("a", "done", "c"), ("b", "done", "join"), ("c", "done", "join"))
    both = [("join", frozenset({(node, ALL)})) for node in "abc"]
    assert unmet_needs(Routes(order, dict.fromkeys(order, ("done",)), edges, {}), both) == set()


def test_one_need_may_hang_on_the_choice_of_a_node_far_above() -> None:
    order = ("route", "left", "right", "join", "late")
    edges = (("route", "l", "left"), ("route", "r", "right"), ("left", "done", "join"), ("right", "done", "join"),
             ("join", "done", "late"))  # fmt: skip
    drawn = Routes(order, {**dict.fromkeys(order, ("done",)), "route": ("l", "r")}, edges, {})
    either, one = frozenset({("left", ALL), ("right", ALL)}), frozenset({("left", ALL)})
    assert unmet_needs(drawn, [("late", either), ("late", one)]) == {("late", one)}


def test_a_merge_that_may_starve_is_not_sure_to_run() -> None:
    order = ("n0", "n1", "n2", "n3")
    edges = (
        ("n0", "done", "n1"), ("n0", "other", "n2"), ("n0", "done", "n3"), ("n1", "done", "n3"), ("n2", "done", "n3"),
    )  # fmt: skip
    ports = dict.fromkeys(order, ("done",)) | {"n0": ("done", "other")}
    drawn = Routes(order, ports, edges, {"n3": (2, frozenset())})
    need = frozenset({("n3", ALL)})
    assert unmet_needs(drawn, [(RESULT, need)]) == {(RESULT, need)}


def test_a_merge_whose_arrows_are_all_taken_is_sure_to_run() -> None:
    order = ("start", "a", "b", "c", "most")
    edges = (
        ("start", "done", "a"), ("start", "done", "b"), ("start", "done", "c"),
        ("a", "done", "most"), ("b", "done", "most"), ("c", "done", "most"),
    )  # fmt: skip
    drawn = Routes(order, dict.fromkeys(order, ("done",)), edges, {"most": (2, frozenset())})
    need = frozenset({("most", ALL)})
    assert unmet_needs(drawn, [(RESULT, need)]) == set()
