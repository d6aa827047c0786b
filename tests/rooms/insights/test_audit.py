"""The audit over the wire: found, said in sentences, and verified."""

from __future__ import annotations

import ast
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from builder.audit import append_event
from builder.audit.tables import audit_event_table
from builder.db import read_clock
from builder.insights.sentences import SENTENCES, name_of, say_event
from builder.kit.ids import show_id
from builder.runs.records import RecordHash
from builder.runs.store import read_record
from tests.rooms.reviews.cases import make_review
from tests.rooms.runs.cases import make_run
from tests.rooms.workflows.cases import make_workflow
from tests.rooms.world import World

BUILDER = Path(__file__).resolve().parents[3] / "builder"
TELLING = ("append_event", "_tell", "audit", "_move", "_go_live")


def kinds_in_source() -> set[str]:
    """Every kind of event that the source tells, as it is written."""
    found: set[str] = set()
    for file in BUILDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in TELLING and "/engine/" not in str(file) and "/cli/" not in str(file):
                words = [each.value for each in node.args if isinstance(each, ast.Constant)]
                found |= {word for word in words if isinstance(word, str) and "_" in word and word.islower()}
    return found


def events(world: World, name: str = "auditor", **query: str) -> list[dict[str, Any]]:
    answer = world.client(name).get("/api/audit", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]  # type: ignore[no-any-return]  # a page


def test_every_kind_of_event_has_its_sentence() -> None:
    kinds = kinds_in_source()
    assert {"review_decided", "run_ended", "template_written", "version_published"} <= kinds
    assert kinds - set(SENTENCES) == set()


def test_a_sentence_names_people_and_never_breaks() -> None:
    actor = "0k3qk7v9m2abc Ann {x} <ann@example.org>"
    assert name_of(actor) == "Ann {x}"
    for kind in SENTENCES:
        sentence = say_event(kind, actor, "run 0k3", {"name": "A {y} b", "odd": None, "list": [1]})
        assert sentence
        assert "{who}" not in sentence
    assert say_event("team_founded", actor, "team 1", {"name": "Claims"}) == "Ann {x} founded the team “Claims”."
    assert say_event("comet_seen", "keeper", "sky", {}) == "keeper: comet seen."


def test_events_are_found_by_kind_person_subject_and_time(world: World) -> None:
    number = show_id(make_workflow(world))
    (made,) = events(world, subject=number, kind="workflow_created")
    assert (made["subject"], made["chained"]) == (f"workflow {number}", False)
    assert made["sentence"].startswith("builder made the workflow “Letters")
    assert {each["kind"] for each in events(world, who="BUILDER@", kind="workflow_created")} == {"workflow_created"}
    assert events(world, who="%") == []
    with world.transaction() as session:
        now = read_clock(session)
    assert events(world, since=(now + timedelta(minutes=1)).isoformat()) == []
    assert events(world, until=(now - timedelta(days=1)).isoformat()) == []
    assert len(events(world, since=(now - timedelta(days=1)).isoformat())) > 5


def test_a_list_goes_on_from_the_newest_to_the_oldest(world: World) -> None:
    make_workflow(world)
    whole = [each["id"] for each in events(world, size="200")]
    client, seen, cursor = world.client("admin"), [], None
    while True:
        page = client.get("/api/audit", params={"size": "3"} | ({"cursor": cursor} if cursor else {})).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == whole == sorted(whole, reverse=True)


@pytest.mark.parametrize(
    "query", [{"since": "yesterday"}, {"since": "2026-01-01T00:00:00"}, {"cursor": "x"}, {"kind": "A"}]
)
def test_a_wrong_question_is_told(world: World, query: dict[str, str]) -> None:
    assert world.client("auditor").get("/api/audit", params=query).status_code == 422


def test_whoever_verifies_learns_of_a_changed_event(world: World) -> None:
    make_workflow(world)
    client = world.client("governor")
    whole = client.post("/api/audit/verify").json()
    assert (whole["holds"], whole["first_wrong"], whole["unchained"]) == (True, None, 0)
    assert whole["checked"] > 5
    assert all(each["chained"] for each in events(world))
    with world.transaction() as session:
        one = session.scalars(select(audit_event_table.c.id).order_by(audit_event_table.c.position).offset(2)).first()
        session.execute(update(audit_event_table).where(audit_event_table.c.id == one).values(actor="somebody else"))
    broken = client.post("/api/audit/verify").json()
    assert (broken["holds"], broken["first_wrong"]) == (False, show_id(one or 0))
    assert "Event 3 does not hold" in broken["sentence"]


def test_a_decision_is_told_without_what_it_was_about(world: World) -> None:
    number = show_id(make_review(world, record={"text": "Secret Ann"}))
    told = world.client("reviewer").get(f"/api/reviews/{number}").json()
    said = {"decision": "approve", "payload_hash": told["payload_hash"], "reason": "Secret too"}
    assert world.client("reviewer").post(f"/api/reviews/{number}/decide", json=said).status_code == 200
    (event,) = events(world, kind="review_decided", subject=number)
    assert event["sentence"] == "reviewer decided: approve."
    assert event["record"]["payload_hash"] == told["payload_hash"]
    assert "Secret" not in str(event)


def test_the_screens_say_every_kind_with_the_same_facts() -> None:
    source = BUILDER.parent / "frontend" / "src"
    listed = re.findall(r'^  "(\w+)",$', (source / "features/audit/kinds.ts").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(SENTENCES)
    texts = json.loads((source / "app/texts/en.json").read_text("utf-8"))
    said = {kind: texts[f"said.{kind}"].replace("{{", "{").replace("}}", "}") for kind in SENTENCES}
    assert said == dict(SENTENCES)


def end_run(world: World, told: str | None = None) -> str:
    """A run that ended, as its event tells: by default with the hash over the record that it has."""
    run_id = make_run(world)
    with world.transaction() as session:
        found = RecordHash()
        for stored in read_record(session, run_id):
            found.add(stored.row)
        record = {"name": "Letters", "status": "succeeded", "record": told or found.read()}
        append_event(
            session,
            "run_ended",
            actor="worker",
            subject=f"run {show_id(run_id)}",
            now=read_clock(session),
            record=record,
        )
    return show_id(run_id)


def test_whoever_verifies_learns_of_a_changed_record_of_a_run(world: World) -> None:
    end_run(world)
    client = world.client("auditor")
    whole = client.post("/api/audit/verify").json()
    assert (whole["holds"], whole["records"], whole["left"], whole["broken_run"]) == (True, 1, 0, None)
    changed = end_run(world, "0" * 64)
    broken = client.post("/api/audit/verify").json()
    assert (broken["holds"], broken["broken_run"], broken["first_wrong"]) == (False, changed, None)
    assert broken["sentence"].endswith("is not what it was when the run ended.")


def test_verifying_on_the_page_takes_no_longer_than_a_request_may(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_run(world)
    monkeypatch.setattr("builder.insights.api.PATIENCE", 0.0)
    found = world.client("auditor").post("/api/audit/verify").json()
    assert (found["holds"], found["records"], found["left"]) == (True, 0, 1)
    assert "1 older ones were not compared" in found["sentence"]
