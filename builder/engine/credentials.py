"""Which credentials the nodes of a workflow name, and whether they may: pure, over facts that are handed in.

A workflow holds a credential's name and nothing else of it. The same judgement is made by the checker (a finding), at
each start (a refusal), and by the worker just before a credential is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder.engine.facts import graphs_in
from builder.engine.findings import Finding, warning
from builder.engine.marks import marks_of, texts_at
from builder.engine.plan import Plan, PlanNode
from builder.engine.reading import Reading
from builder.sdk import NodeType

_CONSTANT = re.compile(
    r"(https?)://(\[[0-9a-fA-F:.]+\]|[^/?#{}\s@\\:\[\]]+)(?::([0-9]{1,5}))?(?=[/?]|\Z)", re.IGNORECASE
)
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """What is known of a credential, as one team sees it.

    Attributes:
        kind: `http_bearer`, `smtp` …
        granted: whether the team may use it.
        over: why nobody may any more (a sentence's end: `ended on 2026-03-01`), or empty.
        hosts: where it may be sent, as `host` or `host:port`; empty where its kind has no list.
        types: the node types that may use it (`tool.http_request`); empty: all.
    """

    kind: str
    granted: bool = True
    over: str = ""
    hosts: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A place where a node names a credential.

    Attributes:
        node: path of the node.
        field: dotted path in its config.
        kinds: that the field takes.
        type: `name@major` of the node's type.
        base: of a NodeTemplate's type the one that it is made from; a grant to that one does not reach it.
        places: (host, port) of every constant address in its config.
        writes: whether the node writes, so that a dry run does not execute it.
    """

    node: str
    field: str
    name: str
    kinds: tuple[str, ...]
    type: str
    places: tuple[tuple[str, int], ...] = ()
    writes: bool = False
    base: str = ""


@dataclass(frozen=True, slots=True)
class Misuse:
    """Why a credential cannot be used, and who can help."""

    code: str
    sentence: str
    way_out: str
    params: Mapping[str, Any]


def judge_use(facts: CredentialFacts | None, named: Named) -> Misuse | None:
    """Why a node may not use the credential that it names; None when it may."""
    said = f"credential “{named.name[:100]}”"
    about: dict[str, Any] = {"credential": named.name[:100]}
    if facts is None:
        return Misuse("credential_unknown", f"There is no {said} here.", "Choose one, or ask IT to make it.", about)
    if named.kinds and facts.kind not in named.kinds:
        wanted = " or ".join(named.kinds)
        sentence = f"The {said} is of the kind {facts.kind}; here {wanted} is needed."
        return Misuse(
            "credential_kind", sentence, "Choose another one.", {**about, "kind": facts.kind, "wanted": wanted}
        )
    if not facts.granted:
        return Misuse(
            "credential_not_granted", f"Your team may not use the {said}.", "Ask IT to grant it to the team.",
            {**about, "case": "team"},
        )  # fmt: skip
    name = named.type.partition("@")[0]
    if facts.types and name not in facts.types and named.type not in facts.types:
        base = named.base.partition("@")[0]
        beside = f", only to {base}, from which that template is made" if base and base in facts.types else ""
        return Misuse(
            "credential_not_granted",
            f"The {said} is not granted to steps of the type {name}{beside}.",
            f"Ask IT to grant it to {name}.",
            {**about, "case": "base" if beside else "type", "type": name, "base": base},
        )
    if facts.over:
        return Misuse(
            "credential_over", f"The {said} {facts.over}.", "Ask IT to renew it.", {**about, "over": facts.over}
        )
    for host, port in named.places:
        if facts.hosts and not covers_host(facts.hosts, host, port):
            return Misuse(
                "credential_host", f"The {said} is not for {host}:{port}.",
                "Use its own host, or ask IT to add this one.", {**about, "host": f"{host}:{port}"},
            )  # fmt: skip
    return None


def covers_host(hosts: Iterable[str], host: str, port: int) -> bool:
    """Whether a list of `host` and `host:port` has this one."""
    return any(each in (host.lower(), f"{host.lower()}:{port}") for each in hosts)


def find_named(reading: Reading) -> list[Named]:
    """Every place of a workflow that names a credential, bodies included."""
    return [
        each
        for graph in graphs_in(reading.root)
        for node in graph.nodes.values()
        if node.type is not None
        for each in named_in(node.path, node.type, node.node.config)
    ]


def named_in(path: str, node_type: NodeType, config: Mapping[str, Any], *, writes: bool = False) -> Iterator[Named]:
    """Every place of one node's config that names a credential; what a template has set counts as said."""
    marks = [mark for mark in marks_of(node_type.Config) if mark.way == "credential"]
    if not marks:
        return
    said = {name: each.default for name, each in node_type.Config.model_fields.items() if isinstance(each.default, str)}
    said |= config
    places = tuple(constant_places(said))
    for mark in marks:
        for field, name in texts_at(said, mark.path):
            if name:
                yield Named(
                    path, f"config.{field}", name, mark.kinds, node_type.key(), places, writes, node_type.base or ""
                )


def named_in_plan(plan: Plan, types: Mapping[str, NodeType]) -> tuple[Named, ...]:
    """Every place of a plan that names a credential; looked for once per plan."""
    known = plan.compiled.get("credentials")
    if known is None:
        known = plan.compiled["credentials"] = tuple(
            each
            for path, node in _plan_nodes(plan)
            if node.type in types
            for each in named_in(path, types[node.type], node.config, writes=node.effects.effect == "write")
        )
    found: tuple[Named, ...] = known
    return found


def _plan_nodes(plan: Plan) -> Iterator[tuple[str, PlanNode]]:
    for scope, graph in plan.graphs.items():
        for name, node in graph.nodes.items():
            yield (f"{scope}.{name}" if scope else name), node


def constant_places(config: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """(host, port) of every address that stands in a config; one whose host is not constant is none."""
    for value in config.values():
        found = _CONSTANT.match(value) if isinstance(value, str) else None
        if found is not None:
            port = int(found[3]) if found[3] else (443 if found[1].lower() == "https" else 80)
            yield found[2].lower().strip("[]"), port


def check_credentials(reading: Reading, known: Mapping[str, CredentialFacts]) -> list[Finding]:
    """The credentials that a workflow names and may not use."""
    found = []
    for named in find_named(reading):
        misuse = judge_use(known.get(named.name), named)
        if misuse is not None:
            said = misuse.sentence, misuse.way_out
            found.append(warning(misuse.code, *said, named.node, named.field, **misuse.params))
    return found[:_MOST_NAMED]
