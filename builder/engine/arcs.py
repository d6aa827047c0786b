"""The flow graph: from edges and references to vertices and arcs. TRUSTED: the verifier believes this file.

A vertex is a value or a place, named (path, slot):

    (classify, category)    an output field                  (classify, .door)   where its inputs arrive
    ("", .input.ticket)     a field of the run's input       ("", .result)       the door of the run's result
    (rows, .input.x), (rows, .item), (rows, .previous.x)     what the body of a container sees
    (rows, .result.x)       what the body gives              (rows, .start), (rows, .end)  its body begins, ends
    (classify, .exit)       it is done, by its main port     (classify, .side)   it left by another port, or failed

Data arcs follow reads: what can be told from a value. Control arcs follow edges: what ran before. A node that guards a
path guards what leaves it by its main port only: behind `rejected` or `error` its check was not passed, so what is read
there hangs on slots of its own (`.side.category`), which no guard closes. A woven node has no other way out: there the
machine ends the run as refused.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

from builder.engine.facts import Facts, NodeFacts, Reads, join_path, scope_of
from builder.sdk import ERROR_PORT, Control

Vertex = tuple[str, str]
DOOR, EXIT, SIDE, START, END, RESULT = ".door", ".exit", ".side", ".start", ".end", ".result"
ITEM, ERROR, WHOLE = ".item", ".error", "*"
RESULT_DOOR: Vertex = ("", RESULT)
_GIVEN = (".input.", ".previous.", ITEM)
MAIN_OR_END = frozenset({Control.REPEAT, Control.ASK})
"""Where no edge leaves another port than the main one, the run ends there: rounds used up, or a rejection."""


@dataclass(slots=True)
class FlowGraph:
    """Vertices, numbered in the order in which they were met, and arcs between them.

    Attributes:
        data: for each vertex, where its value can be told next.
        control: for each vertex, what runs next.
        both: for each vertex, either.
        doors: path → number of its door, in the order of the facts.
        gives: path → numbers of what leaves it by its main port; what a guard closes.
        sides: path → numbers of what leaves it by any other port.
        given: path of a graph → what is given to it (`.input.x`, `.item`, `.previous.x`).
        handed: path of a container → what it hands to its body (`.input.x`, `.item`).
    """

    vertices: list[Vertex] = field(default_factory=list)
    index: dict[Vertex, int] = field(default_factory=dict)
    data: list[list[int]] = field(default_factory=list)
    control: list[list[int]] = field(default_factory=list)
    both: list[list[int]] = field(default_factory=list)
    doors: dict[str, int] = field(default_factory=dict)
    gives: dict[str, list[int]] = field(default_factory=dict)
    sides: dict[str, list[int]] = field(default_factory=dict)
    given: dict[str, list[int]] = field(default_factory=dict)
    handed: dict[str, list[int]] = field(default_factory=dict)

    def at(self, path: str, slot: str) -> int:
        """The number of a vertex, which is made when it is new."""
        vertex = (path, slot)
        number = self.index.get(vertex)
        if number is None:
            number = self.index[vertex] = len(self.vertices)
            self.vertices.append(vertex)
            self.data.append([])
            self.control.append([])
        return number

    def name(self, number: int) -> str:
        """A vertex as a certificate names it: `classify/category`, `/.input.ticket`."""
        path, slot = self.vertices[number]
        return f"{path}/{slot}"

    def names(self) -> list[str]:
        """The name of each vertex."""
        return [f"{path}/{slot}" for path, slot in self.vertices]


def build_flow(facts: Facts) -> FlowGraph:
    """The flow graph of a workflow, woven or not."""
    flow = FlowGraph()
    for name in facts.scopes[""].inputs:
        flow.at("", f".input.{name}")
    for path in facts.nodes:
        flow.doors[path] = flow.at(path, DOOR)
        flow.gives[path], flow.sides[path] = [], []
    members: dict[str, list[str]] = {scope: [] for scope in facts.scopes}
    for path in facts.nodes:
        members[scope_of(path)].append(path)
    for scope in facts.scopes:
        _Scope(flow, facts, scope, members[scope]).join()
    for path in facts.nodes:
        _join_container(flow, facts, path)
    pairs = zip(flow.data, flow.control, strict=True)
    flow.both = [[*reads, *runs] if reads and runs else reads or runs for reads, runs in pairs]
    flow.given = {scope: [] for scope in facts.scopes}
    for vertex, (path, slot) in enumerate(flow.vertices):
        if slot.startswith(_GIVEN):
            flow.given[path].append(vertex)
    return flow


class _Scope:
    """One graph while its arcs are laid."""

    def __init__(self, flow: FlowGraph, facts: Facts, scope: str, members: list[str]) -> None:
        self.flow, self.facts, self.scope, self.members = flow, facts, scope, members
        self.behind_side: dict[str, frozenset[str]] = {}
        self.edges: dict[str, list[tuple[str, str]]] = {path: [] for path in members}
        self.entered: set[str] = set()
        self.ends = False  # whether a run can come to the end at all, rather than to a stop
        for source, port, target in facts.scopes[scope].edges:
            before, behind = join_path(scope, source), join_path(scope, target)
            if before in self.edges and behind in self.edges:
                self.edges[before].append((port, behind))
                self.entered.add(behind)

    def join(self) -> None:
        """Lays every arc of this graph."""
        flow = self.flow
        start, end = flow.at(self.scope, START), flow.at(self.scope, END)
        if not self.members:
            flow.control[start].append(end)
            self.ends = True
        for path in self.members:
            self._join_control(path, start, end)
        for path in self.members:
            if sided := self._side_targets(path):
                self.behind_side[path] = self._reach(sided)
        for path in self.members:
            self._join_reads(path, flow.doors[path], self.facts.nodes[path].reads)
        if self.scope:
            for name, paths in self.facts.scopes[self.scope].result:
                given = flow.at(self.scope, f"{RESULT}.{_field(name)}")
                self._join_reads("", given, ((name, paths),))
        else:
            door = flow.at(*RESULT_DOOR)
            flow.control[end].append(door)
            if self.ends:
                self._join_reads("", door, self.facts.scopes[""].result)

    def _join_control(self, path: str, start: int, end: int) -> None:
        flow, node = self.flow, self.facts.nodes[path]
        control = self.facts.type_of(path).control
        door, exit_ = flow.doors[path], flow.at(path, EXIT)
        flow.gives[path].append(exit_)
        if path not in self.entered:
            flow.control[start].append(door)
        if path not in self.facts.scopes or control is Control.EACH:
            flow.control[door].append(exit_)  # a map over no items never runs its body
        for port, target in self.edges[path]:
            flow.control[self._outlet(path, port) if port else exit_].append(flow.doors[target])
        for port in loose_ports(node, control, {port for port, _ in self.edges[path]}):
            flow.control[self._outlet(path, port)].append(end)
            self.ends = True

    def _outlet(self, path: str, port: str) -> int:
        """The vertex by which control leaves a node: its exit, or its side, which no guard closes."""
        flow = self.flow
        if self._is_main(path, port):
            return flow.at(path, EXIT)
        new = (path, SIDE) not in flow.index
        side = flow.at(path, SIDE)
        if new:
            flow.sides[path].append(side)
            flow.control[flow.doors[path]].append(side)
        return side

    def _is_main(self, path: str, port: str) -> bool:
        node = self.facts.nodes[path]
        if port == ERROR_PORT:
            return False
        return port in ("", node.ports[0]) or self.facts.type_of(path).control is Control.CHOOSE

    def _side_targets(self, path: str) -> list[str]:
        """What follows another port than the main one; `""` stands for the end of this graph."""
        node = self.facts.nodes[path]
        found = [target for port, target in self.edges[path] if port and not self._is_main(path, port)]
        if any(not self._is_main(path, port) for port in _own_ports(node, self.facts.type_of(path).control)[1:]):
            found.append("")
        return found

    def _reach(self, starts: Iterable[str]) -> frozenset[str]:
        found = set(starts)
        open_ = [path for path in found if path]
        while open_:
            for _, target in self.edges[open_.pop()]:
                if target not in found:
                    found.add(target)
                    open_.append(target)
        return frozenset(found | {""} if found else found)

    def _join_reads(self, reader: str, to: int, reads: Reads) -> None:
        """Arcs from everything that a reader reads; reader `""` is the result of this graph."""
        flow, feeds = self.flow, reader in self.facts.scopes and bool(reader)
        doors, data = flow.doors, flow.data
        prefix = f"{self.scope}." if self.scope else ""
        for name, paths in reads:
            into = [to]
            if feeds and name.startswith("inputs."):
                into.append(flow.at(reader, f".input.{_field(name)}"))
                if name == "inputs.items" and self.facts.type_of(reader).control is Control.EACH:
                    into.append(flow.at(reader, ITEM))
                flow.handed.setdefault(reader, []).extend(into[1:])
            for parts in paths:
                producer = prefix + parts[0]
                if producer in doors:
                    data[self._output(reader, producer, parts[1] if len(parts) > 1 else WHOLE)].extend(into)
                    continue
                for value in self._values(parts):
                    data[value].extend(into)

    def _values(self, parts: tuple[str, ...]) -> Iterator[int]:
        """The vertices that a read path means which begins with no node of this graph."""
        flow, scope, (first, *rest) = self.flow, self.scope, parts
        name = rest[0] if rest else WHOLE
        if first == "input":
            known = self.facts.nodes[scope].inputs if scope else tuple(self.facts.scopes[""].inputs)
            for each in known if name == WHOLE else ():
                yield flow.at(scope, f".input.{each}")
            yield flow.at(scope, f".input.{name}")
        elif first == "item" and scope:
            yield flow.at(scope, ITEM)
        elif first == "previous" and scope:
            known = self.facts.scopes[scope].names
            for each in known if name == WHOLE else (name,):
                previous = flow.at(scope, f".previous.{each}")
                given = flow.at(scope, f"{RESULT}.{each}")
                if previous not in flow.data[given]:
                    flow.data[given].append(previous)
                yield previous

    def _output(self, reader: str, producer: str, name: str) -> int:
        flow = self.flow
        side = name == ERROR_PORT or (producer in self.behind_side and reader in self.behind_side[producer])
        slot = ERROR if name == ERROR_PORT else f"{SIDE}.{name}" if side else name
        value = flow.index.get((producer, slot))
        if value is None:
            value = flow.at(producer, slot)
            (flow.sides if side else flow.gives)[producer].append(value)
            if producer not in self.facts.scopes or name == ERROR_PORT:
                flow.data[flow.doors[producer]].append(value)
        return value


def _join_container(flow: FlowGraph, facts: Facts, path: str) -> None:
    """A container runs its body between its door and its exit, and gives what the body gives."""
    if path not in facts.scopes:
        return
    flow.control[flow.doors[path]].append(flow.at(path, START))
    flow.control[flow.at(path, END)].append(flow.at(path, EXIT))
    given = [flow.at(path, f"{RESULT}.{name}") for name in facts.scopes[path].names]
    for value in (*flow.gives[path], *flow.sides[path]):
        if flow.vertices[value][1] not in (EXIT, SIDE, ERROR):
            for each in given:
                flow.data[each].append(value)


def loose_ports(node: NodeFacts, control: Control, wired: Container[str]) -> list[str]:
    """The ports by which a run comes from a node to the end of its graph: those of its own that no edge leaves.

    Args:
        node: the node.
        control: of its type. At a stop the run ends, without its result.
        wired: the ports that an edge leaves; the main one may be named `""`.
    """
    if control is Control.STOP:
        return []
    ports = enumerate(_own_ports(node, control))
    return [port for position, port in ports if port not in wired and (position or "" not in wired)]


def _own_ports(node: NodeFacts, control: Control) -> tuple[str, ...]:
    """The ports by which a run goes on although no edge leaves them."""
    return node.ports[:1] if node.woven or control in MAIN_OR_END else node.ports


def _field(name: str) -> str:
    """`inputs.text` → `text`."""
    return name.partition(".")[2]
