"""What may be started of a workflow: its live version, sealed by whoever published it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from builder.engine.plan import Plan
from builder.sdk import JSON, Schema, Stage
from builder.teams import Installation
from builder.triggers.schemas import NotStartableError
from builder.workflows import (
    Live,
    Version,
    WorkflowRow,
    expect_draft,
    expect_version,
    is_sealed,
    read_live,
    read_version_mark,
)

EMPTY_INPUTS: JSON = {"type": "object", "properties": {}}


@dataclass(frozen=True, slots=True)
class Fields:
    """What may be given to a trigger's runs: the schema of the workflow's inputs, and the version whose they are (None:
    the draft's, as long as nothing is live).
    """

    schema: Schema
    version: int | None


def find_fields(session: Session, row: WorkflowRow) -> Fields:
    """What the triggers of a workflow bind: the inputs of its live version, or of its draft until there is one."""
    if row.live is None:
        return Fields(inputs_of(expect_draft(session, row).source), None)
    return Fields(inputs_of(expect_version(session, row, row.live).woven["source"]), row.live)


def expect_live(session: Session, row: WorkflowRow) -> Live:
    """The live version of a workflow.

    Raises:
        NotStartableError: archived, in the sandbox, or never published.
    """
    live = read_live(session, row.id)
    if live is not None:
        return live
    if row.archived_at is not None:
        raise NotStartableError(
            f"“{row.name}” is archived.", way_out="An owner of the team can take it out again.", reason="archived"
        )
    if row.live is None or row.stage is Stage.SANDBOX:
        raise NotStartableError(
            f"“{row.name}” has not been published.",
            way_out="Try it in its canvas, or ask to publish it.",
            reason="unpublished",
        )
    raise NotStartableError(f"“{row.name}” cannot be started now.", reason="unpublished")


@dataclass(frozen=True, slots=True)
class Ready:
    """A live version that may run: as it was published, verified here, and compiled."""

    live: Live
    plan: Plan


_READY = 256
"""Versions that each database's users keep in memory: a version never changes, and to judge one takes milliseconds."""
_kept: WeakKeyDictionary[Any, OrderedDict[tuple[int, int, str], tuple[Version, Plan]]] = WeakKeyDictionary()


def expect_ready(session: Session, row: WorkflowRow, site: Installation) -> Ready:
    """The live version of a workflow, ready to run.

    Raises:
        NotStartableError: archived, in the sandbox, never published, or not as it was published.
        builder.kit.errors.HandrailError: it does not hold on what is installed here.
    """
    kept = _kept.setdefault(session.get_bind(), OrderedDict())
    place = None
    if row.live is not None and row.archived_at is None and row.stage is not Stage.SANDBOX:
        place = (row.id, row.live, read_version_mark(session, row.id, row.live) or "")
        if place in kept:
            version, plan = kept[place]
            return Ready(Live(row, version), plan)
    live = expect_live(session, row)
    expect_sealed(live, site.signing_key.public)
    plan = site.load_plan(live.version.woven)
    if place is not None:
        kept[place] = (live.version, plan)
        if len(kept) > _READY:
            kept.popitem(last=False)
    return Ready(live, plan)


def expect_sealed(live: Live, public_key: bytes) -> None:
    """Refuses a version that is not as it was published.

    Raises:
        NotStartableError: it is not.
    """
    version = live.version
    if not is_sealed(version, public_key):
        raise NotStartableError(
            f"Version {version.number} of “{live.workflow.name}” is not as it was published, so it does not run.",
            way_out="Publish it anew, and tell whoever looks after this installation.",
            reason="unsealed",
        )


def inputs_of(source: JSON) -> JSON:
    """The schema of the inputs of what was written: a version's source, or a draft's."""
    return source.get("inputs") or EMPTY_INPUTS
