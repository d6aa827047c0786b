"""Asking that a rule not bind one workflow for a while: a governor writes it into the template or refuses, a second one
approves that version, and on its last day it ends by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock, to_milliseconds
from builder.engine.template import Exemption, GovernanceTemplate
from builder.governance.askers import tell_asker
from builder.governance.rules import EXEMPT_AT_MOST, in_force, stand_of
from builder.governance.schemas import (
    AskState,
    ExemptionError,
    ExemptionRequest,
    ExemptionStanding,
    ExemptNameError,
    SecondPersonError,
    TemplateState,
    TemplateVersion,
    UnknownExemptionError,
)
from builder.governance.store import (
    end_asking,
    find_template_named,
    insert_exemption,
    list_exemption_rows,
    list_granted,
    list_versions_of,
    read_exemption,
)
from builder.governance.write import write_exempt_version
from builder.kit.ids import new_id, show_id
from builder.notices import settle_notices, tell_people
from builder.sdk import JSON, Stage
from builder.teams import Caller, Subject, find_org_people, may, require, teams_where

LINK = "/governance"


KnowWorkflows = Callable[[Session, Collection[int]], Mapping[int, Subject]]
"""Says what is known of some workflows; `workflows` stands above this room, and `wiring` binds it."""


def ask_exemption(
    session: Session,
    caller: Caller,
    know: KnowWorkflows,
    workflow_id: int,
    *,
    template: str,
    rule: str,
    because: str,
    until: date,
) -> ExemptionRequest:
    """Asks the governors that a rule not bind a workflow until a day.

    Args:
        session: the caller's transaction.
        caller: who may ask to publish it.
        know: knows the workflows.
        workflow_id: the workflow.
        template: the template's name.
        rule: id of its rule.
        because: why.
        until: the last day.

    Raises:
        UnknownExemptionError: there is no such workflow, template or rule.
        ExemptionError: it is asked for already, has no reason, or reaches too far.
    """
    subject = _expect_subject(session, caller, know, workflow_id)
    require(caller, "publish.ask", subject.team_id)
    now = read_clock(session)
    today = now.date()
    if not because.strip():
        raise ExemptionError("An exemption needs a reason.", field="because", way_out="Say why the rule does not fit.")
    if not today <= until <= today + EXEMPT_AT_MOST:
        raise ExemptionError(
            "An exemption ends, within a year.", field="until",
            way_out=f"Choose a day between {today} and {today + EXEMPT_AT_MOST}.",
        )  # fmt: skip
    versions = find_template_named(session, template)
    binding = _expect_binding(versions, rule, subject.team, today)
    number = new_id(to_milliseconds(now))
    values = {
        "id": number, "template_id": binding.template_id, "rule": rule, "workflow_id": workflow_id,
        "team_id": subject.team_id, "subject": subject.reference, "because": because, "until": until.isoformat(),
        "asked_by": caller.person, "asked_at": now,
    }  # fmt: skip
    if not insert_exemption(session, values):
        raise ExemptionError(
            f"An exemption of “{subject.name}” from this rule is asked for already.",
            way_out="Wait for the answer, or take that one back first.",
        )
    made = _expect(session, number)
    _write_down(session, caller, made, "exemption_asked", template=template, because=because)
    governors = [each.id for each in find_org_people(session, "governor") if each.id != caller.person_id]
    tell_people(
        session, governors, "exemption_asked", topic=_topic(made), link=LINK, now=now,
        person=caller.name, template=template, rule=rule, workflow=subject.name, until=until.isoformat(),
    )  # fmt: skip
    return made


def grant_exemption(session: Session, caller: Caller, know: KnowWorkflows, exemption_id: int) -> ExemptionRequest:
    """Writes what was asked into the template, as a draft that a second governor approves.

    Raises:
        SecondPersonError: the caller asked for it himself.
        ExemptionError: it is over, nothing binds any more, or another version of the template is not settled yet.
    """
    require(caller, "governance.approve", None)
    asked = _expect_waiting(session, exemption_id)
    if asked.asked_by == caller.person:
        raise SecondPersonError("You asked for this exemption; another governor decides about it.")
    subject = know(session, [asked.workflow_id]).get(asked.workflow_id)
    if subject is None or subject.archived:
        raise ExemptionError("This workflow is gone or put away.", way_out="Refuse the request.")
    if not subject.alone:
        raise ExemptionError(
            f"{subject.team} has another workflow called “{subject.name}”, and an exemption is by name.",
            way_out="Let the team rename one of them first.",
        )
    now = read_clock(session)
    if asked.until < now.date():
        raise ExemptionError("The day until which it was asked for is over.", way_out="Refuse the request.")
    versions = list_versions_of(session, [asked.template_id])
    base = _expect_binding(versions, asked.rule, subject.team, now.date())
    unsettled = [each for each in versions if each.number > base.number
                 and each.state in (TemplateState.DRAFT, TemplateState.APPROVED)]  # fmt: skip
    if unsettled:
        raise ExemptionError(
            f"Version {unsettled[0].number} of “{base.name}” is {unsettled[0].state.value} and would drop it again.",
            way_out="Enforce or retire that version first.",
        )
    exemption = Exemption(
        rule=asked.rule, workflow=subject.reference, because=asked.because, approver=caller.name, until=asked.until
    )
    note = f"Exempts “{subject.reference}” from {asked.rule} until {asked.until}."
    made = write_exempt_version(session, caller, base, exemption, note)
    values = {"state": AskState.GRANTED.value, "version": made.number, "subject": subject.reference}
    _end(session, caller, asked, values)
    _write_down(session, caller, asked, "exemption_granted", template=base.name, version=made.number)
    passed = {caller.person, asked.asked_by}
    governors = [each.id for each in find_org_people(session, "governor") if show_id(each.id) not in passed]
    tell_people(
        session, governors, "exemption_second", topic=_topic(asked), now=now, person=caller.name, template=base.name,
        link=f"/governance/{show_id(base.template_id)}?version={made.number}", rule=asked.rule, workflow=subject.name,
    )  # fmt: skip
    return _expect(session, exemption_id)


def refuse_exemption(session: Session, caller: Caller, exemption_id: int, answer: str) -> ExemptionRequest:
    """Refuses a request with a reason.

    Raises:
        ExemptionError: it is over, or there is no reason.
    """
    require(caller, "governance.approve", None)
    asked = _expect_waiting(session, exemption_id)
    if asked.asked_by == caller.person:
        raise SecondPersonError("You asked for this exemption: take it back, or let another governor decide.")
    if not answer.strip():
        raise ExemptionError("To refuse needs a reason.", field="answer", way_out="Say why, or what would do instead.")
    _end(session, caller, asked, {"state": AskState.REFUSED.value, "answer": answer})
    name = _template_name(session, asked)
    _write_down(session, caller, asked, "exemption_refused", template=name, answer=answer)
    tell_asker(session, asked, name, "exemption_refused")
    return _expect(session, exemption_id)


def withdraw_exemption(session: Session, caller: Caller, exemption_id: int) -> ExemptionRequest:
    """Takes a request back: whoever asked may, and an owner of the team.

    Raises:
        UnknownExemptionError: there is none that this caller may know of.
        ExemptionError: it is over.
    """
    asked = read_exemption(session, exemption_id)
    if asked is None or not may(caller, "workflow.read", asked.team_id):
        raise UnknownExemptionError("There is no such request.")
    if asked.asked_by != caller.person:
        require(caller, "publish.do", asked.team_id)
    asked = _expect_waiting(session, exemption_id)
    _end(session, caller, asked, {"state": AskState.WITHDRAWN.value})
    _write_down(session, caller, asked, "exemption_withdrawn", template=_template_name(session, asked))
    return _expect(session, exemption_id)


def list_exemptions(session: Session, caller: Caller, workflow_id: int | None = None) -> list[ExemptionRequest]:
    """What was asked for the workflows that a caller may read, the newest first; only for one, when one is named."""
    return list_exemption_rows(session, teams_where(caller, "workflow.read"), workflow_id=workflow_id)


def stand_all(
    session: Session, requests: Iterable[ExemptionRequest], know: KnowWorkflows
) -> Mapping[int, tuple[ExemptionStanding, str, Subject | None]]:
    """Where requests stand today, the names of their templates, and their workflows."""
    requests = list(requests)
    subjects = know(session, {each.workflow_id for each in requests})
    versions: dict[int, list[TemplateVersion]] = {}
    for each in list_versions_of(session, {asked.template_id for asked in requests}):
        versions.setdefault(each.template_id, []).append(each)
    today = read_clock(session).date()
    found = {}
    for asked in requests:
        subject, own = subjects.get(asked.workflow_id), versions[asked.template_id]
        reference = None if subject is None else subject.reference
        found[asked.id] = stand_of(asked, own, reference, today), own[0].name, subject
    return found


def expect_free_name(session: Session, team_id: int, name: str, workflow_id: int | None) -> None:
    """Refuses a workflow the name under which another one of its team is exempt from a rule.

    Raises:
        ExemptNameError: with which.
    """
    today = read_clock(session).date()
    for asked in list_granted(session, team_id=team_id):
        if asked.workflow_id != workflow_id and asked.until >= today and asked.subject.rpartition("/")[2] == name:
            raise ExemptNameError(
                f"A workflow called “{name}” is exempt from a rule until {asked.until}; another may not take its name.",
                field="name", way_out="Choose another name.",
            )  # fmt: skip


# ---------------------------------------------------------------------- beneath


def _expect_subject(session: Session, caller: Caller, know: KnowWorkflows, workflow_id: int) -> Subject:
    subject = know(session, [workflow_id]).get(workflow_id)
    if subject is None or not may(caller, "workflow.read", subject.team_id):
        raise UnknownExemptionError("There is no such workflow.")
    if subject.archived:
        raise ExemptionError(f"“{subject.name}” is put away.", way_out="Take it out of the archive first.")
    return subject


def _expect_binding(versions: Iterable[TemplateVersion], rule: str, team: str, day: date) -> TemplateVersion:
    for each in in_force(versions, day):
        template = GovernanceTemplate.model_validate(each.source)
        binds = any(template.binds(team=team, stage=stage) for stage in Stage)
        if binds and any(one.id == rule for one in template.rules):
            return each
    raise UnknownExemptionError("No such rule binds this team today.", way_out="Check again: the rules have changed.")


def _expect(session: Session, exemption_id: int) -> ExemptionRequest:
    found = read_exemption(session, exemption_id)
    if found is None:
        raise UnknownExemptionError("There is no such request.")
    return found


def _expect_waiting(session: Session, exemption_id: int) -> ExemptionRequest:
    asked = _expect(session, exemption_id)
    if asked.state is not AskState.ASKED:
        raise ExemptionError(f"This request is {asked.state.value} already.")
    return asked


def _end(session: Session, caller: Caller, asked: ExemptionRequest, values: Mapping[str, JSON]) -> None:
    now = read_clock(session)
    if not end_asking(session, asked.id, {**values, "decided_by": caller.person, "decided_at": now}):
        raise ExemptionError(f"This request is {_expect(session, asked.id).state.value} already.")
    settle_notices(session, "exemption_asked", topic=_topic(asked), link=LINK, now=now)


def _topic(asked: ExemptionRequest) -> str:
    return f"exemption {show_id(asked.id)}"


def _template_name(session: Session, asked: ExemptionRequest) -> str:
    return list_versions_of(session, [asked.template_id])[0].name


def _write_down(session: Session, caller: Caller, asked: ExemptionRequest, kind: str, **more: JSON) -> None:
    record = {"rule": asked.rule, "workflow": asked.subject, "until": asked.until.isoformat(), **more}
    subject = f"workflow {show_id(asked.workflow_id)}"
    append_event(session, kind, actor=caller.actor, subject=subject, now=read_clock(session), record=record)
