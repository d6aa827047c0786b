"""What goes over the wire: workflows, drafts and versions as screens see them, with people by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from builder.kit.ids import read_id, show_id
from builder.kit.wire import Id, Line, Prose
from builder.sdk import Stage
from builder.teams import read_people, read_teams
from builder.workflows.rules import key_of
from builder.workflows.schemas import Draft, DraftRevision, Version, WorkflowRow
from builder.workflows.store import read_names

NodePath = Annotated[str, Field(max_length=650, pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid")


class Named(Wire):
    """A person or a team, by name."""

    id: Id
    name: str


class WorkflowView(Wire):
    """A workflow. `reference` is how another one calls its live version; `origin` says where it came from."""

    id: Id
    team: Named
    name: str
    purpose: str
    reference: str | None
    owner: Named | None
    deputy: Named | None
    stage: Stage
    risk: str | None
    live: int | None
    origin: dict[str, Any]
    made_at: datetime
    changed_at: datetime
    archived: bool


class PinsView(Wire):
    """What stands still while the draft is tried: node path → output."""

    pins: dict[str, Any]


class PinsIn(Wire):
    """Outputs to pin by node path, and nodes whose pins are taken off. Of the others each stays as it is."""

    pins: Annotated[dict[NodePath, Any], Field(max_length=200)] = {}
    removed: Annotated[list[NodePath], Field(max_length=200)] = []


class DraftView(Wire):
    """The draft; its ETag is its revision."""

    revision: int
    graph: dict[str, Any]
    saved_by: Named
    saved_at: datetime


class TypeUseView(Wire):
    """A workflow that places a node type: its live version that does, and whether its draft does."""

    workflow: Id
    name: str
    team: str
    live: int | None
    draft: bool


class RevisionView(Wire):
    """A state in which the draft was."""

    revision: int
    saved_by: Named
    saved_at: datetime
    note: str


class VersionView(Wire):
    """A version, without its graph."""

    number: int
    state: str
    stage: Stage
    risk: str
    note: str
    authors: list[Named]
    made_by: Named
    made_at: datetime
    live_by: Named | None
    live_at: datetime | None
    source_hash: str
    woven_hash: str
    rules_hash: str


class VersionDetail(VersionView):
    """A version with what was written, what runs, and what governance wove in."""

    source: dict[str, Any]
    graph: dict[str, Any]
    insertions: list[dict[str, Any]]
    certificates: list[dict[str, Any]]


class ChangeView(Wire):
    """One difference in meaning; `code` is `thing_turn`."""

    code: str
    node: str | None
    field: str | None
    was: Any
    now: Any
    sentence: str


class ExampleView(Wire):
    """A workflow to begin with."""

    key: str
    name: str
    purpose: str


class CheckView(Wire):
    """All that is to say of a graph: findings, labels, what fits where, and what governance would weave in."""

    findings: list[dict[str, Any]]
    labels: dict[str, Any]
    risk: str | None
    fits: dict[str, dict[str, list[dict[str, Any]]]]
    preview: dict[str, Any] | None


class ImportView(Wire):
    """What taking in a file would do. `plan` goes back with the word to do it."""

    plan: str
    action: str
    name: str
    sentence: str
    workflow: Id | None
    changes: list[ChangeView]
    missing_types: list[str]
    missing_connections: list[str]
    missing_credentials: list[str]
    off: list[str]
    left_out: list[str]
    findings: list[dict[str, Any]]


class NewWorkflow(Wire):
    """A workflow to be: blank, an example, or a copy of another (its draft, or one of its versions)."""

    team: Id
    begin: Literal["blank", "example", "fork"] = "blank"
    name: Line | None = None
    purpose: Prose = ""
    example: Annotated[str, Field(max_length=200)] | None = None
    workflow: Id | None = None
    version: int | None = None


class WorkflowChange(Wire):
    """What changes about a workflow; what is not named stays."""

    name: Line | None = None
    purpose: Annotated[Prose, Field(max_length=4_000)] | None = None
    owner: Id | None = None
    deputy: Id | None = None
    archived: bool | None = None


class GraphIn(Wire):
    """A graph, as a file would hold it."""

    graph: dict[str, Any]


class CheckIn(GraphIn):
    """A graph to be looked at; `about` are the paths of the nodes for which it is said what fits (all, if not said)."""

    stage: Stage | None = None
    about: Annotated[list[Annotated[str, Field(max_length=600)]], Field(max_length=1_000)] | None = None


class RestoreIn(Wire):
    """Which state the draft takes again: one of its revisions, or what a version was made of."""

    revision: int | None = None
    version: int | None = None


class FileIn(Wire):
    """A file to be taken in."""

    team: Id
    content: Annotated[str, Field(max_length=3_000_000)]
    filename: Line = "a file.yaml"
    name: Line | None = None


class ImportIn(FileIn):
    """The same, with the plan that was read."""

    plan: Annotated[str, Field(max_length=64)]
    choice: Literal["create", "update"] = "create"


# ---------------------------------------------------------------- how they are made


def name_people(session: Session, people: Iterable[str | int | None]) -> Mapping[str, Named]:
    """People by their id as text; whoever is not known is called by it."""
    texts = {show_id(each) if isinstance(each, int) else each for each in people if each is not None}
    known = read_people(session, [read_id(text) for text in texts])
    return {text: Named(id=read_id(text), name=known[read_id(text)].name if read_id(text) in known else text)
            for text in texts}  # fmt: skip


def name_workflows(session: Session, workflow_ids: Collection[int]) -> Mapping[int, Named]:
    """Workflows by their id."""
    return {number: Named(id=number, name=name) for number, name in read_names(session, workflow_ids).items()}


def show_workflows(session: Session, rows: Iterable[WorkflowRow]) -> list[WorkflowView]:
    """Workflows for the screen."""
    rows = list(rows)
    teams = read_teams(session, frozenset(row.team_id for row in rows))
    people = name_people(session, [person for row in rows for person in (row.owner_id, row.deputy_id)])
    return [
        WorkflowView(
            id=row.id,
            team=Named(id=row.team_id, name=teams.get(row.team_id, "")),
            name=row.name,
            purpose=row.purpose,
            reference=None if row.live is None else f"{key_of(teams.get(row.team_id, ''))}/{row.key}@{row.live}",
            owner=None if row.owner_id is None else people[show_id(row.owner_id)],
            deputy=None if row.deputy_id is None else people[show_id(row.deputy_id)],
            stage=row.stage,
            risk=row.risk,
            live=row.live,
            origin=dict(row.origin),
            made_at=row.made_at,
            changed_at=row.changed_at,
            archived=row.archived_at is not None,
        )
        for row in rows
    ]


def show_draft(session: Session, draft: Draft) -> DraftView:
    """A draft for the screen."""
    people = name_people(session, [draft.saved_by])
    return DraftView(
        revision=draft.revision, graph=dict(draft.source), saved_by=people[draft.saved_by], saved_at=draft.saved_at
    )


def show_revisions(session: Session, revisions: Iterable[DraftRevision]) -> list[RevisionView]:
    """States of a draft for the screen."""
    revisions = list(revisions)
    people = name_people(session, [each.saved_by for each in revisions])
    return [RevisionView(revision=each.revision, saved_by=people[each.saved_by], saved_at=each.saved_at, note=each.note)
            for each in revisions]  # fmt: skip


def show_versions(session: Session, versions: Iterable[Version]) -> list[VersionView]:
    """Versions for the screen."""
    versions = list(versions)
    people = name_people(session, [p for each in versions for p in (*each.authors, each.made_by, each.live_by)])
    return [VersionView(**_version(each, people)) for each in versions]


def show_version(session: Session, version: Version) -> VersionDetail:
    """A version with its graphs for the screen."""
    people = name_people(session, [*version.authors, version.made_by, version.live_by])
    woven = version.woven
    return VersionDetail(
        **_version(version, people),
        source=woven["source"],
        graph=woven["graph"],
        insertions=woven["insertions"],
        certificates=woven["certificates"],
    )


def _version(version: Version, people: Mapping[str, Named]) -> dict[str, Any]:
    return {
        "number": version.number,
        "state": version.state.value,
        "stage": version.stage,
        "risk": version.risk,
        "note": version.note,
        "authors": [people[each] for each in version.authors],
        "made_by": people[version.made_by],
        "made_at": version.made_at,
        "live_by": None if version.live_by is None else people[version.live_by],
        "live_at": version.live_at,
        "source_hash": version.source_hash,
        "woven_hash": version.woven_hash,
        "rules_hash": version.rules_hash,
    }
