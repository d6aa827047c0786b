"""Halts: a governor or an admin stops what a team, a workflow, or whatever uses something does, until it is lifted.

While a halt stands no run that it concerns starts. One that is under way ends the steps in hand, begins no other and
waits where it stands; `runs` sees to that. Nothing is lost: when the halt is over it goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.credentials import read_credential_facts
from builder.db import read_clock, to_milliseconds
from builder.governance.rules import HALTED_WORDS, NUMBERED
from builder.governance.schemas import Facet, Halt, HaltError, HaltScope, TemplateState, UnknownHaltError
from builder.governance.store import halts as store
from builder.governance.store import list_template_versions
from builder.kit.ids import new_id, show_id
from builder.notices import tell_people
from builder.sdk import JSON
from builder.teams import (
    Caller,
    Installation,
    expect_team,
    find_admins,
    find_org_people,
    read_teams,
    require,
)

MOST = 100
"""Halts that may stand at a time."""
SHOWN = 200
"""Halts that the list goes back to."""
LONGEST = timedelta(days=366)
LINK = "/halts"


def list_halts(session: Session, caller: Caller) -> list[Halt]:
    """The newest halts, those that are over too."""
    require(caller, "halt.read", None)
    return store.list_all_halts(session, SHOWN)


def find_halt(session: Session, caller: Caller, halt_id: int) -> Halt:
    """One halt.

    Raises:
        UnknownHaltError: there is none.
    """
    require(caller, "halt.read", None)
    found = store.read_halt(session, halt_id)
    if found is None:
        raise UnknownHaltError("There is no such halt.")
    return found


def make_halt(
    session: Session,
    caller: Caller,
    facet: Facet,
    because: str,
    until: datetime | None,
    site: Installation,
) -> Halt:
    """Stops something, at once.

    Args:
        session: the caller's transaction.
        caller: a governor or an admin.
        facet: what is stopped, as `find_facet` gives it.
        because: why, for all whom it concerns.
        until: when it ends by itself; None: when somebody lifts it.
        site: knows the workflows.

    Raises:
        HaltError: it has no reason or end that can be meant, or there are too many.
    """
    require(caller, "halt.write", None)
    now = read_clock(session)
    if not because.strip():
        raise HaltError("A halt needs a reason.", field="because", way_out="Say why, for the people whom it stops.")
    if until is not None and not now < until <= now + LONGEST:
        raise HaltError(
            "A halt ends in the future, within a year.", field="until", way_out="Choose a later time, or none at all."
        )
    if store.count_standing(session) >= MOST:
        raise HaltError(f"{MOST} halts stand already.", way_out="Lift some that nobody needs.")
    made = Halt(new_id(to_milliseconds(now)), *facet, because.strip(), until, caller.person, now)
    store.insert_halt(session, made)
    _tell(session, caller, made, "halt_made", site, now)
    return made


def lift_halt(session: Session, caller: Caller, halt_id: int, site: Installation) -> Halt:
    """Ends a halt: runs start again, and those that waited go on.

    Raises:
        UnknownHaltError: there is none.
        HaltError: it is over.
    """
    require(caller, "halt.lift", None)
    found = find_halt(session, caller, halt_id)
    now = read_clock(session)
    if not store.end_halt(session, halt_id, caller.person, now):
        raise HaltError("This halt is over already.")
    _tell(session, caller, found, "halt_lifted", site, now)
    return find_halt(session, caller, halt_id)


def find_facet(
    session: Session, caller: Caller, scope: HaltScope, about: int | str | None, site: Installation
) -> Facet:
    """What is to be stopped, as a halt says it.

    Args:
        session: any session.
        caller: who asks.
        scope: what kind of thing.
        about: id of the team or workflow; name of the node type, connection or credential; `template/rule`; None for
            the organisation.
        site: knows what there is.

    Raises:
        HandrailError: there is no such thing.
    """
    if scope is HaltScope.ORGANISATION and about is None:
        return scope, ""
    if scope is HaltScope.TEAM and isinstance(about, int):
        expect_team(session, about)
        return scope, str(about)
    if scope is HaltScope.WORKFLOW and isinstance(about, int):
        site.workflows.find_team(session, caller, about)
        return scope, str(about)
    if isinstance(about, str) and _is_there(session, scope, about, site):
        return scope, about
    raise HaltError(f"There is no such {HALTED_WORDS[scope]}.", field="about", way_out="Choose what is to be stopped.")


def find_halts(session: Session, halt_ids: Collection[int]) -> list[Halt]:
    """Those with these ids: of a run that whoever asks may see."""
    return store.find_halts(session, halt_ids) if halt_ids else []


def standing_halts(session: Session) -> list[Halt]:
    """Those that stop something now, the first made first."""
    return store.list_standing_halts(session)


def name_halted(session: Session, halts: Collection[Halt], site: Installation) -> Mapping[int, str]:
    """Id → what a halt stops, in the words of people: the name of the team, “Answer tickets”, `tool.http_request`."""
    numbers = {scope: {int(each.about) for each in halts if each.scope is scope} for scope in NUMBERED}
    teams = read_teams(session, frozenset(numbers[HaltScope.TEAM]))
    workflows = site.workflows.find_names(session, numbers[HaltScope.WORKFLOW])
    known = {HaltScope.TEAM: teams, HaltScope.WORKFLOW: workflows}
    return {
        each.id: known[each.scope].get(int(each.about), "") if each.scope in known else each.about for each in halts
    }


def _is_there(session: Session, scope: HaltScope, name: str, site: Installation) -> bool:
    match scope:
        case HaltScope.NODE_TYPE:
            return any(key.partition("@")[0] == name for key in site.types)
        case HaltScope.CONNECTION:
            return name in site.models and site.models.find_true_name(name) == name
        case HaltScope.CREDENTIAL:
            return name in read_credential_facts(session, None, {name})
        case HaltScope.RULE:
            return name in list_rules(session)
    return False


def list_rules(session: Session) -> list[str]:
    """`template/rule` of every rule that binds or bound something, in order."""
    written = list_template_versions(session, [TemplateState.ENFORCED, TemplateState.RETIRED])
    return sorted({f"{each.name}/{rule['id']}" for each in written for rule in each.source["rules"]})


def _tell(session: Session, caller: Caller, halt: Halt, kind: str, site: Installation, now: datetime) -> None:
    name, topic = name_halted(session, [halt], site)[halt.id], f"halt {show_id(halt.id)}"
    kind = kind if name else f"{kind}_all"
    record: Mapping[str, JSON] = {
        "scope": halt.scope.value, "about": halt.about, "name": name, "because": halt.because,
        "until": None if halt.until is None else halt.until.isoformat(),
    }  # fmt: skip
    append_event(session, kind, actor=caller.actor, subject=topic, now=now, record=record)
    people = {*find_admins(session), *(each.id for each in find_org_people(session, "governor"))}
    tell_people(
        session, sorted(people - {caller.person_id}), kind, topic=topic, link=LINK, now=now, person=caller.name,
        name=name, because=halt.because,
    )  # fmt: skip
