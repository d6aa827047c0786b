"""Those who asked for an exemption: they never approve it themselves, and they are told what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.governance.rules import carries_exemption
from builder.governance.schemas import ExemptionRequest, SecondPersonError, TemplateState, TemplateVersion
from builder.governance.store import list_granted
from builder.kit.ids import read_id, show_id
from builder.notices import tell_people
from builder.teams import Caller, read_people


def expect_not_asker(session: Session, caller: Caller, version: TemplateVersion) -> None:
    """Refuses whoever asked for an exemption that a version brings.

    Raises:
        SecondPersonError: the caller did.
    """
    for asked in list_granted(session, template_id=version.template_id):
        if asked.version == version.number and asked.asked_by == caller.person:
            raise SecondPersonError(
                f"You asked for the exemption that version {version.number} of “{version.name}” brings; another "
                "governor approves it."
            )


def tell_askers(session: Session, moved: TemplateVersion, before: Iterable[TemplateVersion], day: date) -> None:
    """Tells whoever asked what a version that was enforced or retired means for the exemption of his workflow.

    Args:
        session: the transaction in which it was.
        moved: the version.
        before: what counted until then.
        day: from when on.
    """
    before = list(before)
    for asked in list_granted(session, template_id=moved.template_id):
        if asked.until < day:
            continue
        had = any(carries_exemption(each, asked) for each in before)
        has = moved.state is TemplateState.ENFORCED and carries_exemption(moved, asked)
        if has and (asked.version == moved.number or not had):
            tell_asker(session, asked, moved.name, "exemption_granted")
        elif not has and (had or asked.version == moved.number):
            tell_asker(session, asked, moved.name, "exemption_lapsed")


def tell_asker(
    session: Session,
    asked: ExemptionRequest,
    template: str,
    kind: Literal["exemption_granted", "exemption_lapsed", "exemption_refused"],
) -> None:
    """Tells whoever asked, who is still here, what became of it; it leads to his workflow."""
    people = read_people(session, [read_id(asked.asked_by)])
    tell_people(
        session, people, kind, topic=f"exemption {show_id(asked.id)}", link=f"/workflows/{show_id(asked.workflow_id)}",
        now=read_clock(session), template=template, rule=asked.rule, workflow=asked.subject.rpartition("/")[2],
        until=asked.until.isoformat(),
    )  # fmt: skip
