"""Publishing: builders ask, owners decide; what is live is replaced in one transaction, and so is going back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock, to_milliseconds
from builder.engine.woven import read_woven
from builder.kit.ids import new_id, read_id, show_id
from builder.notices import settle_notices, tell_people
from builder.publishing import store
from builder.publishing.prepare import Press, expect_separate, expect_unmoved, prepare_draft, prepare_source
from builder.publishing.schemas import (
    PublishError,
    PublishRequest,
    RequestOverError,
    RequestState,
    RulesMovedError,
    UnknownRequestError,
)
from builder.sdk import JSON, Stage
from builder.teams import Caller, find_team_people, require
from builder.workflows import (
    UnknownWorkflowError,
    Version,
    VersionState,
    WorkflowRow,
    expect_open,
    expect_source,
    expect_version,
    find_workflow,
    make_live,
    next_stage,
)


def ask_to_publish(
    session: Session,
    caller: Caller,
    workflow_id: int,
    press: Press,
    *,
    seen: int,
    note: str,
    stage: Stage | None = None,
) -> PublishRequest:
    """Makes a candidate of the draft, and asks the owners of the team to let it go live.

    An older request of this workflow is superseded.

    Raises:
        NotPublishableError: it could not go live as it is; nobody is asked.
    """
    row = expect_open(session, caller, workflow_id, "publish.ask")
    version = prepare_draft(session, caller, row, press, seen=seen, stage=stage or next_stage(row), note=note)
    now = read_clock(session)
    _supersede(session, caller, row, now)
    number = new_id(to_milliseconds(now))
    values = {"id": number, "workflow_id": row.id, "version": version.number, "note": note}
    store.insert_request(session, {**values, "asked_by": caller.person, "asked_at": now})
    _tell(session, caller, version, "publish_asked")
    owners = [person.id for person in find_team_people(session, row.team_id, "owner") if person.id != caller.person_id]
    _say(session, caller, row, version, owners, "publish_asked")
    return _expect(session, number)


def publish_workflow(
    session: Session,
    caller: Caller,
    workflow_id: int,
    press: Press,
    *,
    seen: int,
    note: str,
    stage: Stage | None = None,
) -> Version:
    """Makes a version of the draft and puts it in use at once. Runs under way keep theirs.

    Raises:
        NotPublishableError: with everything that must be mended.
        SeparatedError: a rule wants that another person publishes.
    """
    row = expect_open(session, caller, workflow_id, "publish.do")
    wanted = stage or next_stage(row)
    version = prepare_draft(session, caller, row, press, seen=seen, stage=wanted, note=note)
    _supersede(session, caller, row, read_clock(session))
    return _go_live(session, caller, row, version, "version_published")


def decide_request(
    session: Session, caller: Caller, request_id: int, press: Press, *, approve: bool, reason: str = ""
) -> PublishRequest:
    """Lets a candidate go live, or declines it with a reason.

    Raises:
        RequestOverError: it was decided, withdrawn or superseded already.
        SeparatedError: a rule wants that somebody decides who is not one of its authors.
        RulesMovedError: it was woven under other rules than today's.
    """
    asked = find_request(session, caller, request_id)
    row = expect_open(session, caller, asked.workflow_id, "publish.do")
    version = expect_version(session, row, asked.version)
    state = RequestState.APPROVED if approve else RequestState.DECLINED
    if not approve and not reason.strip():
        raise PublishError("To decline needs a reason.", field="reason", way_out="Say what should be different.")
    if not store.end_request(session, asked.id, state, caller.person, read_clock(session), reason):
        raise RequestOverError(f"This request is {_expect(session, asked.id).state.value} already.")
    _settle(session, asked, read_clock(session))
    if approve:
        woven = expect_unmoved(session, row, version, press)
        expect_separate(caller, woven, version.authors)
        _go_live(session, caller, row, version, "version_published")
    else:
        _tell(session, caller, version, "publish_declined", reason=reason)
    if asked.asked_by != caller.person:
        kind = "publish_approved" if approve else "publish_declined"
        _say(session, caller, row, version, [read_id(asked.asked_by)], kind)
    return _expect(session, asked.id)


def withdraw_request(session: Session, caller: Caller, request_id: int) -> PublishRequest:
    """Takes a request back: whoever asked may, and an owner.

    Raises:
        RequestOverError: it no longer waits.
    """
    asked = find_request(session, caller, request_id)
    row = find_workflow(session, caller, asked.workflow_id)
    if asked.asked_by != caller.person:
        require(caller, "publish.do", row.team_id)
    if not store.end_request(session, asked.id, RequestState.WITHDRAWN, caller.person, read_clock(session)):
        raise RequestOverError(f"This request is {_expect(session, asked.id).state.value} already.")
    _settle(session, asked, read_clock(session))
    _tell(session, caller, expect_version(session, row, asked.version), "publish_withdrawn")
    return _expect(session, asked.id)


def go_back(session: Session, caller: Caller, workflow_id: int, number: int, press: Press) -> Version:
    """Puts a version that was live before in use again. Under other rules than it was made under it is woven anew, as
    a new version.

    Raises:
        UnknownWorkflowError: there is no such version.
        NotPublishableError: it cannot hold under the rules of today.
        SeparatedError: a rule wants that another person publishes.
    """
    row = expect_open(session, caller, workflow_id, "publish.do")
    version = expect_version(session, row, number)
    if version.live_at is None:
        raise PublishError(f"Version {number} never was live.", way_out="Publish it, or ask to.")
    if version.state is VersionState.LIVE:
        return version
    try:
        expect_unmoved(session, row, version, press)
        moved = version.stage is not row.stage
    except RulesMovedError:
        moved = True
    if moved:
        source = expect_source(version.woven["source"], row.name)
        version = prepare_source(
            session, caller, row, press, source, authors={*version.authors, caller.person},
            revision=version.revision, stage=row.stage, note=f"Back to version {number}, woven under today's rules.",
        )  # fmt: skip
    return _go_live(session, caller, row, version, "version_restored")


def _go_live(session: Session, caller: Caller, row: WorkflowRow, version: Version, kind: str) -> Version:
    if version.stage is not row.stage:
        require(caller, "stage.raise", row.team_id)
    expect_separate(caller, read_woven(version.woven), version.authors)
    make_live(session, caller, row, version)
    _tell(session, caller, version, kind, before=row.live)
    return expect_version(session, row, version.number)


# ---------------------------------------------------------------- reading


def find_request(session: Session, caller: Caller, request_id: int) -> PublishRequest:
    """One request.

    Raises:
        UnknownRequestError: there is none that this caller may know of.
    """
    found = store.read_request(session, request_id)
    try:
        if found is not None:
            find_workflow(session, caller, found.workflow_id)
            return found
    except UnknownWorkflowError:
        pass
    raise UnknownRequestError("There is no such request.")


def list_requests(session: Session, caller: Caller, workflow_id: int | None = None) -> list[PublishRequest]:
    """What waits to be published in the teams whose work the caller may see; of one workflow, everything."""
    if workflow_id is not None:
        find_workflow(session, caller, workflow_id)
        return store.read_requests_of(session, [workflow_id], 200)
    found = []
    for each in store.read_waiting_requests(session, 1_000):
        try:
            find_workflow(session, caller, each.workflow_id)
        except UnknownWorkflowError:
            continue
        found.append(each)
    return found


def _expect(session: Session, request_id: int) -> PublishRequest:
    found = store.read_request(session, request_id)
    assert found is not None, "it was there in this transaction"
    return found


def _tell(session: Session, caller: Caller, version: Version, kind: str, **more: JSON) -> None:
    record = {
        "version": version.number,
        "woven_hash": version.woven_hash,
        "source_hash": version.source_hash,
        "rules_hash": version.rules_hash,
        "stage": version.stage.value,
        "risk": version.risk,
        "authors": list(version.authors),
        "note": version.note,
        **more,
    }
    subject = f"workflow {show_id(version.workflow_id)}"
    append_event(session, kind, actor=caller.actor, subject=subject, now=read_clock(session), record=record)


def _say(
    session: Session, caller: Caller, row: WorkflowRow, version: Version, people: Sequence[int], kind: str
) -> None:
    """Tells people of a request; its link leads to the workflow's versions."""
    (topic, link), now = _place_of(row.id, version.number), read_clock(session)
    said = {"workflow": row.name, "version": version.number, "person": caller.name}
    tell_people(session, people, kind, topic=topic, link=link, now=now, **said)  # type: ignore[arg-type]  # by name


def _supersede(session: Session, caller: Caller, row: WorkflowRow, now: datetime) -> None:
    """Ends what waits for a workflow: something newer takes its place."""
    for each in store.read_requests_of(session, [row.id], 20):
        if each.state is RequestState.WAITING:
            _settle(session, each, now)
    store.supersede_requests(session, row.id, caller.person, now)


def _settle(session: Session, asked: PublishRequest, now: datetime) -> None:
    """Whoever was asked need not read any more that it waits."""
    topic, link = _place_of(asked.workflow_id, asked.version)
    settle_notices(session, "publish_asked", topic=topic, link=link, now=now)


def _place_of(workflow_id: int, version: int) -> tuple[str, str]:
    """The topic of notices about a version, and where they lead."""
    return f"{show_id(workflow_id)} {version}", f"/workflows/{show_id(workflow_id)}/versions"
