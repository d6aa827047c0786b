"""Credentials against real servers on loopback: tokens fetched, requests signed, tests told in words."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from builder.credentials import Lender
from builder.credentials.try_out import database_address
from builder.egress import Allowed, Client
from builder.kit.ids import show_id
from builder.sdk import HttpRequest, NodeError
from tests.rooms.credentials.cases import CANARY, lend
from tests.rooms.credentials.test_credentials import Use
from tests.rooms.loopback import Seen, Server, answer
from tests.rooms.world import World


def write_token(seen: Seen, life: int = 3600, status: str = "200 OK") -> bytes:
    body = json.dumps({"access_token": "fetched", "token_type": "bearer", "expires_in": life}).encode()
    return answer(body, status, **{"Content-Type": "application/json"})


def run(world: World, work: Callable[[Lender, Server], object], script: Callable[[Seen], bytes]) -> Server:
    async def play() -> Server:
        async def write(seen: Seen, writer: asyncio.StreamWriter) -> None:
            writer.write(script(seen))

        async with Server(write) as server, Client(Allowed.of(server.place)) as client:
            lender = Lender(world.transaction, world.application.wrapping, client.send)
            await work(lender, server)  # type: ignore[misc]  # a coroutine function
            return server

    return asyncio.run(play())


def test_a_token_is_fetched_once_for_many_requests(world: World) -> None:
    async def work(lender: Lender, server: Server) -> None:
        fields = {
            "token_url": f"http://{server.place}/token",
            "client_id": "me:1",
            "client_secret": CANARY,
            "scope": "read",
        }
        _, name = lend(world, "oauth2_client", fields=fields, hosts=(server.place,))
        request = HttpRequest("GET", f"http://{server.place}/", credential=name)
        signed = await asyncio.gather(*(lender.sign(request, Use(world.ours)) for _ in range(5)))
        assert {each.headers for each in signed} == {(("Authorization", "Bearer fetched"),)}

    server = run(world, work, write_token)
    assert len(server.seen) == 1
    assert parse_qs(server.seen[0].body.decode()) == {"grant_type": ["client_credentials"], "scope": ["read"]}
    assert server.seen[0].headers["authorization"].startswith("Basic ")


def test_a_token_that_is_over_is_fetched_again_and_a_refusal_is_told(world: World) -> None:
    async def work(lender: Lender, server: Server) -> None:
        fields = {
            "token_url": f"http://{server.place}/t",
            "client_id": "me",
            "client_secret": CANARY,
            "send_as": "body",
        }
        _, name = lend(world, "oauth2_client", fields=fields, hosts=(server.place,))
        request = HttpRequest("GET", f"http://{server.place}/", credential=name)
        await lender.sign(request, Use(world.ours))
        await lender.sign(request, Use(world.ours))

    assert len(run(world, work, lambda seen: write_token(seen, life=5)).seen) == 2
    for status, kind in (("401 Unauthorized", "permanent"), ("503 Busy", "transient")):
        with pytest.raises(NodeError) as caught:
            run(
                world,
                work,
                lambda seen, said=status: answer(CANARY.encode(), said, **{"Content-Type": "application/json"}),
            )
        assert (caught.value.failed.code, caught.value.failed.failure) == ("token_refused", kind)
        assert CANARY not in str(caught.value.failed)


@contextmanager
def serving(script: Callable[[Seen], bytes]) -> Iterator[Server]:
    """A server in a thread of its own, for routes that block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def write(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(script(seen))

    server = Server(write)
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def press_test(world: World, number: int, url: str = "") -> tuple[bool, str]:
    answer = world.client("admin").post(f"/api/credentials/{show_id(number)}/test", json={"url": url})
    assert answer.status_code == 200, answer.text
    assert CANARY not in answer.text
    return answer.json()["ok"], answer.json()["said"]


@pytest.fixture
def opened(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose way out leads to this machine."""
    monkeypatch.setattr(type(world.application), "open_egress", lambda _: Client(Allowed.of("127.0.0.1")))
    return world


def test_one_click_asks_for_real(opened: World) -> None:
    said = {"Bearer " + CANARY: "204 No Content"}
    with serving(
        lambda seen: answer(b"", said.get(seen.headers.get("authorization", ""), "401 Unauthorized"))
    ) as server:
        good, _ = lend(opened, hosts=(server.place,))
        assert press_test(opened, good) == (True, "127.0.0.1 answered with status 204.")
        bad, _ = lend(opened, fields={"token": "other"}, hosts=(server.place,))
        assert press_test(opened, bad) == (False, "127.0.0.1 does not accept it: it answered with status 401.")
        elsewhere = opened.client("admin").post(
            f"/api/credentials/{show_id(good)}/test", json={"url": "https://evil.example/"}
        )
        assert (elsewhere.status_code, elsewhere.json()["field"]) == (422, "url")
    assert press_test(opened, good)[0] is False, "nothing answers any more"
    detail = opened.client("governor").get(f"/api/credentials/{show_id(good)}").json()["credential"]
    assert detail["test_ok"] is False


@contextmanager
def post_office() -> Iterator[int]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def authenticate(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=bytes(getattr(data, "password", b"")) == CANARY.encode(), handled=False)

    def make() -> SMTP:
        return SMTP(object(), authenticator=authenticate, auth_require_tls=False, loop=loop)

    async def listen() -> asyncio.Server:
        return await loop.create_server(make, "127.0.0.1", 0)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_one_click_signs_in_to_a_mail_server(opened: World) -> None:
    with post_office() as port:
        fields = {"host": "127.0.0.1", "port": str(port), "tls": "none", "user": "me", "sender": "me@example.org"}
        good, _ = lend(opened, "smtp", fields={**fields, "password": CANARY}, hosts=())
        assert press_test(opened, good) == (True, "127.0.0.1 let it in.")
        bad, _ = lend(opened, "smtp", fields={**fields, "password": "other"}, hosts=())
        assert press_test(opened, bad) == (False, "127.0.0.1 does not accept the user or the password (code 535).")
        shut, _ = lend(opened, "smtp", fields={**fields, "tls": "starttls", "password": CANARY}, hosts=())
        assert press_test(opened, shut) == (False, "127.0.0.1 offers no encryption.")


def test_a_database_behind_the_way_out_is_not_reached(world: World) -> None:
    made, _ = lend(world, "sql", fields={"url": f"postgresql://u:{CANARY}@127.0.0.1:1/x"}, hosts=())
    ok, said = press_test(world, made)
    assert not ok
    assert "127.0.0.1" in said


def test_a_secret_that_signs_is_opened_for_the_hosts_of_its_own_alone(world: World) -> None:
    _, name = lend(world, "webhook_secret", fields={"secret": CANARY}, hosts=("chat.example",))
    lender = Lender(world.transaction, world.application.wrapping, Client().send)
    use = Use(world.ours, type="tool.chat_message@1")
    opened = asyncio.run(lender.open(name, use, "https://chat.example/hook"))
    assert opened == {"secret": CANARY}
    for address in ("https://evil.example/hook", "https://chat.example.evil.example/", "http://chat.example/", "chat"):
        with pytest.raises(NodeError) as caught:
            asyncio.run(lender.open(name, use, address))
        assert caught.value.failed.code == "credential_host"
        assert CANARY not in str(caught.value.failed)


def test_it_itself_looks_with_a_credential_only_where_it_may_go(world: World) -> None:
    _, name = lend(world, teams=frozenset(), types=("tool.notes",))
    lender = Lender(world.transaction, world.application.wrapping, Client().send)
    signed = asyncio.run(lender.sign_own(HttpRequest("POST", "https://crm.example/mcp", credential=name)))
    assert signed.headers == (("Authorization", f"Bearer {CANARY}"),)
    _, mail = lend(world, "api_key", fields={"key": CANARY}, hosts=("crm.example",))
    for credential, url, code in (
        (name, "https://evil.example/mcp", "credential_host"),
        ("nobody's", "https://crm.example/mcp", "credential_over"),
        (mail, "https://crm.example/mcp", "credential_kind"),
    ):
        with pytest.raises(NodeError) as caught:
            asyncio.run(lender.sign_own(HttpRequest("POST", url, credential=credential)))
        assert caught.value.failed.code == code


@pytest.mark.parametrize("fields", [{"tls": "verify"}, {"url": "postgresql://u:p@db.example/x?sslmode=verify-ca"}])
def test_a_certificate_is_looked_up_among_the_authorities_of_this_machine(fields: dict[str, str]) -> None:
    said = {"driver": "postgresql", "host": "db.example", "database": "x", **fields}
    opened: Any = SimpleNamespace(fields=said)
    assert Path(str(database_address(opened).query["sslrootcert"])).is_file()
