"""Who is told what by the other rooms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builder.db import read_clock
from builder.kit.ids import show_id
from builder.notices import MailServer, Postbox, Postman
from builder.publishing import ask_to_publish, decide_request
from builder.reviews import expire_reviews, withdraw_review
from builder.runs import read_facts
from builder.runs.trouble import tell_trouble
from builder.settings import MailSettings
from builder.teams.store import save_membership
from builder.workflows.store import update_workflow as save_row
from tests.rooms.notices.post import Office, open_office
from tests.rooms.reviews.cases import make_review, run_of
from tests.rooms.workflows.cases import make_workflow, press
from tests.rooms.world import URL, World


def kinds_of(world: World, name: str) -> list[str]:
    return [each["kind"] for each in world.client(name).get("/api/notices").json()["items"]]


def unread_of(world: World, name: str) -> list[str]:
    return [each["kind"] for each in world.client(name).get("/api/notices").json()["items"] if not each["read"]]


@pytest.fixture
def mailing(world: World) -> Iterator[tuple[World, Office]]:
    """The organisation, with mail."""
    with open_office() as (office, server):
        site = world.application
        settings = MailSettings(server.host, server.port, server.sender, False, True)
        site.settings = replace(site.settings, mail=settings)
        site.post = Postbox(site.keys.vault, sends=True)
        yield world, office


def deliver(world: World) -> None:
    mail = world.application.settings.mail
    assert mail is not None
    server = MailServer(mail.host, mail.port, mail.sender, mail.tls, mail.plain, None, "")
    Postman(world.transaction, server, world.application.keys.vault, URL).send_due()


def test_a_review_waits_for_those_who_may_answer_it(world: World) -> None:
    world.add_person("both", ours=("reviewer", "builder"))
    number = make_review(world, starter="both", barred=("starter",))
    assert kinds_of(world, "reviewer") == ["review_waits"]
    assert all(kinds_of(world, name) == [] for name in ("both", "owner", "builder", "viewer", "other", "admin"))
    (notice,) = world.client("reviewer").get("/api/notices").json()["items"]
    assert notice["link"] == f"/reviews/{show_id(number)}"
    assert "Letter" not in str(notice["params"]).replace(notice["params"]["workflow"], "")


def test_a_group_is_told_and_nobody_beside_it(world: World) -> None:
    world.add_person("there", ours=("reviewer",), theirs=("viewer",))
    make_review(world, reviewers={"group": "Theirs"})
    assert kinds_of(world, "there") == ["review_waits"]
    assert kinds_of(world, "reviewer") == []


def test_a_try_asks_nobody_else(world: World) -> None:
    make_review(world, starter="builder", dry=True)
    assert kinds_of(world, "reviewer") == []


def test_a_review_that_is_due_or_withdrawn_is_told(world: World) -> None:
    number = make_review(world, due_clock="PT1S", on_timeout="escalate")
    with world.transaction() as session:
        later = read_clock(session).replace(year=2100)
        assert expire_reviews(session, later) == 1
    run = run_of(world, number)
    with world.transaction() as session:
        withdraw_review(session, run_id=run, path="", why="The run was cancelled.")
    assert set(kinds_of(world, "reviewer")) == {"review_waits", "review_due", "review_withdrawn"}


def test_who_answers_for_a_workflow_is_told_of_trouble(world: World) -> None:
    run = run_of(world, make_review(world))
    with world.transaction() as session:
        tell_trouble(session, run, "run_failed")
        tell_trouble(session, run, "run_uncertain")
    assert set(kinds_of(world, "owner")) == {"run_failed", "run_uncertain"}, "nobody is named, so the team's owners"
    assert kinds_of(world, "builder") == []
    named = world.people["viewer"]
    with world.transaction() as session:
        save_row(session, read_facts(session, [run])[run].workflow_id or 0, {"owner_id": named})
        tell_trouble(session, run, "run_failed")
    assert kinds_of(world, "viewer") == ["run_failed"]


def test_owners_are_asked_to_publish_and_who_asked_is_told(world: World) -> None:
    for approve, kind in ((True, "publish_approved"), (False, "publish_declined")):
        number, builder, owner = make_workflow(world), world.caller("builder"), world.caller("owner")
        with world.transaction() as session:
            asked = ask_to_publish(session, builder, number, press(world), seen=2, note="")
        assert kinds_of(world, "owner")[0] == "publish_asked"
        with world.transaction() as session:
            decide_request(session, owner, asked.id, press(world), approve=approve, reason="Not yet.")
        assert kinds_of(world, "builder")[0] == kind
        assert "publish_asked" not in unread_of(world, "owner")


def test_a_request_that_a_newer_one_replaces_no_longer_waits_to_be_read(world: World) -> None:
    number, builder = make_workflow(world), world.caller("builder")
    for _ in range(2):
        with world.transaction() as session:
            ask_to_publish(session, builder, number, press(world), seen=2, note="")
    assert unread_of(world, "owner") == ["publish_asked"]


@pytest.mark.parametrize("how", ["decided", "withdrawn", "expired"])
def test_what_is_over_no_longer_waits_to_be_read(world: World, how: str) -> None:
    world.add_person("second", ours=("reviewer",))
    number = make_review(world, due_clock="PT1H", on_timeout="reject")
    assert unread_of(world, "reviewer") == unread_of(world, "second") == ["review_waits"]
    if how == "decided":
        client, place = world.client("second"), f"/api/reviews/{show_id(number)}"
        said = {"decision": "approve", "payload_hash": client.get(place).json()["payload_hash"]}
        assert client.post(f"{place}/decide", json=said).status_code == 200
    run = run_of(world, number)
    with world.transaction() as session:
        if how == "withdrawn":
            withdraw_review(session, run_id=run, path="", why="It is over.")
        if how == "expired":
            assert expire_reviews(session, read_clock(session) + timedelta(hours=2)) == 1
    assert "review_waits" not in unread_of(world, "reviewer")


def test_whoever_is_here_is_welcomed_in_a_team(world: World) -> None:
    wanted = {"email": _address(world, "nobody"), "team": show_id(world.ours), "roles": ["viewer"]}
    answer = world.client("owner").post("/api/invitations", json=wanted).json()
    assert (answer["added"], answer["mailed"]) == (True, False)
    assert world.client("nobody").get("/api/notices").json()["items"][0]["sentence"] == "You are now in the team Ours."


def test_an_invitation_is_mailed_and_its_link_opens(mailing: tuple[World, Office]) -> None:
    world, office = mailing
    wanted = {"email": "eve@example.org", "team": show_id(world.ours), "roles": ["viewer"]}
    answer = world.client("owner").post("/api/invitations", json=wanted).json()
    assert answer["mailed"] is True
    deliver(world)
    (letter,) = office.letters
    assert letter["to"] == "eve@example.org"
    assert answer["link"] in letter.get_content()


def test_a_forgotten_password_is_set_by_a_mailed_link(mailing: tuple[World, Office]) -> None:
    world, office = mailing
    client = world.client()
    assert client.get("/api/session").json()["mail"] is True
    known, unknown = _address(world, "builder"), "nobody@nowhere.example"
    answers = [client.post("/api/password/forgotten", json={"email": email}) for email in (known, unknown)]
    assert [(each.status_code, each.json()) for each in answers] == [(202, {"asked": True})] * 2
    deliver(world)
    (letter,) = office.letters
    token = letter.get_content().partition(f"{URL}/link/")[2].split()[0]
    assert client.post("/api/links/look", json={"token": token}).json()["kind"] == "reset"
    said = {"token": token, "password": "a walk along the river"}
    assert client.post("/api/password/reset", json=said).status_code == 200
    assert world.client().post("/api/password/reset", json=said).status_code == 404


def test_a_mailed_link_cannot_be_asked_for_without_end(mailing: tuple[World, Office]) -> None:
    world, office = mailing
    for _ in range(6):
        answer = world.client().post("/api/password/forgotten", json={"email": _address(world, "builder")})
        assert answer.status_code == 202
    deliver(world)
    assert len(office.letters) == 3


def test_whoever_left_gets_no_link(mailing: tuple[World, Office], tmp_path: Path) -> None:
    world, office = mailing
    email = _address(world, "viewer")
    person = show_id(world.people["viewer"])
    assert world.client("admin").patch(f"/api/people/{person}", json={"closed": True}).status_code == 200
    assert world.client().post("/api/password/forgotten", json={"email": email}).status_code == 202
    deliver(world)
    assert office.letters == []


def test_without_mail_a_forgotten_password_says_whom_to_ask(world: World) -> None:
    answer = world.client().post("/api/password/forgotten", json={"email": "x@example.org"})
    assert (answer.status_code, "admin" in answer.json()["way_out"]) == (409, True)


def test_whoever_is_no_longer_a_reviewer_is_not_told(world: World) -> None:
    with world.transaction() as session:
        save_membership(session, world.ours, world.people["reviewer"], ("viewer",))
    make_review(world)
    assert kinds_of(world, "reviewer") == []


def _address(world: World, name: str) -> str:
    return world.caller(name).email
