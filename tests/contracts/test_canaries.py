"""Canaries: after credentials of every kind were made, used, refused, tested, rotated, backed up and exported, what
they held stands nowhere. And the search itself: it finds what leaks, wherever and however it stands.
"""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from builder.audit import export_audit
from builder.backups import write_backup
from builder.kit.ids import show_id
from tests.backends import Backend
from tests.canaries import Watch
from tests.contracts.lent import lend_to, make_live, press_start, working
from tests.rooms.credentials.cases import connect
from tests.rooms.credentials.test_connections import asks, reply
from tests.rooms.credentials.test_outside import serving
from tests.rooms.loopback import Seen, answer
from tests.rooms.world import World
from tests.servers import PostgresServer

ROOT = Path(__file__).resolve().parents[2]
CANARIES = {word: f"canary-5b1e-{word}" for word in ("bearer", "basic", "header", "client", "model", "mail", "data")}
HOOK = "whsec_" + base64.b64encode(b"canary-5b1e-a-hook-secret").decode()
FETCHED = "canary-5b1e-fetched"


def respond(seen: Seen) -> bytes:
    if seen.line.startswith("POST /token"):
        return answer(json.dumps({"access_token": FETCHED}).encode(), **{"Content-Type": "application/json"})
    if seen.line.startswith("GET /broken"):
        return answer(b"no", "500 Broken", **{"Content-Type": "text/plain"})
    if "/chat/completions" in seen.line:
        return reply(seen)
    return answer(b'{"ok": true}', **{"Content-Type": "application/json"})


def kinds(place: str) -> dict[str, tuple[dict[str, str], str, list[dict[str, Any]]]]:
    """Kind → its fields, the type of a step that uses it, and that step's configs: fine, and not."""
    mail = {"recipients": ["*"], "subject": "a", "body": "b"}
    calls = [{"method": "GET", "url": f"http://{place}/{path}"} for path in ("fine", "broken")]
    call, dead = "tool.http_request@1", {"host": "127.0.0.1", "port": "9"}
    token = {"token_url": f"http://{place}/token", "client_id": "me", "client_secret": CANARIES["client"]}
    hook = {"url": f"http://{place}/hook", "text": "Hello"}
    sender = {**dead, "sender": "a@b.example", "user": "u", "password": CANARIES["mail"]}
    address = f"postgresql://clerk:{CANARIES['data']}@127.0.0.1:9/shop"
    return {
        "http_bearer": ({"token": CANARIES["bearer"]}, call, calls),
        "http_basic": ({"user": "me", "password": CANARIES["basic"]}, call, calls),
        "http_header": ({"header": "X-Key", "value": CANARIES["header"]}, call, calls),
        "oauth2_client": (token, call, calls),
        "webhook_secret": ({"secret": HOOK}, "tool.chat_message@1", [hook, {**hook, "send_as": "text"}]),
        "smtp": (sender, "tool.email_send@1", [mail]),
        "sql": ({"url": address}, "tool.sql_query@1", [{"query": "SELECT 1"}]),
    }  # fmt: skip


def drive(world: World, place: str, folder: Path) -> Iterator[str]:
    """Everything that can be done with credentials, by the API; what it answered. Writes what can be taken along."""
    admin, builder = world.client("admin"), world.client("builder")
    for kind, (fields, type_, configs) in kinds(place).items():
        made, name = lend_to(world, kind, fields, hosts=() if kind in ("smtp", "sql") else (place,))
        at = f"/api/credentials/{show_id(made)}"
        for config in configs:
            inputs = {"to": "kim@example.com"} if kind == "smtp" else {}
            number = make_live(world, {**config, "credential": name}, type_, inputs)
            ended = press_start(world, number)
            assert ended.state in ("succeeded", "failed"), ended
            yield json.dumps(ended.said)
            for path in ("", "/draft", "/export", "/versions/1"):
                yield builder.get(f"/api/workflows/{number}{path}").text
        yield admin.post(f"{at}/test", json={"url": f"http://{place}/x"}).text
        odd = dict.fromkeys(fields, "canary-5b1e-odd") | {"odd": "canary-5b1e-odd"}
        yield admin.post(f"{at}/rotate", json={"fields": odd}).text
        yield admin.post(f"{at}/rotate", json={"fields": fields}).text
        for path in ("", "/uses", "/reach"):
            yield admin.get(f"{at}{path}").text
        yield admin.post("/api/credentials", json={"name": name, "kind": kind, "fields": fields}).text
    key, _ = lend_to(world, "api_key", {"key": CANARIES["model"]}, hosts=(place,))
    _, model = connect(world, base_url=f"http://{place}/v1", credential_id=key)
    yield admin.post("/api/connections/test", json={"name": model}).text
    yield builder.post(f"/api/workflows/{number}/check", json={"graph": asks(model)}).text
    yield world.client("auditor").get("/api/audit", params={"size": 200}).text
    site = world.application
    write_backup(site.database, site.payloads, folder / "all.backup", site.keys.prints, None)
    with site.database.read() as session:
        lines = [json.dumps(each, default=str) for each in export_audit(session, site.keys.audit.public)]
    (folder / "audit.jsonl").write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.storms
def test_no_canary_stands_anywhere(
    backend: Backend, request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]
) -> None:
    watch = Watch()
    with serving(respond) as server, working(backend, server.place, "127.0.0.1:9") as world:
        for said in drive(world, server.place, backend.folder):
            watch.look_at("an answer", said.encode())
        if backend.name == "servers":
            postgres: PostgresServer = request.getfixturevalue("postgres")
            name = backend.address.rpartition("/")[2].partition("?")[0]
            watch.look_into_database(postgres.plain_url(name), name)
    arrived = "".join(f"{each.headers}" for each in server.seen)
    assert all(CANARIES[word] in arrived for word in ("bearer", "header", "model")), "they arrived where they should"
    assert FETCHED in arrived
    for each in server.seen:
        if "/token" not in each.line:
            watch.look_at(f"what was said in {each.line}", each.body)
    out = capfd.readouterr()
    watch.look_at("what was printed and logged", (out.out + out.err).encode())
    watch.look_into(backend.folder)
    assert (backend.folder / "all.backup").stat().st_size > 1_000
    assert watch.found == []


# ---------------------------------------------------------------- the search itself


LEAK = "finch-0a1b-leaked"
"""What leaks on purpose below; another word, so that the search of this session passes it by."""


@pytest.mark.parametrize(
    "form", ["as it is", "base64", "base64 of more", "hex", "gzip", "zip", "in a table", "in a payload", "a log"]
)
def test_the_search_finds_what_leaks(form: str, tmp_path: Path) -> None:
    watch, data = Watch("finch"), LEAK.encode()
    if form.startswith("base64"):
        data = base64.b64encode(data if form == "base64" else b'{"password": "' + data + b'"}')
    elif form == "hex":
        data = data.hex().encode()
    elif form == "gzip":
        data = gzip.compress(b"x" * 100 + data)
    elif form == "zip":
        with zipfile.ZipFile(tmp_path / "packed", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("deep/inside.json", b"x" * 100 + data)
        data = (tmp_path / "packed").read_bytes()
    elif form == "in a table":
        with sqlite3.connect(tmp_path / "table.db") as database:
            database.execute("CREATE TABLE run (why TEXT)")
            database.execute("INSERT INTO run VALUES (?)", ("It failed: " + LEAK,))
        database.close()
        data = (tmp_path / "table.db").read_bytes()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"before " + data if form == "a log" else data)
    watch.look_into(tmp_path / "deep")
    assert watch.found == ["file"]
    clean = Watch("finch")
    clean.look_at("nothing", b"finch- finches, 0a1b, canary-0a1b-other")
    assert clean.found == []


@pytest.mark.servers
def test_the_search_finds_what_leaks_into_a_table_of_postgresql(postgres: PostgresServer) -> None:
    name = "leaky"
    postgres.create_database(name)
    with psycopg.connect(postgres.plain_url(name), autocommit=True) as connection:
        connection.execute("CREATE TABLE credential (id int); CREATE TABLE notes (id int, said jsonb)")
        connection.execute("INSERT INTO notes VALUES (1, %s)", (json.dumps({"why": [LEAK]}),))
        watch = Watch("finch")
        watch.look_into_database(postgres.plain_url(name), name)
        assert watch.found == [], "where no credential ever was, none can leak"
        connection.execute("INSERT INTO credential VALUES (1)")
        watch.look_into_database(postgres.plain_url(name), name)
    assert watch.found == ["table notes of leaky"]
    postgres.drop_database(name)


LEAKY = """
import pytest
import tests.canaries
from tests.canaries import pytest_runtest_logreport, pytest_sessionfinish, pytest_terminal_summary, watch_answer

tests.canaries.WATCH = tests.canaries.Watch("finch")
"""
TESTS = {
    "a file": "def test_it(tmp_path): (tmp_path / 'export.yaml').write_text('finch-0a1b-leaked')",
    "printed": "def test_it(): print('finch-0a1b-leaked')",
    "an answer": "def test_it():\n import conftest\n conftest.watch_answer('GET', '/api/runs', b'finch-0a1b-leaked')",
    "nothing": "def test_it(tmp_path): (tmp_path / 'export.yaml').write_text('finch')",
}


@pytest.mark.parametrize("leak", sorted(TESTS))
def test_a_leak_fails_the_session_though_every_test_passed(leak: str, tmp_path: Path) -> None:
    """A session of its own, with a test that plants one."""
    (tmp_path / "conftest.py").write_text(LEAKY, encoding="utf-8")
    (tmp_path / "test_leaky.py").write_text(TESTS[leak], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(tmp_path),
         "--basetemp", str(tmp_path / "temporary"), str(tmp_path)],
        cwd=tmp_path, env={"PYTHONPATH": f"{ROOT}:{tmp_path}", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == (0 if leak == "nothing" else 1)
    assert ("what credentials hold was found" in done.stdout) is (leak != "nothing")
