"""An installation that works in one process, with systems on loopback that ask for what a credential holds."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from builder.catalog import palette_of
from builder.catalog.write import (
    approve_node_template,
    propose_node_template,
    publish_node_template,
)
from builder.kit.ids import read_id, show_id
from builder.publishing import publish_workflow
from builder.settings import read_settings
from builder.wiring import build_embedded
from builder.workflows import create_blank, save_draft
from tests.backends import Backend
from tests.rooms.credentials.cases import lend
from tests.rooms.credentials.test_outside import serving
from tests.rooms.loopback import Seen, answer
from tests.rooms.workflows.cases import press
from tests.rooms.world import URL, World, people_world
from tests.servers import UNSYNCED, PostgresServer

ENDED = ("succeeded", "failed", "cancelled", "refused")


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        number: int = line.getsockname()[1]
        return number


@contextmanager
def working(backend: Backend, *places: str) -> Iterator[World]:
    """People, and a worker in this process, that may reach these places."""
    environment = {
        "HANDRAIL_HOME": str(backend.folder), "HANDRAIL_DATABASE_URL": backend.address, "HANDRAIL_URL": URL,
        "HANDRAIL_ALLOWED_HOSTS": ",".join(places),
    }  # fmt: skip
    with build_embedded(read_settings(environment)) as site:
        world = people_world(site)
        world.add_person("second", org=("admin",))
        yield world


def make_live(world: World, config: dict[str, Any], type_: str, inputs: dict[str, Any] | None = None) -> str:
    """A live workflow of Ours with one step; its id."""
    bound = {name: {"value": value} for name, value in (inputs or {}).items()}
    node = {"type": type_, "config": config, "inputs": bound}
    builder, owner = world.caller("builder"), world.caller("owner")
    with world.transaction() as session:
        number = create_blank(session, builder, world.ours, f"Calls {type_}"[:90])
        save_draft(session, builder, number, 1, {"nodes": {"ask": node}})
        publish_workflow(session, owner, number, press(world), seen=2, note="", stage=None)
    return show_id(number)


@dataclass
class Ended:
    """What became of a start: refused, or a run that ended."""

    state: str
    said: dict[str, Any] = field(repr=False)

    @property
    def sentence(self) -> str:
        """What people are told."""
        return f"{self.said.get('sentence', '')} {self.said.get('way_out') or ''}".strip()


def press_start(world: World, workflow: str) -> Ended:
    """Starts a workflow by its form and waits for the end of the run; a refusal leaves none."""
    builder = world.client("builder")
    before = len(builder.get("/api/runs", params={"workflow": workflow}).json()["items"])
    started = builder.post(f"/api/workflows/{workflow}/form", json={"input": {}})
    if started.status_code != 201:
        after = builder.get("/api/runs", params={"workflow": workflow}).json()["items"]
        assert len(after) == before, "a refused start leaves no run"
        return Ended("refused", started.json())
    until = time.monotonic() + 40
    while True:
        run = builder.get(f"/api/runs/{started.json()['run']}").json()
        if run["state"] in ENDED:
            step = builder.get(f"/api/runs/{started.json()['run']}/steps/ask").json()
            return Ended(run["state"], {**step, "why": run.get("why")})
        assert time.monotonic() < until, "the run did not end"
        time.sleep(0.02)


def publish_template(world: World, shown: dict[str, Any]) -> str:
    """Two admins bring a draft to every team; the node type that it makes."""
    writer, second, place = world.caller("admin"), world.caller("second"), (read_id(shown["id"]), shown["number"])
    palette = palette_of(world.application)
    with world.transaction() as session:
        propose_node_template(session, writer, palette, *place)
        approve_node_template(session, second, palette, *place)
        made = publish_node_template(session, writer, *place, None)
    palette.look(now=True)
    return made.key


@contextmanager
def guarded_api(token: str) -> Iterator[tuple[str, list[Seen]]]:
    """An API that answers only who brings a token; where it is, and what it let in."""
    let_in: list[Seen] = []

    def respond(seen: Seen) -> bytes:
        if seen.headers.get("authorization") != f"Bearer {token}":
            return answer(b"{}", "401 Unauthorized", **{"Content-Type": "application/json"})
        let_in.append(seen)
        return answer(b'{"id": "7"}', **{"Content-Type": "application/json"})

    with serving(respond) as server:
        yield server.place, let_in


@contextmanager
def guarded_database(password: str) -> Iterator[int]:
    """A PostgreSQL that lets the user `clerk` in only by a password; its port."""
    port = free_port()
    server = PostgresServer({**UNSYNCED, "listen_addresses": "127.0.0.1", "port": str(port)})
    try:
        with psycopg.connect(server.plain_url("postgres"), autocommit=True) as connection:
            made = "CREATE ROLE clerk LOGIN PASSWORD '{}'; CREATE TABLE orders (id int, customer text)"
            connection.execute(made.format(password).encode())
            connection.execute("INSERT INTO orders VALUES (1, 'Ann'), (2, 'Bob'); GRANT SELECT ON orders TO clerk")
            rules = server.folder / "data" / "pg_hba.conf"
            rules.write_text("host all clerk 127.0.0.1/32 scram-sha-256\n" + rules.read_text())
            connection.execute("SELECT pg_reload_conf()")
            assert refuses(port), "the database asks for the password"
        yield port
    finally:
        server.close()


def refuses(port: int) -> bool:
    """Whether a database lets nobody in by a wrong password; what it was told a moment ago needs one."""
    for _ in range(100):
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="clerk", password="wrong", dbname="postgres").close()
        except psycopg.OperationalError:
            return True
        time.sleep(0.02)
    return False


Change = Callable[[], object]


def lend_to(
    world: World, kind: str, fields: dict[str, str], *types: str, hosts: tuple[str, ...] = ()
) -> tuple[int, str]:
    """A credential that Ours may use in steps of these types; its id and name."""
    return lend(world, kind, fields=fields, hosts=hosts, types=types)
