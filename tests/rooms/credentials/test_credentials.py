"""Credentials are made, changed, rotated and ended; what they hold goes in, and comes out for a granted step only."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from builder.credentials import Lender, change_credential, end_credential, rewrap_credentials, rotate_credential
from builder.credentials.schemas import KINDS, CredentialError, Wanted
from builder.credentials.seal import open_version
from builder.credentials.tables import credential_secret_table, credential_table, credential_use_table
from builder.db import read_clock
from builder.egress import Client
from builder.kit.ids import show_id
from builder.kit.sealing import LocalWrapping, SealError, new_key
from builder.sdk import HttpRequest, NodeError
from tests.rooms.credentials.cases import CANARY, lend
from tests.rooms.world import World


@dataclass(frozen=True)
class Use:
    team_id: int | None
    run_id: int = 7
    path: str = "send"
    type: str = "tool.http_request@1"


def lender_of(world: World, client: Client | None = None) -> Lender:
    client = client or Client()
    return Lender(world.transaction, world.application.wrapping, client.send)


def sign(world: World, name: str, url: str, **use: Any) -> HttpRequest:
    request = HttpRequest("GET", url, (("authorization", "mine"),), credential=name)
    return asyncio.run(lender_of(world).sign(request, Use(**{"team_id": world.ours, **use})))


def refused(world: World, name: str, url: str, **use: Any) -> str:
    with pytest.raises(NodeError) as caught:
        sign(world, name, url, **use)
    assert CANARY not in repr(caught.value)
    return caught.value.failed.code


def test_a_credential_signs_for_its_team_and_host_and_each_use_is_written_down(world: World) -> None:
    made, name = lend(world)
    signed = sign(world, name, "https://crm.example/a?b=c")
    assert signed.headers == (("Authorization", f"Bearer {CANARY}"),)
    assert signed.credential == ""
    uses = world.client("auditor").get(f"/api/credentials/{show_id(made)}/uses").json()["items"]
    assert [(each["way"], each["host"], each["team"], each["path"]) for each in uses] == [
        ("sign", "crm.example:443", "Ours", "send")
    ]
    with world.transaction() as session:
        events = session.execute(text("SELECT * FROM audit_event")).all()
    assert sum("credential_opened" in str(each) for each in events) == 1
    assert CANARY not in str(events)


def test_whom_and_what_it_is_not_for(world: World) -> None:
    made, name = lend(world, types=("tool.http_request",))
    assert refused(world, "nothing", "https://crm.example/") == "credential_unknown"
    assert refused(world, name, "https://crm.example/", team_id=world.theirs) == "credential_not_granted"
    assert refused(world, name, "https://crm.example/", team_id=None) == "credential_not_granted"
    assert refused(world, name, "https://crm.example/", type="tool.other@1") == "credential_not_granted"
    assert refused(world, name, "https://evil.example/") == "credential_host"
    assert refused(world, name, "https://crm.example.evil.example/") == "credential_host"
    assert refused(world, name, "http://crm.example/") == "credential_host"
    assert refused(world, name, "https://crm.example@evil.example/") == "credential_host"
    assert refused(world, name, "nonsense") == "credential_host"
    with world.transaction() as session:
        end_credential(session, world.caller("admin"), made, off=True)
    assert refused(world, name, "https://crm.example/") == "credential_over"
    with world.transaction() as session:
        end_credential(session, world.caller("admin"), made, off=False)
        session.execute(update(credential_table).values(ends_at=read_clock(session) - timedelta(seconds=1)))
    assert refused(world, name, "https://crm.example/") == "credential_over"
    with world.transaction() as session:
        assert session.execute(select(credential_use_table)).all() == [], "what was refused was not opened"


def test_a_port_that_is_listed_may_be_asked_without_encryption(world: World) -> None:
    _, name = lend(world, hosts=("CRM.example:8080", "127.0.0.1"))
    assert refused(world, name, "https://crm.example/") == "credential_host"
    assert sign(world, name, "http://crm.example:8080/").headers
    assert sign(world, name, "http://127.1/").headers


def test_rotation_forgets_what_was_before(world: World) -> None:
    made, name = lend(world)
    with world.transaction() as session:
        assert (
            rotate_credential(session, world.caller("admin"), made, {"token": "new"}, world.application.wrapping) == 2
        )
    assert sign(world, name, "https://crm.example/").headers == (("Authorization", "Bearer new"),)
    with world.transaction() as session:
        with pytest.raises(KeyError):
            open_version(session, made, 1, world.application.wrapping)
        rows = session.execute(
            select(credential_secret_table.c.sealed).order_by(credential_secret_table.c.number)
        ).all()
        assert [row.sealed is None for row in rows] == [True, False]


def test_what_is_sealed_is_bound_to_its_row_and_never_in_plain(world: World) -> None:
    first, second = lend(world)[0], lend(world)[0]
    with world.transaction() as session:
        rows = {row.credential_id: row for row in session.execute(select(credential_secret_table))}
        assert all(CANARY.encode() not in row.sealed + row.wrapped for row in rows.values())
        values = {"sealed": rows[first].sealed, "wrapped": rows[first].wrapped}
        session.execute(
            update(credential_secret_table).where(credential_secret_table.c.credential_id == second).values(**values)
        )
        with pytest.raises(SealError):
            open_version(session, second, 1, world.application.wrapping)


def test_another_wrapping_key_wraps_all_anew(world: World) -> None:
    made, _ = lend(world)
    old, new = new_key(), new_key()
    with world.transaction() as session:
        assert rewrap_credentials(session, world.application.wrapping, "it") == 0
        with pytest.raises(SealError, match="does not have"):
            rewrap_credentials(session, LocalWrapping(new), "it")
    wrapping = world.application.wrapping
    assert isinstance(wrapping, LocalWrapping)
    before = wrapping._keys[wrapping.name]
    with world.transaction() as session:
        assert rewrap_credentials(session, LocalWrapping(new, before, old), "it") == 1
        assert open_version(session, made, 1, LocalWrapping(new)) == {"token": CANARY}
        with pytest.raises(SealError):
            open_version(session, made, 1, world.application.wrapping)


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("http_bearer", {}, "missing"),
        ("http_bearer", {"token": "x", "more": "y"}, "no field"),
        ("http_bearer", {"token": "a\r\nX: b"}, "no header"),
        ("http_basic", {"user": "a:b", "password": "x"}, "colon"),
        ("http_header", {"header": "a b", "value": "x"}, "header"),
        ("smtp", {"host": "mail.example", "port": "99999", "sender": "a@b.example"}, "65535"),
        ("smtp", {"host": "mail.example", "tls": "perhaps", "sender": "a@b.example"}, "one of"),
        ("sql", {"url": "sqlite:///etc/passwd"}, "host"),
        ("sql", {}, "address"),
        ("oauth2_client", {"token_url": "file:///x", "client_id": "a", "client_secret": "b"}, "https"),
        ("magic", {"x": "y"}, "no kind"),
    ],
)
def test_what_cannot_be_is_told_without_the_secret(world: World, kind: str, fields: dict[str, str], said: str) -> None:
    with pytest.raises(CredentialError, match=said):
        lend(world, kind, fields=fields)


def test_an_answer_never_holds_what_went_in(world: World) -> None:
    client = world.client("admin")
    for kind, fields in KINDS.items():
        good = {"url": f"postgresql://u:{CANARY}@db.example/x", "host": "h.example", "port": "25", "tls": "none",
                "driver": "postgresql", "token_url": "https://id.example/t", "header": "X-Key",
                "send_as": "basic"}  # fmt: skip
        sent = {
            each.name: CANARY if each.secret and each.name != "url" else good.get(each.name, "name") for each in fields
        }
        body = {"name": kind, "kind": kind, "fields": sent, "hosts": ["h.example"], "teams": None}
        answer = client.post("/api/credentials", json=body)
        assert answer.status_code == 201, answer.text
        number = answer.json()["id"]
        wrong = client.post(f"/api/credentials/{number}/rotate", json={"fields": {**sent, "odd": CANARY}})
        assert wrong.status_code == 422
        malformed = client.post("/api/credentials", json={**body, "fields": {each: [CANARY] for each in sent}})
        assert malformed.status_code == 422
        for seen in (
            answer,
            wrong,
            malformed,
            client.get("/api/credentials"),
            client.get(f"/api/credentials/{number}"),
        ):
            assert CANARY not in seen.text


def test_changes_and_what_a_team_sees(world: World) -> None:
    made, name = lend(world)
    usable = f"/api/teams/{show_id(world.ours)}/credentials"
    assert [each["name"] for each in world.client("viewer").get(usable).json()] == [name]
    wanted = Wanted("", "", {}, note="For them.", hosts=("crm.example",), teams=frozenset({world.theirs}))
    with world.transaction() as session:
        change_credential(session, world.caller("admin"), made, wanted)
    assert world.client("viewer").get(usable).json() == []
    theirs = world.client("other").get(f"/api/teams/{show_id(world.theirs)}/credentials").json()
    assert [each["name"] for each in theirs] == [name]
    taken = world.client("admin").post(
        "/api/credentials", json={"name": name, "kind": "api_key", "fields": {"key": "x"}}
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "credential_taken")
    unknown = world.client("admin").put(
        f"/api/credentials/{show_id(made)}", json={"hosts": ["a.example"], "teams": ["0000000000001"]}
    )
    assert (unknown.status_code, unknown.json()["field"]) == (422, "teams")


def test_none_is_made_that_is_over_already(world: World) -> None:
    said = {"name": "yesterday", "kind": "http_bearer", "fields": {"token": CANARY}, "hosts": ["crm.example"]}
    answer = world.client("admin").post("/api/credentials", json={**said, "ends_at": "2020-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json()["field"]) == (422, "ends_at")
    assert answer.json()["way_out"]
