"""Looking inside: an admin reads one run of a team with a reason, for an hour, told to those who answer for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from builder.audit.tables import audit_event_table
from builder.db import read_clock
from builder.files.store import link_files
from builder.kit.ids import read_id, show_id
from builder.notices.tables import letter_table, notice_table
from builder.reviews import empty_reviews
from builder.runs import empty_runs, lend_own_files
from builder.runs.tables import run_look_table, run_table
from builder.runs.trial import find_samples
from builder.sdk import Mode
from builder.teams.store import save_membership, save_org_roles
from tests.rooms.files.cases import PDF, upload
from tests.rooms.reviews.cases import make_review, run_of
from tests.rooms.runs.cases import REASON, end, make_run, open_look
from tests.rooms.world import World


def look(world: World, run: int, name: str = "admin", reason: str = REASON["reason"]) -> Any:
    """Somebody asks to look inside a run; the answer."""
    return world.client(name).post(f"/api/runs/{show_id(run)}/look", json={"reason": reason})


def seen(world: World, run: int, name: str = "admin") -> Any:
    """A run as somebody sees it."""
    return world.client(name).get(f"/api/runs/{show_id(run)}").json()


def rows_of(world: World, table: Any) -> list[Any]:
    with world.transaction() as session:
        return list(session.execute(select(table).order_by(table.c.id)).mappings())


def looked(world: World) -> list[Any]:
    return [each for each in rows_of(world, audit_event_table) if each["kind"] == "run_looked_inside"]


def end_looks(world: World) -> None:
    """An hour passes."""
    with world.transaction() as session:
        session.execute(update(run_look_table).values(until=read_clock(session)))


def keepers_of(world: World, run: int, owner: str, deputy: str) -> None:
    """Gives the run's workflow an owner and a deputy."""
    workflow = seen(world, run, "owner")["workflow"]["id"]
    people = {"owner": show_id(world.people[owner]), "deputy": show_id(world.people[deputy])}
    assert world.client("owner").patch(f"/api/workflows/{workflow}", json=people).status_code == 200


def test_an_admin_looks_inside_and_sees_what_the_owner_sees_of_this_run_alone(world: World) -> None:
    run, other = make_run(world, "owner", text="secret words"), make_run(world, "owner", text="secret words")
    before = seen(world, run)
    assert (before["payload"], before["looks"], before["may"]["look_inside"]) == (False, [], True)
    made = look(world, run)
    assert made.status_code == 200, made.text
    after, owners = seen(world, run), seen(world, run, "owner")
    for field in ("payload", "input", "result", "files", "steps"):
        assert after[field] == owners[field]
    assert (after["input"], after["may"]["look_inside"]) == ({"text": "secret words"}, False)
    step = world.client("admin").get(f"/api/runs/{show_id(run)}/steps/answer").json()
    assert (step["payload"], step["output"]) == (True, {"text": "Good day"})
    assert seen(world, other)["payload"] is False
    assert {name: after["may"][name] for name in ("retry", "rerun", "release", "clarify")} == dict.fromkeys(
        ("retry", "rerun", "release", "clarify"), False
    )
    world.add_person("second", org=("admin",))
    assert seen(world, run, "second")["payload"] is False


def test_everybody_who_sees_the_run_reads_who_looks_inside_why_and_until_when(world: World) -> None:
    run = make_run(world, "owner")
    made = look(world, run, reason="  The customer\n says that  this letter never came. ").json()
    for name in ("viewer", "owner", "governor", "admin"):
        (shown,) = seen(world, run, name)["looks"]
        assert shown == {**made, "mine": name == "admin"}
    assert (made["by"], made["reason"], made["open"]) == (
        "admin",
        "The customer says that this letter never came.",
        True,
    )
    (row,) = rows_of(world, run_look_table)
    assert row["until"] - row["begun_at"] == timedelta(hours=1)
    end_looks(world)
    assert [each["open"] for each in seen(world, run, "viewer")["looks"]] == [False]


def test_it_is_written_down_and_told_to_whoever_answers_for_the_run(world: World) -> None:
    world.add_person("co-owner", ours=("owner",))
    world.add_person("deputy", ours=("viewer",))
    run = make_run(world, "owner")
    keepers_of(world, run, "builder", "deputy")
    assert look(world, run).status_code == 200
    (event,) = looked(world)
    assert (event["subject"], event["record"]["reason"]) == (f"run {show_id(run)}", REASON["reason"])
    assert event["actor"] == world.caller("admin").actor
    (shown,) = world.client("auditor").get("/api/audit", params={"kind": "run_looked_inside"}).json()["items"]
    assert REASON["reason"] in shown["sentence"]
    told = [each for each in rows_of(world, notice_table) if each["kind"] == "run_looked_inside"]
    names = {number: name for name, number in world.people.items()}
    assert {names[each["person_id"]] for each in told} == {"owner", "first", "co-owner", "builder", "deputy"}
    assert {each["link"] for each in told} == {f"/runs/{show_id(run)}"}
    letters = {each["notice_id"] for each in rows_of(world, letter_table)}
    assert letters >= {each["id"] for each in told}
    (notice,) = world.client("owner").get("/api/notices").json()["items"]
    assert "admin looks inside" in notice["sentence"]
    assert REASON["reason"] in notice["sentence"]


def test_nobody_can_choose_not_to_be_told_in_the_product(world: World) -> None:
    client, one = world.client("owner"), {"kind": "run_looked_inside", "in_product": True, "by_email": False}
    refused = client.put("/api/notices/settings", json={"kinds": [{**one, "in_product": False}]})
    assert (refused.status_code, refused.json()["code"]) == (409, "notice")
    assert client.put("/api/notices/settings", json={"kinds": [one]}).json()["always"] == ["run_looked_inside"]
    run = make_run(world)
    look(world, run)
    assert client.get("/api/notices").json()["unread"] == 1
    assert world.people["owner"] not in {each["person_id"] for each in rows_of(world, letter_table)}


@pytest.mark.parametrize(
    "reason", ["", "   \n\t ", "debugging", "just so", "!!!! !!!! !!!! !!!!", "aaaaaaaaaaaaaaaaaaaaa"]
)
def test_without_a_reason_nothing_opens(world: World, reason: str) -> None:
    run = make_run(world, "owner")
    refused = look(world, run, reason=reason)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (409, "look_reason", "reason")
    assert seen(world, run)["payload"] is False
    assert (looked(world), rows_of(world, run_look_table), rows_of(world, notice_table)) == ([], [], [])
    assert look(world, run, reason="x" * 501).status_code == 422


def test_asking_again_gives_the_same_and_afterwards_it_takes_a_new_reason(world: World) -> None:
    run = make_run(world, "owner")
    first, again = look(world, run).json(), look(world, run, reason="Another reason altogether.").json()
    assert again == first
    assert len(looked(world)) == 1
    end_looks(world)
    assert (seen(world, run)["payload"], seen(world, run)["may"]["look_inside"]) == (False, True)
    assert look(world, run, reason="").status_code == 409
    second = look(world, run, reason="Another reason altogether.").json()
    assert (second["id"] != first["id"], second["reason"]) == (True, "Another reason altogether.")
    assert [each["id"] for each in seen(world, run)["looks"]] == [second["id"], first["id"]]
    assert len(looked(world)) == 2
    assert len([each for each in rows_of(world, notice_table) if each["person_id"] == world.people["owner"]]) == 2


def test_whoever_may_read_it_anyway_is_told_so_and_nobody_else_is(world: World) -> None:
    world.add_person("both", ours=("owner",), org=("admin",))
    run = make_run(world, "owner")
    needless = look(world, run, "both")
    assert (needless.status_code, needless.json()["code"]) == (409, "look_needless")
    assert seen(world, run, "both")["may"]["look_inside"] is False
    for name in ("viewer", "builder", "reviewer", "owner", "governor", "auditor", "other", "nobody"):
        assert look(world, run, name).status_code in (403, 404)
    with world.transaction() as session:
        session.execute(update(run_table).where(run_table.c.id == run).values(team_id=None))
    of_a_file = look(world, run)
    assert (of_a_file.status_code, of_a_file.json()["code"]) == (409, "look_nothing")
    assert seen(world, run)["may"]["look_inside"] is False
    assert looked(world) == []


def test_who_is_no_admin_any_more_sees_nothing_from_then_on(world: World) -> None:
    run = make_run(world, "owner")
    look(world, run)
    browser = world.client("admin")
    assert browser.get(f"/api/runs/{show_id(run)}").json()["payload"] is True
    with world.transaction() as session:
        save_org_roles(session, world.people["admin"], ("governor", "auditor"))
    assert browser.get(f"/api/runs/{show_id(run)}").json()["payload"] is False
    assert browser.get(f"/api/runs/{show_id(run)}/steps/answer").json()["payload"] is False


def test_a_program_never_looks_inside(world: World) -> None:
    run, client = make_run(world, "owner"), world.client("admin")
    carries = ["payload.read", "run.read"]
    made = client.post("/api/tokens", json={"name": "A program", "permissions": carries})
    assert made.status_code == 201, made.text
    program = world.client()
    program.headers["Authorization"] = f"Bearer {made.json()['token']}"
    refused = program.post(f"/api/runs/{show_id(run)}/look", json=REASON)
    assert (refused.status_code, refused.json()["code"]) == (403, "out_of_scope")
    assert look(world, run).status_code == 200
    found = program.get(f"/api/runs/{show_id(run)}").json()
    assert (found["payload"], found["may"]["look_inside"]) == (False, False)
    more = client.post("/api/tokens", json={"name": "More", "permissions": ["payload.look_inside"]})
    assert more.status_code in (403, 409, 422)


def test_a_review_of_the_run_is_read_and_not_decided(world: World) -> None:
    review = make_review(world, record={"text": "secret words"})
    run, client = run_of(world, review), world.client("admin")
    before = client.get(f"/api/reviews/{show_id(review)}").json()
    assert (before["payload"], before["may_look_inside"], before["record"]) == (False, True, None)
    look(world, run)
    after = client.get(f"/api/reviews/{show_id(review)}").json()
    assert (after["payload"], after["may_look_inside"], after["mine"]) == (True, False, False)
    assert after["record"] == {"text": "secret words"}
    (row,) = [each for each in client.get("/api/reviews", params={"whose": "team"}).json()["items"]
              if each["id"] == show_id(review)]  # fmt: skip
    assert row["excerpt"]
    said = {"decision": "approve", "payload_hash": after["payload_hash"]}
    assert client.post(f"/api/reviews/{show_id(review)}/decide", json=said).status_code == 403


def test_who_looks_inside_takes_nothing_out(world: World) -> None:
    """Somebody who may start things in the team, too: what he only looks at goes into no run and no sample of his."""
    world.add_person("busy", ours=("builder",), org=("admin",))
    run = make_run(world, "owner")
    file = upload(world, "owner").json()["id"]
    with world.transaction() as session:
        link_files(session, run, [read_id(file)])
    client = world.client("busy")
    assert client.get(f"/api/files/{file}/content").status_code == 404
    assert look(world, run, "busy").status_code == 200
    assert client.get(f"/api/files/{file}/content").content == PDF
    assert [each["id"] for each in seen(world, run, "busy")["files"]] == [file]
    caller, workflow = world.caller("busy"), read_id(seen(world, run)["workflow"]["id"])
    with world.transaction() as session:
        assert lend_own_files(session, caller, {"file": file}) == frozenset()
        assert find_samples(session, caller, workflow, world.application) == {}
    end(world, run, "failed")
    again = client.post(f"/api/runs/{show_id(run)}/retry", json={"from_step": "answer"}).json()["run"]
    assert client.get(f"/api/runs/{again}").json()["payload"] is False
    end_looks(world)
    assert client.get(f"/api/files/{file}/content").status_code == 404


def test_of_an_emptied_run_it_stays_known_who_looked_and_there_is_nothing_to_look_at(world: World) -> None:
    run = make_run(world, "owner")
    look(world, run)
    with world.transaction() as session:
        now = read_clock(session)
        old = {"status": "failed", "ended_at": now - timedelta(days=400)}
        session.execute(update(run_table).where(run_table.c.id == run).values(**old))
        assert empty_runs(session, {Mode.LIVE: timedelta(days=365)}, empty_reviews) is not None
    assert [each["reason"] for each in seen(world, run, "viewer")["looks"]] == [REASON["reason"]]
    end_looks(world)
    refused = look(world, run)
    assert (refused.status_code, refused.json()["code"]) == (409, "look_nothing")
    assert seen(world, run)["may"]["look_inside"] is False
    assert len(looked(world)) == 1


def test_a_look_counts_only_with_the_role_that_it_was_opened_in(world: World) -> None:
    number = world.add_person("mover", ours=("owner",), org=("admin",))
    run = make_run(world, "owner")
    open_look(world, run, number)
    with world.transaction() as session:
        save_org_roles(session, number, ())
    assert seen(world, run, "mover")["payload"] is True
    with world.transaction() as session:
        save_membership(session, world.ours, number, ("viewer",))
    assert seen(world, run, "mover")["payload"] is False
