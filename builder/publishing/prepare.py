"""From a draft to a signed candidate: check, weave, prove, sign, verify, plan. Nothing goes live that did not pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.engine.compile_plan import compile_plan
from builder.engine.findings import Finding
from builder.engine.verify import verify
from builder.engine.woven import Woven, hash_rules, read_woven, sign_woven
from builder.governance import find_rules
from builder.kit.sealing import SigningKey
from builder.publishing.rules import find_obstacles, find_separation
from builder.publishing.schemas import (
    DraftMovedError,
    NotPublishableError,
    PublishError,
    RulesMovedError,
    SeparatedError,
)
from builder.sdk import JSON, Stage
from builder.teams import Caller, expect_team
from builder.workflows import (
    Installed,
    Version,
    WorkflowRow,
    add_version,
    examine_source,
    expect_draft,
    find_authors,
)


@dataclass(frozen=True)
class Press:
    """What publishing works with.

    Attributes:
        installed: the node types and model connections of this installation.
        key: signs what is published.
    """

    installed: Installed
    key: SigningKey


def prepare_draft(
    session: Session, caller: Caller, row: WorkflowRow, press: Press, *, seen: int, stage: Stage, note: str
) -> Version:
    """Makes a candidate of a workflow's draft.

    Args:
        session: the caller's transaction, which holds the workflow's row.
        caller: who asks for it; he becomes one of its authors.
        row: the workflow.
        press: what publishing works with.
        seen: the draft's revision that the caller has looked at.
        stage: the stage that it is for.
        note: what is new, in the caller's words.

    Raises:
        DraftMovedError: the draft was saved since.
        NotPublishableError: with everything that must be mended.
    """
    if stage is Stage.SANDBOX:
        raise PublishError("What is in the sandbox does not go live.", field="stage", way_out="Choose pilot.")
    draft = expect_draft(session, row)
    if draft.revision != seen:
        raise DraftMovedError(
            f"“{row.name}” was saved since you looked at it.",
            way_out="Look at what changed, then publish.",
            revision=draft.revision,
            author=draft.saved_by,
        )
    authors = {*find_authors(session, row.id), caller.person}
    return prepare_source(
        session, caller, row, press, draft.source, authors=authors, revision=draft.revision, stage=stage, note=note
    )


def prepare_source(
    session: Session,
    caller: Caller,
    row: WorkflowRow,
    press: Press,
    source: Mapping[str, JSON],
    *,
    authors: Iterable[str],
    revision: int,
    stage: Stage,
    note: str,
) -> Version:
    """The same, of any source of this workflow.

    Raises:
        NotPublishableError: with everything that must be mended.
    """
    examined = examine_source(session, caller, row, source, press.installed, stage=stage, authors=sorted(authors))
    obstacles = find_obstacles(examined.findings)
    woven, governed = examined.woven, examined.governed
    if obstacles or woven is None or governed is None:
        raise _refuse(row, obstacles)
    signed = sign_woven(woven, press.key)
    found = verify(
        signed,
        press.installed.types,
        connections=press.installed.connections,
        public_key=press.key.public,
        rules_hash=hash_rules(woven.templates),
        team=expect_team(session, row.team_id),
        stage=stage,
    )
    if not found.holds:
        raise PublishError(f"“{row.name}” was woven and could not be verified. {found.sentence}")
    compile_plan(signed, press.installed.types)
    return add_version(session, caller, row, signed, revision=revision, risk=governed.risk or "high", note=note)


def _refuse(row: WorkflowRow, obstacles: list[Finding]) -> NotPublishableError:
    first = obstacles[0]
    more = f" {len(obstacles) - 1} more things stand in the way." if len(obstacles) > 1 else ""
    return NotPublishableError(
        f"“{row.name}” cannot go live yet. {first.sentence}{more}",
        node=first.node,
        field=first.field,
        way_out=first.way_out,
        findings=[each.as_view() for each in obstacles],
    )


def expect_unmoved(session: Session, row: WorkflowRow, version: Version, press: Press) -> Woven:
    """The Woven of a version, if it still holds under today's rules and on what is installed.

    Raises:
        RulesMovedError: it does not, or would no longer be woven so.
    """
    woven = read_woven(version.woven)
    today = read_clock(session).date()
    team = expect_team(session, row.team_id)
    rules = find_rules(session, team=team, stage=version.stage, day=today)
    found = verify(
        woven,
        press.installed.types,
        connections=press.installed.connections,
        public_key=press.key.public,
        rules_hash=hash_rules(rules),
        team=team,
        stage=version.stage,
        today=today,
    )
    if found.holds:
        return woven
    raise RulesMovedError(
        f"Version {version.number} was made under other rules than today's. {found.sentence}",
        way_out="Ask for it anew: it is then woven under the rules of today.",
    )


def expect_separate(caller: Caller, woven: Woven, authors: Iterable[str]) -> None:
    """Refuses whoever may not publish this himself, because he is one of its authors and a rule separates the two.

    Raises:
        SeparatedError: a rule wants another person.
    """
    rule = find_separation(woven.rules, caller.person, frozenset(authors))
    if rule is not None:
        raise SeparatedError(
            f"“{rule.template.name}” ({rule.template.owner}) wants that whoever publishes is no author: {rule.because}",
            way_out="Ask to publish; another owner of the team then decides.",
            template=rule.template.name,
            rule=rule.rule.id,
        )
