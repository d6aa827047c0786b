"""Who could reach a credential: the teams, their workflows, and in them the nodes that name it, live and in drafts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from builder.engine.credentials import named_in
from builder.sdk import NodeType
from builder.teams import read_teams
from builder.workflows import store
from builder.workflows.rules import nodes_in


@dataclass(frozen=True, slots=True)
class Reached:
    """A node that names a credential.

    Attributes:
        live: the version that is live and has it; None where the draft has it.
        granted: whether the team may use the credential as things stand.
    """

    team: str
    workflow_id: int
    workflow: str
    node: str
    type: str
    live: int | None
    granted: bool


def find_reach(
    session: Session, name: str, types: Mapping[str, NodeType], granted: frozenset[int] | None
) -> list[Reached]:
    """Every node that names a credential, by team and workflow; `granted` are the teams that may use it (None: all)."""
    through = [key for key, each in types.items() if any(named.name == name for named in named_in("", each, {}))]
    rows = {row.id: row for word in (name, *through) for row, _, _ in store.find_uses(session, word, None)}
    teams = read_teams(session, frozenset(row.team_id for row in rows.values())) if rows else {}
    found: list[Reached] = []
    for row in sorted(rows.values(), key=lambda each: (teams.get(each.team_id, ""), each.name, each.id)):
        may = granted is None or row.team_id in granted
        version = None if row.live is None else store.read_version_row(session, row.id, row.live)
        draft = store.read_draft_row(session, row.id)
        sources = [(row.live, version.woven["graph"])] if version is not None else []
        sources += [(None, draft.source)] if draft is not None else []
        found += [
            Reached(teams.get(row.team_id, ""), row.id, row.name, node, key, live, may)
            for live, source in sources
            for node, key in _nodes_naming(name, source, types)
        ]
    return found


def _nodes_naming(name: str, source: Mapping[str, Any], types: Mapping[str, NodeType]) -> Iterator[tuple[str, str]]:
    for path, node in nodes_in(source.get("nodes") or {}):
        kind = types.get(node["type"])
        config = node.get("config") or {}
        if kind is not None and any(each.name == name for each in named_in(path, kind, config)):
            yield path, node["type"]
