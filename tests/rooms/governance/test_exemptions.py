"""An exemption is asked for by those whose work it is, written by one governor, approved by another, and ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from builder.audit.tables import audit_event_table
from builder.db import read_clock
from builder.engine.template import Exemption, GovernanceTemplate
from builder.governance import (
    AdmitExempt,
    ExemptionError,
    ExemptionOverError,
    ExemptNameError,
    SecondPersonError,
    TemplateState,
    TemplateVersion,
    UnknownExemptionError,
    approve_template,
    ask_exemption,
    assign_template,
    enforce_template,
    grant_exemption,
    refuse_exemption,
    retire_template,
    stand_all,
    withdraw_exemption,
)
from builder.governance import ExemptionStanding as Standing
from builder.governance.rules import EXEMPT_AT_MOST, add_exemption, stand_of
from builder.governance.schemas import AskState, ExemptionRequest
from builder.governance.store import list_versions_of, read_exemption
from builder.governance.tables import exemption_table, governance_version_table
from builder.kit.ids import show_id
from builder.publishing import publish_workflow
from builder.sdk import Mode, Stage
from builder.teams import Forbidden, Wish
from builder.workflows import change_workflow, check_draft, create_blank, fork_workflow
from tests.rooms.governance.cases import make_exemption
from tests.rooms.letters import GRAPH, MASK
from tests.rooms.workflows.cases import press
from tests.rooms.world import World, make_world

DAY = date(2026, 5, 4)
LATER = DAY + timedelta(days=30)


@pytest.fixture
def world(tmp_path: Path, migrated_file: Path) -> Iterator[World]:
    """An installation to which people come while it is used."""
    made = make_world(tmp_path, migrated_file)
    yield made
    made.application.close()


def who(world: World, name: str) -> Any:
    """A caller by name; a second and third governor are brought in when they are first needed."""
    if name in ("second", "third") and name not in world.people:
        world.add_person(name, org=("governor",))
    return world.caller(name)


def kinds_of(world: World, name: str) -> list[str]:
    return [each["kind"] for each in world.client(name).get("/api/notices").json()["items"]]


def kept(world: World, number: int) -> ExemptionRequest:
    with world.transaction() as session:
        asked = read_exemption(session, number)
        assert asked is not None
        return asked


def standing(world: World, number: int) -> Standing:
    asked = kept(world, number)
    with world.transaction() as session:
        return stand_all(session, [asked], world.application.workflows.find_subjects)[number][0]


def grant(world: World, number: int, name: str = "governor") -> ExemptionRequest:
    caller = who(world, name)
    with world.transaction() as session:
        return grant_exemption(session, caller, world.application.workflows.find_subjects, number)


def put_in_force(world: World, template: int, number: int, name: str = "second") -> None:
    caller, site = who(world, name), world.application
    with world.transaction() as session:
        approve_template(session, caller, template, number, types=site.types, connections=site.connections)
        enforce_template(session, caller, template, number, read_clock(session).date())


def exempted(world: World, **more: Any) -> ExemptionRequest:
    """A workflow that is exempt."""
    asked = grant(world, make_exemption(world, stage="pilot", **more))
    put_in_force(world, asked.template_id, asked.version or 0)
    return asked


def said_of(world: World, workflow: int) -> tuple[int, list[str]]:
    """How much is woven into the workflow, and the codes of what is said of it."""
    caller, there = world.caller("owner"), press(world).installed
    with world.transaction() as session:
        said = check_draft(session, caller, workflow, GRAPH, there, stage=Stage.PILOT).as_record()
    return len(said["preview"]["insertions"]), [each["code"] for each in said["findings"]]


def test_it_takes_two_governors_and_then_nothing_is_woven_in(world: World) -> None:
    who(world, "second")
    number = make_exemption(world, asker="builder", stage="pilot")
    asked = kept(world, number)
    assert standing(world, number) is Standing.ASKED
    assert said_of(world, asked.workflow_id)[0]
    assert kinds_of(world, "governor")[0] == kinds_of(world, "second")[0] == "exemption_asked"
    assert kinds_of(world, "builder") == kinds_of(world, "viewer") == []

    granted = grant(world, number)
    assert standing(world, number) is Standing.WRITTEN
    assert said_of(world, asked.workflow_id)[0], "one governor alone changes nothing"
    assert kinds_of(world, "second")[0] == "exemption_second"
    with pytest.raises(SecondPersonError, match="You wrote"):
        put_in_force(world, granted.template_id, 2, "governor")

    put_in_force(world, granted.template_id, 2)
    assert standing(world, number) is Standing.EXEMPT
    woven, codes = said_of(world, asked.workflow_id)
    assert (woven, "exempt" in codes) == (0, True)
    assert kinds_of(world, "builder")[0] == "exemption_granted"
    with world.transaction() as session:
        [binding, _] = list_versions_of(session, [granted.template_id])
        kinds = session.scalars(select(audit_event_table.c.kind).where(audit_event_table.c.kind.like("exemption_%")))
        assert set(kinds) >= {"exemption_asked", "exemption_granted"}
    [said] = GovernanceTemplate.model_validate(binding.source).exemptions
    assert (said.rule, said.workflow, said.until) == (MASK["id"], granted.subject, granted.until)
    assert (said.approver, said.because) == (world.caller("governor").name, "The letters are made up.")


def test_whoever_asks_never_decides(world: World) -> None:
    world.add_person("both", ours=("owner",), org=("governor",))
    number = make_exemption(world, asker="both")
    with pytest.raises(SecondPersonError, match="You asked"):
        grant(world, number, "both")
    both = who(world, "both")
    with pytest.raises(SecondPersonError), world.transaction() as session:
        refuse_exemption(session, both, number, "No.")
    granted = grant(world, number)
    with pytest.raises(SecondPersonError, match="You asked"):
        put_in_force(world, granted.template_id, 2, "both")
    put_in_force(world, granted.template_id, 2, "second")


def test_a_refusal_has_a_reason_and_is_told(world: World) -> None:
    number, governor = make_exemption(world, asker="builder"), who(world, "governor")
    with pytest.raises(ExemptionError, match="reason"), world.transaction() as session:
        refuse_exemption(session, governor, number, "  ")
    with world.transaction() as session:
        refused = refuse_exemption(session, governor, number, "Mask them, they are real.")
    assert (refused.answer, standing(world, number)) == ("Mask them, they are real.", Standing.REFUSED)
    assert kinds_of(world, "builder")[0] == "exemption_refused"
    with pytest.raises(ExemptionError, match="refused already"):
        grant(world, number)


def test_it_is_taken_back_by_whoever_asked_or_an_owner(world: World) -> None:
    number, builder, other = make_exemption(world, asker="owner"), who(world, "builder"), who(world, "other")
    with pytest.raises(Forbidden), world.transaction() as session:
        withdraw_exemption(session, builder, number)
    with pytest.raises(UnknownExemptionError), world.transaction() as session:
        withdraw_exemption(session, other, number)
    owner = who(world, "owner")
    with world.transaction() as session:
        withdraw_exemption(session, owner, number)
    assert standing(world, number) is Standing.WITHDRAWN
    unread = [each["kind"] for each in world.client("governor").get("/api/notices").json()["items"] if not each["read"]]
    assert "exemption_asked" not in unread


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"because": " "}, "reason"),
        ({"until": timedelta(days=-1)}, "within a year"),
        ({"until": EXEMPT_AT_MOST + timedelta(days=1)}, "within a year"),
        ({"rule": "no-such"}, "No such rule"),
        ({"template": "No such"}, "No such rule"),
        ({"workflow": 7}, "no such workflow"),
        ({}, "already"),
    ],
)
def test_what_cannot_be_asked_gets_a_sentence(world: World, changes: dict[str, Any], words: str) -> None:
    asked, owner = kept(world, make_exemption(world)), who(world, "owner")
    with world.transaction() as session:
        name, today = list_versions_of(session, [asked.template_id])[0].name, read_clock(session).date()
    said: dict[str, Any] = {"template": name, "rule": asked.rule, "because": "So.", "until": timedelta(0), **changes}
    said["until"] = today + said["until"]
    number, know = said.pop("workflow", asked.workflow_id), world.application.workflows.find_subjects
    with pytest.raises((ExemptionError, UnknownExemptionError), match=words), world.transaction() as session:
        ask_exemption(session, owner, know, number, **said)


def test_another_version_must_be_settled_first(world: World) -> None:
    number, second = make_exemption(world), who(world, "second")
    asked = kept(world, number)
    with world.transaction() as session:
        assign_template(session, second, asked.template_id, 1, ["Ours"], [Stage.PILOT])
    with pytest.raises(ExemptionError, match="is draft and would drop it"):
        grant(world, number)
    with world.transaction() as session:
        retire_template(session, second, asked.template_id, 2, "Not now.")
    assert grant(world, number).version == 3


@pytest.mark.parametrize("way", ["retired before it binds", "dropped by a newer version", "renamed"])
def test_what_is_dropped_again_is_told(world: World, way: str) -> None:
    if way == "retired before it binds":
        asked, second = grant(world, make_exemption(world, asker="builder")), who(world, "second")
        with world.transaction() as session:
            retire_template(session, second, asked.template_id, 2, "No.")
    else:
        asked = exempted(world, asker="builder")
        builder, third = who(world, "builder"), who(world, "third")
        with world.transaction() as session:
            if way == "renamed":
                change_workflow(session, builder, asked.workflow_id, {"name": "Another name"})
            else:
                assign_template(session, third, asked.template_id, 1, ["Ours"], [Stage.PILOT])
        if way != "renamed":
            put_in_force(world, asked.template_id, 3)
        assert said_of(world, asked.workflow_id)[0], "the rule binds again"
    assert standing(world, asked.id) is Standing.LAPSED
    if way != "renamed":
        assert kinds_of(world, "builder")[0] == "exemption_lapsed"


def test_nobody_slips_in_under_an_exempt_name(world: World) -> None:
    asked = exempted(world)
    name, builder = asked.subject.rpartition("/")[2], who(world, "builder")
    with world.transaction() as session:
        other = create_blank(session, builder, world.ours, "Something else")
        fork_workflow(session, builder, asked.workflow_id, world.ours)
    for attempt in (
        lambda session: create_blank(session, builder, world.ours, name),
        lambda session: change_workflow(session, builder, other, {"name": name}),
    ):
        with pytest.raises(ExemptNameError, match="may not take its name"), world.transaction() as session:
            attempt(session)
    with world.transaction() as session:
        change_workflow(session, builder, asked.workflow_id, {"purpose": "Its own name stays."})


def test_a_name_that_two_have_is_not_exempted(world: World) -> None:
    number, builder = make_exemption(world), who(world, "builder")
    name = kept(world, number).subject.rpartition("/")[2]
    with world.transaction() as session:
        create_blank(session, builder, world.ours, name)
    with pytest.raises(ExemptionError, match="another workflow called"):
        grant(world, number)


def test_after_its_last_day_nothing_starts_and_the_rule_is_woven_in_again(world: World) -> None:
    asked, owner = exempted(world, days=0), who(world, "owner")
    with world.transaction() as session:
        version = publish_workflow(session, owner, asked.workflow_id, press(world), seen=2, note="")
        plan = world.application.load_plan(version.woven)
        today = read_clock(session).date()
    [(rule, until)] = plan.free_until.items()
    assert (rule.rpartition("/")[2], until) == (MASK["id"], today)
    wish, gate = Wish(Mode.LIVE, owner.person), AdmitExempt()
    assert gate.concerns(plan)
    assert not gate.concerns(replace(plan, free_until={}))
    over = replace(plan, free_until={rule: today - timedelta(days=1)})
    with world.transaction() as session:
        gate.check(session, plan, wish)
    with pytest.raises(ExemptionOverError, match="binds again"), world.transaction() as session:
        world.application.admission.check(session, over, wish)
    yesterday = (today - timedelta(days=1)).isoformat()
    with world.transaction() as session:
        [version_now] = [each for each in list_versions_of(session, [asked.template_id]) if each.number == 2]
        source = {**version_now.source, "exemptions": [{**version_now.source["exemptions"][0], "until": yesterday}]}
        _rewrite(session, asked, source, yesterday)
    woven, codes = said_of(world, asked.workflow_id)
    assert woven
    assert "exemption_ended" in codes
    assert standing(world, asked.id) is Standing.ENDED


def _rewrite(session: Any, asked: ExemptionRequest, source: Any, until: str) -> None:
    here = governance_version_table.c
    of_it = (here.template_id == asked.template_id, here.number == 2)
    session.execute(update(governance_version_table).where(*of_it).values(source=source))
    session.execute(update(exemption_table).where(exemption_table.c.id == asked.id).values(until=until))


def test_the_api_shows_it_to_those_who_may_read_the_workflow(world: World) -> None:
    number = make_exemption(world, asker="builder")
    for name, decides in (("builder", False), ("viewer", False), ("governor", True)):
        rows = {row["id"]: row for row in world.client(name).get("/api/governance/exemptions").json()}
        row = rows[show_id(number)]
        assert (row["standing"], row["decides"], row["own"]) == ("asked", decides, name == "builder")
        assert row["workflow"]["team"] == "Ours"
    assert world.client("other").get("/api/governance/exemptions").json() == []
    asked = kept(world, number)
    only = f"/api/governance/exemptions?workflow={show_id(asked.workflow_id)}"
    assert [row["id"] for row in world.client("owner").get(only).json()] == [show_id(number)]


# ---------------------------------------------------------------- pure


def asked_for(**changes: Any) -> ExemptionRequest:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    one = ExemptionRequest(
        1, 2, "mask", 3, 4, "Ours/Letters", "So.", LATER, "5", at, AskState.GRANTED, "6", at, "", 2
    )  # fmt: skip
    return replace(one, **changes)


def version(number: int, state: TemplateState, *, starts: date | None = None, exempt: bool = False) -> TemplateVersion:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    said = {"rule": "mask", "workflow": "Ours/Letters", "because": "So.", "approver": "x", "until": LATER.isoformat()}
    source: dict[str, Any] = {"exemptions": [said] if exempt else []}
    return TemplateVersion(
        2, "Rules", number, state, source, "h", {}, "", "6", at, None, None, None, starts, None, None
    )  # fmt: skip


OLD = version(1, TemplateState.ENFORCED, starts=DAY)


@pytest.mark.parametrize(
    ("versions", "reference", "day", "stands"),
    [
        ([version(2, TemplateState.DRAFT, exempt=True), OLD], "Ours/Letters", DAY, Standing.WRITTEN),
        ([version(2, TemplateState.APPROVED, exempt=True), OLD], "Ours/Letters", DAY, Standing.APPROVED),
        ([version(2, TemplateState.ENFORCED, starts=LATER, exempt=True), OLD], "Ours/Letters", DAY, Standing.APPROVED),
        ([version(2, TemplateState.ENFORCED, starts=DAY, exempt=True), OLD], "Ours/Letters", LATER, Standing.EXEMPT),
        ([version(2, TemplateState.ENFORCED, starts=DAY, exempt=True), OLD], "Ours/Other", DAY, Standing.LAPSED),
        ([version(2, TemplateState.ENFORCED, starts=DAY, exempt=True), OLD], None, DAY, Standing.LAPSED),
        ([version(2, TemplateState.RETIRED, exempt=True), OLD], "Ours/Letters", DAY, Standing.LAPSED),
        ([version(3, TemplateState.ENFORCED, starts=DAY), version(2, TemplateState.ENFORCED, starts=DAY, exempt=True)],
         "Ours/Letters", DAY, Standing.LAPSED),
        ([version(2, TemplateState.ENFORCED, starts=DAY, exempt=True)], "Ours/Letters", LATER + timedelta(days=1),
         Standing.ENDED),
    ],
)  # fmt: skip
def test_where_it_stands_follows_from_the_template(
    versions: list[TemplateVersion], reference: str | None, day: date, stands: Standing
) -> None:
    assert stand_of(asked_for(), versions, reference, day) is stands


def test_a_newer_exemption_takes_the_place_of_the_older_and_old_ones_go() -> None:
    def one(rule: str, until: date) -> Exemption:
        return Exemption(rule=rule, workflow="Ours/Letters", because="So.", approver="x", until=until)

    template = GovernanceTemplate.model_validate(
        {"handrail-governance": 1, "name": "Rules", "owner": "x", "because": "So.", "rules": [MASK]}
    )
    template = template.model_copy(
        update={"exemptions": (one("mask", DAY), one("other", DAY), one("gone", DAY - timedelta(days=400)))}
    )
    added = add_exemption(template, one("mask", LATER), DAY)
    assert [(each.rule, each.until) for each in added.exemptions] == [("other", DAY), ("mask", LATER)]
