"""Testing a model connection with one click: one short question, asked for real."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from builder.credentials.book import connection_of
from builder.credentials.lend import Lender
from builder.credentials.schemas import UnknownConnectionError
from builder.credentials.store import connections as store
from builder.credentials.try_out import Tried
from builder.providers import Connection, Models
from builder.sdk import ModelRequest, NodeError
from builder.teams import Caller, require

PATIENCE = 30.0
"""Seconds that a test waits for the answer at most."""


def find_tried(
    session: Session, caller: Caller, name: str, own: Mapping[str, Connection], lender: Lender
) -> Connection:
    """The connection that is tested, off or not.

    Raises:
        UnknownConnectionError: there is none of that name.
    """
    require(caller, "connection.write", None)
    row = store.find_connections_named(session, [name]).get(name)
    if row is not None:
        return connection_of(row, lender)
    if name not in own:
        raise UnknownConnectionError("There is no such model connection.")
    return own[name]


async def try_model(connection: Connection, asker: str) -> Tried:
    """Asks it one short question."""
    models = Models({connection.name: replace(connection, timeout=min(connection.timeout, PATIENCE))})
    request = ModelRequest(
        connection.name, "complete", "Answer with one short sentence.", "Say that you are there.", max_tokens=200,
        asker=asker,
    )  # fmt: skip
    try:
        answer = await models.ask(request)
    except NodeError as problem:
        return Tried(False, problem.failed.sentence)
    finally:
        await models.aclose()
    used = answer.usage
    return Tried(True, f"{used.model} answered, with {used.tokens_in} tokens in and {used.tokens_out} out.")
