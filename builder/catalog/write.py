"""The life of a NodeTemplate: written, proposed, approved by a second person, published, deprecated, revoked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from pydantic import ValidationError
from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.catalog.judge import TemplateProblem, judge_node_template
from builder.catalog.palette import OnTemplateChange, Palette
from builder.catalog.schemas import (
    USABLE,
    CatalogError,
    NodeTemplateSource,
    NodeTemplateVersion,
    OfferState,
    OwnProposalError,
    UnknownNodeTemplateError,
    UnsoundNodeTemplateError,
)
from builder.catalog.store import (
    delete_node_template_version,
    insert_node_template_version,
    list_node_template_versions,
    next_node_template_number,
    read_node_template_version,
    take_node_template,
    update_node_template_version,
)
from builder.db import read_clock
from builder.kit.ids import show_id
from builder.sdk import JSON
from builder.teams import Caller, read_teams, require


def read_source(value: Mapping[str, JSON]) -> NodeTemplateSource:
    """What IT wrote, from plain data.

    Raises:
        UnsoundNodeTemplateError: it is none; every reason is told.
    """
    try:
        return NodeTemplateSource.model_validate(dict(value))
    except ValidationError as error:
        found = [
            TemplateProblem(*_say_wrong(each["type"], each["msg"], ".".join(map(str, each["loc"])) or None))
            for each in error.errors(include_url=False, include_input=False)
        ]
        raise refuse_source(found, "be read") from None


def _say_wrong(kind: str, told: str, field: str | None) -> tuple[str, str | None, str]:
    """What a person reads where a field of a source is not as it must be: the sentence, the field, a word for it."""
    if kind in ("missing", "string_too_short"):
        return "It is not filled in.", field, "empty"
    if kind == "string_pattern_mismatch" and field == "name":
        return "It begins with a small letter and holds small letters, digits and underscores.", field, "word"
    return f"{told.rstrip('.')}.", field, ""


def refuse_source(problems: Sequence[TemplateProblem], what: str) -> UnsoundNodeTemplateError:
    """The refusal of a source, with every reason."""
    first = problems[0]
    place = f"{first.field}: " if first.field and not first.field.startswith("examples") else ""
    return UnsoundNodeTemplateError(
        f"This template cannot {what}. {place}{first.sentence}",
        field=first.field,
        way_out="Change what is said, then try again.",
        problems=[asdict(each) for each in problems],
    )


def list_node_templates(session: Session, caller: Caller) -> list[NodeTemplateVersion]:
    """Every version that a caller may see, by name, the newest first: what is not published is for the organisation."""
    require(caller, "template.read", None)
    found = list_node_template_versions(session)
    if caller.org_roles:
        return found
    return [each for each in found if each.state in USABLE and is_offered(each, caller.teams)]


def list_offers(session: Session, caller: Caller) -> dict[str, NodeTemplateVersion]:
    """The versions that a caller's teams may use, by node type."""
    found = list_node_template_versions(session, states=USABLE)
    return {each.key: each for each in found if caller.org_roles or is_offered(each, caller.teams)}


def is_offered(version: NodeTemplateVersion, teams: Mapping[int, object] | frozenset[int]) -> bool:
    """Whether it is published to one of these teams."""
    return version.teams is None or any(team in teams for team in version.teams)


def find_node_template(session: Session, caller: Caller, template_id: int, number: int) -> NodeTemplateVersion:
    """One version.

    Raises:
        UnknownNodeTemplateError: there is none that the caller may see.
    """
    require(caller, "template.read", None)
    there = _expect(session, template_id, number)
    if caller.org_roles or (there.state in USABLE and is_offered(there, caller.teams)):
        return there
    raise UnknownNodeTemplateError("There is no such version of a node template.")


def draft_node_template(
    session: Session, caller: Caller, palette: Palette, source: NodeTemplateSource, note: str = ""
) -> NodeTemplateVersion:
    """Keeps a source as the next version of the NodeTemplate of its name, a draft.

    Raises:
        UnsoundNodeTemplateError: it makes no node type.
        CatalogError: there is a draft of it already.
    """
    require(caller, "template.write", None)
    _expect_making(palette, source)
    now = read_clock(session)
    identity = take_node_template(session, source.name, now)
    number = next_node_template_number(session, identity)
    before = [each for each in list_node_template_versions(session, states=[OfferState.DRAFT, OfferState.PROPOSED])
              if each.template_id == identity]  # fmt: skip
    if before:
        raise CatalogError(
            f"Version {before[0].number} of “{source.title}” is not approved yet.",
            way_out="Change that one, or take it away first.",
            case="unapproved",
            number=before[0].number,
            title=source.title,
        )
    made = palette.make(source, number)
    insert_node_template_version(session, {
        "template_id": identity,
        "number": number,
        "state": OfferState.DRAFT.value,
        "source": source.model_dump(mode="json"),
        "key": made.key(),
        "note": note,
        "made_by": caller.person,
        "made_at": now,
        "changed_by": caller.person,
        "changed_at": now,
    })  # fmt: skip
    there = _expect(session, identity, number)
    _tell(session, caller, there, "node_template_written", {"note": note})
    return there


def change_node_template(
    session: Session, caller: Caller, palette: Palette, template_id: int, number: int, source: NodeTemplateSource
) -> NodeTemplateVersion:
    """Writes a draft anew.

    Raises:
        CatalogError: it is no draft, or its name would change.
    """
    require(caller, "template.write", None)
    there = _expect_state(session, template_id, number, OfferState.DRAFT)
    _expect_making(palette, source)
    if source.name != there.name or palette.make(source, number).key() != there.key:
        raise CatalogError(
            "The name of a template stays.", field="name", way_out="Write another template.", case="name_stays"
        )
    return _move(session, caller, there, {"source": source.model_dump(mode="json")}, "node_template_changed", {})


def drop_node_template(session: Session, caller: Caller, template_id: int, number: int) -> None:
    """Takes a version away that nobody has approved."""
    require(caller, "template.write", None)
    there = _expect_state(session, template_id, number, OfferState.DRAFT, OfferState.PROPOSED)
    delete_node_template_version(session, template_id, number)
    _tell(session, caller, there, "node_template_dropped", {})


def propose_node_template(
    session: Session, caller: Caller, palette: Palette, template_id: int, number: int
) -> NodeTemplateVersion:
    """Puts a draft to a second person, after its examples held.

    Raises:
        UnsoundNodeTemplateError: one does not.
    """
    require(caller, "template.write", None)
    there = _expect_state(session, template_id, number, OfferState.DRAFT)
    _expect_sound(palette, there, "be proposed")
    values = {"state": OfferState.PROPOSED.value, "proposed_by": caller.person, "changed_by": there.changed_by}
    return _move(session, caller, there, values, "node_template_proposed", {})


def return_node_template(
    session: Session, caller: Caller, template_id: int, number: int, reason: str
) -> NodeTemplateVersion:
    """Gives a proposal back to be changed, with a reason."""
    require(caller, "template.write", None)
    there = _expect_state(session, template_id, number, OfferState.PROPOSED)
    _expect_reason(reason)
    values = {"state": OfferState.DRAFT.value, "proposed_by": None, "reason": reason, "changed_by": there.changed_by}
    return _move(session, caller, there, values, "node_template_returned", {"reason": reason})


def approve_node_template(
    session: Session, caller: Caller, palette: Palette, template_id: int, number: int
) -> NodeTemplateVersion:
    """A second person says that a proposal is right. From now on it never changes.

    Raises:
        OwnProposalError: the caller wrote or proposed it.
    """
    require(caller, "template.approve", None)
    there = _expect_state(session, template_id, number, OfferState.PROPOSED)
    if caller.person in (there.made_by, there.proposed_by, there.changed_by):
        raise OwnProposalError(
            f"You wrote or proposed “{there.source['title']}”; another admin approves it.",
            way_out="Ask another admin, or make somebody one under People.",
        )
    _expect_sound(palette, there, "be approved")
    values = {"state": OfferState.APPROVED.value, "approved_by": caller.person, "reason": ""}
    return _move(session, caller, there, values, "node_template_approved", {})


def publish_node_template(
    session: Session, caller: Caller, template_id: int, number: int, teams: Sequence[int] | None
) -> NodeTemplateVersion:
    """Puts an approved version on the palette of some teams, or of all; or changes which.

    Raises:
        CatalogError: it is not approved, or one of the teams is not there.
    """
    require(caller, "template.write", None)
    there = _expect_state(session, template_id, number, OfferState.APPROVED, *USABLE)
    if teams is not None:
        known = read_teams(session, frozenset(teams))
        if not teams or set(known) != set(teams):
            raise CatalogError(
                "Choose teams that are there.", field="teams", way_out="Choose at least one, or all.", case="teams"
            )
    values = {"state": OfferState.PUBLISHED.value, "teams": None if teams is None else sorted(set(teams)), "reason": ""}
    record: dict[str, JSON] = {"teams": "all" if teams is None else [show_id(each) for each in sorted(set(teams))]}
    return _move(session, caller, there, values, "node_template_published", record)


def deprecate_node_template(
    session: Session, caller: Caller, template_id: int, number: int, reason: str, tell: OnTemplateChange
) -> NodeTemplateVersion:
    """Offers a version no longer; what uses it goes on, and its owners are told."""
    require(caller, "template.write", None)
    there = _expect_state(session, template_id, number, OfferState.PUBLISHED)
    _expect_reason(reason)
    values = {"state": OfferState.DEPRECATED.value, "reason": reason}
    moved = _move(session, caller, there, values, "node_template_deprecated", {"reason": reason})
    tell(session, moved, moved.changed_at)
    return moved


def revoke_node_template(
    session: Session, caller: Caller, template_id: int, number: int, reason: str, tell: OnTemplateChange
) -> NodeTemplateVersion:
    """Ends a version: no run starts with it any more, runs under way end, and the owners of what uses it are told."""
    require(caller, "template.write", None)
    there = _expect_state(session, template_id, number, OfferState.APPROVED, *USABLE)
    _expect_reason(reason)
    values: dict[str, JSON] = {"state": OfferState.REVOKED.value, "reason": reason}
    if there.state is OfferState.APPROVED:
        values["teams"] = []  # it was nobody's, and stays so
    moved = _move(session, caller, there, values, "node_template_revoked", {"reason": reason})
    tell(session, moved, moved.changed_at)
    return moved


def _expect_making(palette: Palette, source: NodeTemplateSource) -> None:
    problems = [each for each in judge_node_template(palette, source) if not (each.field or "").startswith("examples")]
    if problems:
        raise refuse_source(problems, "be kept")


def _expect_sound(palette: Palette, there: NodeTemplateVersion, what: str) -> None:
    problems = judge_node_template(palette, read_source(there.source))
    if problems:
        raise refuse_source(problems, what)


def _expect_reason(reason: str) -> None:
    if not reason.strip():
        raise CatalogError(
            "This needs a reason.",
            field="reason",
            way_out="Say why, in a sentence that teams understand.",
            case="reason",
        )


def _expect(session: Session, template_id: int, number: int, *, lock: bool = False) -> NodeTemplateVersion:
    found = read_node_template_version(session, template_id, number, lock=lock)
    if found is None:
        raise UnknownNodeTemplateError("There is no such version of a node template.")
    return found


def _expect_state(session: Session, template_id: int, number: int, *states: OfferState) -> NodeTemplateVersion:
    there = _expect(session, template_id, number, lock=True)
    if there.state not in states:
        raise CatalogError(
            f"Version {number} of “{there.source['title']}” is {there.state.value} by now.",
            way_out="Load the page again to see what can be done with it.",
            case="moved",
            number=number,
            title=str(there.source["title"]),
        )
    return there


def _move(
    session: Session,
    caller: Caller,
    there: NodeTemplateVersion,
    values: Mapping[str, JSON],
    kind: str,
    record: Mapping[str, JSON],
) -> NodeTemplateVersion:
    changed = {"changed_by": caller.person, **values, "changed_at": read_clock(session)}
    update_node_template_version(session, there.template_id, there.number, changed)
    _tell(session, caller, there, kind, record)
    return _expect(session, there.template_id, there.number)


def _tell(session: Session, caller: Caller, there: NodeTemplateVersion, kind: str, record: Mapping[str, JSON]) -> None:
    said: dict[str, JSON] = {"name": there.name, "version": there.number, "key": there.key, **record}
    subject = f"node template {show_id(there.template_id)}"
    append_event(session, kind, actor=caller.actor, subject=subject, now=read_clock(session), record=said)
