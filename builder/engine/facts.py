"""Facts are what governance knows of a workflow: plain data, taken from its Reading, compared again before each run.

They hold nothing of the types' code but its hash, and nothing of a value but who reads it. Everything that weaving,
proving and verifying decide, they decide from Facts.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from builder.engine.declared import DEFAULT_LABELS, declassified_in, labels_of_field
from builder.engine.graph import Edge, Workflow
from builder.engine.reading import GraphReading, NodeReading, Read, Reading
from builder.kit.hashing import hash_value
from builder.sdk import AfterCrash, Control, Effect, Effects, Kind, NodeConfig, NodeType, Stage

_STRICT = ConfigDict(extra="forbid")
Reads = tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
"""(field, paths read), sorted by field: `("inputs.text", (("input", "ticket"),))`."""
Risk = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class ConnectionFacts:
    """A model connection: which model, where it is hosted (`default` is external until it is resolved), its region."""

    __pydantic_config__ = _STRICT

    model: str = ""
    hosted: Literal["local", "internal", "external"] = "external"
    region: str | None = None


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """An installed node type, under `name@version`.

    Attributes:
        code: SHA-256 of the file its class stands in, and of what a NodeTemplate says.
        base: for a NodeTemplate, the type that it was made from.
        stricter: config key → the direction in which it is stricter.
    """

    __pydantic_config__ = _STRICT

    code: str
    kind: Kind
    control: Control = Control.STEP
    emits: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    endorses: bool = False
    check: str | None = None
    base: str | None = None
    stricter: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """A placed node.

    Attributes:
        type: `name@version`; see `Facts.types`.
        inputs: names of its bindings, sorted.
        ports: its outlets, the main one first, without `error`.
        reads: who reads what, `inputs.…` and `config.…`.
        connection: the model connection that it names; see `Facts.models`.
        config: its validated config as a file would say it, for kinds that may be a guard (policy, review, tool).
        woven: whether governance wove it in.
    """

    __pydantic_config__ = _STRICT

    type: str
    effect: Effect = Effect.NONE
    external: bool = False
    after_crash: AfterCrash = AfterCrash.RETRY_SAFE
    irreversible: bool = False
    spends: bool = False
    inputs: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    reads: Reads = ()
    connection: str | None = None
    tags: tuple[str, ...] = ()
    template: str | None = None
    config: dict[str, Any] = field(default_factory=dict)
    woven: bool = False

    def rejoined(self, inputs: tuple[str, ...], reads: Reads) -> NodeFacts:
        """The same node with other bindings. (As `replace` does it, which takes three times as long.)"""
        return NodeFacts(
            self.type, self.effect, self.external, self.after_crash, self.irreversible, self.spends, inputs, self.ports,
            reads, self.connection, self.tags, self.template, self.config, self.woven,
        )  # fmt: skip

    @property
    def pure(self) -> bool:
        """Whether nothing outside the run can notice it."""
        return self.effect is Effect.NONE and not self.external


@dataclass(frozen=True, slots=True)
class ScopeFacts:
    """A graph: the outer one (under `""`) or the body of a container (under its path).

    Attributes:
        edges: (source, port, target); port `""` is the main one.
        result: who reads what, `result.…`.
        names: names of the result's bindings, sorted.
        inputs: for the outer graph, every input field with its labels; for a call, what the called file adds.
    """

    __pydantic_config__ = _STRICT

    edges: tuple[tuple[str, str, str], ...] = ()
    result: Reads = ()
    names: tuple[str, ...] = ()
    inputs: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it.

    Attributes:
        declassified: input field → label that the file takes away → reason.
        wanted: `template/rule` → what its guards must be as strict as, see `read_wanted`.
    """

    __pydantic_config__ = _STRICT

    name: str
    team: str
    stage: Stage
    risk: Risk | None
    owner: str
    deputy: str
    purpose: str
    tags: tuple[str, ...]
    declassified: dict[str, dict[str, str]]
    default_labels: tuple[str, ...]
    types: dict[str, TypeFacts]
    models: dict[str, ConnectionFacts]
    nodes: dict[str, NodeFacts]
    scopes: dict[str, ScopeFacts]
    wanted: dict[str, dict[str, Any]] = field(default_factory=dict)

    def type_of(self, path: str) -> TypeFacts:
        """The type of a placed node."""
        return self.types[self.nodes[path].type]


FACTS = TypeAdapter(Facts)


def dump_facts(facts: Facts) -> dict[str, Any]:
    """Facts as plain data."""
    record: dict[str, Any] = FACTS.dump_python(facts, mode="json", exclude_defaults=True)
    return record


def hash_facts(facts: Facts) -> str:
    """Hash of all that is known."""
    return hash_value(dump_facts(facts))


def collect_facts(
    reading: Reading,
    connections: Mapping[str, ConnectionFacts],
    *,
    team: str | None = None,
    stage: Stage = Stage.PILOT,
    risk: Risk | None = None,
    default_labels: Iterable[str] = DEFAULT_LABELS,
) -> Facts:
    """What governance knows of a workflow.

    Args:
        reading: the workflow, looked up, without error findings.
        connections: the model connections of this installation; one that is missing is external, region unknown.
        team: who owns it; by default what the file says.
        stage: how far it has come.
        risk: what a governor raised it to, if anything.
        default_labels: what every text, object, list and file of the input carries unless it is declassified.
    """
    workflow, defaults = reading.workflow, tuple(sorted(default_labels))
    types: dict[str, TypeFacts] = {}
    nodes: dict[str, NodeFacts] = {}
    scopes: dict[str, ScopeFacts] = {}
    for graph in graphs_in(reading.root):
        scopes[graph.path] = _scope_facts(graph, defaults)
        for node in graph.nodes.values():
            if node.type is not None:
                types.setdefault(node.type.key(), type_facts(node.type))
                nodes[node.path] = _node_facts(node, node.type)
    used = sorted({node.connection for node in nodes.values() if node.connection is not None})
    return Facts(
        name=workflow.name, team=workflow.team if team is None else team, stage=stage, risk=risk or workflow.risk,
        owner=workflow.owner, deputy=workflow.deputy, purpose=workflow.purpose, tags=workflow.tags,
        declassified=declassified_in(reading.root.names["input"]), default_labels=defaults, types=types,
        models={name: connections.get(name, ConnectionFacts()) for name in used}, nodes=nodes, scopes=scopes,
    )  # fmt: skip


def graphs_in(graph: GraphReading) -> Iterator[GraphReading]:
    """A graph and every body in it."""
    yield graph
    for node in graph.nodes.values():
        if node.body is not None:
            yield from graphs_in(node.body)


def _scope_facts(graph: GraphReading, defaults: tuple[str, ...]) -> ScopeFacts:
    inputs: dict[str, tuple[str, ...]] = {}
    if isinstance(graph.graph, Workflow):
        fields = graph.names["input"].get("properties", {})
        inputs = {name: labels_of_field(schema, () if graph.path else defaults) for name, schema in fields.items()}
    return ScopeFacts(
        edges=tuple(map(edge_fact, graph.graph.edges)),
        result=_reads(graph.reads),
        names=tuple(sorted(graph.result_bindings)),
        inputs=inputs,
    )


def edge_fact(edge: Edge) -> tuple[str, str, str]:
    """An edge as (source, port, target); port `""` is the main one."""
    return edge.source, edge.port or "", edge.to


def _node_facts(node: NodeReading, node_type: NodeType) -> NodeFacts:
    placed = node.node
    return place_facts(
        node_type, node.config, node.effects, node.ports, woven=placed.woven is not None,
        inputs=tuple(sorted(placed.inputs)), reads=_reads(node.reads), connection=node.connection, tags=placed.tags,
    )  # fmt: skip


def place_facts(
    node_type: NodeType,
    config: NodeConfig | None,
    effects: Effects,
    ports: tuple[str, ...],
    *,
    woven: bool,
    inputs: tuple[str, ...] = (),
    reads: Reads = (),
    connection: str | None = None,
    tags: tuple[str, ...] = (),
) -> NodeFacts:
    """What is known of a node; by default before it is joined to anything."""
    return NodeFacts(
        type=node_type.key(),
        effect=effects.effect,
        external=effects.external,
        after_crash=effects.after_crash,
        irreversible=effects.irreversible,
        spends=effects.spends,
        ports=ports,
        config=say_config(config) if config is not None and (woven or node_type.kind in GUARDS) else {},
        inputs=inputs,
        reads=reads,
        connection=connection,
        tags=tags,
        template=node_type.template,
        woven=woven,
    )


GUARDS = frozenset({Kind.POLICY, Kind.REVIEW, Kind.TOOL})
"""Kinds that may guard a path, so that their config is compared with what a rule wants."""


def say_config(config: NodeConfig) -> dict[str, Any]:
    """A validated config as a file would say it, defaults included."""
    return config.model_dump(mode="json", by_alias=True)


def _reads(reads: Iterable[Read]) -> Reads:
    return tuple(sorted((read.field, tuple(read.paths)) for read in reads))


def type_facts(node_type: NodeType) -> TypeFacts:
    """What is known of an installed type. Its file is read once per process."""
    declared: Any = type(node_type)
    return _class_facts(declared)


@lru_cache(maxsize=1024)
def _class_facts(node_type: Any) -> TypeFacts:
    fields = node_type.Config.model_json_schema().get("properties", {})
    return TypeFacts(
        code=_code_hash(node_type),
        kind=node_type.kind,
        control=node_type.control,
        emits=tuple(sorted(node_type.emits)),
        removes=tuple(sorted(node_type.removes)),
        endorses=node_type.endorses,
        check=node_type.check,
        base=node_type.base,
        stricter={name: schema["x-stricter"] for name, schema in fields.items() if "x-stricter" in schema},
    )


def _code_hash(node_type: Any) -> str:
    try:
        file = Path(inspect.getfile(node_type))
        return hashlib.sha256(file.read_bytes() + node_type.digest.encode()).hexdigest()
    except (OSError, TypeError):  # a class that stands in no file has only its name
        return hash_value(f"{node_type.__module__}.{node_type.__qualname__}")


def read_wanted(key: str, said: Mapping[str, Any], types: Mapping[str, NodeType]) -> dict[str, Any] | None:
    """What a rule's `insert.config` asks of a guard; None where it means nothing to the type.

    That is the keys that it says, and those that the type orders by strictness as it would fill them in: else a guard
    of the builder's own could be weakened where the rule says nothing.

    Args:
        key: `name@major`.
        said: the config as the rule writes it.
        types: the installed types.
    """
    if key not in types:
        return None
    try:
        config = say_config(types[key].Config.model_validate(dict(said)))
    except ValidationError:
        return None
    ordered = type_facts(types[key]).stricter
    return (
        {name: config[name] for name in config if name in said or name in ordered}
        if said.keys() <= config.keys()
        else None
    )


def join_path(scope: str, node: str) -> str:
    """The path of a node in a scope."""
    return f"{scope}.{node}" if scope else node


def scope_of(path: str) -> str:
    """The path of the scope that a node stands in."""
    return path.rpartition(".")[0]
