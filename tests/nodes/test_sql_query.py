"""tool.sql_query against a real PostgreSQL, over TCP on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from builder.sdk import FailureClass, NodeError
from builder.sdk.testing import TestContext
from nodes.tool.sql_query.node import NODE, SqlQueryConfig
from tests.servers import UNSYNCED, PostgresServer

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A PostgreSQL that listens on loopback, with a shop in it."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        free = line.getsockname()[1]
    server = PostgresServer({**UNSYNCED, "listen_addresses": "127.0.0.1", "port": str(free)})
    yield free
    server.close()


@pytest.fixture
def shop(port: int) -> int:
    with psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres") as connection:
        connection.execute("DROP TABLE IF EXISTS orders; CREATE TABLE orders (id int PRIMARY KEY, customer text, "
                           "total numeric, paid_on date, tags text[], more jsonb, key text UNIQUE)")  # fmt: skip
        rows = "(1, 'Ann', 12.50, '2026-11-30', '{a,b}', '{\"x\": 1}'), (2, 'Bob', 100, NULL, NULL, NULL)"
        connection.execute(f"INSERT INTO orders VALUES {rows}")
    return port


def ask(port: int, query: str, inputs: dict[str, Any] | None = None, **config: Any) -> dict[str, Any]:
    context = TestContext(
        credentials={"shop": {"host": "db.example", "port": str(port), "user": "postgres", "database": "postgres"}},
        addresses={"db.example": "127.0.0.1"},
    )
    made = SqlQueryConfig.model_validate({"credential": "shop", "query": query, **config})
    outcome: Any = asyncio.run(NODE.run(made, inputs or {}, context))
    found: dict[str, Any] = outcome.output
    return found


def refusal(port: int, query: str, **config: Any) -> tuple[str, FailureClass]:
    with pytest.raises(NodeError) as caught:
        ask(port, query, **config)
    return caught.value.failed.code, caught.value.failed.failure


def test_rows_come_as_plain_data(shop: int) -> None:
    found = ask(
        shop, "SELECT id, total, paid_on, tags, more FROM orders WHERE customer = :who AND 5 % 3 = 2", {"who": "Ann"}
    )
    assert found["rows"] == [{"id": 1, "total": 12.5, "paid_on": "2026-11-30", "tags": ["a", "b"], "more": {"x": 1}}]


def test_a_value_never_becomes_part_of_the_statement(shop: int) -> None:
    for evil in ("' OR 1=1 --", "x'; DROP TABLE orders; --", "%(who)s", ":who"):
        assert ask(shop, "SELECT id FROM orders WHERE customer = :who", {"who": evil})["rows"] == []
    assert ask(shop, "SELECT ':who' AS a, $$:who$$ AS b, :who::text AS c", {"who": "x"})["rows"] == [
        {"a": ":who", "b": ":who", "c": "x"}
    ]


@pytest.mark.parametrize(
    "query",
    [
        "WITH gone AS (DELETE FROM orders RETURNING id) SELECT * FROM gone",
        "SELECT setval('a', 1)",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SELECT lo_create(0)",
    ],
)
def test_what_only_reads_changes_nothing_whatever_it_says(shop: int, query: str) -> None:
    code, kind = refusal(shop, query)
    assert code in ("may_not_write", "statement_refused")
    assert kind is FailureClass.PERMANENT
    assert ask(shop, "SELECT count(*) AS n FROM orders")["rows"] == [{"n": 2}]


def test_a_change_is_made_where_it_may_and_once_with_the_key(shop: int) -> None:
    query = "INSERT INTO orders (id, key) VALUES (:id, :idempotency_key) ON CONFLICT (key) DO NOTHING"
    for expected in (1, 0):
        assert ask(shop, query, {"id": 3}, mode="write", keyed=True)["count"] == expected
    back = ask(shop, "UPDATE orders SET total = 1 WHERE id < :id RETURNING id", {"id": 3}, mode="write")
    assert (back["count"], len(back["rows"])) == (2, 2)
    assert refusal(shop, "INSERT INTO orders (id) VALUES (1)", mode="write")[0] == "statement_refused"


def test_a_change_cannot_be_two(shop: int) -> None:
    """What looks like the end of a statement to the server only: it takes one at a time."""
    with pytest.raises(ValueError, match="more than one"):
        SqlQueryConfig(credential="a", query="SELECT 1 /* ; */; DELETE FROM orders", mode="write")


def test_too_much_or_too_long(shop: int) -> None:
    many = "SELECT i FROM generate_series(1, 1000000) AS t(i)"
    found = ask(shop, many, max_rows=5)
    assert (len(found["rows"]), found["truncated"]) == (5, True)
    assert refusal(shop, "SELECT pg_sleep(10)::text AS a", timeout=0.3)[0] == "statement_timed_out"
    assert refusal(shop, "SELECT repeat('x', 1000000) AS a FROM generate_series(1, 20)")[0] == "answer_too_large"
    assert refusal(shop, "SELECT ''::bytea AS a")[0] == "column_wrong"


def test_who_is_away_may_be_tried_again_and_a_wrong_account_not(shop: int) -> None:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        assert refusal(line.getsockname()[1], "SELECT 1 AS a") == ("database_away", FailureClass.TRANSIENT)
    context = TestContext(
        credentials={"shop": {"url": f"postgresql://nobody:secret@db.example:{shop}/postgres"}},
        addresses={"db.example": "127.0.0.1"},
    )
    with pytest.raises(NodeError) as caught:
        asyncio.run(NODE.run(SqlQueryConfig(credential="shop", query="SELECT 1 AS a"), {}, context))
    assert "secret" not in caught.value.failed.sentence
