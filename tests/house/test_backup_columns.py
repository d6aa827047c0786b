"""A backup knows every column that names payloads; a new one of that length must say whether it does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine

from builder.backups.store import names_payload
from builder.db.migrate import upgrade_tables

NO_PAYLOADS = {
    ("audit_chain", "link"), ("audit_chain", "organisation"), ("audit_event", "kind"), ("audit_event", "link"),
    ("audit_event", "organisation"), ("audit_head", "organisation"), ("organisation", "id"), ("api_token", "seen_from"),
    ("person_session", "address"), ("plan", "hash"), ("process", "keys"), ("credential", "name"),
    ("credential_secret", "wrapped_by"), ("model_choice", "default_name"), ("model_connection", "name"),
    ("model_connection", "provider"), ("identity_provider", "wrapped_by"),
}  # fmt: skip
"""Columns of 64 characters that hold other things; all whose name ends in `_hash` do too."""


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetaData]:
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('columns') / Path('x.db')}")
    upgrade_tables(engine)
    metadata = MetaData()
    metadata.reflect(engine)
    yield metadata
    engine.dispose()


def test_every_column_that_could_name_a_payload_says_whether_it_does(tables: MetaData) -> None:
    unknown = [
        f"{table.name}.{column.name}"
        for table in tables.sorted_tables
        for column in table.columns
        if getattr(column.type, "length", None) == 64
        and not names_payload(table.name, column.name)
        and not column.name.endswith("_hash")
        and (table.name, column.name) not in NO_PAYLOADS
        and column.name != "hash"
    ]
    assert unknown == [], "does it name a payload? Then builder/backups must know; else it stands in NO_PAYLOADS here"
