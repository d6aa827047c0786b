"""The life of a template: imported or assigned anew as a draft, approved by a second governor, enforced, retired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock
from builder.engine.facts import ConnectionFacts
from builder.engine.findings import Finding
from builder.engine.graph import Workflow, dump_part
from builder.engine.source import check_source
from builder.engine.template import Exemption, GovernanceTemplate, hash_template
from builder.governance.askers import expect_not_asker, tell_askers
from builder.governance.examples import check_template
from builder.governance.read import read_template
from builder.governance.rules import add_exemption, choose_binding, in_force
from builder.governance.schemas import (
    GovernanceError,
    NotSoundError,
    SecondPersonError,
    TemplateState,
    TemplateVersion,
    UnknownTemplateError,
)
from builder.governance.store import (
    insert_template_version,
    list_template_versions,
    list_versions_of,
    next_number,
    read_template_version,
    take_template,
    update_template_version,
)
from builder.kit.documents import read_document
from builder.kit.errors import HandrailError
from builder.kit.ids import show_id
from builder.sdk import JSON, NodeType, Stage
from builder.teams import Caller, require


def find_rules(session: Session, *, team: str, stage: Stage, day: date) -> tuple[GovernanceTemplate, ...]:
    """The rule set that binds a workflow of a team at a stage on a day, by name."""
    return choose_binding(list_template_versions(session, [TemplateState.ENFORCED]), team, stage, day)


def list_templates(session: Session, caller: Caller) -> list[TemplateVersion]:
    """Every version of every template, by name, the newest first. Everybody may read what binds him."""
    require(caller, "governance.read", None)
    return list_template_versions(session)


def find_template(session: Session, caller: Caller, template_id: int, number: int) -> TemplateVersion:
    """One version of a template.

    Raises:
        UnknownTemplateError: there is none.
    """
    require(caller, "governance.read", None)
    return _expect(session, template_id, number)


def import_template(
    session: Session,
    caller: Caller,
    content: bytes,
    filename: str,
    files: Mapping[str, str],
    *,
    types: Mapping[str, NodeType],
    connections: Mapping[str, ConnectionFacts],
) -> tuple[TemplateVersion, list[Finding]]:
    """Takes in a governance file as the next version of the template of its name, a draft that binds nobody yet.

    The findings beside it are the rules that it cannot hold together with; they keep it from being approved.

    Args:
        session: the caller's transaction.
        caller: a governor.
        content: the file.
        filename: what the person calls it.
        files: the workflow files of its examples, by the paths that it names.
        types: the installed node types.
        connections: the model connections of this installation.

    Raises:
        NotGovernanceError: the file holds no template.
        builder.kit.documents.DocumentError: a part of it is wrong.
        NotSoundError: its own examples fail; nothing was stored.
    """
    require(caller, "governance.write", None)
    template = read_template(read_document(content, filename))
    named = {*template.examples.must_hold, *template.examples.must_block}
    kept = {path: files[path] for path in sorted(named & files.keys())}
    made = _store_draft(session, caller, template, kept, f"Imported from {filename[:200]}.")
    findings = judge_template(session, made, types=types, connections=connections)
    failed = [each for each in findings if each.code != "conflict"]
    if failed:
        raise _not_sound(made, failed, "be taken in")
    return made, findings


def assign_template(
    session: Session,
    caller: Caller,
    template_id: int,
    number: int,
    teams: Sequence[str] | None,
    stages: Sequence[Stage],
) -> TemplateVersion:
    """Says anew for which teams (None: all) and stages a template is, as its next version, a draft: who is bound is as
    much a second person's business as by what.

    Raises:
        UnknownTemplateError: there is no such version.
    """
    require(caller, "governance.write", None)
    there = _expect(session, template_id, number)
    applies_to: dict[str, JSON] = {
        "teams": "all" if teams is None else list(teams),
        "stages": [stage.value for stage in stages],
    }
    template = GovernanceTemplate.model_validate({**there.source, "applies_to": applies_to})
    return _store_draft(session, caller, template, there.files, f"Version {number}, assigned anew.")


def write_exempt_version(
    session: Session, caller: Caller, base: TemplateVersion, exemption: Exemption, note: str
) -> TemplateVersion:
    """Writes a template's next version, a draft, that is the same but for one more exemption."""
    template = GovernanceTemplate.model_validate(base.source)
    template = add_exemption(template, exemption, read_clock(session).date())
    return _store_draft(session, caller, template, base.files, note)


def judge_template(
    session: Session,
    version: TemplateVersion,
    *,
    types: Mapping[str, NodeType],
    connections: Mapping[str, ConnectionFacts],
) -> list[Finding]:
    """What keeps a version from being approved: its own examples, and what else binds, or is about to."""
    enforced = {each.name: each for each in reversed(list_template_versions(session, [TemplateState.ENFORCED]))}
    others = [GovernanceTemplate.model_validate(each.source) for each in enforced.values()]

    def load(path: str) -> tuple[Workflow, Mapping[str, Workflow]]:
        if path not in version.files:
            raise HandrailError("The file was not given with the template.")
        workflow, findings = check_source(read_document(version.files[path].encode(), path).value)
        if workflow is None:
            raise HandrailError(findings[0].sentence)
        return workflow, {}

    return check_template(
        GovernanceTemplate.model_validate(version.source),
        types,
        load,
        day=read_clock(session).date(),
        others=others,
        connections=connections,
    )


def _not_sound(version: TemplateVersion, findings: Sequence[Finding], what: str) -> NotSoundError:
    return NotSoundError(
        f"“{version.name}” cannot {what}. {findings[0].sentence}",
        way_out=findings[0].way_out,
        findings=[each.as_view() for each in findings],
    )


def approve_template(
    session: Session,
    caller: Caller,
    template_id: int,
    number: int,
    *,
    types: Mapping[str, NodeType],
    connections: Mapping[str, ConnectionFacts],
) -> TemplateVersion:
    """A second governor says that a draft is right. It binds nobody before it is enforced.

    Raises:
        SecondPersonError: the caller wrote it.
        NotSoundError: its examples fail, or it contradicts what binds.
        GovernanceError: it is no draft any more.
    """
    require(caller, "governance.approve", None)
    there = _expect(session, template_id, number, lock=True)
    _expect_state(there, TemplateState.DRAFT)
    expect_not_asker(session, caller, there)
    if there.made_by == caller.person:
        raise SecondPersonError(f"You wrote version {number} of “{there.name}”; another governor approves it.")
    findings = judge_template(session, there, types=types, connections=connections)
    if findings:
        raise _not_sound(there, findings, "be approved")
    values = {"state": TemplateState.APPROVED.value, "approved_by": caller.person, "approved_at": read_clock(session)}
    return _move(session, caller, there, values, "template_approved", {})


def enforce_template(session: Session, caller: Caller, template_id: int, number: int, day: date) -> TemplateVersion:
    """Lets an approved version bind from a day on, in the place of the one before it.

    Raises:
        GovernanceError: it is not approved, or the day is over.
    """
    require(caller, "governance.write", None)
    there = _expect(session, template_id, number, lock=True)
    _expect_state(there, TemplateState.APPROVED)
    if day < read_clock(session).date():
        raise GovernanceError(
            "A rule cannot bind from a day that is over.", field="day", way_out="Say today, or later."
        )
    values = {"state": TemplateState.ENFORCED.value, "enforced_by": caller.person, "enforced_from": day.isoformat()}
    before = in_force(list_versions_of(session, [template_id]), day)
    moved = _move(session, caller, there, values, "template_enforced", {"from": day.isoformat()})
    tell_askers(session, moved, before, day)
    return moved


def retire_template(session: Session, caller: Caller, template_id: int, number: int, reason: str) -> TemplateVersion:
    """Ends a version: nothing is woven under it any more. What is published stays as it was woven.

    Raises:
        SecondPersonError: it binds, and the caller let it; taking a rule away takes a second person, as making it does.
        GovernanceError: it is over already, or there is no reason.
    """
    require(caller, "governance.approve", None)
    there = _expect(session, template_id, number, lock=True)
    if there.state is TemplateState.RETIRED:
        raise GovernanceError(f"Version {number} of “{there.name}” is retired already.")
    if there.state is TemplateState.ENFORCED and there.enforced_by == caller.person:
        raise SecondPersonError(f"You enforced “{there.name}”; another governor retires it.")
    if not reason.strip():
        raise GovernanceError("To retire a rule needs a reason.", field="reason", way_out="Say why.")
    values = {"state": TemplateState.RETIRED.value, "retired_by": caller.person, "retired_at": read_clock(session)}
    moved = _move(session, caller, there, values, "template_retired", {"reason": reason})
    tell_askers(session, moved, [there], read_clock(session).date())
    return moved


def _store_draft(
    session: Session, caller: Caller, template: GovernanceTemplate, files: Mapping[str, str], note: str
) -> TemplateVersion:
    now = read_clock(session)
    identity = take_template(session, template.name, now)
    number = next_number(session, identity)
    template = template.model_copy(update={"version": number})
    values = {
        "template_id": identity,
        "number": number,
        "state": TemplateState.DRAFT.value,
        "source": dump_part(template),
        "hash": hash_template(template),
        "files": dict(files),
        "note": note,
        "made_by": caller.person,
        "made_at": now,
    }
    insert_template_version(session, values)
    made = _expect(session, identity, number)
    _tell(session, caller, made, "template_written", {"note": note})
    return made


def _expect(session: Session, template_id: int, number: int, *, lock: bool = False) -> TemplateVersion:
    found = read_template_version(session, template_id, number, lock=lock)
    if found is None:
        raise UnknownTemplateError("There is no such version of a governance template.")
    return found


def _expect_state(there: TemplateVersion, state: TemplateState) -> None:
    if there.state is not state:
        raise GovernanceError(f"Version {there.number} of “{there.name}” is {there.state.value}, not {state.value}.")


def _move(
    session: Session,
    caller: Caller,
    there: TemplateVersion,
    values: Mapping[str, JSON],
    kind: str,
    record: Mapping[str, JSON],
) -> TemplateVersion:
    update_template_version(session, there.template_id, there.number, values)
    _tell(session, caller, there, kind, record)
    return _expect(session, there.template_id, there.number)


def _tell(session: Session, caller: Caller, there: TemplateVersion, kind: str, record: Mapping[str, JSON]) -> None:
    said = {"name": there.name, "version": there.number, "hash": there.hash, **record}
    subject = f"governance template {show_id(there.template_id)}"
    append_event(session, kind, actor=caller.actor, subject=subject, now=read_clock(session), record=said)
