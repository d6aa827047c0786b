"""Triggers: made, judged, switched, paused, and the one way in which they start runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from builder.audit.tables import audit_event_table
from builder.db import read_clock
from builder.kit.errors import HandrailError
from builder.kit.ids import show_id
from builder.notices import read_new_notices
from builder.publishing import publish_workflow
from builder.runs import RunInputError, read_facts
from builder.sdk import JSON
from builder.teams import Forbidden
from builder.teams.store import save_membership, save_person
from builder.triggers import (
    BadTriggerError,
    Key,
    KeyReusedError,
    NotStartableError,
    Started,
    Trigger,
    TriggerChangedError,
    TriggerError,
    TriggerOffError,
    UnknownTriggerError,
    change_trigger,
    delete_trigger,
    find_trigger,
    list_triggers,
    pause_trigger,
    start_by_trigger,
    switch_trigger,
)
from builder.workflows import archive_workflow, save_draft
from tests.rooms.letters import GRAPH
from tests.rooms.triggers.cases import add_trigger
from tests.rooms.workflows.cases import make_workflow, press
from tests.rooms.world import World

FROM_BODY = {"text": {"from": "body.said"}}


def switch(world: World, trigger: Trigger, who: str = "builder", *, on: bool = True) -> Trigger:
    with world.transaction() as session:
        return switch_trigger(session, world.caller(who), trigger.id, on=on)


def start(world: World, trigger: Trigger, body: JSON = None, key: Key | None = None) -> Started:
    with world.transaction() as session:
        now = find_trigger(session, world.caller("viewer"), trigger.id)
        return start_by_trigger(session, now, {"body": body}, world.application, key=key)


def change(world: World, trigger: Trigger, values: Mapping[str, Any], who: str = "builder", seen: int = 1) -> Trigger:
    with world.transaction() as session:
        return change_trigger(session, world.caller(who), trigger.id, seen, values)


def refused(world: World, trigger: Trigger) -> str:
    with pytest.raises(NotStartableError) as problem:
        start(world, trigger)
    assert problem.value.way_out
    return str(problem.value.params["reason"])


def events(world: World, kind: str) -> list[Any]:
    table = audit_event_table
    with world.transaction() as session:
        return list(session.execute(select(table).where(table.c.kind == kind).order_by(table.c.id)))


def test_a_run_says_which_trigger_and_which_version_started_it_and_in_whose_name(world: World) -> None:
    trigger = switch(world, add_trigger(world, inputs=FROM_BODY, name="The shop"))
    run = start(world, trigger, {"said": "Hello"})
    with world.transaction() as session:
        facts = read_facts(session, [run.run_id])[run.run_id]
    assert (facts.trigger_id, facts.trigger_kind, facts.trigger_name) == (trigger.id, "api", "The shop")
    assert (facts.version, facts.workflow_id, facts.team_id) == (1, trigger.workflow_id, world.ours)
    assert facts.starter == show_id(world.people["builder"])
    event = events(world, "run_started")[-1]
    assert event.actor == f"trigger {show_id(trigger.id)}"
    assert event.record["way"] == "api"


def test_without_bindings_the_body_is_the_input(world: World) -> None:
    trigger = switch(world, add_trigger(world, inputs=None))
    assert start(world, trigger, {"text": "Hello"}).run_id
    with pytest.raises(RunInputError, match="text"):
        start(world, trigger, {"said": "Hello"})
    with pytest.raises(RunInputError):
        start(world, trigger, [1])


def test_bindings_that_have_no_result_start_nothing(world: World) -> None:
    trigger = switch(world, add_trigger(world, inputs={"text": {"expr": "body.a[3]"}}))
    assert refused(world, trigger) == "input"
    absent = switch(world, add_trigger(world, inputs=FROM_BODY))
    with pytest.raises(RunInputError, match="text"):
        start(world, absent, {})


@pytest.mark.parametrize(
    ("inputs", "code", "field"),
    [
        ({}, "missing_input", "inputs.text"),
        ({"text": {"value": 3}}, "wrong_value", "inputs.text.value"),
        ({"text": {"from": "fire.day"}}, "unknown_reference", "inputs.text"),
        ({"text": {"from": "input.text"}}, "unknown_reference", "inputs.text"),
        ({"text": {"expr": "1 +"}}, "bad_expression", "inputs.text"),
        ({"text": {"expr": "true"}}, "does_not_fit", "inputs.text"),
        ({"text": {"value": "x"}, "more": {"value": 1}}, "unknown_input", "inputs.more"),
        ({"text": {"from": "body.x", "expr": "1"}}, "bad_trigger", "inputs"),
        ({"text": {"value": "\ud800"}}, "bad_trigger", None),
    ],
)
def test_what_would_not_work_is_not_kept(world: World, inputs: JSON, code: str, field: str | None) -> None:
    with pytest.raises(BadTriggerError) as problem:
        add_trigger(world, inputs=inputs)
    found = problem.value.params["findings"]
    assert (code, field) in [(each["code"], each["field"]) for each in found]
    assert all(each["sentence"] and each["way_out"] for each in found)


def test_it_is_off_until_somebody_switches_it_on(world: World) -> None:
    trigger = add_trigger(world)
    with pytest.raises(TriggerOffError):
        start(world, trigger)
    on = switch(world, trigger)
    assert (on.is_on, on.switched_by) == (True, show_id(world.people["builder"]))
    assert start(world, trigger).run_id
    switch(world, trigger, "owner", on=False)
    with pytest.raises(TriggerOffError):
        start(world, trigger)
    assert [len(events(world, f"trigger_switched_{word}")) for word in ("on", "off")] == [1, 1]


def test_one_that_could_start_nothing_is_not_switched_on(world: World) -> None:
    unpublished = add_trigger(world, make_workflow(world))
    with pytest.raises(NotStartableError, match="published"):
        switch(world, unpublished)


def test_a_pause_is_told_and_ends_when_somebody_switches_it_on_again(world: World) -> None:
    trigger = switch(world, add_trigger(world, who="owner"))
    with world.transaction() as session:
        paused = pause_trigger(session, trigger, "input", "The input does not fit.", read_clock(session))
        assert pause_trigger(session, paused, "other", "Again.", read_clock(session)) == paused
        told = [person for _, person, _ in read_new_notices(session, 0)]
    assert (paused.is_on, paused.starts) == (True, False)
    assert sorted(told) == sorted([world.people["owner"], world.people["first"]]), "the team's owners, each once"
    with pytest.raises(TriggerOffError, match="does not fit"):
        start(world, trigger)
    assert switch(world, trigger).starts
    assert start(world, trigger).run_id


def test_what_arrives_twice_starts_once(world: World) -> None:
    trigger = switch(world, add_trigger(world))
    first = start(world, trigger, key=Key("m-1", "a"))
    assert start(world, trigger, key=Key("m-1", "a")) == Started(first.run_id, again=True)
    with pytest.raises(KeyReusedError):
        start(world, trigger, key=Key("m-1", "b"))
    assert start(world, trigger, key=Key("m-2", "a")).run_id != first.run_id
    other = switch(world, add_trigger(world))
    assert not start(world, other, key=Key("m-1", "a")).again


def test_a_key_is_not_used_up_by_what_is_refused(world: World) -> None:
    trigger = switch(world, add_trigger(world, inputs=None))
    with pytest.raises(RunInputError):
        start(world, trigger, {}, Key("m-1", "a"))
    assert not start(world, trigger, {"text": "Hello"}, Key("m-1", "a")).again


def test_an_archived_workflow_is_not_started(world: World) -> None:
    trigger = switch(world, add_trigger(world))
    with world.transaction() as session:
        archive_workflow(session, world.caller("owner"), trigger.workflow_id)
    assert refused(world, trigger) == "archived"


@pytest.mark.parametrize("how", ["left the team", "left", "is a viewer"])
def test_nobody_who_may_not_start_runs_is_their_starter(world: World, how: str) -> None:
    trigger = switch(world, add_trigger(world))
    with world.transaction() as session:
        if how == "left":
            save_person(session, world.people["builder"], {"closed_at": read_clock(session)})
        save_membership(session, world.ours, world.people["builder"], ("viewer",) if how == "is a viewer" else ())
    assert refused(world, trigger) == "owner_gone"
    change(world, trigger, {"owner_id": world.people["owner"]}, "owner")
    assert start(world, trigger).run_id


def test_who_takes_it_over_must_be_able_to_start_runs(world: World) -> None:
    trigger = add_trigger(world)
    with pytest.raises(TriggerError, match="may not start"):
        change(world, trigger, {"owner_id": world.people["viewer"]}, "owner")
    with pytest.raises(Forbidden):
        change(world, trigger, {"owner_id": world.people["owner"]}, "builder")
    own = add_trigger(world, who="owner")
    assert change(world, own, {"owner_id": world.people["builder"]}, "builder").owner_id == world.people["builder"]


def test_a_pinned_one_starts_no_other_version(world: World) -> None:
    trigger = switch(world, add_trigger(world, pinned=1))
    follows = switch(world, add_trigger(world, trigger.workflow_id))
    assert start(world, trigger).run_id
    owner = world.caller("owner")
    with world.transaction() as session:
        save_draft(session, owner, trigger.workflow_id, 2, {**GRAPH, "tags": ["new"]})
        publish_workflow(session, owner, trigger.workflow_id, press(world), seen=3, note="", stage=None)
    assert refused(world, trigger) == "version_gone"
    run = start(world, follows)
    with world.transaction() as session:
        assert read_facts(session, [run.run_id])[run.run_id].version == 2
    with pytest.raises(TriggerError, match="not live"):
        change(world, trigger, {"pinned": 1, "name": "Old"})
    switch(world, trigger, on=False)
    with pytest.raises(NotStartableError, match="only version 1"):
        switch(world, trigger)
    assert change(world, trigger, {"pinned": 2}).pinned == 2
    switch(world, trigger)
    assert start(world, trigger).run_id


def test_nobody_overwrites_what_he_has_not_seen(world: World) -> None:
    trigger = add_trigger(world)
    assert change(world, trigger, {"name": "One"}).revision == 2
    with pytest.raises(TriggerChangedError):
        change(world, trigger, {"name": "Two"})
    assert change(world, trigger, {"name": "One"}, seen=2).revision == 2, "the same is no change"
    assert len(events(world, "trigger_changed")) == 1


def test_names_are_told_apart_and_there_are_not_too_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    trigger = add_trigger(world, name="Shop")
    with pytest.raises(TriggerError, match="already"):
        add_trigger(world, trigger.workflow_id, name="Shop")
    monkeypatch.setattr("builder.triggers.attach.MOST", 1)
    with pytest.raises(TriggerError, match="at most"):
        add_trigger(world, trigger.workflow_id, name="Shop 2")


def test_one_that_is_gone_is_gone_and_its_runs_stay(world: World) -> None:
    trigger = switch(world, add_trigger(world, name="Shop"))
    run = start(world, trigger, key=Key("m-1", "a"))
    with world.transaction() as session:
        delete_trigger(session, world.caller("builder"), trigger.id)
    with world.transaction() as session:
        assert list_triggers(session, world.caller("viewer"), trigger.workflow_id) == []
        assert read_facts(session, [run.run_id])[run.run_id].trigger_name == "Shop"
    with pytest.raises(UnknownTriggerError):
        switch(world, trigger)


def test_another_team_learns_nothing(world: World) -> None:
    trigger = add_trigger(world)
    for act in (find_trigger, delete_trigger):
        with world.transaction() as session, pytest.raises(HandrailError) as problem:
            act(session, world.caller("other"), trigger.id)
        assert problem.value.code == "unknown_trigger"


def test_the_list_judges_them_by_the_inputs_as_they_are_now(world: World) -> None:
    trigger = add_trigger(world)
    owner, client = world.caller("owner"), world.client(token=world.token("owner"))
    path = f"/api/workflows/{show_id(trigger.workflow_id)}/triggers"
    assert [each["findings"] for each in client.get(path).json()["items"]] == [[]]
    graph = {**GRAPH, "inputs": {**GRAPH["inputs"], "required": ["text", "tone"]}}
    graph["inputs"]["properties"] = {**GRAPH["inputs"]["properties"], "tone": {"type": "string"}}
    with world.transaction() as session:
        save_draft(session, owner, trigger.workflow_id, 2, graph)
        publish_workflow(session, owner, trigger.workflow_id, press(world), seen=3, note="", stage=None)
    said = client.get(path).json()
    assert said["version"] == 2
    assert [each["field"] for each in said["items"][0]["findings"]] == ["inputs.tone"]
    answer = client.put(f"/api/triggers/{show_id(trigger.id)}/switch", json={"on": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "bad_trigger")
    sent = {"kind": "api", "name": "x", "inputs": {"text": {"value": "a"}, "tone": {"value": "kind"}}}
    assert client.post(f"{path}/check", json=sent).json() == {"findings": []}


@pytest.mark.parametrize("kind", ["schedule", "webhook", "api"])
def test_what_a_file_brings_is_off_and_judged_before_it_is_switched_on(world: World, kind: str) -> None:
    workflow, builder = make_workflow(world, live=True), world.caller("builder")
    said = [{"kind": kind, "name": "From a file", "settings": {"nonsense": 1}, "inputs": {"more": {"value": 1}}}]
    with world.transaction() as session:
        world.application.triggers.take_triggers(session, builder, workflow, said)
        (trigger,) = list_triggers(session, builder, workflow)
        assert world.application.triggers.say_triggers(session, workflow) == said
    assert not trigger.is_on
    with pytest.raises(BadTriggerError):
        switch(world, trigger)
    listed = world.client(token=world.token("owner")).get(f"/api/workflows/{show_id(workflow)}/triggers").json()
    assert "unknown_input" in [each["code"] for each in listed["items"][0]["findings"]]
