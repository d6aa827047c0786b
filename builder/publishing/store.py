"""Every query of publishing. What a caller may see is filtered by the workflows that he may read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from builder.publishing.schemas import PublishRequest, RequestState
from builder.publishing.tables import publish_request_table

request = publish_request_table.c


def insert_request(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a new request, waiting."""
    session.execute(insert(publish_request_table).values(**values, state=RequestState.WAITING.value, reason=""))


def read_request(session: Session, request_id: int) -> PublishRequest | None:
    """One request."""
    row = session.execute(select(publish_request_table).where(request.id == request_id)).first()
    return None if row is None else _request_of(row)


def read_waiting_requests(session: Session, limit: int) -> list[PublishRequest]:
    """The requests that wait, the oldest first."""
    query = select(publish_request_table).where(request.state == RequestState.WAITING.value)
    return [_request_of(row) for row in session.execute(query.order_by(request.id).limit(limit))]


def read_requests_of(session: Session, workflow_ids: Collection[int], limit: int) -> list[PublishRequest]:
    """Requests about some workflows, the newest first."""
    query = select(publish_request_table).where(request.workflow_id.in_(workflow_ids))
    return [_request_of(row) for row in session.execute(query.order_by(request.id.desc()).limit(limit))]


def end_request(
    session: Session, request_id: int, state: RequestState, by: str, now: datetime, reason: str = ""
) -> bool:
    """Ends a waiting request; False when it no longer waits."""
    return _end(session, request.id == request_id, state, by, now, reason)


def supersede_requests(session: Session, workflow_id: int, by: str, now: datetime) -> bool:
    """Ends whatever waits for a workflow, because something newer takes its place."""
    return _end(session, request.workflow_id == workflow_id, RequestState.SUPERSEDED, by, now, "")


def _end(session: Session, chosen: Any, state: RequestState, by: str, now: datetime, reason: str) -> bool:
    statement = update(publish_request_table).where(chosen, request.state == RequestState.WAITING.value)
    values = {"state": state.value, "decided_by": by, "decided_at": now, "reason": reason}
    return session.execute(statement.values(**values).returning(request.id)).first() is not None


def _request_of(row: Any) -> PublishRequest:
    return PublishRequest(
        row.id, row.workflow_id, row.version, row.note, row.asked_by, row.asked_at, RequestState(row.state),
        row.decided_by, row.decided_at, row.reason,
    )  # fmt: skip
