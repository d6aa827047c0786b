"""Canaries: after credentials were made, used, refused, tested, rotated and exported, what they held stands nowhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builder.kit.ids import show_id
from builder.wiring import build_embedded
from tests.rooms.credentials.cases import connect, lend
from tests.rooms.credentials.test_admission import graph, make
from tests.rooms.credentials.test_connections import asks, reply
from tests.rooms.credentials.test_outside import serving
from tests.rooms.loopback import Seen, answer
from tests.rooms.world import World

CANARIES = {word: f"canary-5b1e-{word}" for word in ("bearer", "basic", "header", "client", "model", "mail", "rotated")}


def respond(seen: Seen) -> bytes:
    if seen.line.startswith("POST /token"):
        return answer(b'{"access_token": "canary-5b1e-fetched"}', **{"Content-Type": "application/json"})
    if seen.line.startswith("GET /broken"):
        return answer(b"no", "500 Broken", **{"Content-Type": "text/plain"})
    if "/chat/completions" in seen.line:
        return reply(seen)
    return answer(b'{"ok": true}', **{"Content-Type": "application/json"})


def drive(world: World, place: str) -> Iterator[str]:
    """Everything that can be done with credentials, by the API; what it answered."""
    kinds: dict[str, dict[str, str]] = {
        "http_bearer": {"token": CANARIES["bearer"]},
        "http_basic": {"user": "me", "password": CANARIES["basic"]},
        "http_header": {"header": "X-Key", "value": CANARIES["header"]},
        "oauth2_client": {"token_url": f"http://{place}/token", "client_id": "me", "client_secret": CANARIES["client"]},
    }
    admin, builder = world.client("admin"), world.client("builder")
    runs = []
    for kind, fields in kinds.items():
        made, name = lend(world, kind, fields=fields, hosts=(place,))
        for path in ("fine", "broken"):
            number = make(world, graph(name, url=f"http://{place}/{path}"))
            started = builder.post(f"/api/workflows/{number}/form", json={"input": {}})
            runs.append(started.json()["run"])
            yield started.text
            yield builder.get(f"/api/workflows/{number}/export").text
            yield builder.get(f"/api/workflows/{number}/draft").text
        yield admin.post(f"/api/credentials/{show_id(made)}/test", json={"url": f"http://{place}/x"}).text
        yield admin.post(f"/api/credentials/{show_id(made)}/rotate", json={"fields": {"odd": CANARIES["rotated"]}}).text
        yield admin.get(f"/api/credentials/{show_id(made)}/uses").text
        yield admin.get(f"/api/credentials/{show_id(made)}/reach").text
    key, _ = lend(world, "api_key", fields={"key": CANARIES["model"]}, hosts=(place,))
    _, model = connect(world, base_url=f"http://{place}/v1", credential_id=key)
    yield admin.post("/api/connections/test", json={"name": model}).text
    number = make(
        world, asks(model) | {"nodes": {**asks(model)["nodes"], "ask": graph("")["nodes"]["ask"]}}, live=False
    )
    yield builder.post(f"/api/workflows/{number}/check", json={"graph": asks(model)}).text
    mail, _ = lend(world, "smtp", fields={"host": "127.0.0.1", "port": "9", "sender": "a@b.example",
                                         "user": "u", "password": CANARIES["mail"]}, hosts=())  # fmt: skip
    yield admin.post(f"/api/credentials/{show_id(mail)}/test", json={}).text
    end = time.monotonic() + 40
    while any(builder.get(f"/api/runs/{run}").json()["state"] not in ("succeeded", "failed") for run in runs):
        assert time.monotonic() < end, "a run did not end"
        time.sleep(0.05)
    for run in runs:
        yield builder.get(f"/api/runs/{run}").text
        yield builder.get(f"/api/runs/{run}/steps/ask").text
    yield world.client("auditor").get("/api/audit", params={"size": 200}).text


def test_no_canary_stands_anywhere(
    world: World, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home: Path = world.application.settings.home
    with serving(respond) as server:
        monkeypatch.setattr(type(world.application.settings), "allowed_hosts", (server.place,), raising=False)
        worker = build_embedded(world.application.settings, allow_hosts=(server.place,))
        world.application.database.on_ring(worker.ring.ring)
        try:
            said = list(drive(world, server.place))
        finally:
            worker.close()
        asked = "".join(f"{each.headers}{each.body!r}" for each in server.seen)
    assert CANARIES["bearer"] in asked
    assert "canary-5b1e-fetched" in asked, "they arrived where they should"
    out = capfd.readouterr()
    places: dict[str, Any] = {"answers": "\n".join(said), "log": out.out + out.err}
    for file in home.rglob("*"):
        if file.is_file():
            places[str(file.relative_to(home))] = file.read_bytes().decode("latin-1")
    assert any("handrail.db" in name for name in places)
    found = [f"{word} in {name}" for word in CANARIES for name, held in places.items() if f"canary-5b1e-{word}" in held]
    assert found == []
    assert not any("canary-5b1e-fetched" in held for held in places.values())
