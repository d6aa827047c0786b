"""The desk over the wire: one answer, by who may, about exactly what was shown; nothing else decides."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from builder.db import read_clock
from builder.kit.ids import show_id
from builder.reviews import expire_reviews
from builder.reviews.tables import review_table
from builder.teams.gate import COOKIE
from tests.rooms.reviews.cases import make_review
from tests.rooms.reviews.desk import BRANCHES, CORRECTION, GUARDED, IN_A_MAP, IN_A_ROW, Desk, branches
from tests.rooms.world import World


def states_of(run: dict[str, Any]) -> dict[str, str]:
    return {step["path"]: step["state"] for step in run["steps"]}


# ---------------------------------------------------------------- one answer


def test_many_answers_at_once_and_again_let_exactly_one_branch_run_once(desk: Desk) -> None:
    run, (row,) = desk.asked(BRANCHES, {"text": "Dear Ann"})
    said = {"payload_hash": desk.look(row["id"])["payload_hash"], "reason": "Seen."}
    together, answers = threading.Barrier(6), []

    def answer(decision: str) -> None:
        client = desk.browser("reviewer")
        together.wait(10)
        answers.append(client.post(f"/api/reviews/{row['id']}/decide", json={**said, "decision": decision}))

    threads = [threading.Thread(target=answer, args=(word,)) for word in ("approve", "reject") * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409, 409, 409]
    assert {each.json()["code"] for each in answers if each.status_code == 409} == {"already_decided"}
    again = desk.browser("reviewer").post(f"/api/reviews/{row['id']}/decide", json={**said, "decision": "approve"})
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")
    ended = desk.run_until(run, "succeeded")
    assert sorted(state for path, state in states_of(ended).items() if path in ("yes", "no")) == [
        "skipped",
        "succeeded",
    ]
    assert [step["attempts"] for step in ended["steps"] if step["path"] == "check"] == [1]
    assert len(desk.look(row["id"])["decisions"]) == 1


def test_two_in_a_row_each_bind_to_their_own_step(desk: Desk) -> None:
    run, (first,) = desk.asked(IN_A_ROW, {"text": "Dear Ann"})
    assert desk.decide(first["id"], reason="one").status_code == 200
    while not (later := desk.rows_of(run)):
        desk.run_until(run, "running", "ready", "waiting")
    (second,) = later
    assert (first["step"], second["step"]) == ("first", "second")
    assert desk.decide(first["id"], reason="again").status_code == 409
    assert desk.rows_of(run)[0]["id"] == second["id"]
    assert desk.decide(second["id"], reason="two").status_code == 200
    assert desk.run_until(run, "succeeded")["result"] == {"one": "one", "two": "two"}


def test_in_a_map_each_binds_to_its_own_item(desk: Desk) -> None:
    run, rows = desk.asked(IN_A_MAP, {"rows": ["a", "b", "c"]})
    assert {row["step"] for row in rows} == {f"rows[{number}].check" for number in range(3)}
    assert {(row["place"], row["siblings"]) for row in rows} == {("rows[].check", 2)}
    told = desk.look(rows[0]["id"])
    assert {each["id"] for each in told["items"]} == {row["id"] for row in rows[1:]}
    by_step = {row["step"]: row["id"] for row in rows}
    assert desk.decide(by_step["rows[1].check"], "reject", reason="B is wrong").status_code == 200
    assert desk.decide(by_step["rows[2].check"], reason="C is right").status_code == 200
    assert [row["step"] for row in desk.rows_of(run)] == ["rows[0].check"]
    assert desk.decide(by_step["rows[0].check"], reason="A is right").status_code == 200
    ended = desk.run_until(run, "succeeded")
    assert [each["text"] for each in ended["result"]["rows"]] == ["a: A is right", "b not: B is wrong", "c: C is right"]


def test_an_answer_about_something_else_is_refused(desk: Desk) -> None:
    _, (row,) = desk.asked(BRANCHES, {"text": "Dear Ann"})
    said = {"decision": "approve", "payload_hash": "0" * 64}
    answer = desk.browser("reviewer").post(f"/api/reviews/{row['id']}/decide", json=said)
    assert (answer.status_code, answer.json()["code"]) == (409, "payload_changed")
    assert desk.look(row["id"])["state"] == "open"


# ---------------------------------------------------------------- nothing else decides


def test_looking_never_decides(desk: Desk) -> None:
    run, (row,) = desk.asked(BRANCHES, {"text": "Dear Ann"})
    client, place = desk.browser("reviewer"), f"/api/reviews/{row['id']}"
    for path in (place, f"{place}/decide", f"{place}/decide?decision=approve"):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert client.request(method, path).status_code in (200, 404, 405)
    for method in ("PUT", "PATCH", "DELETE"):
        assert client.request(method, f"{place}/decide").status_code == 405
    assert desk.look(row["id"])["state"] == "open"
    assert desk.run_until(run, "waiting")["state"] == "waiting"


@pytest.mark.parametrize("who", ["nobody", "no word", "form", "other page"])
def test_a_scanner_that_submits_forms_never_decides(desk: Desk, who: str) -> None:
    _, (row,) = desk.asked(BRANCHES, {"text": "Dear Ann"})
    said = {"decision": "approve", "payload_hash": desk.look(row["id"])["payload_hash"]}
    client = desk.world.client(None if who == "nobody" else "reviewer")
    headers = {"Origin": "https://mail.example"} if who == "other page" else {}
    if who in ("no word", "form"):
        del client.headers["x-csrf-token"]
    body = {"data": said} if who == "form" else {"json": said}
    answer = client.post(f"/api/reviews/{row['id']}/decide", headers=headers, **body)
    assert answer.status_code in (401, 403)
    assert desk.look(row["id"])["state"] == "open"
    assert client.cookies.get(COOKIE) or who == "nobody"


def test_an_expired_review_leaves_the_desk_with_a_reason(desk: Desk) -> None:
    run, (row,) = desk.asked(branches(due_clock="PT1H", on_timeout="reject"), {"text": "Dear Ann"})
    with desk.world.transaction() as session:
        assert expire_reviews(session, read_clock(session) + timedelta(hours=2)) == 1
    assert desk.rows_of(run) == desk.rows_of(run, "team") == []
    (over,) = desk.rows_of(run, "decided")
    assert (over["state"], over["mine"]) == ("expired", False)
    assert over["why"].startswith("Nobody decided by")
    answer = desk.decide(row["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "already_decided")
    assert desk.run_until(run, "succeeded")["result"] == {"text": "kept"}


def test_a_review_of_a_cancelled_run_leaves_the_desk_with_a_reason(desk: Desk) -> None:
    run, (row,) = desk.asked(BRANCHES, {"text": "Dear Ann"})
    assert desk.browser("owner").post(f"/api/runs/{run}/cancel").status_code < 300
    desk.run_until(run, "cancelled")
    (over,) = desk.rows_of(run, "decided")
    assert (over["id"], over["state"], bool(over["why"])) == (row["id"], "withdrawn", True)


# ---------------------------------------------------------------- who


def test_only_a_reviewer_who_is_asked_answers(desk: Desk) -> None:
    world = desk.world
    world.add_person("starter", ours=("builder", "reviewer"))
    run = desk.start(
        desk.publish(branches(**{"not": ["starter"]})),
        {"text": "x"},
        by="starter",
    )
    desk.run_until(run, "waiting")
    (row,) = desk.rows_of(run, "team")
    for name, sentence in (
        ("starter", "started this run"), ("owner", "Only reviewers"), ("builder", "Only reviewers"),
    ):  # fmt: skip
        answer = desk.decide(row["id"], by=name)
        assert (answer.status_code, answer.json()["code"]) == (403, "may_not_decide")
        assert sentence in answer.json()["sentence"]
        assert sentence in desk.look(row["id"], by=name)["why_not"]
        assert desk.rows_of(run, by=name) == []
    for name in ("viewer", "admin", "governor", "auditor"):
        assert desk.decide(row["id"], by=name).status_code == 403
    assert desk.browser("other").get(f"/api/reviews/{row['id']}").status_code == 404
    assert desk.decide(row["id"]).status_code == 200


def test_authors_are_barred_by_who_they_are_not_by_what_they_are_called(desk: Desk) -> None:
    world = desk.world
    world.add_person("builder twin", ours=("reviewer",))
    graph = branches(**{"not": ["author"]})
    _, (row,) = desk.asked(graph, {"text": "x"})
    client = world.client("builder twin")
    assert client.patch("/api/session/person", json={"name": "builder"}).status_code == 200
    assert desk.decide(row["id"], by="builder twin").status_code == 200


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ({"users": ["named"]}, "named"), ({"role": "viewer"}, "both"), ({"role": "auditor"}, "audits"),
        ({"group": "theirs"}, "there"), ({"role": "privacy"}, None),
    ],
)  # fmt: skip
def test_a_question_asks_people_by_address_role_and_team(
    world: World, asked: dict[str, Any], right: str | None
) -> None:
    world.add_person("named", ours=("reviewer",))
    world.add_person("both", ours=("reviewer", "viewer"))
    world.add_person("audits", ours=("reviewer",), org=("auditor",))
    world.add_person("there", ours=("reviewer",), theirs=("viewer",))
    if "users" in asked:
        asked = {"users": [world.caller("named").email.upper()]}
    number = make_review(world, reviewers=asked)
    may = [
        name
        for name in ("reviewer", "named", "both", "audits", "there")
        if world.client(name).get(f"/api/reviews/{show_id(number)}").json()["mine"]
    ]
    assert may == ([] if right is None else [right])


def test_nobody_becomes_another_by_his_name(world: World) -> None:
    email = world.caller("owner").email
    number = make_review(world, reviewers={"users": [email]})
    client = world.client("reviewer")
    client.patch("/api/session/person", json={"name": email})
    assert client.get(f"/api/reviews/{show_id(number)}").json()["mine"] is False


def test_as_many_must_agree_as_are_asked_for(desk: Desk) -> None:
    desk.world.add_person("second", ours=("reviewer",))
    graph = branches(k=2)
    run, (row,) = desk.asked(graph, {"text": "x"})
    assert desk.decide(row["id"]).status_code == 200
    told = desk.look(row["id"])
    assert (told["state"], told["needed"], len(told["decisions"]), told["mine"]) == ("open", 2, 1, False)
    assert "another person" in told["why_not"]
    assert desk.decide(row["id"]).status_code == 403
    assert desk.rows_of(run) == []
    assert desk.decide(row["id"], by="second").status_code == 200
    assert desk.run_until(run, "succeeded")["result"] == {"text": "sent: x"}


def test_a_try_is_answered_by_whoever_tries(world: World) -> None:
    number = show_id(make_review(world, starter="builder", dry=True))
    listed = world.client("reviewer").get("/api/reviews", params={"whose": "team"}).json()["items"]
    assert listed == []
    told = world.client("builder").get(f"/api/reviews/{number}").json()
    assert (told["dry"], told["mine"], told["payload"]) == (True, True, True)
    said = {"decision": "approve", "payload_hash": told["payload_hash"]}
    for name in ("reviewer", "owner"):
        assert world.client(name).post(f"/api/reviews/{number}/decide", json=said).status_code == 403
    assert world.client("builder").post(f"/api/reviews/{number}/decide", json=said).status_code == 200


@pytest.mark.parametrize("name", ["viewer", "reviewer", "admin", "governor", "auditor"])
def test_to_do_a_run_again_takes_more_than_to_read_it(desk: Desk, name: str) -> None:
    run, (row,) = desk.asked(BRANCHES, {"text": "x"})
    desk.decide(row["id"])
    desk.run_until(run, "succeeded")
    client = desk.browser(name)
    assert client.get(f"/api/runs/{run}").status_code == 200
    for act, said in (("retry", {"from_step": "check"}), ("rerun", {"input": {"text": "y"}}), ("release", None)):
        answer = client.post(f"/api/runs/{run}/{act}", json=said)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    again = desk.browser("builder").post(f"/api/runs/{run}/retry", json={"from_step": "check"})
    assert again.status_code == 201


# ---------------------------------------------------------------- what is shown


def test_the_record_is_shown_to_those_whose_item_it_is(world: World) -> None:
    number = make_review(world, starter="builder", record={"text": "Secret Ann, ann@example.org"})
    shown = {}
    for name in ("reviewer", "owner", "builder", "viewer", "admin", "governor", "auditor"):
        answer = world.client(name).get(f"/api/reviews/{show_id(number)}")
        assert answer.status_code == 200
        told = answer.json()
        shown[name] = "Secret Ann" in answer.text
        assert told["payload"] is shown[name]
        assert bool(told["spans"]) is shown[name]
    assert shown == {
        "reviewer": True, "owner": True, "builder": True, "viewer": False, "admin": False, "governor": False,
        "auditor": False,
    }  # fmt: skip


def test_a_row_tells_items_apart_to_those_whose_items_they_are(world: World) -> None:
    number = show_id(make_review(world, starter="builder", record={"to": "Ann", "text": "Secret words for Ann"}))
    shown = {}
    for name in ("reviewer", "owner", "builder", "viewer", "admin", "governor", "auditor"):
        answer = world.client(name).get("/api/reviews?whose=team&size=200")
        row = next(each for each in answer.json()["items"] if each["id"] == number)
        assert row["starter"]["name"] == world.caller("builder").name
        assert ("Secret words" in answer.text) is bool(row["excerpt"])
        shown[name] = [part["text"] for part in row["excerpt"]]
    parts = ["Ann", "Secret words for Ann"]
    assert shown == {
        "reviewer": parts, "owner": parts, "builder": parts, "viewer": [], "admin": [], "governor": [], "auditor": [],
    }  # fmt: skip


def test_what_is_marked_stands_where_it_says(world: World) -> None:
    record = {"letter": {"lines": ["Hello", "Write to ann@example.org 👋 or bob@example.org"]}, "n": 3}
    told = world.client("reviewer").get(f"/api/reviews/{show_id(make_review(world, record=record))}").json()
    text = record["letter"]["lines"][1]  # type: ignore[index]  # as written above
    assert [text[span["start"] : span["end"]] for span in told["spans"]] == ["ann@example.org", "bob@example.org"]
    assert {tuple(span["path"]) for span in told["spans"]} == {("letter", "lines", 1)}


def test_a_question_says_how_it_came_here_and_what_was_decided_last(desk: Desk) -> None:
    workflow = desk.publish(IN_A_ROW)
    run = desk.start(workflow, {"text": "Dear Ann"})
    desk.run_until(run, "waiting")
    (row,) = desk.rows_of(run)
    assert desk.look(row["id"])["last_similar"] is None
    desk.decide(row["id"], reason="fine")
    while not (later := desk.rows_of(run)):
        desk.run_until(run, "running", "ready", "waiting")
    told = desk.look(later[0]["id"])
    assert [each["step"] for each in told["said"]] == ["first"]
    assert told["why_here"] == "The workflow asks people at its step “Approve”."
    assert (told["title"], told["question"], told["workflow"]["id"]) == ("Approve", "May this go on?", workflow)
    assert (told["choices"], told["reason_wanted"], told["kind"]) == (["approve", "reject"], ["reject"], "approve")
    another = desk.start(workflow, {"text": "Dear Eve"})
    desk.run_until(another, "waiting")
    (again,) = desk.rows_of(another)
    last = desk.look(again["id"])["last_similar"]
    assert (last["review"], last["decision"], last["reason"], last["by"]["name"]) == (
        row["id"],
        "approve",
        "fine",
        "reviewer",
    )


def test_an_edit_is_a_typed_change_kept_as_a_difference(desk: Desk) -> None:
    run, (row,) = desk.asked(CORRECTION, {"text": "Dear Ann"})
    told = desk.look(row["id"])
    assert (told["kind"], told["proposal"], told["proposal_schema"]) == ("edit", "Dear Ann", {"type": "string"})
    unfit = desk.decide(row["id"], "edit", edit={"no": "text"}, reason="why")
    assert (unfit.status_code, unfit.json()["code"]) == (422, "unfit_decision")
    bare = desk.decide(row["id"], "edit", edit="Dear Eve")
    assert (bare.status_code, "reason" in bare.json()["sentence"]) == (422, True)
    assert desk.look(row["id"])["state"] == "open"
    assert desk.decide(row["id"], "edit", edit="Dear Eve", reason="wrong name").status_code == 200
    (given,) = desk.look(row["id"])["decisions"]
    assert given["changes"] == [{"path": "", "was": "Dear Ann", "now": "Dear Eve"}]
    assert desk.run_until(run, "succeeded")["result"] == {"text": "Dear Eve", "by": "reviewer"}


def test_an_edit_is_looked_at_by_the_policies_behind_it_before_it_is_taken(desk: Desk) -> None:
    run, (row,) = desk.asked(GUARDED, {"text": "write to us"})
    edit = "write to ann@example.org"
    answer = desk.decide(row["id"], "edit", edit=edit, reason="kinder")
    assert (answer.status_code, answer.json()["code"]) == (422, "unfit_decision")
    assert "“No addresses” stops it" in answer.json()["sentence"]
    (found,) = answer.json()["params"]["findings"]
    assert (found["path"], edit[found["start"] : found["end"]], found["kind"]) == ([], "ann@example.org", "email")
    assert "ann@" not in answer.text
    told = desk.look(row["id"])
    assert (told["state"], told["decisions"]) == ("open", [])
    assert desk.decide(row["id"], "edit", edit="call us", reason="kinder").status_code == 200
    assert desk.run_until(run, "succeeded")["result"] == {"text": "Dear customer, call us"}


def test_looking_ahead_tells_nothing_to_those_who_may_not_answer(desk: Desk) -> None:
    _, (row,) = desk.asked(GUARDED, {"text": "write to us"})
    answer = desk.decide(row["id"], "edit", by="owner", edit="write to ann@example.org", reason="kinder")
    assert (answer.status_code, answer.json()["code"]) == (403, "may_not_decide")


# ---------------------------------------------------------------- claims and lists


def test_a_claim_is_a_lease_on_the_whole_task(desk: Desk) -> None:
    desk.world.add_person("third", ours=("reviewer",))
    run, rows = desk.asked(IN_A_MAP, {"rows": ["a", "b"]})
    claimed = desk.browser("reviewer").post(f"/api/reviews/{rows[0]['id']}/claim").json()
    assert (claimed["state"], claimed["claimed_by"]["name"], claimed["mine"]) == ("claimed", "reviewer", True)
    assert desk.rows_of(run, by="third") == []
    refused = desk.browser("third").post(f"/api/reviews/{rows[1]['id']}/claim")
    assert refused.status_code == 409
    for row in desk.rows_of(run, "team", by="third"):
        assert (row["claimed_by"]["name"], row["mine"]) == ("reviewer", False)
    desk.browser("reviewer").post(f"/api/reviews/{rows[1]['id']}/return")
    assert len(desk.rows_of(run, by="third")) == 2
    desk.browser("reviewer").post(f"/api/reviews/{rows[0]['id']}/claim")
    with desk.world.transaction() as session:
        past = read_clock(session) - timedelta(seconds=1)
        session.execute(update(review_table).values(claimed_until=past))
    assert [row["state"] for row in desk.rows_of(run, by="third")] == ["open", "open"], "the lease is over"
    desk.browser("reviewer").post(f"/api/reviews/{rows[0]['id']}/claim")
    assert desk.decide(rows[0]["id"], by="third").status_code == 200, "a claim is a courtesy"


def test_lists_go_on_where_they_stopped_and_keep_to_a_team(world: World) -> None:
    numbers = [show_id(make_review(world)) for _ in range(5)]
    for whose in ("mine", "team"):
        client, seen, cursor = world.client("reviewer"), [], None
        while True:
            query = {"whose": whose, "size": "2"} | ({"cursor": cursor} if cursor else {})
            page = client.get("/api/reviews", params=query).json()
            seen += [row["id"] for row in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == numbers
    assert world.client("other").get("/api/reviews", params={"whose": "team"}).json()["items"] == []
    theirs = {"whose": "team", "team": show_id(world.theirs)}
    assert world.client("reviewer").get("/api/reviews", params=theirs).json()["items"] == []
    assert world.client("auditor").get("/api/reviews", params={"whose": "mine"}).json()["items"] == []
    assert len(world.client("auditor").get("/api/reviews", params={"whose": "team"}).json()["items"]) == 5


def test_what_is_late_is_marked(world: World) -> None:
    make_review(world)
    late = make_review(world, due_clock="PT1H")
    with world.transaction() as session:
        past = read_clock(session) - timedelta(minutes=1)
        session.execute(update(review_table).where(review_table.c.id == late).values(due_at=past))
    (row,) = world.client("reviewer").get("/api/reviews", params={"whose": "overdue"}).json()["items"]
    assert (row["id"], row["overdue"]) == (show_id(late), True)


# ---------------------------------------------------------------- who is told


def test_people_are_told_by_the_runs_that_are_executed(desk: Desk) -> None:
    def told(name: str) -> list[str]:
        return [each["kind"] for each in desk.browser(name).get("/api/notices").json()["items"]]

    for name in ("reviewer", "owner"):
        desk.browser(name).post("/api/notices", json={"read": "all"})
    before = {name: len(told(name)) for name in ("reviewer", "owner")}
    run, _ = desk.asked(BRANCHES, {"text": "x"})
    assert told("reviewer")[: len(told("reviewer")) - before["reviewer"]] == ["review_waits"]
    desk.browser("owner").post(f"/api/runs/{run}/cancel")
    desk.run_until(run, "cancelled")
    assert set(told("reviewer")[: len(told("reviewer")) - before["reviewer"]]) == {"review_waits", "review_withdrawn"}
    failing = {"nodes": {"end": {"type": "flow.stop@1", "config": {"status": "failed", "reason": "No."}}}}
    workflow = desk.publish(failing, "Fails")
    for _ in range(2):
        desk.run_until(desk.start(workflow, {}), "failed")
    (notice,) = desk.browser("owner").get("/api/notices").json()["items"][: len(told("owner")) - before["owner"]]
    assert (notice["sentence"], notice["link"]) == ("2 runs of “Fails” failed.", f"/runs?workflow={workflow}")
