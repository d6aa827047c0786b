"""Every query of workflows. What a caller may see is filtered here: `teams` is None for everything."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Select,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from builder.sdk import Stage
from builder.workflows.schemas import Draft, DraftRevision, Version, VersionState, WorkflowRow
from builder.workflows.tables import (
    draft_author_table,
    draft_revision_table,
    draft_table,
    pin_table,
    version_table,
    workflow_table,
)

workflow = workflow_table.c
revision = draft_revision_table.c
author = draft_author_table.c
version = version_table.c
pin = pin_table.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which workflows a list shows.

    Attributes:
        teams: those that the caller may read; None for all.
        team: only this one.
        text: in the name or purpose.
        archived: only archived ones, or only others.
        after: (name in small letters, id) of the last one shown.
    """

    teams: frozenset[int] | None
    team: int | None = None
    text: str = ""
    stage: Stage | None = None
    archived: bool = False
    after: tuple[str, int] | None = None


def insert_workflow(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a new workflow."""
    session.execute(insert(workflow_table).values(**values))


_WORKFLOW = select(workflow_table).where(workflow.id == bindparam("workflow"))
_WORKFLOW_LOCKED = _WORKFLOW.with_for_update()


def read_workflow_row(session: Session, workflow_id: int, *, lock: bool = False) -> WorkflowRow | None:
    """One workflow; with `lock`, nobody else changes it until this transaction ends."""
    row = session.execute(_WORKFLOW_LOCKED if lock else _WORKFLOW, {"workflow": workflow_id}).first()
    return None if row is None else _workflow_of(row)


def list_rows(session: Session, wanted: Wanted, limit: int) -> list[tuple[WorkflowRow, str]]:
    """Workflows by name, each with the name as the database sorts it."""
    query = select(workflow_table).where(_of_teams(wanted.teams))
    if wanted.team is not None:
        query = query.where(workflow.team_id == wanted.team)
    if wanted.stage is not None:
        query = query.where(workflow.stage == wanted.stage.value)
    query = query.where(workflow.archived_at.is_not(None) if wanted.archived else workflow.archived_at.is_(None))
    if wanted.text:
        like = _like(wanted.text)
        query = query.where(or_(workflow.name.ilike(like, escape="\\"), workflow.purpose.ilike(like, escape="\\")))
    name = func.lower(workflow.name)
    if wanted.after is not None:
        query = query.where(or_(name > wanted.after[0], and_(name == wanted.after[0], workflow.id > wanted.after[1])))
    query = query.add_columns(name.label("sorted_name")).order_by(name, workflow.id).limit(limit)
    return [(_workflow_of(row), row.sorted_name) for row in session.execute(query)]


def find_uses(session: Session, key: str, teams: frozenset[int] | None) -> list[tuple[WorkflowRow, bool, bool]]:
    """Workflows that name a node type, by name: (workflow, in its live version, in its draft); not archived ones."""
    like = _like(f'"{key}"')
    live = exists().where(
        version.workflow_id == workflow.id,
        version.number == workflow.live,
        _text_of(version.woven).like(like, escape="\\"),
    )
    draft = exists().where(
        draft_table.c.workflow_id == workflow.id, _text_of(draft_table.c.source).like(like, escape="\\")
    )
    query = select(workflow_table, live.label("is_live"), draft.label("is_draft")).where(
        _of_teams(teams), workflow.archived_at.is_(None), or_(live, draft)
    )
    rows = session.execute(query.order_by(func.lower(workflow.name), workflow.id))
    return [(_workflow_of(row), bool(row.is_live), bool(row.is_draft)) for row in rows]


def _text_of(column: Any) -> Any:
    """A column of plain data as the text that is stored."""
    return type_coerce(column, Text)


def _like(words: str) -> str:
    """A pattern that finds words as they are."""
    return "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _of_teams(teams: frozenset[int] | None) -> Any:
    return workflow.team_id.in_(sorted(teams)) if teams is not None else workflow.id.is_not(None)


def find_by_key(session: Session, team_id: int, key: str) -> WorkflowRow | None:
    """The workflow that a team calls so."""
    row = session.execute(select(workflow_table).where(workflow.team_id == team_id, workflow.key == key)).first()
    return None if row is None else _workflow_of(row)


def read_keys(session: Session, team_id: int) -> frozenset[str]:
    """Every key that is taken in a team."""
    return frozenset(session.scalars(select(workflow.key).where(workflow.team_id == team_id)))


def read_names(session: Session, workflow_ids: Collection[int]) -> Mapping[int, str]:
    """What workflows are called, by id."""
    found = session.execute(select(workflow.id, workflow.name).where(workflow.id.in_(sorted(workflow_ids))))
    return {row[0]: row[1] for row in found}


def read_same_names(session: Session, workflow_ids: Collection[int]) -> list[tuple[WorkflowRow, int]]:
    """Some workflows, each with how many of its team have its name, archived ones too."""
    other = workflow_table.alias()
    same = select(func.count()).where(other.c.team_id == workflow.team_id, other.c.name == workflow.name)
    query = select(workflow_table, same.scalar_subquery().label("same")).where(workflow.id.in_(sorted(workflow_ids)))
    return [(_workflow_of(row), row.same) for row in session.execute(query)]


def update_workflow(session: Session, workflow_id: int, values: Mapping[str, Any]) -> None:
    """Changes a workflow's row."""
    session.execute(update(workflow_table).where(workflow.id == workflow_id).values(**values))


# ---------------------------------------------------------------- drafts


def insert_draft(session: Session, workflow_id: int, source: Mapping[str, Any], by: str, now: datetime) -> None:
    """Keeps the first state of a draft."""
    values = {"workflow_id": workflow_id, "revision": 1, "source": source, "saved_by": by, "saved_at": now}
    session.execute(insert(draft_table).values(**values))


class DraftState(NamedTuple):
    """How far a draft has come."""

    workflow_id: int
    team_id: int
    revision: int
    saved_by: str


def read_revisions(session: Session) -> list[DraftState]:
    """How far every draft has come."""
    columns = (workflow.id, workflow.team_id, draft_table.c.revision, draft_table.c.saved_by)
    query = select(*columns).join(draft_table, draft_table.c.workflow_id == workflow.id)
    return [DraftState(*row) for row in session.execute(query)]


def read_draft_row(session: Session, workflow_id: int) -> Draft | None:
    """A workflow's draft."""
    row = session.execute(select(draft_table).where(draft_table.c.workflow_id == workflow_id)).first()
    return None if row is None else Draft(row.workflow_id, row.revision, row.source, row.saved_by, row.saved_at)


def replace_draft(
    session: Session, workflow_id: int, seen: int, source: Mapping[str, Any], by: str, now: datetime
) -> bool:
    """Puts the next revision in the place of the one that was seen; False when that is no longer the newest."""
    table = draft_table.c
    statement = update(draft_table).where(table.workflow_id == workflow_id, table.revision == seen)
    values = {"revision": seen + 1, "source": source, "saved_by": by, "saved_at": now}
    return session.execute(statement.values(**values).returning(table.revision)).first() is not None


def insert_revision(session: Session, draft: Draft, note: str) -> None:
    """Keeps a state of the draft in its history, and who made it among its authors."""
    session.execute(
        insert(draft_revision_table).values(
            workflow_id=draft.workflow_id,
            revision=draft.revision,
            source=draft.source,
            saved_by=draft.saved_by,
            saved_at=draft.saved_at,
            note=note,
        )
    )
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"workflow_id": draft.workflow_id, "person": draft.saved_by, "last_revision": draft.revision}
    statement = dialect.insert(draft_author_table).values(**values)
    newest = {"last_revision": statement.excluded.last_revision}
    session.execute(statement.on_conflict_do_update(index_elements=["workflow_id", "person"], set_=newest))


def read_history(session: Session, workflow_id: int, limit: int, before: int | None = None) -> list[DraftRevision]:
    """States in which the draft was, the newest first."""
    query = select(revision.revision, revision.saved_by, revision.saved_at, revision.note)
    query = query.where(revision.workflow_id == workflow_id)
    if before is not None:
        query = query.where(revision.revision < before)
    rows = session.execute(query.order_by(revision.revision.desc()).limit(limit))
    return [DraftRevision(*row) for row in rows]


def read_revision(session: Session, workflow_id: int, number: int) -> Draft | None:
    """One state in which the draft was."""
    query = select(draft_revision_table).where(revision.workflow_id == workflow_id, revision.revision == number)
    row = session.execute(query).first()
    return None if row is None else Draft(row.workflow_id, row.revision, row.source, row.saved_by, row.saved_at)


def forget_revisions(session: Session, workflow_id: int, numbers: Collection[int]) -> None:
    """Takes states out of the history."""
    if numbers:
        gone = delete(draft_revision_table).where(revision.workflow_id == workflow_id, revision.revision.in_(numbers))
        session.execute(gone)


def read_authors(session: Session, workflow_id: int, since: int) -> list[str]:
    """Who changed the draft after a revision; ids of people, sorted."""
    query = select(author.person).where(author.workflow_id == workflow_id, author.last_revision > since)
    return sorted(session.scalars(query))


# ---------------------------------------------------------------- versions


def insert_version(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a new version."""
    session.execute(insert(version_table).values(**values))


def read_version_row(session: Session, workflow_id: int, number: int) -> Version | None:
    """One version."""
    query = select(version_table).where(version.workflow_id == workflow_id, version.number == number)
    row = session.execute(query).first()
    return None if row is None else _version_of(row)


_MARK = select(version.woven_hash).where(
    version.workflow_id == bindparam("workflow"), version.number == bindparam("number")
)


def read_mark(session: Session, workflow_id: int, number: int) -> str | None:
    """The hash of a version's woven document, without the document; None where there is no such version."""
    return session.scalar(_MARK, {"workflow": workflow_id, "number": number})


def read_last_live(session: Session, workflow_id: int) -> int:
    """The newest draft revision of which a version was made that went live; 0 when none ever did."""
    query = select(func.max(version.revision)).where(version.workflow_id == workflow_id, version.live_at.is_not(None))
    return session.scalar(query) or 0


def read_last_number(session: Session, workflow_id: int) -> int:
    """The highest number that a version of this workflow has; 0 when there is none."""
    return session.scalar(select(func.max(version.number)).where(version.workflow_id == workflow_id)) or 0


def read_made_of(session: Session, workflow_id: int) -> frozenset[int]:
    """The draft revisions of which versions were made."""
    return frozenset(session.scalars(select(version.revision).where(version.workflow_id == workflow_id)))


def list_version_rows(session: Session, workflow_id: int, limit: int, before: int | None) -> list[Version]:
    """Versions, the newest first."""
    query: Select[Any] = select(version_table).where(version.workflow_id == workflow_id)
    if before is not None:
        query = query.where(version.number < before)
    return [_version_of(row) for row in session.execute(query.order_by(version.number.desc()).limit(limit))]


def update_version(session: Session, workflow_id: int, number: int, values: Mapping[str, Any]) -> None:
    """Changes the state of a version; nothing else of it ever changes."""
    chosen = update(version_table).where(version.workflow_id == workflow_id, version.number == number)
    session.execute(chosen.values(**values))


# ---------------------------------------------------------------- pins


def read_pin_rows(session: Session, workflow_id: int) -> dict[str, Any]:
    """Node path → pinned output."""
    found = session.execute(select(pin.node, pin.output).where(pin.workflow_id == workflow_id).order_by(pin.node))
    return {row.node: row.output["is"] for row in found}


def delete_pins(session: Session, workflow_id: int, nodes: Sequence[str]) -> None:
    """Takes the pins of some nodes off."""
    session.execute(delete(pin_table).where(pin.workflow_id == workflow_id, pin.node.in_(sorted(set(nodes)))))


def insert_pins(session: Session, workflow_id: int, pinned: Mapping[str, Any], by: str, now: datetime) -> None:
    """Keeps pins of nodes that have none. The output stands in an object, since it may be nothing."""
    rows = [
        {"workflow_id": workflow_id, "node": node, "output": {"is": output}, "pinned_by": by, "pinned_at": now}
        for node, output in pinned.items()
    ]
    if rows:
        session.execute(insert(pin_table), rows)


def delete_old_pins(session: Session, before: datetime) -> int:
    """Takes off every pin that is older; how many."""
    return len(session.execute(delete(pin_table).where(pin.pinned_at < before).returning(pin.node)).all())


def _workflow_of(row: Any) -> WorkflowRow:
    return WorkflowRow(
        row.id, row.team_id, row.key, row.name, row.purpose, row.owner_id, row.deputy_id, Stage(row.stage), row.risk,
        row.live, row.origin or {}, row.made_by, row.made_at, row.changed_at, row.archived_at,
    )  # fmt: skip


def _version_of(row: Any) -> Version:
    return Version(
        row.workflow_id, row.number, row.revision, row.woven, row.woven_hash, row.source_hash, row.rules_hash,
        VersionState(row.state), Stage(row.stage), row.risk, tuple(row.authors), row.note, row.made_by, row.made_at,
        row.live_by, row.live_at,
    )  # fmt: skip


def list_live(session: Session) -> Sequence[tuple[int, int]]:
    """(workflow, number) of every live version."""
    rows = session.execute(select(workflow.id, workflow.live).where(workflow.live.is_not(None)).order_by(workflow.id))
    return [(row.id, row.live) for row in rows]
