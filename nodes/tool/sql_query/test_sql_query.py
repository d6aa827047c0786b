"""tool.sql_query: its examples hold; on a real SQLite file it reads, changes only where it may, and never mixes values
into the statement. PostgreSQL: `tests/nodes`."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.sdk import AfterCrash, Effect, NodeError
from builder.sdk.statements import names_in, split_statement
from builder.sdk.testing import TestContext, check_examples
from nodes.tool.sql_query.node import NODE, SqlQueryConfig


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    file = tmp_path / "shop #1.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, credit REAL, scan BLOB);"
            "CREATE TABLE entry (key TEXT PRIMARY KEY, amount INTEGER);"
            "INSERT INTO customer (name, credit) VALUES ('Ann', 12.5), ('Bob''s', NULL), ('100%', 3);"
        )
    return file


def ask(file: Path, query: str, inputs: dict[str, Any] | None = None, **config: Any) -> dict[str, Any]:
    context = TestContext(credentials={"shop": {"url": f"sqlite:///{str(file).replace('#', '%23')}"}})
    made = SqlQueryConfig.model_validate({"credential": "shop", "query": query, **config})
    outcome: Any = asyncio.run(NODE.run(made, inputs or {}, context))
    found: dict[str, Any] = outcome.output
    return found


def refusal(file: Path, query: str, **config: Any) -> str:
    with pytest.raises(NodeError) as caught:
        ask(file, query, **config)
    return caught.value.failed.code


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) == 9


def test_rows_come_as_they_are(shop: Path) -> None:
    found = ask(
        shop, "SELECT id, name, credit FROM customer WHERE name <> :not -- all but one\nORDER BY id;", {"not": "x"}
    )
    assert found == {
        "rows": [
            {"id": 1, "name": "Ann", "credit": 12.5}, {"id": 2, "name": "Bob's", "credit": None},
            {"id": 3, "name": "100%", "credit": 3},
        ],
        "count": 3, "truncated": False,
    }  # fmt: skip


def test_a_value_never_becomes_part_of_the_statement(shop: Path) -> None:
    for evil in ("' OR 1=1 --", "x'; DROP TABLE customer; --", ":name", "%s", "\\"):
        assert ask(shop, "SELECT id FROM customer WHERE name = :name", {"name": evil})["rows"] == []
    assert ask(shop, "SELECT ':name' AS said, :name AS given", {"name": "x"})["rows"] == [
        {"said": ":name", "given": "x"}
    ]


@pytest.mark.parametrize(
    "query",
    [
        "WITH a AS (SELECT 1) INSERT INTO entry SELECT 'k', 1 FROM a",
        "SELECT load_extension('x')",
        "WITH a AS (SELECT 1 AS x) DELETE FROM customer",
    ],
)
def test_what_only_reads_changes_nothing_whatever_it_says(shop: Path, query: str) -> None:
    assert refusal(shop, query) in ("may_not_write", "statement_refused")
    assert ask(shop, "SELECT count(*) AS n FROM customer")["rows"] == [{"n": 3}]


def test_a_change_is_made_where_it_may_and_once_with_the_key(shop: Path) -> None:
    query = "INSERT INTO entry VALUES (:idempotency_key, :amount) ON CONFLICT DO NOTHING"
    for expected in (1, 0):
        assert ask(shop, query, {"amount": 5}, mode="write", keyed=True)["count"] == expected
    assert ask(shop, "SELECT * FROM entry")["rows"] == [{"key": "key-of-this-step", "amount": 5}]
    back = ask(shop, "UPDATE entry SET amount = 6 RETURNING amount", mode="write")
    assert (back["rows"], back["count"]) == ([{"amount": 6}], 1)


@pytest.mark.parametrize(
    "query", ["ATTACH DATABASE 'other.db' AS other", "PRAGMA writable_schema = 1", "DROP TABLE customer", "VACUUM"]
)
def test_even_a_change_reaches_only_rows(shop: Path, query: str) -> None:
    with pytest.raises(ValueError, match="a change begins with"):
        SqlQueryConfig(credential="shop", query=query, mode="write")
    unread = SqlQueryConfig.model_construct(
        credential="shop", query=query, mode="write", wanted={}, timeout=1, max_rows=1
    )
    with pytest.raises(NodeError) as caught:  # and what slips through is refused by the database
        asyncio.run(
            NODE.run(unread, {}, TestContext(credentials={"shop": {"url": f"sqlite:///{shop}".replace("#", "%23")}}))
        )
    assert caught.value.failed.code in ("may_not_write", "statement_refused")


def test_too_much_is_cut_or_refused(shop: Path) -> None:
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    assert ask(shop, many, max_rows=5)["truncated"]
    assert refusal(shop, f"SELECT count(*) AS c FROM ({many})", timeout=0.2) == "statement_timed_out"
    big = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) "
    assert refusal(shop, f"{big} SELECT printf('%.*c', 1000000, 'x') AS x FROM n") == "answer_too_large"
    assert refusal(shop, "SELECT x'00' AS a") == "column_wrong"
    assert refusal(shop, "SELECT 1 AS a, 2 AS a") == "columns_alike"
    assert refusal(shop, "SELECT FROM") == "statement_refused"


def test_what_a_step_says_of_itself_follows_its_mode() -> None:
    read = SqlQueryConfig(credential="a", query="SELECT :b AS a")
    write = SqlQueryConfig(credential="a", query="DELETE FROM t", mode="write")
    keyed = SqlQueryConfig(credential="a", query="INSERT INTO t VALUES (:idempotency_key)", mode="write", keyed=True)
    said = [NODE.narrow(each) for each in (read, write, keyed)]
    assert [each.effect for each in said] == [Effect.READ, Effect.WRITE, Effect.WRITE]
    assert [each.after_crash for each in said] == [AfterCrash.RETRY_SAFE, AfterCrash.UNSAFE, AfterCrash.KEYED]
    assert set(NODE.shapes(read, {}).inputs["properties"]) == {"b"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("SELECT :a, :b, :a", ["a", "b"]),
        ("SELECT ':a' || \":b\" -- :c\n/* :d /* :e */ :f */ || :g", ["g"]),
        ("SELECT $$ :a $$, $x$ :b $$ :c $x$, e'\\' :d', :e::text", ["e"]),
        ("SELECT a::int", []),
    ],
)
def test_names_stand_outside_of_texts_and_comments(query: str, names: list[str]) -> None:
    assert names_in(query) == names


@given(st.text("ab':;-/*$\"\\e\n% ", max_size=60))
def test_a_statement_is_the_sum_of_its_pieces(query: str) -> None:
    assert "".join(text for _, text in split_statement(query)) == query


def test_a_read_that_fails_leaves_no_lock_behind(shop: Path) -> None:
    with pytest.raises(NodeError) as kept:
        ask(shop, "SELECT x'00' AS a FROM customer")
    assert ask(shop, "DELETE FROM customer", mode="write", timeout=0.5)["count"] == 3
    assert kept.value.failed.code == "column_wrong"


def test_what_no_plain_data_holds_is_left_out_or_refused(shop: Path) -> None:
    assert ask(shop, "SELECT char(65, 0, 66) AS a, CAST(x'ff41' AS TEXT) AS b")["rows"] == [{"a": "AB", "b": "\ufffdA"}]
    for value in (2**70, "a\x00", "\ud83d"):
        with pytest.raises(NodeError) as caught:
            ask(shop, "SELECT :a AS a", {"a": value})
        assert caught.value.failed.code == "value_wrong"
