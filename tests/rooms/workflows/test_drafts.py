"""Drafts: two people editing lose nothing, history keeps what was, and restoring adds to it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.engine.graph import Workflow
from builder.kit.ids import show_id
from builder.teams import Forbidden
from builder.workflows import (
    ArchivedError,
    BadDraftError,
    DraftChangedError,
    UnknownWorkflowError,
    WorkflowError,
    archive_workflow,
    change_workflow,
    create_blank,
    create_from_example,
    find_authors,
    find_workflow,
    fork_workflow,
    list_examples,
    list_revisions,
    list_workflows,
    read_draft,
    restore_draft,
    save_draft,
    unarchive_workflow,
)
from builder.workflows.rules import key_of, thin_history
from builder.workflows.schemas import DraftRevision
from tests.rooms.world import World

WOVEN = {"template": "t", "rule": "r", "owner": "o", "because": "b", "target": "a"}
STEP = {"type": "flow.transform@1", "inputs": {"said": {"value": "hello"}}}


def graph(**nodes: Any) -> dict[str, Any]:
    return {"nodes": nodes}


@pytest.fixture
def made(world: World) -> int:
    with world.transaction() as session:
        return create_blank(session, world.caller("builder"), world.ours, "Letters", "To answer letters.")


def save(world: World, name: str, number: int, seen: int, value: Any) -> int:
    with world.transaction() as session:
        return save_draft(session, world.caller(name), number, seen, value).revision


def draft(world: World, number: int) -> Any:
    with world.transaction() as session:
        return read_draft(session, world.caller("builder"), number)


def test_a_new_workflow_is_blank_and_in_the_sandbox(world: World, made: int) -> None:
    with world.transaction() as session:
        row = find_workflow(session, world.caller("viewer"), made)
    assert (row.key, row.stage.value, row.live, row.owner_id) == ("letters", "sandbox", None, None)
    assert draft(world, made).revision == 1


def test_two_people_editing_lose_nothing(world: World, made: int) -> None:
    mine, theirs = graph(one=STEP), graph(one={**STEP, "title": "First"}, two=STEP)
    assert save(world, "builder", made, 1, mine) == 2
    assert save(world, "owner", made, 2, theirs) == 3
    with pytest.raises(DraftChangedError) as refused:
        save(world, "builder", made, 2, graph(one=STEP, three=STEP))
    said = refused.value.params
    assert said["revision"] == 3
    assert said["author"] == show_id(world.people["owner"])
    assert said["who"] == "owner"
    assert refused.value.sentence.startswith("owner saved “Letters” while you were working on it")
    assert [each["code"] for each in said["changes"]] == ["field_added", "node_added"]
    assert draft(world, made).source["nodes"].keys() == {"one", "two"}
    with world.transaction() as session:
        assert [each.revision for each in list_revisions(session, world.caller("viewer"), made)] == [3, 2, 1]


def test_saving_the_same_makes_no_new_revision(world: World, made: int) -> None:
    assert save(world, "builder", made, 1, graph(one=STEP)) == 2
    assert save(world, "owner", made, 2, graph(one=copy.deepcopy(STEP))) == 2
    with world.transaction() as session:
        assert find_authors(session, made) == [show_id(world.people["builder"])]


def test_restoring_is_a_new_revision(world: World, made: int) -> None:
    save(world, "builder", made, 1, graph(one=STEP))
    save(world, "builder", made, 2, graph(two=STEP))
    with world.transaction() as session:
        back = restore_draft(session, world.caller("owner"), made, 3, 2)
        history = list_revisions(session, world.caller("owner"), made)
    assert back.revision == 4
    assert back.source["nodes"].keys() == {"one"}
    assert history[0].note == "Restored from revision 2."
    with world.transaction() as session, pytest.raises(DraftChangedError):
        restore_draft(session, world.caller("owner"), made, 3, 1)
    with world.transaction() as session, pytest.raises(UnknownWorkflowError):
        restore_draft(session, world.caller("owner"), made, 4, 77)


@pytest.mark.parametrize(
    "value",
    [None, [], "x", {"nodes": []}, {"nodes": {"a": {"type": "x"}}}, {"nodes": {}, "more": 1},
     {"nodes": {"a": {**STEP, "notes": "\x00"}}}, {"nodes": {"a": {**STEP, "notes": "\ud800"}}},
     {"nodes": {"a": {**STEP, "config": {"n": float("nan")}}}}, {"nodes": {"a": {**STEP, "config": {"n": 1 << 70}}}},
     {"nodes": {"g_a": {**STEP, "woven": WOVEN}}}],
)  # fmt: skip
def test_what_is_no_workflow_is_not_saved(world: World, made: int, value: Any) -> None:
    with pytest.raises(BadDraftError):
        save(world, "builder", made, 1, value)
    assert draft(world, made).revision == 1


def test_who_may_what(world: World, made: int) -> None:
    for name in ("viewer", "reviewer", "admin", "auditor"):
        with pytest.raises(Forbidden):
            save(world, name, made, 1, graph(one=STEP))
    for name in ("other", "nobody"):
        with pytest.raises(UnknownWorkflowError):
            save(world, name, made, 1, graph(one=STEP))
        with world.transaction() as session:
            assert list_workflows(session, world.caller(name)) == []
    with world.transaction() as session, pytest.raises(Forbidden):
        create_blank(session, world.caller("other"), world.ours, "Theirs")
    with world.transaction() as session, pytest.raises(Forbidden):
        archive_workflow(session, world.caller("builder"), made)


def test_an_archived_workflow_is_only_read(world: World, made: int) -> None:
    owner = world.caller("owner")
    with world.transaction() as session:
        archive_workflow(session, owner, made)
        assert list_workflows(session, owner) == []
        assert [row.id for row, _ in list_workflows(session, owner, archived=True)] == [made]
    with pytest.raises(ArchivedError):
        save(world, "builder", made, 1, graph(one=STEP))
    with world.transaction() as session:
        unarchive_workflow(session, owner, made)
    assert save(world, "builder", made, 1, graph(one=STEP)) == 2


def test_who_answers_for_a_workflow_belongs_to_its_team(world: World, made: int) -> None:
    owner, people = world.caller("owner"), world.people
    with world.transaction() as session:
        row = change_workflow(session, owner, made, {"owner_id": people["owner"], "deputy_id": people["builder"]})
        assert (row.owner_id, row.deputy_id) == (people["owner"], people["builder"])
        with pytest.raises(WorkflowError, match="must belong to the team"):
            change_workflow(session, owner, made, {"deputy_id": people["other"]})
        with pytest.raises(WorkflowError, match="two people"):
            change_workflow(session, owner, made, {"deputy_id": people["owner"]})
        with pytest.raises(Forbidden):
            change_workflow(session, world.caller("builder"), made, {"deputy_id": None})
        assert change_workflow(session, world.caller("builder"), made, {"name": "Post"}).key == "letters"


def test_every_example_becomes_a_workflow(world: World) -> None:
    assert len(list_examples()) > 10
    with world.transaction() as session:
        caller = world.caller("owner")
        for each in list_examples():
            number = create_from_example(session, caller, world.ours, each.key)
            row = find_workflow(session, caller, number)
            assert (row.name, row.owner_id) == (each.name, caller.person_id)
            assert Workflow.model_validate({**read_draft(session, caller, number).source, "name": "x"}).nodes
        assert not {"owner", "deputy", "team", "authors"} & read_draft(session, caller, number).source.keys()


def test_a_fork_knows_where_it_came_from(world: World, made: int) -> None:
    save(world, "builder", made, 1, graph(one=STEP))
    with world.transaction() as session:
        number = fork_workflow(session, world.caller("builder"), made, world.ours)
        row = find_workflow(session, world.caller("viewer"), number)
        assert read_draft(session, world.caller("viewer"), number).source["nodes"].keys() == {"one"}
    assert (row.name, row.key, row.stage.value) == ("Letters (copy)", "letters-copy", "sandbox")
    assert row.origin == {"from": "fork", "workflow": show_id(made), "name": "Letters", "revision": 2}
    with world.transaction() as session, pytest.raises(UnknownWorkflowError):
        fork_workflow(session, world.caller("other"), made, world.theirs)


def test_a_list_is_sorted_and_goes_on_where_it_stopped(world: World) -> None:
    builder = world.caller("builder")
    with world.transaction() as session:
        for name in ("beta", "Alpha", "gamma", "alpha"):
            create_blank(session, builder, world.ours, name)
        first = list_workflows(session, builder, limit=3)
        row, text = first[-1]
        rest = list_workflows(session, builder, after=(text, row.id))
        assert [row.name.lower() for row, _ in [*first, *rest]] == ["alpha", "alpha", "beta", "gamma"]
        assert [row.name for row, _ in list_workflows(session, builder, text="AMM")] == ["gamma"]
        assert list_workflows(session, builder, text="%") == []


def test_keys_are_plain_and_never_twice() -> None:
    assert key_of("Über alles – Größe!") == "uber-alles-grosse"
    assert key_of("日本") == "workflow"
    assert key_of("A b", frozenset({"a-b", "a-b-2"})) == "a-b-3"


NOW = datetime(2026, 11, 23, tzinfo=UTC)


@given(st.lists(st.integers(0, 200_000), min_size=0, max_size=300).map(sorted), st.data())
def test_history_keeps_the_newest_and_one_an_hour_and_a_day(minutes: list[int], data: st.DataObject) -> None:
    ages = list(reversed(minutes))
    history = [DraftRevision(at, "x", NOW - timedelta(minutes=age), "") for at, age in enumerate(ages, 1)]
    keep = frozenset(data.draw(st.sets(st.integers(1, 300), max_size=3)))
    gone = set(thin_history(history, NOW, keep))
    assert not gone & keep
    assert not gone & {each.revision for each in history[-50:]}
    left = [each for each in history if each.revision not in gone]
    for each in history:
        age = NOW - each.saved_at
        if age < timedelta(days=60):
            assert any(other.saved_at.date() == each.saved_at.date() for other in left), "each day keeps one"
    assert set(thin_history(left, NOW, keep)) == set(), "thinning twice changes nothing"


def test_history_keeps_what_was_noted() -> None:
    history = [DraftRevision(1, "x", NOW - timedelta(days=90), "Imported from a.yaml.")]
    history += [DraftRevision(at, "x", NOW - timedelta(days=80, minutes=-at), "") for at in range(2, 100)]
    gone = thin_history(history, NOW, frozenset({40}))
    assert set(gone) == set(range(2, 50)) - {40}
