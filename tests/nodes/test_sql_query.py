"""tool.sql_query against a real PostgreSQL, over TCP on loopback."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from builder.sdk import FailureClass, NodeError
from builder.sdk.testing import TestContext
from nodes.tool.sql_query.node import NODE, SqlQueryConfig
from tests.rooms.egress.test_tls import server_tls
from tests.servers import UNSYNCED, PostgresServer

__all__ = ["server_tls"]
pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def port() -> int:
    """Where a PostgreSQL listens on loopback."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        free: int = line.getsockname()[1]
    return free


@pytest.fixture(scope="module", autouse=True)
def server(port: int) -> Iterator[PostgresServer]:
    """That PostgreSQL."""
    server = PostgresServer({**UNSYNCED, "listen_addresses": "127.0.0.1", "port": str(port)})
    yield server
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


@pytest.mark.parametrize(
    "query", ["COPY (SELECT 1) TO PROGRAM 'id'", "COMMIT", "DO $$ BEGIN END $$", "SET a.b = 1", "VACUUM"]
)
def test_a_change_is_of_rows_and_nothing_else(query: str) -> None:
    with pytest.raises(ValueError, match="a change begins with"):
        SqlQueryConfig(credential="a", query=query, mode="write")


def test_days_that_no_calendar_here_has_come_as_the_database_writes_them(shop: int) -> None:
    query = (
        "SELECT 'infinity'::date AS a, '0044-03-15 BC'::date AS b, '20000-01-01'::timestamp AS c, interval '1 day' AS d"
    )
    assert ask(shop, f"{query}, '2026-11-30 08:00:00+00'::timestamptz AT TIME ZONE 'UTC' AS e")["rows"] == [
        {"a": "infinity", "b": "0044-03-15 BC", "c": "20000-01-01 00:00:00", "d": "1 day", "e": "2026-11-30T08:00:00"}
    ]


def test_records_and_lists_are_weighed_with_all_that_is_in_them(shop: int) -> None:
    for made in ("jsonb_build_object('a', repeat('x', 1000000))", "array_fill(repeat('x', 1000), ARRAY[1000])"):
        assert refusal(shop, f"SELECT {made} AS a FROM generate_series(1, 20)")[0] == "answer_too_large"


def test_many_short_waits_are_one_long_one(shop: int) -> None:
    slow = "SELECT set_config('statement_timeout', '0', false) AS a, pg_sleep(0.01)::text AS b"
    assert refusal(shop, f"{slow} FROM generate_series(1, 500)", timeout=0.5)[0] == "statement_timed_out"


def test_a_parameter_that_nobody_gives_is_no_busy_server(shop: int) -> None:
    assert refusal(shop, "SELECT $1::int AS a") == ("statement_refused", FailureClass.PERMANENT)


class TestDoor:
    """Who is let in, and by whom: a wrong password is not tried again, and a certificate is looked at."""

    def knock(self, port: int, **credential: str) -> tuple[str, FailureClass]:
        said = {"host": "crm.example", "port": str(port), "user": "postgres", "database": "postgres", **credential}
        context = TestContext(credentials={"shop": said}, addresses={"crm.example": "127.0.0.1"})
        with pytest.raises(NodeError) as caught:
            asyncio.run(NODE.run(SqlQueryConfig(credential="shop", query="SELECT 1 AS a"), {}, context))
        return caught.value.failed.code, caught.value.failed.failure

    @pytest.fixture
    def locked(self, port: int, server: PostgresServer) -> Iterator[int]:
        rules = server.folder / "data" / "pg_hba.conf"
        before = rules.read_text()
        with psycopg.connect(server.plain_url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE ROLE kim LOGIN PASSWORD 'x'")
            rules.write_text("local all all trust\nhost all kim all scram-sha-256\nhost all postgres all trust\n")
            connection.execute("SELECT pg_reload_conf()")
            yield port
            connection.execute("DROP ROLE kim")
            rules.write_text(before)
            connection.execute("SELECT pg_reload_conf()")

    def test_a_wrong_password_is_for_good(self, locked: int) -> None:
        for said in ({"user": "kim", "password": "no"}, {"user": "nobody"}, {"database": "nowhere"}):
            deadline = time.monotonic() + 5  # the server reads its rules anew a moment later
            while (found := self.knock(locked, **said))[0] == "database_away" and time.monotonic() < deadline:
                pass
            assert found == ("sign_in_refused", FailureClass.PERMANENT)

    def test_a_server_without_tls_is_told_nothing_where_tls_was_meant(self, shop: int) -> None:
        for tls in ("require", "verify"):
            assert self.knock(shop, tls=tls, password="a secret") == ("database_untrusted", FailureClass.PERMANENT)
        assert self.knock(shop, url=f"postgresql://postgres@crm.example:{shop}/postgres?sslmode=maybe")[0] == (
            "credential_wrong"
        )

    def test_a_certificate_proves_who_the_server_is(
        self, shop: int, server_tls: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with in_front(shop, server_tls[0]) as front:
            assert self.knock(front, tls="verify") == ("database_untrusted", FailureClass.PERMANENT)
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
            said = {
                "host": "crm.example",
                "port": str(front),
                "user": "postgres",
                "database": "postgres",
                "tls": "verify",
            }
            context = TestContext(credentials={"shop": said}, addresses={"crm.example": "127.0.0.1"})
            outcome: Any = asyncio.run(NODE.run(SqlQueryConfig(credential="shop", query="SELECT 1 AS a"), {}, context))
            assert outcome.output["rows"] == [{"a": 1}]


@contextmanager
def in_front(port: int, tls: ssl.SSLContext) -> Iterator[int]:
    """Speaks TLS as a PostgreSQL does, and hands on what it hears to one that does not."""

    def hand_on(source: Any, target: Any) -> None:
        with suppress(OSError, ValueError):
            while piece := source.recv(65_536):
                target.sendall(piece)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def serve(line: socket.socket) -> None:
        with suppress(OSError):
            while True:
                heard, _ = line.accept()
                assert heard.recv(8)[4:] == b"\x04\xd2\x16\x2f"
                heard.sendall(b"S")
                try:
                    talk = tls.wrap_socket(heard, server_side=True)
                except OSError:
                    heard.close()
                    continue
                with talk, socket.create_connection(("127.0.0.1", port)) as behind:
                    back = threading.Thread(target=hand_on, args=(behind, talk))
                    back.start()
                    hand_on(talk, behind)
                    back.join(5)

    with socket.create_server(("127.0.0.1", 0)) as line:
        thread = threading.Thread(target=serve, args=(line,))
        thread.start()
        yield line.getsockname()[1]
        line.shutdown(socket.SHUT_RDWR)
    thread.join(5)
