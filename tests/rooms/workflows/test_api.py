"""The routes from a blank canvas to a started run, as a browser calls them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from builder.kit.documents import write_yaml
from builder.kit.ids import show_id
from tests.rooms.letters import GRAPH, MASK
from tests.rooms.world import World


@pytest.fixture
def made(world: World) -> dict[str, Any]:
    answer = world.client("builder").post("/api/workflows", json={"team": show_id(world.ours), "name": "Letters"})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_from_a_blank_canvas_to_a_started_run(world: World, made: dict[str, Any]) -> None:
    builder, owner = world.client("builder"), world.client("owner")
    here = f"/api/workflows/{made['id']}"
    draft = builder.get(f"{here}/draft")
    assert draft.headers["ETag"] == '"1"'
    assert builder.put(f"{here}/draft", json={"graph": GRAPH}).status_code == 428
    saved = builder.put(f"{here}/draft", json={"graph": GRAPH}, headers={"If-Match": '"1"'})
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')
    stale = owner.put(f"{here}/draft", json={"graph": {"nodes": {}}}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "draft_changed")
    assert stale.json()["params"]["changes"]
    checked = builder.post(f"{here}/check", json={"graph": GRAPH}).json()
    assert checked["findings"] == []
    assert checked["fits"]["answer"]["text"][0]["path"] == "input.text"
    asked = builder.post(f"{here}/publish", json={"revision": 2, "note": "Please.", "ask": True})
    assert asked.status_code == 200, asked.text
    refused = builder.post(f"{here}/publish", json={"revision": 2})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    [waiting] = owner.get("/api/publish-requests").json()
    decided = owner.post(f"/api/publish-requests/{waiting['id']}/decide", json={"approve": True})
    assert decided.json()["state"] == "approved", decided.text
    form = builder.get(f"{here}/form").json()
    assert form["inputs"]["required"] == ["text"]
    wrong = builder.post(f"{here}/form", json={"input": {"text": 7}})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "text")
    started = builder.post(f"{here}/form", json={"input": {"text": "Hello"}})
    assert started.status_code == 201, started.text
    [version] = owner.get(f"{here}/versions").json()["items"]
    assert (version["number"], version["state"], [each["name"] for each in version["authors"]]) == (
        1,
        "live",
        ["builder"],
    )
    assert owner.get(f"{here}/versions/1").json()["graph"]["nodes"].keys() == {"answer"}
    assert owner.get(f"{here}/compare?from=1").json() == []
    assert owner.get(here).json()["reference"] == "ours/letters@1"


def test_a_refused_publish_lists_its_findings(world: World, made: dict[str, Any]) -> None:
    owner, here = world.client("owner"), f"/api/workflows/{made['id']}"
    graph = copy.deepcopy(GRAPH)
    graph["nodes"]["answer"]["inputs"] = {}
    owner.put(f"{here}/draft", json={"graph": graph}, headers={"If-Match": '"1"'})
    refused = owner.post(f"{here}/publish", json={"revision": 2})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_publishable")
    assert all(each["way_out"] for each in refused.json()["params"]["findings"])


def test_files_out_and_in(world: World, made: dict[str, Any]) -> None:
    builder = world.client("builder")
    out = builder.get(f"/api/workflows/{made['id']}/export")
    assert out.headers["content-disposition"] == 'attachment; filename="letters.yaml"'
    file = {"team": show_id(world.ours), "content": out.text, "filename": "letters.yaml", "name": "Second"}
    plan = builder.post("/api/imports/plan", json=file).json()
    assert plan["action"] == "create"
    made = builder.post("/api/imports", json={**file, "plan": plan["plan"]}).json()
    assert made["name"] == "Second"
    bad = builder.post("/api/imports/plan", json={**file, "content": "a: &x [*x]"})
    assert (bad.status_code, bad.json()["code"]) == (400, "bad_document")
    assert {each["key"] for each in builder.get("/api/examples").json()} >= {"support-triage"}


def test_history_and_lists_go_on_by_cursor(world: World, made: dict[str, Any]) -> None:
    builder, here = world.client("builder"), f"/api/workflows/{made['id']}"
    for seen in (1, 2, 3):
        graph = {"nodes": {}, "tags": [str(seen)]}
        builder.put(f"{here}/draft", json={"graph": graph}, headers={"If-Match": f'"{seen}"'})
    first = builder.get(f"{here}/draft/history?size=3").json()
    rest = builder.get(f"{here}/draft/history?size=3&cursor={first['next']}").json()
    assert [each["revision"] for each in [*first["items"], *rest["items"]]] == [4, 3, 2, 1]
    assert builder.get(f"{here}/draft/history/2").json()["graph"]["tags"] == ["1"]
    back = builder.post(f"{here}/draft/restore", json={"revision": 2}, headers={"If-Match": '"4"'})
    assert (back.json()["revision"], back.json()["graph"]["tags"]) == (5, ["1"])
    changed = builder.patch(here, json={"name": "Post", "purpose": "To post."}).json()
    assert (changed["name"], changed["purpose"]) == ("Post", "To post.")
    assert builder.patch(here, json={"archived": True}).status_code == 403
    owner = world.client("owner")
    people = {"owner": show_id(world.people["owner"]), "deputy": show_id(world.people["builder"])}
    named = owner.patch(here, json=people)
    assert named.status_code == 200, named.text
    assert named.json()["deputy"]["name"] == "builder"
    assert owner.patch(here, json={"deputy": None}).json()["deputy"] is None
    assert owner.patch(here, json={"archived": True}).json()["archived"] is True
    assert [each["id"] for each in owner.get("/api/workflows?archived=true").json()["items"]] == [made["id"]]
    assert world.client("other").get(here).status_code == 404


def test_governance_takes_two_governors(world: World) -> None:
    world.add_person("second", org=("governor",))
    first, second = world.client("governor"), world.client("second")
    template = {"handrail-governance": 1, "name": "Customer data", "owner": "privacy", "because": "It must be.",
                "rules": [MASK]}  # fmt: skip
    made = first.post("/api/governance", json={"content": write_yaml(template)})
    assert made.status_code == 201, made.text
    one = f"/api/governance/{made.json()['template']['id']}/versions/1"
    assert first.post(f"{one}/approve").json()["code"] == "second_person"
    assert world.client("owner").post(f"{one}/approve").status_code == 403
    assert first.post(f"{one}/enforce", json={"day": "2030-01-01"}).json()["code"] == "governance"
    assert second.post(f"{one}/approve").json()["state"] == "approved"
    assert first.post(f"{one}/enforce", json={"day": "2000-01-01"}).status_code == 409
    assert first.post(f"{one}/enforce", json={"day": "2100-01-01"}).json()["enforced_from"] == "2100-01-01"
    moved = second.post(f"{one}/assign", json={"teams": ["Ours"], "stages": ["production"]}).json()
    assert (moved["number"], moved["state"], moved["applies_to"]) == (
        2, "draft", {"teams": ["Ours"], "stages": ["production"]}
    )  # fmt: skip
    assert first.post(f"{one}/retire", json={"reason": "Over."}).json()["code"] == "second_person"
    assert second.post(f"{one}/retire", json={"reason": " "}).status_code == 409
    assert second.post(f"{one}/retire", json={"reason": "Over."}).json()["state"] == "retired"
    assert len(world.client("viewer").get("/api/governance").json()) == 2


def test_a_template_whose_examples_fail_is_not_taken_in(world: World) -> None:
    client = world.client("governor")
    examples = Path(__file__).resolve().parents[3] / "examples" / "support-triage"
    text = (examples / "governance.yaml").read_text(encoding="utf-8")
    triage = (examples / "workflow.yaml").read_text(encoding="utf-8")
    good = f"{text}examples: {{must_hold: [triage.yaml]}}\n"
    made = client.post("/api/governance", json={"content": good, "files": {"triage.yaml": triage}})
    assert made.status_code == 201, made.text
    assert made.json()["findings"] == []
    bad = f"{text}examples: {{must_block: [triage.yaml], must_hold: [gone.yaml]}}\n"
    refused = client.post("/api/governance", json={"content": bad, "files": {"triage.yaml": triage}})
    assert (refused.status_code, refused.json()["code"]) == (409, "template_not_sound")
    assert len(refused.json()["params"]["findings"]) == 2
    assert len(client.get("/api/governance").json()) == 1
