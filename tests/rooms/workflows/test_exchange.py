"""Files: out, in and out again is the same bytes; a plan is read before it is applied; reading one does nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.engine.graph import Trigger, Workflow, dump_part
from builder.kit.documents import DocumentError, read_document, write_yaml
from builder.kit.ids import show_id
from builder.teams import Forbidden
from builder.triggers import list_triggers
from builder.workflows import (
    BadDraftError,
    PlanChangedError,
    SecretInsideError,
    apply_import,
    archive_workflow,
    create_blank,
    export_workflow,
    find_workflow,
    list_revisions,
    list_workflows,
    plan_import,
    read_draft,
    save_draft,
)
from builder.workflows.rules import expect_source, file_of, source_of
from tests.engine.strategies import workflows
from tests.rooms.world import World, make_world

_numbers = itertools.count(1)
HERE = {"connections": frozenset({"default"})}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[World]:
    made = make_world(tmp_path_factory.mktemp("shared"), migrated_file)
    owner, other = made.caller("owner"), made.caller("other")
    made.caller = {"owner": owner, "other": other}.__getitem__  # type: ignore[method-assign]  # without a transaction
    yield made
    made.application.close()


def trigger_lists() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Triggers as a file carries them, good or not."""
    text = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=12)
    binding = st.one_of(
        st.fixed_dictionaries({"value": st.none() | st.integers(-9, 9) | text}),
        st.just({"from": "body.a"}),
        st.just({"from": ["body.a", "fire.day"], "default": None}),
    )
    trigger = st.fixed_dictionaries(
        {"kind": st.sampled_from(["schedule", "webhook", "api"]), "name": text},
        optional={
            "settings": st.dictionaries(text, st.integers(0, 9) | st.lists(text, max_size=2), max_size=2),
            "inputs": st.dictionaries(text, binding, max_size=2),
        },
    )
    return st.lists(trigger, max_size=3, unique_by=lambda each: each["name"])


def take_in(world: World, who: str, team: int, content: bytes, choice: str = "create", name: str | None = None) -> int:
    types: Any = world.application.types
    with world.transaction() as session:
        caller = world.caller(who)
        plan = plan_import(session, caller, team, content, "a file.yaml", types=types, name=name, **HERE)
        return apply_import(
            session, caller, team, content, "a file.yaml", types=types, plan_hash=plan.hash, choice=choice, name=name,
            triggers=world.application.triggers, **HERE,
        )  # fmt: skip


def take_out(world: World, who: str, number: int) -> bytes:
    with world.transaction() as session:
        return export_workflow(session, world.caller(who), number, world.application.triggers)[1].encode()


@settings(max_examples=settings.get_profile("fast").max_examples // 2,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(workflows(), trigger_lists())
def test_out_in_and_out_again_is_the_same(shared: World, file: dict[str, Any], triggers: list[dict[str, Any]]) -> None:
    """Between two teams that know nothing of each other, and back over the workflow that it came from."""
    name = f"Random {next(_numbers)}"
    file |= {
        "name": name,
        "triggers": triggers,
        "owner": "Mara",
        "team": "elsewhere",
        "authors": ["x"],
        "layout": {"n0": [80, 120.5]},
        "purpose": "To see.",
    }
    first = take_in(shared, "owner", shared.ours, write_yaml(file).encode())
    out = take_out(shared, "owner", first)
    second = take_in(shared, "other", shared.theirs, out)
    again = take_out(shared, "other", second)
    assert again == out
    assert take_in(shared, "other", shared.theirs, again, "update") == second
    said = read_document(out, "x.yaml").value
    assert said.get("triggers", []) == [dump_part(Trigger.model_validate(each)) for each in triggers]
    with shared.transaction() as session:
        assert not any(each.is_on for each in list_triggers(session, shared.caller("other"), second))
    assert not {"owner", "deputy", "team", "authors"} & said.keys()
    for secret in (show_id(first), show_id(shared.ours), *(show_id(each) for each in shared.people.values())):
        assert secret.encode() not in out
    assert source_of(Workflow.model_validate(said)) == expect_source(file, name)


FILE = b"""\
handrail: 1
name: Letters
purpose: To answer letters.
owner: Mara
inputs:
  type: object
  required: [text]
  properties:
    text: {type: string}
triggers:
  - {name: every morning, kind: schedule}
nodes:
  answer:
    type: prompt.complete@1
    config: {model: far, prompt: "Answer {{ text }}"}
    inputs: {text: {from: input.text}}
  gone:
    type: tool.gone@1
edges:
  - {from: answer, to: gone}
result:
  said: {from: answer.text}
"""


def plan(world: World, content: bytes = FILE, who: str = "builder", **more: Any) -> Any:
    types = world.application.types
    with world.transaction() as session:
        return plan_import(session, world.caller(who), world.ours, content, "letters.yaml", types=types, **HERE, **more)


def test_a_plan_says_what_will_happen_and_does_nothing(world: World) -> None:
    said = plan(world)
    assert (said.action, said.name) == ("create", "Letters")
    assert said.missing_types == ["tool.gone@1"]
    assert said.missing_connections == ["far"]
    assert said.off == ["every morning"]
    assert said.left_out == ["owner"]
    assert "unknown_type" in {each.code for each in said.findings}
    with world.transaction() as session:
        assert list_workflows(session, world.caller("builder")) == []


def test_a_file_of_a_workflow_that_is_here_updates_it(world: World) -> None:
    number = take_in(world, "builder", world.ours, FILE)
    changed = FILE.replace(b"Answer {{", b"Shout {{")
    said = plan(world, changed)
    assert said.action == "update"
    assert [each.thing for each in said.changes] == ["field"]
    assert take_in(world, "builder", world.ours, changed, "update") == number
    with world.transaction() as session:
        draft = read_draft(session, world.caller("builder"), number)
        assert draft.source["nodes"]["answer"]["config"]["prompt"] == "Shout {{ text }}"
        assert list_revisions(session, world.caller("builder"), number)[0].note == "Imported from a file.yaml."
    assert plan(world, changed).changes == []


def test_changes_that_nothing_holds_make_a_conflict(world: World) -> None:
    number = take_in(world, "builder", world.ours, FILE)
    with world.transaction() as session:
        save_draft(session, world.caller("builder"), number, 1, {"nodes": {}})
    said = plan(world)
    assert said.action == "conflict"
    before = said.hash
    with world.transaction() as session:
        save_draft(session, world.caller("builder"), number, 2, {"nodes": {}, "tags": ["x"]})
    with world.transaction() as session, pytest.raises(PlanChangedError):
        apply_import(
            session, world.caller("builder"), world.ours, FILE, "letters.yaml", types=world.application.types,
            plan_hash=before, choice="update", triggers=world.application.triggers, **HERE,
        )  # fmt: skip
    second = take_in(world, "builder", world.ours, FILE)
    with world.transaction() as session:
        assert find_workflow(session, world.caller("viewer"), second).key == "letters-2"
        archive_workflow(session, world.caller("owner"), number)
    assert plan(world).action == "conflict"


def test_a_workflow_without_a_step_comes_in(world: World) -> None:
    assert plan(world, b"handrail: 1\nname: Nothing yet").action == "create"
    assert take_in(world, "builder", world.ours, b"handrail: 1\nname: Nothing yet")


@pytest.mark.parametrize(
    "content", [b"[]", b"text", b"{}", b"nodes: {}", b"handrail: 2\nname: x", b"handrail: 1\nname: x\nmore: 1"]
)
def test_what_is_no_workflow_is_unusable(world: World, content: bytes) -> None:
    said = plan(world, content)
    assert said.action == "unusable"
    assert said.findings
    with pytest.raises(BadDraftError):
        take_in(world, "builder", world.ours, content)


def test_a_file_that_is_no_document_is_refused_with_its_place(world: World) -> None:
    with pytest.raises(DocumentError, match="line 1"):
        plan(world, b"a: &x [*x]")
    with pytest.raises(Forbidden):
        plan(world, who="viewer")


def test_a_key_does_not_leave_as_a_file(world: World) -> None:
    with world.transaction() as session:
        builder = world.caller("builder")
        number = create_blank(session, builder, world.ours, "Keys")
        node = {"type": "tool.http_request@1", "config": {"headers": {"X-Key": "sk-proj-" + "aB3dE6gH9jK2" * 4}}}
        save_draft(session, builder, number, 1, {"nodes": {"send": node}})
        with pytest.raises(SecretInsideError) as refused:
            export_workflow(session, builder, number, world.application.triggers)
    assert (refused.value.node, refused.value.field) == ("send", "config.headers.X-Key")


def test_a_draft_as_a_file_has_its_heading_first() -> None:
    source = expect_source({"nodes": {}, "tags": ["x"]}, "Any")
    assert list(file_of(source, "Any", "Why.", owner="")) == ["handrail", "name", "purpose", "tags"]
