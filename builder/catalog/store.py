"""Every query of the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from builder.catalog.schemas import McpServer, NodeTemplateVersion, OfferState
from builder.catalog.tables import mcp_server_table, node_template_table, node_template_version_table
from builder.db import to_milliseconds
from builder.kit.ids import new_id

template = node_template_table.c
version = node_template_version_table.c
server = mcp_server_table.c


def take_node_template(session: Session, name: str, now: datetime) -> int:
    """The id of a NodeTemplate, made when it is not there; nobody else adds to it until this transaction ends."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"id": new_id(to_milliseconds(now)), "name": name, "made_at": now}
    session.execute(dialect.insert(node_template_table).values(values).on_conflict_do_nothing())
    number: int = session.scalars(select(template.id).where(template.name == name).with_for_update()).one()
    return number


def next_node_template_number(session: Session, template_id: int) -> int:
    """The number that its next version gets."""
    last: int | None = session.scalar(select(func.max(version.number)).where(version.template_id == template_id))
    return (last or 0) + 1


def insert_node_template_version(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a new version."""
    session.execute(insert(node_template_version_table).values(**values))


def update_node_template_version(session: Session, template_id: int, number: int, values: Mapping[str, Any]) -> None:
    """Changes a version."""
    chosen = update(node_template_version_table).where(version.template_id == template_id, version.number == number)
    session.execute(chosen.values(**values))


def delete_node_template_version(session: Session, template_id: int, number: int) -> None:
    """Takes a draft away, and the NodeTemplate with its last version."""
    session.execute(
        delete(node_template_version_table).where(version.template_id == template_id, version.number == number)
    )
    left = select(version.template_id).where(version.template_id == template_id)
    session.execute(delete(node_template_table).where(template.id == template_id, ~left.exists()))


def read_node_template_version(
    session: Session, template_id: int, number: int, *, lock: bool = False
) -> NodeTemplateVersion | None:
    """One version; with `lock`, nobody else changes it until this transaction ends."""
    query = _node_template_versions().where(version.template_id == template_id, version.number == number)
    row = session.execute(query.with_for_update(of=node_template_version_table) if lock else query).first()
    return None if row is None else _version_of_row(row)


def list_node_template_versions(
    session: Session, *, states: Iterable[OfferState] | None = None, keys: Iterable[str] | None = None
) -> list[NodeTemplateVersion]:
    """Every version (in one of these states, of these node types), by name, the newest first."""
    query = _node_template_versions()
    if states is not None:
        query = query.where(version.state.in_([each.value for each in states]))
    if keys is not None:
        query = query.where(version.key.in_(list(keys)))
    return [_version_of_row(row) for row in session.execute(query.order_by(template.name, version.number.desc()))]


def _node_template_versions() -> Select[Any]:
    return select(node_template_version_table, template.name).join(
        node_template_table, template.id == version.template_id
    )


def _version_of_row(row: Any) -> NodeTemplateVersion:
    teams = None if row.teams is None else tuple(int(each) for each in row.teams)
    return NodeTemplateVersion(
        row.template_id, row.name, row.number, OfferState(row.state), row.source, teams, row.key, row.note, row.reason,
        row.problem, row.made_by, row.made_at, row.proposed_by, row.approved_by, row.changed_by, row.changed_at,
    )  # fmt: skip


# ---------------------------------------------------------------------- MCP servers


def insert_mcp_server(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a server."""
    session.execute(insert(mcp_server_table).values(**values))


def update_mcp_server(session: Session, server_id: int, values: Mapping[str, Any]) -> None:
    """Changes a server."""
    session.execute(update(mcp_server_table).where(server.id == server_id).values(**values))


def delete_mcp_server(session: Session, server_id: int) -> None:
    """Takes a server away."""
    session.execute(delete(mcp_server_table).where(server.id == server_id))


def read_mcp_server(session: Session, server_id: int) -> McpServer | None:
    """One server."""
    row = session.execute(select(mcp_server_table).where(server.id == server_id)).first()
    return None if row is None else _server_of_row(row)


def list_mcp_servers(session: Session) -> list[McpServer]:
    """Every server, by name."""
    return [_server_of_row(row) for row in session.execute(select(mcp_server_table).order_by(server.name))]


def _server_of_row(row: Any) -> McpServer:
    return McpServer(
        row.id, row.name, row.url, row.credential, row.enabled, tuple(row.tools), row.problem, row.looked_at,
        row.made_by, row.made_at,
    )  # fmt: skip
