"""What is to say of the NodeTemplates that a workflow uses: revoked, not for this team, offered no longer, newer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy.orm import Session

from builder.catalog import (
    NodeTemplateVersion,
    OfferState,
    is_offered,
    list_node_template_versions,
    name_obstacle,
    refuse_offer,
)
from builder.engine.facts import graphs_in
from builder.engine.findings import Finding, error, warning
from builder.engine.reading import Reading
from builder.sdk import NodeType


def check_offers(session: Session, reading: Reading, team_id: int) -> list[Finding]:
    """The findings about the NodeTemplates that a workflow of a team places."""
    nodes = [(node.path, node.type) for graph in graphs_in(reading.root) for node in graph.nodes.values()
             if node.type is not None]  # fmt: skip
    bare = [_refuse_bare(path, node) for path, node in nodes if node.only_in_templates and node.template is None]
    placed = [(path, node.key(), node.template) for path, node in nodes if node.template is not None]
    if not placed:
        return bare
    names = {template for _, _, template in placed}
    versions = [each for each in list_node_template_versions(session) if each.name in names]
    by_key = {each.key: each for each in versions}
    return bare + [
        finding for path, key, _ in placed if key in by_key for finding in _judge(path, by_key[key], versions, team_id)
    ]


def _refuse_bare(path: str, node: NodeType) -> Finding:
    sentence = f"“{node.title}” is placed only as a template that an admin made from it."
    return error("only_in_templates", sentence, "Choose such a template, or ask an admin for one.", path, "type")


def _judge(
    path: str, version: NodeTemplateVersion, versions: Iterable[NodeTemplateVersion], team_id: int
) -> Iterator[Finding]:
    title = str(version.source["title"])
    refusal = refuse_offer(version, team_id)
    newest = next(
        (
            each
            for each in versions
            if each.name == version.name
            and each.number > version.number
            and each.state is OfferState.PUBLISHED
            and is_offered(each, frozenset({team_id}))
            and not each.problem
        ),
        None,
    )
    params: dict[str, Any] = {"name": title, "number": version.number, "reason": version.problem or version.reason}
    if newest is not None:
        params |= {"case": "newer", "newer": newest.number, "key": version.key, "to": newest.key}
    way_out = "Choose another step in time." if newest is None else f"Use version {newest.number}."
    if refusal is not None:
        yield error(
            "template_unusable", refusal[0], refusal[1] if newest is None else way_out, path, "type",
            **{**params, "case": name_obstacle(version, team_id)},
        )  # fmt: skip
    elif version.state is OfferState.DEPRECATED:
        sentence = f"“{title}”, version {version.number}, is offered no longer: {version.reason}"
        yield warning("template_deprecated", sentence, way_out, path, "type", **params)
    elif newest is not None:
        sentence = f"“{title}” has a newer version, {newest.number}; this uses {version.number}."
        way_out = "Look at what is different, then use the newer one."
        yield warning("newer_template", sentence, way_out, path, "type", **params)
