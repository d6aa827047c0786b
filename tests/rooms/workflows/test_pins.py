"""Pins stay with the draft, for those who may edit it, and reach nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from builder.db import read_clock
from builder.publishing import publish_workflow
from builder.teams import Forbidden
from builder.workflows import (
    archive_workflow,
    change_pins,
    export_workflow,
    find_version,
    forget_pins,
    fork_workflow,
    read_pins,
)
from builder.workflows.pins import MOST
from builder.workflows.schemas import ArchivedError, BadPinError, TooManyPinsError
from builder.workflows.store import insert_pins
from tests.rooms.workflows.cases import make_workflow, press
from tests.rooms.world import World

OUTPUT = {"category": "bug", "sure": 0.9}


def pin(
    world: World, number: int, pins: dict[str, object], removed: tuple[str, ...] = (), name: str = "builder"
) -> dict[str, object]:
    with world.transaction() as session:
        return dict(change_pins(session, world.caller(name), number, pins, removed))


def pins_of(world: World, number: int, name: str = "owner") -> dict[str, object]:
    with world.transaction() as session:
        return dict(read_pins(session, world.caller(name), number))


def test_what_one_person_pins_a_colleague_finds_and_each_step_has_its_own(world: World) -> None:
    number = make_workflow(world)
    pin(world, number, {"sort": OUTPUT})
    pin(world, number, {"write": {"text": "Hello"}}, name="owner")
    assert pins_of(world, number) == {"sort": OUTPUT, "write": {"text": "Hello"}}
    pin(world, number, {"sort": None}, ("write",))
    assert pins_of(world, number) == {"sort": None}


def test_whoever_may_not_edit_sees_no_pin(world: World) -> None:
    number = make_workflow(world)
    pin(world, number, {"sort": OUTPUT})
    for name in ("viewer", "reviewer", "auditor"):
        with pytest.raises(Forbidden):
            pins_of(world, number, name)


def test_no_version_file_or_copy_holds_a_pin(world: World) -> None:
    number, owner = make_workflow(world), world.caller("owner")
    pin(world, number, {"sort": {"category": "a very special word"}})
    with world.transaction() as session:
        made = publish_workflow(session, owner, number, press(world), seen=2, note="", stage=None)
        copy = fork_workflow(session, owner, number, world.ours)
        version = find_version(session, owner, number, made.number)
        assert "a very special word" not in str(version)
        assert "a very special word" not in str(export_workflow(session, owner, number, world.application.triggers))
        assert read_pins(session, owner, copy) == {}


def test_there_is_an_end_to_what_can_be_pinned_and_nothing_is_pinned_in_the_archive(world: World) -> None:
    number = make_workflow(world)
    with pytest.raises(TooManyPinsError):
        pin(world, number, {f"step_{at}": 1 for at in range(MOST + 1)})
    with pytest.raises(TooManyPinsError):
        pin(world, number, {"sort": "x" * 1_000_001})
    with pytest.raises(BadPinError):
        pin(world, number, {"sort": float("nan")})
    with pytest.raises(BadPinError):
        pin(world, number, {"sort": "half a pair: \ud800"})
    assert pins_of(world, number) == {}
    with world.transaction() as session:
        archive_workflow(session, world.caller("owner"), number)
    with pytest.raises(ArchivedError):
        pin(world, number, {"sort": 1})


def test_a_pin_does_not_outlive_what_went_through_dry_runs(world: World) -> None:
    number = make_workflow(world)
    with world.transaction() as session:
        insert_pins(session, number, {"old": 1}, "somebody", read_clock(session) - timedelta(days=31))
        insert_pins(session, number, {"new": 2}, "somebody", read_clock(session) - timedelta(days=29))
        assert forget_pins(session, None) == 0
        assert forget_pins(session, timedelta(days=30)) == 1
    assert pins_of(world, number) == {"new": 2}
