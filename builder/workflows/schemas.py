"""A Workflow, its Draft and its Versions as they are read, what comes in over the wire, and what can go wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from builder.engine.compare import Change
from builder.engine.findings import Finding
from builder.engine.graph import Workflow
from builder.kit.errors import HandrailError
from builder.sdk import JSON, Stage


class VersionState(StrEnum):
    """The life of a Version: made, in use, replaced."""

    CANDIDATE = "candidate"
    LIVE = "live"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A named automation that one team owns.

    Attributes:
        key: its name in references, `team/key@version`; given once.
        owner_id, deputy_id: the people who answer for it; None as long as nobody does.
        stage: how far it has come; publishing raises it.
        risk: what a governor raised it to, if anything.
        live: number of the live version, if there is one.
        origin: where it came from: `{from: blank|example|fork|import, …}`.
        made_by: a person's id.
    """

    id: int
    team_id: int
    key: str
    name: str
    purpose: str
    owner_id: int | None
    deputy_id: int | None
    stage: Stage
    risk: Any
    live: int | None
    origin: Mapping[str, JSON]
    made_by: str
    made_at: datetime
    changed_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class Draft:
    """The one editable graph of a Workflow.

    Attributes:
        revision: counts up with every save; whoever saves says which he has seen.
        source: the file without what stands in the workflow's row (name, purpose) and without people.
        saved_by: a person's id.
    """

    workflow_id: int
    revision: int
    source: Mapping[str, JSON]
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class DraftRevision:
    """A state in which the draft once was; `note` says what made it when no hand did."""

    revision: int
    saved_by: str
    saved_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Version:
    """An immutable, numbered graph with its proof.

    Attributes:
        revision: the draft's, of which it was made.
        woven: the signed woven document.
        rules_hash: of the rule set that it was woven with.
        risk: as computed, or as a governor raised it.
        authors: who changed the draft since the version before, and who asked for this one; ids of people.
        live_by: who last made it live.
    """

    workflow_id: int
    number: int
    revision: int
    woven: Mapping[str, JSON]
    woven_hash: str
    source_hash: str
    rules_hash: str
    state: VersionState
    stage: Stage
    risk: str
    authors: tuple[str, ...]
    note: str
    made_by: str
    made_at: datetime
    live_by: str | None
    live_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What applying a file would do. Making a plan executes nothing, contacts nothing, and stores nothing.

    Attributes:
        action: `create`; `update` (the workflow of that name gets the file as its next revision); `conflict` (it also
            has changes that no version holds, or is archived: say which of the two you want); `unusable`.
        name: what the workflow is or will be called.
        workflow_id, revision: of the workflow that there is, and of its draft.
        changes: what an update changes in the draft, by meaning.
        missing_types: node types that the file uses and that are not installed.
        missing_connections: model connections that it names and that are not opened here.
        missing_credentials: credentials that it names and that the team may not use here.
        off: what comes in switched off: its triggers.
        left_out: what the file says and this installation decides anew: owner, deputy, team, authors.
        findings: what the checker says of it.
        hash: of the plan; applying wants it, so that nothing else is done than was read.
    """

    action: str
    name: str
    sentence: str
    workflow_id: int | None = None
    revision: int | None = None
    changes: Sequence[Change] = ()
    missing_types: Sequence[str] = ()
    missing_connections: Sequence[str] = ()
    missing_credentials: Sequence[str] = ()
    off: Sequence[str] = ()
    left_out: Sequence[str] = ()
    findings: Sequence[Finding] = ()
    hash: str = ""
    workflow: Workflow | None = field(default=None, compare=False)

    def as_record(self) -> dict[str, Any]:
        """As plain data, without ids."""
        return {
            "action": self.action, "name": self.name, "sentence": self.sentence,
            "changes": [each.as_record() for each in self.changes],
            "missing_types": list(self.missing_types), "missing_connections": list(self.missing_connections),
            "missing_credentials": list(self.missing_credentials),
            "off": list(self.off), "left_out": list(self.left_out),
            "findings": [each.as_view() for each in self.findings],
        }  # fmt: skip


class WorkflowError(HandrailError):
    """A workflow cannot be treated like that."""

    code: ClassVar[str] = "workflow"
    status: ClassVar[int] = 409


class UnknownWorkflowError(WorkflowError):
    """There is no such workflow, version or revision; or none that this caller may know of."""

    code: ClassVar[str] = "unknown_workflow"
    status: ClassVar[int] = 404


class ArchivedError(WorkflowError):
    """The workflow is archived: it can be read, and nothing else."""

    code: ClassVar[str] = "archived"


class BadDraftError(WorkflowError):
    """What was sent is no workflow; every reason stands in `params["findings"]`."""

    code: ClassVar[str] = "bad_draft"


class BadPinError(WorkflowError):
    """What is to be pinned is no plain data."""

    code: ClassVar[str] = "bad_pin"


class TooManyPinsError(WorkflowError):
    """More would be pinned than a draft keeps."""

    code: ClassVar[str] = "too_many_pins"


class DraftChangedError(WorkflowError):
    """Somebody else saved first. Nothing was overwritten; `params` says what he changed."""

    code: ClassVar[str] = "draft_changed"


class SecretInsideError(WorkflowError):
    """The workflow holds what looks like a key, so it is not handed out."""

    code: ClassVar[str] = "secret_inside"


class PlanChangedError(WorkflowError):
    """An import would do something else now than its plan said."""

    code: ClassVar[str] = "plan_changed"
