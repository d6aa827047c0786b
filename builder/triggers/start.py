"""The one way in which a trigger starts a run, whatever its kind."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock
from builder.engine.resolve import resolve_bindings
from builder.engine.triggers import NAMES, bindings_of
from builder.kit.expressions import EvaluationError, ExpressionError
from builder.kit.ids import show_id
from builder.runs import Start, StartedBy, start_run
from builder.sdk import JSON, Mode
from builder.teams import Caller, Installation, expect_team, may, read_people, speak_if_here
from builder.triggers import store
from builder.triggers.live import Ready, expect_ready
from builder.triggers.schemas import Key, KeyReusedError, NotStartableError, Started, Trigger, TriggerOffError
from builder.workflows import find_workflow


def start_by_trigger(
    session: Session, trigger: Trigger, values: Mapping[str, JSON], site: Installation, *, key: Key | None = None
) -> Started:
    """Starts a run of the live version in the name of the trigger's owner; the run.

    Nothing of this is kept when the caller's transaction is not: no key, no run, no ring.

    Args:
        session: the caller's transaction.
        trigger: as it is now.
        values: what it knows, under the names of `builder.engine.triggers.NAMES`: `fire`, or `body` and `headers`.
        site: the installation.
        key: what tells this start from another. One that came before gives the run that it started then.

    Raises:
        TriggerOffError: it is off or paused.
        KeyReusedError: the key came before, with something else.
        NotStartableError: nothing can be started, or the bindings have no result; `params["reason"]` says which.
        builder.runs.RunInputError: the input does not fit.
        builder.teams.NotAdmittedError: it may not start now.
    """
    if not trigger.starts:
        raise TriggerOffError(
            trigger.paused_sentence or f"“{trigger.name}” is off.", way_out="Somebody of the team can switch it on."
        )
    now = read_clock(session)
    if key is not None and not store.claim_key(session, trigger.id, key, now):
        return _find_started(session, trigger, key)
    caller = expect_owner(session, trigger)
    ready = _expect_version(session, caller, trigger, site)
    live, version = ready.live, ready.live.version
    start = Start(
        input=_bind(trigger, values),
        starter=caller.person,
        mode=Mode.LIVE,
        stage=version.stage,
        team=expect_team(session, live.workflow.team_id),
        team_id=live.workflow.team_id,
        workflow_id=live.workflow.id,
        version=version.number,
        started_by=StartedBy(trigger.kind, trigger.id, trigger.name),
    )
    run_id = start_run(session, ready.plan, version.woven, start, site.payloads, site.admission)
    if key is not None:
        store.name_run_of_key(session, trigger.id, key.text, run_id)
    append_event(
        session,
        "run_started",
        actor=trigger.actor,
        subject=f"run {show_id(run_id)}",
        now=now,
        record={"workflow": show_id(live.workflow.id), "version": version.number, "way": trigger.kind,
                "trigger": show_id(trigger.id), "name": trigger.name, "starter": caller.person},
    )  # fmt: skip
    return Started(run_id)


def expect_owner(session: Session, trigger: Trigger) -> Caller:
    """The person in whose name a trigger starts runs, as he is now.

    Raises:
        NotStartableError: he left, or may not start runs in that team any more.
    """
    caller = speak_if_here(session, trigger.owner_id)
    if caller is not None and may(caller, "run.start", trigger.team_id):
        return caller
    person = read_people(session, [trigger.owner_id]).get(trigger.owner_id)
    name = "Somebody who is gone" if person is None else person.name
    raise NotStartableError(
        f"{name}, in whose name “{trigger.name}” starts runs, may not start runs in this team any more.",
        way_out="Somebody of the team who may can take it over.",
        reason="owner_gone",
    )


def _expect_version(session: Session, caller: Caller, trigger: Trigger, site: Installation) -> Ready:
    ready = expect_ready(session, find_workflow(session, caller, trigger.workflow_id), site)
    expect_pinned_live(trigger, ready.live.version.number)
    return ready


def expect_pinned_live(trigger: Trigger, live: int) -> None:
    """Refuses a trigger that starts only a version that is not live.

    Raises:
        NotStartableError: it does.
    """
    if trigger.pinned is not None and trigger.pinned != live:
        raise NotStartableError(
            f"“{trigger.name}” starts only version {trigger.pinned}, and version {live} is live.",
            way_out="Look at what changed, then let it start the live version.",
            reason="version_gone",
            pinned=trigger.pinned,
            live=live,
        )


def _bind(trigger: Trigger, values: Mapping[str, JSON]) -> JSON:
    bound = bindings_of(trigger.kind, trigger.bindings)
    if bound is None:
        return values["body"]
    try:
        return resolve_bindings(bound, NAMES[trigger.kind], values)
    except (EvaluationError, ExpressionError) as problem:
        raise NotStartableError(
            f"What “{trigger.name}” binds has no result: {problem}", way_out="Change its inputs.", reason="input"
        ) from problem


def _find_started(session: Session, trigger: Trigger, key: Key) -> Started:
    body_hash, run_id = store.read_key(session, trigger.id, key.text)
    if body_hash != key.body_hash or run_id is None:
        raise KeyReusedError(
            "This key came before, with something else.", way_out="Send each thing under a key of its own."
        )
    return Started(run_id, again=True)
