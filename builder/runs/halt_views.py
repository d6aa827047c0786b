"""What halts look like over the wire, and what a run says of the one that holds it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.governance import Halt, HaltScope, explain_halt, find_halts, name_halted, name_halter
from builder.kit.ids import read_id
from builder.kit.wire import Id
from builder.runs.store.halting import count_halted
from builder.teams import Installation, read_people
from builder.workflows import Named

Name = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid")


class HaltedThing(Wire):
    """What is stopped. Of `team`, `workflow` and `name` the one is said that `scope` wants: `name` is that of a node
    type, a model connection or a credential, or `template/rule`; the organisation wants none.
    """

    scope: HaltScope
    team: Id | None = None
    workflow: Id | None = None
    name: Name | None = None


class HaltIn(HaltedThing):
    """A new halt: what is stopped, why, and until when; without an end until somebody lifts it."""

    because: Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")]
    until: AwareDatetime | None = None


class HaltView(Wire):
    """A halt.

    Attributes:
        name: what it stops, by the name that it has now; empty for the organisation, and for what is gone.
        stands: whether it stops anything now.
        halted: how many runs under way it holds.
    """

    id: Id
    scope: HaltScope
    team: Id | None
    workflow: Id | None
    name: str
    because: str
    until: datetime | None
    made_by: str
    made_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    stands: bool
    halted: int


class HaltReach(Wire):
    """What a halt would stop that is under way: how many runs, and of which workflows, by name."""

    runs: int
    workflows: list[Named]


class HaltedView(Wire):
    """The halt that holds a run: what is stopped (of which kind), by whom and why, and when it ends by itself;
    `sentence` says all of it.
    """

    case: HaltScope
    about: str
    people: str
    because: str
    since: datetime
    until: datetime | None
    sentence: str


def show_halts(session: Session, site: Installation, halts: Sequence[Halt]) -> list[HaltView]:
    """Halts for the screen, with the names of what they stop and of people."""
    names = name_halted(session, halts, site)
    people = read_people(session, [read_id(who) for each in halts for who in (each.made_by, each.lifted_by) if who])
    held, now = count_halted(session), read_clock(session)

    def name_person(who: str | None) -> str | None:
        return None if who is None else people[read_id(who)].name

    def number_of(each: Halt, scope: HaltScope) -> int | None:
        return int(each.about) if each.scope is scope else None

    return [
        HaltView(
            id=each.id, scope=each.scope, team=number_of(each, HaltScope.TEAM),
            workflow=number_of(each, HaltScope.WORKFLOW), name=names[each.id], because=each.because, until=each.until,
            made_by=name_person(each.made_by) or "", made_at=each.made_at, lifted_by=name_person(each.lifted_by),
            lifted_at=each.lifted_at, stands=each.stands(now), halted=held.get(each.id, 0),
        )
        for each in halts
    ]  # fmt: skip


def show_holding(session: Session, halt_ids: Collection[int]) -> Mapping[int, HaltedView]:
    """What runs say of the halts that hold them."""
    found = {}
    for each in find_halts(session, halt_ids):
        who = name_halter(session, each)
        found[each.id] = HaltedView(
            case=each.scope, about=each.about, people=who, because=each.because, since=each.made_at, until=each.until,
            sentence=explain_halt(each, who),
        )  # fmt: skip
    return found
