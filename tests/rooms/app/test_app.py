"""The API's skeleton: what is refused before a route is reached, and how every refusal looks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import create_engine

from builder import app as skeleton
from builder.app import LARGEST_BODY, OpenRouteError, assemble_app, build_app, is_own_page
from builder.kit.errors import HandrailError
from builder.teams import permit
from builder.teams.gate import Calling
from tests.rooms.world import URL, World, assembled

JSON = {"content-type": "application/json"}


class TeapotError(HandrailError):
    """A refusal for these tests."""

    code = "teapot"
    status = 409


def add_routes(monkeypatch: pytest.MonkeyPatch, router: APIRouter) -> None:
    monkeypatch.setattr(skeleton, "ROUTERS", (*skeleton.ROUTERS, router))


# ---------------------------------------------------------------------- closed by default


def test_a_route_that_names_no_permission_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    inner, router = APIRouter(), APIRouter()
    inner.get("/api/inner")(lambda: None)
    router.include_router(inner)
    router.get("/api/open")(lambda: None)
    router.get("/api/guarded", dependencies=[Depends(permit("run.read"))])(lambda: None)
    add_routes(monkeypatch, router)
    with pytest.raises(OpenRouteError) as caught:
        assemble_app()
    assert "GET /api/inner, GET /api/open." in caught.value.sentence
    assert "guarded" not in caught.value.sentence


def test_being_signed_in_is_no_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    router = APIRouter()

    @router.get("/api/mine")
    def mine(call: Calling) -> str:
        return call.caller.name

    add_routes(monkeypatch, router)
    with pytest.raises(OpenRouteError):
        assemble_app()


def test_what_is_called_public_must_be_there_and_bare(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {("GET", "/api/gone"), ("GET", "/api/people")}
    monkeypatch.setattr(skeleton, "PUBLIC_ROUTES", skeleton.PUBLIC_ROUTES | more)
    with pytest.raises(OpenRouteError, match=r"GET /api/people, GET /api/gone\."):
        assemble_app()


def test_a_mounted_application_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    router = APIRouter()
    router.mount("/api/other", FastAPI(openapi_url=None, docs_url=None, redoc_url=None))
    add_routes(monkeypatch, router)
    with pytest.raises(OpenRouteError):
        assemble_app()


def test_a_permission_must_be_one() -> None:
    with pytest.raises(ValueError, match=r"workflow\.wrte"):
        permit("workflow.wrte")


def test_every_operation_has_a_name_of_its_own_and_says_how_it_refuses() -> None:
    document = assembled().openapi()
    operations = [each for path in document["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(set(names)) == len(names)
    assert all({"500"} <= set(each["responses"]) and "4XX" not in each["responses"] for each in operations)
    assert all(path.startswith(("/api/", "/hooks/")) for path in document["paths"])


# ---------------------------------------------------------------------- one shape of error


def test_what_is_not_there_is_told_in_json_even_to_a_browser(world: World) -> None:
    for path in ("/api/nothing", "/api/teams/zz/members", "/api/teams/", "/openapi.json", "/docs"):
        answer = world.client("first").get(path, headers={"accept": "text/html"}, follow_redirects=False)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown")
    wrong = world.client().put("/api/health")
    assert (wrong.status_code, wrong.json()["code"], wrong.headers["allow"]) == (405, "method", "GET")


def test_what_is_malformed_is_told_field_by_field_and_not_repeated(world: World) -> None:
    client, secret = world.client("admin"), "a secret that was typed"
    answer = client.post("/api/invitations", json={"email": secret, "roles": [secret], secret: secret})
    assert answer.status_code == 422
    assert answer.json()["code"] == "malformed"
    assert {one["field"] for one in answer.json()["params"]["problems"]} >= {"email", "roles.0"}
    assert secret not in answer.text


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", JSON, 422),
        (b"[" * 100_000, JSON, 400),
        (b'{"name":"\\ud800"}', JSON, 422),
        (b'{"name":"\\u0000"}', JSON, 422),
        (b'{"name":"a\\nb"}', JSON, 422),
        (b'{"name":' + b"9" * 5_000 + b"}", JSON, 400),
        (b'{"name":"x","owner":-1}', JSON, 422),
        (b'{"name":"x","owner":true}', JSON, 422),
        (b'{"name":"x","owner":9223372036854775808}', JSON, 422),
        (b"\xff\xfe", JSON, 422),
        (b'{"name":"x"}', {"content-type": "text/plain"}, 422),
        (b"name=x", {"content-type": "application/x-www-form-urlencoded"}, 422),
        (b"x" * (LARGEST_BODY + 1), JSON, 413),
    ],
    ids=range(13),
)
def test_a_body_that_cannot_be_meant_gets_a_sentence(
    world: World, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = world.client("admin").post("/api/teams", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert {"code", "sentence"} <= set(answer.json())


def test_a_body_that_does_not_say_its_size_is_cut_off_too(world: World) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(LARGEST_BODY // 65_536 + 2):
            yield b" " * 65_536

    answer = world.client("admin").post("/api/teams", content=pieces(), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_refusal_carries_what_the_screens_need(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    router = APIRouter()

    @router.get("/api/teapot", dependencies=[Depends(permit("self"))])
    def pour() -> None:
        raise TeapotError("No coffee here.", node="pot", field="spout.0", way_out="Ask for tea.", cups={1})

    add_routes(monkeypatch, router)
    world.app = build_app(world.application)
    answer = world.client("viewer").get("/api/teapot")
    assert answer.status_code == 409
    assert answer.json() == {
        "code": "teapot",
        "sentence": "No coffee here.",
        "node": "pot",
        "field": "spout.0",
        "way_out": "Ask for tea.",
        "params": {"cups": [1]},
    }


def test_what_goes_wrong_inside_is_told_without_a_word_of_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    router = APIRouter()

    @router.get("/api/broken", dependencies=[Depends(permit("self"))])
    def fail() -> None:
        raise RuntimeError("the password is swordfish")

    add_routes(monkeypatch, router)
    world.app = build_app(world.application)
    client = world.client("viewer", raise_server_exceptions=False)
    answer = client.get("/api/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
    assert "swordfish" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


# ---------------------------------------------------------------------- headers and origins


@pytest.mark.parametrize("path", ["/api/health", "/api/nothing", "/", "/api/teams"])
def test_every_answer_has_its_headers(world: World, path: str) -> None:
    headers = world.client().get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers
    assert headers.get("cache-control") == ("no-store" if path.startswith("/api/") else None)


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": URL}, True),
        ({"origin": "https://handrail.example.evil"}, False),
        ({"origin": "http://handrail.example"}, False),
        ({"origin": "https://handrail.example:8443"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "https://[::1"}, False),
        ({"origin": "http://127.0.0.1:5173", "host": "127.0.0.1:5173"}, True),
        ({"origin": "http://localhost:8700", "host": "localhost:8700"}, True),
        ({"origin": "http://[::1]:8700", "host": "[::1]:8700"}, True),
        ({"origin": "http://127.0.0.1:5173", "host": "127.0.0.1:8700"}, False),
        ({"origin": "http://evil.example", "host": "evil.example"}, False),
    ],
)
def test_changes_come_from_our_own_pages(headers: dict[str, str], own: bool) -> None:
    assert is_own_page(headers, URL) is own


def test_a_change_from_another_site_is_refused_before_anything_is_read(world: World) -> None:
    client = world.client("admin")
    for path in ("/api/teams", "/api/session", "/api/nothing"):
        answer = client.post(path, json={"name": "x"}, headers={"origin": "https://evil.example"})
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_page")
    assert client.get("/api/teams", headers={"origin": "https://evil.example"}).status_code == 200


# ---------------------------------------------------------------------- life


def test_health_and_readiness(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.client().get("/api/health").json() == {"ok": True}
    assert world.client().get("/api/ready").json() == {"ok": True}
    world.application.database.close()
    monkeypatch.setattr(world.application.database, "_reader", unreachable())
    answer = world.client().get("/api/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert world.client().get("/api/health").status_code == 200


def unreachable() -> Any:
    return create_engine("sqlite+pysqlite:////nowhere/at/all.db")


def test_more_writers_than_threads_do_not_lock_each_other_out(world: World) -> None:
    """The server runs routes in 40 threads. All of them wait for the one writer, and still it gets done."""
    token = world.token("admin")
    statuses: list[int] = []
    with world.client(token=token) as client:

        def found(number: int) -> None:
            statuses.append(client.post("/api/teams", json={"name": f"Team {number}"}).status_code)

        threads = [threading.Thread(target=found, args=(number,)) for number in range(60)]
        with world.application.database.writing:
            for thread in threads:
                thread.start()
            threads[0].join(timeout=0.5)
            assert statuses == []
        for thread in threads:
            thread.join()
    assert statuses == [201] * 60
