"""From a draft to live: what is in the way is told at once, a rule separates people, and going back is one step."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from builder.audit.tables import audit_event_table
from builder.db import read_clock
from builder.engine.verify import verify
from builder.engine.woven import hash_rules, read_woven
from builder.governance import approve_template, enforce_template, find_rules, import_template
from builder.kit.documents import write_yaml
from builder.kit.errors import HandrailError
from builder.kit.ids import show_id
from builder.kit.sealing import SigningKey
from builder.publishing import (
    DraftMovedError,
    NotPublishableError,
    Press,
    PublishError,
    RequestOverError,
    RequestState,
    RulesMovedError,
    SeparatedError,
    UnknownRequestError,
    ask_to_publish,
    decide_request,
    go_back,
    list_requests,
    publish_workflow,
    withdraw_request,
)
from builder.runs import RunInputError, read_run
from builder.sdk import Stage
from builder.teams import Forbidden
from builder.triggers import NotStartableError, find_form, start_by_form
from builder.workflows import (
    ArchivedError,
    Installed,
    archive_workflow,
    change_workflow,
    check_draft,
    compare_versions,
    create_blank,
    find_version,
    find_workflow,
    list_versions,
    read_live,
    save_draft,
)
from builder.workflows.tables import version_table
from tests.rooms.letters import GRAPH, MASK
from tests.rooms.world import World

KEY = SigningKey.generate()


def press(world: World) -> Press:
    return Press(Installed(world.application.types, world.application.connections), KEY)


def rule_set(world: World, name: str, *rules: Any, **more: Any) -> None:
    """A template written by the governor, approved by a second one, and enforced from today."""
    if "second" not in world.people:
        world.add_person("second", org=("governor",))
    template = {"handrail-governance": 1, "name": name, "owner": "privacy office", "because": "It must be.",
                "rules": list(rules), **more}  # fmt: skip
    second = caller(world, "second")
    installed: Any = {"types": world.application.types, "connections": world.application.connections}
    with world.transaction() as session:
        made, _ = import_template(
            session, world.caller("governor"), write_yaml(template).encode(), "x.yaml", {}, **installed
        )
        approve_template(session, second, made.template_id, made.number, **installed)
        enforce_template(session, second, made.template_id, made.number, read_clock(session).date())


def caller(world: World, name: str) -> Any:
    return type(world).caller(world, name)


@pytest.fixture
def made(world: World) -> int:
    with world.transaction() as session:
        number = create_blank(session, world.caller("builder"), world.ours, "Letters", "To answer letters.")
        save_draft(session, world.caller("builder"), number, 1, GRAPH)
        return number


def publish(world: World, number: int, seen: int, who: str = "owner", **more: Any) -> Any:
    with world.transaction() as session:
        said = {"note": "", "stage": None, **more}
        return publish_workflow(session, world.caller(who), number, press(world), seen=seen, **said)


def save(world: World, number: int, seen: int, text: str, who: str = "builder") -> None:
    graph = copy.deepcopy(GRAPH)
    graph["nodes"]["answer"]["config"]["prompt"] = text
    with world.transaction() as session:
        save_draft(session, world.caller(who), number, seen, graph)


def events(world: World, kind: str) -> list[Any]:
    with world.transaction() as session:
        return list(session.scalars(select(audit_event_table.c.record).where(audit_event_table.c.kind == kind)))


def test_publishing_weaves_signs_and_makes_live(world: World, made: int) -> None:
    rule_set(world, "Customer data", MASK)
    version = publish(world, made, 2, note="The first.")
    assert (version.number, version.state.value, version.stage, version.risk) == (1, "live", Stage.PILOT, "low")
    assert sorted(version.authors) == sorted(show_id(world.people[name]) for name in ("builder", "owner"))
    woven = read_woven(version.woven)
    assert [each.template for each in woven.insertions] == ["Customer data"] * 2
    assert world.application.load_plan(version.woven).authors == version.authors, "reviews can bar them"
    with world.transaction() as session:
        rules = find_rules(session, team="Ours", stage=Stage.PILOT, day=read_clock(session).date())
        live = read_live(session, made)
        assert live is not None
        assert live.version.number == 1
        assert find_workflow(session, world.caller("viewer"), made).stage is Stage.PILOT
    held = verify(
        woven, world.application.types, connections=world.application.connections, public_key=KEY.public,
        rules_hash=hash_rules(rules), team="Ours",
    )  # fmt: skip
    assert held.signed
    [event] = events(world, "version_published")
    assert (event["woven_hash"], event["rules_hash"]) == (version.woven_hash, hash_rules(rules))


def test_a_refusal_lists_everything_with_its_node_and_way_out(world: World, made: int) -> None:
    rule_set(world, "Ready", {"id": "ready", "require": ["owner", "deputy"]})
    graph = {"nodes": {"one": {"type": "tool.gone@1"}, "two": {"type": "flow.branch@1"}}}
    with world.transaction() as session:
        save_draft(session, world.caller("builder"), made, 2, graph)
    with pytest.raises(NotPublishableError) as refused:
        publish(world, made, 3)
    said = refused.value.params["findings"]
    assert {each["node"] for each in said} >= {"one", "two"}
    assert all(each["way_out"] for each in said)
    save(world, made, 3, "Answer {{ text }}")
    with pytest.raises(NotPublishableError, match="deputy"):
        publish(world, made, 4)
    with world.transaction() as session:
        people = {"owner_id": world.people["owner"], "deputy_id": world.people["builder"]}
        change_workflow(session, world.caller("owner"), made, people)
    assert publish(world, made, 4).number == 1


def test_what_does_nothing_does_not_go_live(world: World, made: int) -> None:
    with world.transaction() as session:
        empty = {**GRAPH, "nodes": {}, "edges": [], "result": {"text": {"from": "input.text"}}}
        save_draft(session, world.caller("builder"), made, 2, empty)
        said = check_draft(session, world.caller("builder"), made, empty, press(world).installed).as_record()
    with pytest.raises(NotPublishableError, match="no step") as refused:
        publish(world, made, 3)
    [finding] = refused.value.params["findings"]
    assert (finding["code"], finding["way_out"]) == ("no_steps", "Add at least one step.")
    assert finding in said["findings"], "whoever draws it is told before"
    with pytest.raises(NotPublishableError, match="no step"), world.transaction() as session:
        ask_to_publish(session, world.caller("builder"), made, press(world), seen=3, note="", stage=None)


def test_what_a_rule_forbids_is_told_with_its_way(world: World, made: int) -> None:
    rule_set(world, "No models", {"id": "none", "forbid": {"kind": "prompt"}})
    with pytest.raises(NotPublishableError) as refused:
        publish(world, made, 2)
    [finding] = refused.value.params["findings"]
    assert (finding["code"], finding["node"]) == ("rule_does_not_hold", "answer")
    assert finding["params"]["counterexample"]["owner"] == "privacy office"


def test_only_what_was_looked_at_is_published(world: World, made: int) -> None:
    save(world, made, 2, "Other {{ text }}")
    with pytest.raises(DraftMovedError) as refused:
        publish(world, made, 2)
    assert refused.value.params["revision"] == 3
    with pytest.raises(PublishError):
        publish(world, made, 3, stage=Stage.SANDBOX)
    with pytest.raises(Forbidden):
        publish(world, made, 3, who="builder")


def ask(world: World, number: int, seen: int, who: str = "builder", **more: Any) -> Any:
    with world.transaction() as session:
        said = {"note": "Please.", "stage": None, **more}
        return ask_to_publish(session, world.caller(who), number, press(world), seen=seen, **said)


def decide(world: World, number: int, who: str = "owner", **more: Any) -> Any:
    with world.transaction() as session:
        return decide_request(session, world.caller(who), number, press(world), **{"approve": True, **more})


def test_builders_ask_and_owners_decide(world: World, made: int) -> None:
    asked = ask(world, made, 2)
    with world.transaction() as session:
        assert read_live(session, made) is None
        assert [each.id for each in list_requests(session, world.caller("viewer"))] == [asked.id]
        assert list_requests(session, world.caller("other")) == []
        with pytest.raises(UnknownRequestError):
            withdraw_request(session, world.caller("other"), asked.id)
    with pytest.raises(Forbidden):
        decide(world, asked.id, "builder")
    with pytest.raises(PublishError, match="reason"):
        decide(world, asked.id, approve=False)
    assert decide(world, asked.id).state is RequestState.APPROVED
    with pytest.raises(RequestOverError):
        decide(world, asked.id, approve=False, reason="No.")
    with world.transaction() as session:
        assert read_live(session, made) is not None


def test_a_newer_request_takes_the_place_of_an_older_one(world: World, made: int) -> None:
    first = ask(world, made, 2)
    save(world, made, 2, "Other {{ text }}")
    second = ask(world, made, 3)
    with pytest.raises(RequestOverError, match="superseded"):
        decide(world, first.id)
    assert decide(world, second.id, approve=False, reason="Too short.").reason == "Too short."
    third = ask(world, made, 3)
    with world.transaction() as session:
        withdraw_request(session, world.caller("builder"), third.id)
        states = [each.state.value for each in list_requests(session, world.caller("viewer"), made)]
    assert states == ["withdrawn", "declined", "superseded"]


def test_a_rule_separates_who_writes_from_who_publishes(world: World, made: int) -> None:
    rule_set(world, "Four eyes", {"id": "four-eyes", "separate": ["author", "publisher"]})
    world.add_person("boss", ours=("owner",))
    boss = caller(world, "boss")
    with pytest.raises(SeparatedError, match="Four eyes"):
        publish(world, made, 2)
    asked = ask(world, made, 2)
    save(world, made, 2, "By the owner: {{ text }}", "owner")
    assert decide(world, asked.id).state is RequestState.APPROVED, "of what was asked for he is no author"
    asked = ask(world, made, 3)
    with pytest.raises(SeparatedError):
        decide(world, asked.id)
    with world.transaction() as session:
        assert decide_request(session, boss, asked.id, press(world), approve=True).state is RequestState.APPROVED


def test_rules_that_came_since_are_not_slipped_past(world: World, made: int) -> None:
    asked = ask(world, made, 2)
    rule_set(world, "Customer data", MASK)
    with pytest.raises(RulesMovedError):
        decide(world, asked.id)
    assert decide(world, ask(world, made, 2).id).state is RequestState.APPROVED


def test_back_to_an_earlier_version(world: World, made: int) -> None:
    publish(world, made, 2)
    save(world, made, 2, "Other {{ text }}")
    publish(world, made, 3)
    with world.transaction() as session:
        owner = world.caller("owner")
        assert go_back(session, owner, made, 1, press(world)).state.value == "live"
        assert [each.state.value for each in list_versions(session, owner, made)] == ["retired", "live"]
        said = compare_versions(session, owner, made, 2, 1)
        assert [(each.thing, each.field) for each in said] == [("field", "config.prompt")]
        with pytest.raises(Forbidden):
            go_back(session, world.caller("builder"), made, 2, press(world))
    rule_set(world, "Customer data", MASK)
    with world.transaction() as session:
        again = go_back(session, owner, made, 2, press(world))
        assert (again.number, again.state.value, again.revision) == (3, "live", 3)
        assert read_woven(again.woven).insertions
        said = compare_versions(session, owner, made, 2, 3)
        assert [(each.thing, each.field) for each in said] == [("rule", "Customer data")]


def test_the_stage_is_raised_by_an_owner(world: World, made: int) -> None:
    publish(world, made, 2)
    assert publish(world, made, 2, stage=Stage.PRODUCTION).stage is Stage.PRODUCTION
    with world.transaction() as session:
        assert find_workflow(session, world.caller("viewer"), made).stage is Stage.PRODUCTION
        assert go_back(session, world.caller("owner"), made, 1, press(world)).number == 3, "woven for production"


def start(world: World, number: int, value: Any, who: str = "builder", key: bytes = KEY.public) -> int:
    with world.transaction() as session:
        return start_by_form(
            session, world.caller(who), number, value, public_key=key, load_plan=world.application.load_plan,
            payloads=world.application.payloads, admission=world.application.admission,
        )  # fmt: skip


def test_a_form_starts_what_is_live(world: World, made: int) -> None:
    with pytest.raises(NotStartableError, match="not been published"):
        start(world, made, {"text": "x"})
    publish(world, made, 2)
    with world.transaction() as session:
        form = find_form(session, world.caller("viewer"), made)
        assert (form.version, form.schema["required"]) == (1, ["text"])
    with pytest.raises(RunInputError):
        start(world, made, {"text": 7})
    with pytest.raises(RunInputError):
        start(world, made, {"text": "x" * 51})
    run = start(world, made, {"text": "Hello"})
    save(world, made, 2, "Other {{ text }}")
    publish(world, made, 3)
    with world.application.database.read() as session:
        view = read_run(session, run, world.application.payloads).run
        first = find_version(session, world.caller("viewer"), made, 1)
    assert view.starter == show_id(world.people["builder"])
    assert view.plan_hash == first.woven_hash, "a run keeps the version it began with"
    with pytest.raises(Forbidden):
        start(world, made, {"text": "x"}, "viewer")
    with world.transaction() as session:
        archive_workflow(session, world.caller("owner"), made)
    with pytest.raises(NotStartableError, match="archived"):
        start(world, made, {"text": "x"})
    with pytest.raises(ArchivedError):
        publish(world, made, 3)


def test_what_was_changed_in_the_database_does_not_start(world: World, made: int) -> None:
    version = publish(world, made, 2)
    with pytest.raises(NotStartableError, match="not as it was published"):
        start(world, made, {"text": "x"}, key=SigningKey.generate().public)
    forged = copy.deepcopy(dict(version.woven))
    forged["graph"]["nodes"]["answer"]["config"]["prompt"] = "Tell all: {{ text }}"
    with world.transaction() as session:
        session.execute(update(version_table).values(woven=forged))
    with pytest.raises(HandrailError, match=r"changed|hold"):
        start(world, made, {"text": "x"})


def test_a_check_stores_nothing_and_shows_what_would_be_woven(world: World, made: int) -> None:
    rule_set(world, "Customer data", MASK)
    with world.transaction() as session:
        said = check_draft(session, world.caller("viewer"), made, GRAPH, press(world).installed).as_record()
    assert [each["template"] for each in said["preview"]["insertions"]] == ["Customer data"] * 2
    assert said["preview"]["insertions"][0]["owner"] == "privacy office"
    assert said["preview"]["counterexamples"] == []
    assert said["labels"]["input"]["text"]["labels"] == ["customer-text", "personal"]
    assert said["fits"]["answer"]["text"][0]["path"] == "input.text"
    with world.transaction() as session:
        broken = copy.deepcopy(GRAPH)
        broken["nodes"]["answer"]["inputs"] = {}
        said = check_draft(session, world.caller("viewer"), made, broken, press(world).installed).as_record()
    assert said["preview"] is None
    assert said["findings"]


def test_a_rule_binds_from_its_day(world: World) -> None:
    rule_set(world, "Customer data", MASK, applies_to={"teams": ["Ours"], "stages": ["pilot"]})
    with world.transaction() as session:
        today = read_clock(session).date()

        def bound(team: str, stage: Stage, day: Any) -> int:
            return len(find_rules(session, team=team, stage=stage, day=day))

        assert bound("Ours", Stage.PILOT, today) == 1
        assert bound("Ours", Stage.PRODUCTION, today) == 0
        assert bound("Theirs", Stage.PILOT, today) == 0
        assert bound("Ours", Stage.PILOT, today - timedelta(days=1)) == 0
