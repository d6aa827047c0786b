"""NodeTemplates: as node types, over their life, and as findings on workflows that place them."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from builder.catalog import CatalogError, Palette, discover_types
from builder.catalog.judge import judge_node_template
from builder.catalog.schemas import NodeTemplateSource
from builder.engine.facts import type_facts
from builder.engine.graph import Workflow
from builder.engine.marks import marks_of
from builder.engine.prove import certify
from builder.engine.weave import weave
from builder.engine.woven import dump_woven
from builder.kit.ids import show_id
from builder.runs import Start
from builder.sdk import Done, Effect, Failed, HttpAnswer
from builder.sdk.testing import TestContext
from builder.teams import NotAdmittedError
from tests.rooms.world import World

REPLY: dict[str, Any] = {
    "base": "tool.http_request@1",
    "name": "crm_reply",
    "title": "Reply in the CRM",
    "summary": "Adds a reply to a ticket.",
    "fixed": {"method": "POST", "url": "https://crm.example/tickets/{{ ticket }}/replies", "idempotent": True},
    "open": {"timeout": {"title": "Patience"}},
    "inputs": {
        "type": "object",
        "properties": {"ticket": {"type": "string"}, "text": {"type": "string"}, "tone": {"type": "string"}},
        "required": ["ticket", "text"],
        "additionalProperties": False,
    },
    "gather": {"body": {"text": "text", "tone": "tone"}},
    "answers": {"body": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}},
    "emits": ["confidential"],
    "examples": [
        {
            "title": "A reply",
            "config": {},
            "inputs": {"ticket": "a/b", "text": "Hello"},
            "http": {"json": {"id": "7"}},
            "expect": {"port": "done", "output": {"body": {"id": "7"}}},
        }
    ],
}


def make(**changes: Any) -> Any:
    return Palette(discover_types()).make(NodeTemplateSource.model_validate({**REPLY, **changes}), 3)


def test_it_is_a_node_type_that_does_what_its_base_does() -> None:
    made = make()
    assert made.key() == "tool.crm_reply@3"
    config = made.Config.model_validate({"timeout": 3})
    context = TestContext(answers=[HttpAnswer(200, (("content-type", "application/json"),), b'{"id": "7"}')])
    outcome = asyncio.run(made.run(config, {"ticket": "a/b", "text": "Hello"}, context))
    assert isinstance(outcome, Done)
    sent = context.sent[0]
    assert (sent.method, sent.url, sent.body) == (
        "POST", "https://crm.example/tickets/a%2Fb/replies", b'{"text": "Hello"}',
    )  # fmt: skip
    assert made.narrow(config).after_crash == "keyed"
    assert type_facts(made).base == "tool.http_request@1"
    assert "confidential" in type_facts(made).emits


def test_what_is_fixed_stays_and_is_still_read_by_governance() -> None:
    made = make()
    for wrong in ({"method": "GET"}, {"url": "https://elsewhere.example/"}, {"headers": {"X-A": "b"}}, {"nothing": 1}):
        with pytest.raises(ValueError, match=r"template|Extra inputs"):
            made.Config.model_validate(wrong)
    assert [mark.path for mark in marks_of(made.Config)] == [("url",), ("credential",)]
    prompt = make(
        base="prompt.complete@1", name="polite", fixed={"model": "eu", "prompt": "Answer {{ t }}"}, open={},
        inputs=None, gather={}, answers={}, examples=[],
    )  # fmt: skip
    assert prompt.Config.model_validate({}).model == "eu"
    assert ("model",) in [mark.path for mark in marks_of(prompt.Config) if mark.way == "connection"]


def test_choices_and_hosts_are_all_that_is_open() -> None:
    chosen = make(
        base="prompt.complete@1", name="polite", fixed={"prompt": "x"}, open={"model": {"choices": ["eu", "local"]}},
        inputs=None, gather={}, answers={}, examples=[],
    )  # fmt: skip
    assert chosen.Config.model_validate({"model": "local"}).model == "local"
    with pytest.raises(ValueError, match="'eu' or 'local'"):
        chosen.Config.model_validate({"model": "us"})
    held = make(fixed={}, open={"url": {}}, hosts=["crm.example"], inputs=None, gather={}, answers={}, examples=[])
    assert held.Config.model_validate({"url": "https://CRM.example/x"})
    for url in (
        "https://crm.example.evil.example/",
        "https://evil.example/crm.example",
        "http://crm.example@evil.example/",
    ):
        with pytest.raises(ValueError, match=r"reaches only|begins with"):
            held.Config.model_validate({"url": url})


def test_an_answer_that_was_not_approved_fails() -> None:
    made = make()
    context = TestContext(answers=[HttpAnswer(200, (("content-type", "application/json"),), b'{"no": 1}')])
    outcome = asyncio.run(made.run(made.Config.model_validate({}), {"ticket": "1", "text": "x"}, context))
    assert isinstance(outcome, Failed)
    assert outcome.code == "answer_does_not_fit"


def test_effects_only_get_narrower() -> None:
    made = make(effect="read", irreversible=True)
    found = made.narrow(made.Config.model_validate({}))
    assert (found.effect, found.irreversible, found.external) == (Effect.READ, True, True)
    reads = make(base="prompt.complete@1", name="p", fixed={"prompt": "x"}, open={}, effect="read", inputs=None,
                 gather={}, answers={}, examples=[])  # fmt: skip
    assert reads.narrow(reads.Config.model_validate({})).effect is Effect.READ


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fixed": {"url": "ftp://x"}}, "begins with http"),
        ({"fixed": {"nothing": 1}}, "no setting `nothing`"),
        ({"open": {"url": {}}}, "fixed and open"),
        ({"fixed": {}}, "neither fixed nor open"),
        ({"base": "tool.gone@1"}, "not installed"),
        ({"base": "flow.map@1", "fixed": {}, "open": {}}, "cannot be made a template"),
        ({"name": "http_request"}, "installed already"),
    ],
)
def test_what_makes_no_node_type_gets_a_sentence(change: dict[str, Any], words: str) -> None:
    with pytest.raises(CatalogError, match=words):
        make(**change)


@pytest.mark.parametrize("fields", [[{}], 5, {"a": 1}, None])
def test_a_schema_that_is_none_is_a_problem_beside_the_others(fields: Any) -> None:
    source = {**REPLY, "inputs": {"type": "object", "properties": fields}, "gather": {"body": {"text": "text"}}}
    told = judge_node_template(Palette(discover_types()), NodeTemplateSource.model_validate(source))
    assert {each.field for each in told} == {"inputs", "gather"}


def test_its_life_takes_two_people(world: World) -> None:
    world.add_person("second", org=("admin",))
    one, two, builder = world.client("admin"), world.client("second"), world.client("builder")
    assert builder.post("/api/node-templates", json={"source": REPLY}).status_code == 403
    made = one.post("/api/node-templates", json={"source": REPLY})
    assert made.status_code == 201, made.text
    at = f"/api/node-templates/{made.json()['id']}/versions/1"
    assert builder.get(at).status_code == 404
    assert one.post("/api/node-templates", json={"source": REPLY}).status_code == 409
    assert two.post(f"{at}/approve").status_code == 409
    assert one.post(f"{at}/propose").json()["state"] == "proposed"
    refused = one.post(f"{at}/approve")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_person")
    assert two.post(f"{at}/return", json={"reason": "Say which CRM."}).json()["state"] == "draft"
    changed = one.put(at, json={"source": {**REPLY, "title": "Reply in the CRM of sales"}})
    assert changed.json()["source"]["title"] == "Reply in the CRM of sales"
    assert one.post(f"{at}/propose").status_code == 200
    assert two.post(f"{at}/approve").json()["state"] == "approved"
    assert one.put(at, json={"source": REPLY}).status_code == 409
    keys = {each["key"] for each in builder.get("/api/catalog").json()["items"]}
    assert "tool.crm_reply@1" not in keys
    ours = one.get("/api/teams").json()
    team = next(each["id"] for each in ours if each["name"] == "Ours")
    assert one.post(f"{at}/publish", json={"teams": [team]}).json()["state"] == "published"
    offered = {each["key"]: each for each in builder.get("/api/catalog").json()["items"]}
    assert offered["tool.crm_reply@1"]["template"]["base"] == "tool.http_request@1"
    assert "tool.crm_reply@1" not in {each["key"] for each in world.client("other").get("/api/catalog").json()["items"]}
    assert one.post(f"{at}/revoke", json={"reason": " "}).status_code == 409
    assert one.post(f"{at}/deprecate", json={"reason": "Sales moved."}).json()["state"] == "deprecated"
    assert one.post(f"{at}/revoke", json={"reason": "It leaked."}).json()["state"] == "revoked"
    again = one.post("/api/node-templates", json={"source": {**REPLY, "title": "New"}})
    assert (again.json()["number"], again.json()["key"]) == (2, "tool.crm_reply@2")
    changes = one.get(f"/api/node-templates/{again.json()['id']}/versions/2/changes?since=1").json()
    assert [each["field"] for each in changes] == ["title"]
    assert one.delete(f"/api/node-templates/{again.json()['id']}/versions/2").status_code == 204


def test_examples_are_tried_before_it_is_proposed(world: World) -> None:
    one = world.client("admin")
    wrong = {**REPLY, "examples": [{**REPLY["examples"][0], "expect": {"port": "done", "output": {"status": 500}}}]}
    judged = one.post("/api/node-templates/check", json={"source": wrong}).json()
    assert "output.status" in judged["problems"][0]["sentence"]
    assert judged["config"]["properties"]["timeout"]["title"] == "Patience"
    made = one.post("/api/node-templates", json={"source": wrong}).json()
    refused = one.post(f"/api/node-templates/{made['id']}/versions/1/propose")
    assert (refused.status_code, refused.json()["code"]) == (409, "node_template_not_sound")
    for source in (
        {},
        {"base": 3},
        {**REPLY, "inputs": {"type": "string"}},
        {**REPLY, "gather": {"body": {"a": "no"}}},
    ):
        answer = one.post("/api/node-templates", json={"source": source})
        assert answer.status_code == 409, answer.text
        assert answer.json()["params"]["problems"]


def test_a_workflow_that_places_one_is_told_what_became_of_it(world: World) -> None:
    world.add_person("second", org=("admin",))
    one, two, builder = world.client("admin"), world.client("second"), world.client("builder")
    at = f"/api/node-templates/{one.post('/api/node-templates', json={'source': REPLY}).json()['id']}/versions/1"
    one.post(f"{at}/propose")
    two.post(f"{at}/approve")
    team = next(each["id"] for each in builder.get("/api/teams").json() if each["name"] == "Ours")
    workflow = builder.post("/api/workflows", json={"team": team, "name": "Answers"}).json()
    draft = builder.get(f"/api/workflows/{workflow['id']}/draft")
    source = {
        **draft.json()["graph"],
        "nodes": {"reply": {"type": "tool.crm_reply@1", "inputs": {"ticket": {"value": "1"}, "text": {"value": "x"}}}},
    }

    def codes() -> list[str]:
        answer = builder.post(f"/api/workflows/{workflow['id']}/check", json={"graph": source})
        assert answer.status_code == 200, answer.text
        return [each["code"] for each in answer.json()["findings"] if each.get("node") == "reply"]

    assert codes() == ["template_unusable"]
    one.post(f"{at}/publish", json={})
    assert codes() == []
    saved = builder.put(
        f"/api/workflows/{workflow['id']}/draft", json={"graph": source}, headers={"If-Match": draft.headers["etag"]}
    )
    assert saved.status_code == 200, saved.text
    uses = one.get("/api/node-types/tool.crm_reply@1/uses").json()
    assert [(each["name"], each["live"], each["draft"]) for each in uses] == [("Answers", None, True)]
    one.post(f"{at}/deprecate", json={"reason": "Sales moved."})
    assert codes() == ["template_deprecated"]
    one.post(f"{at}/revoke", json={"reason": "It leaked."})
    assert codes() == ["template_unusable"]
    config = {"server": "https://x.example/mcp", "tool": "a", "digest": "0" * 64}
    source["nodes"] = {"reply": {"type": "tool.mcp_tool@1", "config": config}}
    assert codes() == ["only_in_templates"]
    told = [each["kind"] for each in world.client("owner").get("/api/notices").json()["items"]]
    assert {"template_revoked", "template_deprecated"} <= set(told)


def test_a_revoked_one_stops_the_next_start_and_lets_runs_under_way_end(world: World) -> None:
    world.add_person("second", org=("admin",))
    one, two = world.client("admin"), world.client("second")
    at = f"/api/node-templates/{one.post('/api/node-templates', json={'source': REPLY}).json()['id']}/versions/1"
    one.post(f"{at}/propose")
    two.post(f"{at}/approve")
    types = world.application.types
    workflow = Workflow.model_validate({
        "handrail": 1, "name": "w",
        "nodes": {"reply": {"type": "tool.crm_reply@1", "inputs": {"ticket": {"value": "1"}, "text": {"value": "x"}}}},
    })  # fmt: skip
    woven, _ = certify(weave(workflow, (), types, day=date(2026, 1, 1)))
    document = dump_woven(woven)

    def start() -> str:
        wish = Start(input={}, starter="otto", team_id=world.ours)
        try:
            world.application.start(document, wish)
        except NotAdmittedError as refusal:
            return refusal.why
        return ""

    assert "not published" in start()
    one.post(f"{at}/publish", json={"teams": [show_id(world.theirs)]})
    assert "not published to this team" in start()
    one.post(f"{at}/publish", json={})
    assert start() == ""
    one.post(f"{at}/revoke", json={"reason": "It leaked."})
    assert "was revoked: It leaked. Choose another step, or ask an admin." in start()
    assert types["tool.crm_reply@1"].template == "crm_reply"


def test_a_newer_version_is_offered_with_what_is_different(world: World) -> None:
    world.add_person("second", org=("admin",))
    one, two, builder = world.client("admin"), world.client("second"), world.client("builder")

    def publish(source: dict[str, Any], teams: list[str] | None = None, note: str = "") -> str:
        made = one.post("/api/node-templates", json={"source": source, "note": note}).json()
        at = f"/api/node-templates/{made['id']}/versions/{made['number']}"
        one.post(f"{at}/propose")
        two.post(f"{at}/approve")
        answer = one.post(f"{at}/publish", json={} if teams is None else {"teams": teams})
        assert answer.json()["state"] == "published", answer.text
        return at

    first = publish(REPLY)
    fields = {**REPLY["inputs"]["properties"], "urgent": {"type": "boolean"}}
    newer = {
        **REPLY,
        "fixed": {**REPLY["fixed"], "url": "https://crm2.example/tickets/{{ ticket }}/replies", "timeout": 9},
        "open": {},
        "inputs": {**REPLY["inputs"], "properties": fields},
        "irreversible": True,
    }
    second = publish(newer, note="The CRM moved.")
    workflow = builder.post("/api/workflows", json={"team": show_id(world.ours), "name": "Answers"}).json()["id"]
    graph = builder.get(f"/api/workflows/{workflow}/draft").json()["graph"]
    inputs = {"ticket": {"value": "1"}, "text": {"value": "x"}}

    def found(key: str) -> list[dict[str, Any]]:
        sent = {"graph": {**graph, "nodes": {"reply": {"type": key, "inputs": inputs}}}}
        answer = builder.post(f"/api/workflows/{workflow}/check", json=sent).json()
        return [each for each in answer["findings"] if each["code"].startswith(("newer_", "template_"))]

    [said] = found("tool.crm_reply@1")
    assert (said["code"], said["severity"], said["field"]) == ("newer_template", "warning", "type")
    assert (said["params"]["number"], said["params"]["newer"]) == (1, 2)
    ways = {"key": said["params"]["key"], "to": said["params"]["to"]}
    answer = builder.get(f"/api/node-types/{ways['key']}/upgrade", params={"to": ways["to"]})
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["before"], shown["after"], shown["note"]) == (1, 2, "The CRM moved.")
    parts = {(each["part"], each["name"]): (each["before"], each["after"]) for each in shown["differences"]}
    assert parts["effect", "irreversible"] == (False, True)
    assert parts["hosts", "hosts"] == (["crm.example"], ["crm2.example"])
    assert parts["settings", "timeout"] == (None, 9)
    assert parts["parameters", "timeout"][1] is None
    assert parts["inputs", "urgent"] == (None, {"type": "boolean", "required": False})
    assert found("tool.crm_reply@2") == []
    one.post(f"{first}/revoke", json={"reason": "The CRM moved."})
    [said] = found("tool.crm_reply@1")
    assert (said["code"], said["severity"], said["params"]["case"]) == ("template_unusable", "error", "revoked")
    assert builder.get(f"/api/node-types/{ways['key']}/upgrade", params={"to": said["params"]["to"]}).json() == shown
    for key, to in (("tool.crm_reply@2", "tool.crm_reply@1"), ("tool.no@1", "tool.crm_reply@2"),
                    ("tool.http_request@1", "tool.http_request@1")):  # fmt: skip
        assert builder.get(f"/api/node-types/{key}/upgrade", params={"to": to}).status_code == 404
    one.post(f"{second}/publish", json={"teams": [show_id(world.theirs)]})
    assert builder.get(f"/api/node-types/{ways['key']}/upgrade", params={"to": ways["to"]}).status_code == 404
    assert "newer" not in found("tool.crm_reply@1")[0]["params"]


def test_what_was_revoked_before_any_team_had_it_is_shown_to_none(world: World) -> None:
    world.add_person("second", org=("admin",))
    one, two, builder = world.client("admin"), world.client("second"), world.client("builder")
    for number, last in ((1, "revoke"), (2, "publish")):
        made = one.post("/api/node-templates", json={"source": {**REPLY, "title": f"Reply {number}"}}).json()
        at = f"/api/node-templates/{made['id']}/versions/{number}"
        one.post(f"{at}/propose")
        two.post(f"{at}/approve")
        assert one.post(f"{at}/{last}", json={"reason": "Wrong."} if last == "revoke" else {}).status_code == 200
    asked = "/api/node-types/tool.crm_reply@1/upgrade?to=tool.crm_reply@2"
    assert (builder.get(asked).status_code, one.get(asked).status_code) == (404, 200)


def test_what_pins_a_tool_is_never_left_open() -> None:
    change = {"base": "tool.mcp_tool@1", "fixed": {"tool": "add", "digest": "0" * 64}, "open": {"server": {}}}
    with pytest.raises(CatalogError, match="is always fixed") as told:
        make(**change, gather={}, answers={})
    assert (told.value.field, told.value.params["case"]) == ("server", "pinned")


@pytest.mark.parametrize(
    ("change", "field", "case"),
    [
        ({"examples": []}, "examples", "no_example"),
        ({"fixed": {"method": "POST"}}, "url", "unsaid"),
        ({"gather": {"body": {"text": "gone"}}}, "gather", "gather"),
    ],
)
def test_what_is_wrong_is_told_by_a_word_that_screens_translate(
    world: World, change: dict[str, Any], field: str, case: str
) -> None:
    judged = world.client("admin").post("/api/node-templates/check", json={"source": {**REPLY, **change}}).json()
    assert (judged["problems"][0]["field"], judged["problems"][0]["case"]) == (field, case)


def test_what_is_not_filled_in_is_told_so(world: World) -> None:
    source = {**REPLY, "title": "", "name": "Bad Name"}
    refused = world.client("admin").post("/api/node-templates", json={"source": source}).json()
    found = {each["field"]: each["case"] for each in refused["params"]["problems"]}
    assert found == {"name": "word", "title": "empty"}
    assert "String should" not in refused["sentence"]


def test_whoever_writes_one_is_told_of_types_that_stand_only_in_templates(world: World) -> None:
    def keys(**query: str) -> set[str]:
        answer = world.client("admin").get("/api/catalog", params=query).json()["items"]
        return {each["key"] for each in answer if each["only_in_templates"]}

    assert keys() == set()
    assert "tool.mcp_tool@1" in keys(bases="true")


def test_an_example_that_cannot_be_tried_says_why() -> None:
    fixed = {**REPLY["fixed"], "url": "https://crm.example/{{ case }}"}
    (problem,) = judge_node_template(
        Palette(discover_types()), NodeTemplateSource.model_validate({**REPLY, "fixed": fixed})
    )
    assert "case" in problem.sentence
    assert "Error" not in problem.sentence


def test_whoever_wrote_it_last_does_not_approve_it_though_another_proposed_it(world: World) -> None:
    for name in ("first_it", "second_it", "third_it"):
        world.add_person(name, org=("admin",))
    first, second, third = (world.client(name) for name in ("first_it", "second_it", "third_it"))
    made = first.post("/api/node-templates", json={"source": {**REPLY, "name": "by_two"}}).json()
    at = f"/api/node-templates/{made['id']}/versions/1"
    assert second.put(at, json={"source": {**REPLY, "name": "by_two", "title": "Mine"}}).status_code == 200
    assert first.post(f"{at}/propose").status_code == 200
    assert third.post(f"{at}/return", json={"reason": "Say more."}).status_code == 200
    assert first.post(f"{at}/propose").status_code == 200
    assert second.post(f"{at}/approve").json()["code"] == "second_person"
    assert second.get(at).json()["own"] is True
    assert third.post(f"{at}/approve").status_code == 200
