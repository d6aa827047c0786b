"""The queries of lists. What a caller may see is filtered here: `teams` is None for everything.

Lists go from the newest id on. Of several teams, the newest of each are taken by that team's index and then merged, so
a page costs the same however many runs there are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, RowMapping, Select, func, select, text, union_all, update
from sqlalchemy.orm import Session

from builder.engine.state import FINAL_RUNS, RunStatus
from builder.runs.schemas import RunFacts
from builder.runs.tables import FULL, OPEN, plan_table, run_table, signal_table, step_table, wait_table
from builder.sdk import Mode, Stage

run, step, wait = run_table.c, step_table.c, wait_table.c

_LISTED = tuple(run_table.c[each.name] for each in fields(RunFacts))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs a list shows.

    Attributes:
        teams: those that the caller may read; None for all, and for runs of no team.
        trigger: only those that this trigger started.
        number: only this run.
        text: in the name.
        since: the smallest id shown.
        before: id of the last one shown.
    """

    teams: frozenset[int] | None
    team: int | None = None
    workflow: int | None = None
    trigger: int | None = None
    status: RunStatus | None = None
    mode: Mode | None = None
    number: int | None = None
    text: str = ""
    since: int | None = None
    before: int | None = None


def read_page(session: Session, wanted: Wanted, limit: int) -> list[RunFacts]:
    """Runs, the newest first."""
    teams = wanted.teams
    if wanted.team is not None:
        teams = frozenset({wanted.team}) if teams is None else teams & {wanted.team}
    query = select(*_LISTED).where(*_conditions(wanted)).order_by(run.id.desc()).limit(limit)
    narrow = wanted.workflow is not None or wanted.trigger is not None  # an index of its own finds these
    names = _find_names(session, wanted.text) if wanted.text and not narrow else None
    if names is not None:
        ours = query if teams is None else query.where(run.team_id.in_(sorted(teams)))
        query = _merged([ours.where(run.name == name) for name in names], limit)
    elif teams is not None and not narrow and wanted.number is None:
        query = _merged([query.where(run.team_id == team) for team in sorted(teams)], limit)
    elif teams is not None:
        query = query.where(run.team_id.in_(sorted(teams)))
    if teams is not None and not teams:
        return []
    return [_facts_of(row) for row in session.execute(query).mappings()]


def _facts_of(row: RowMapping) -> RunFacts:
    return RunFacts(
        **{**row, "mode": Mode(row["mode"]), "stage": Stage(row["stage"]), "status": RunStatus(row["status"])}
    )


def _conditions(wanted: Wanted) -> list[Any]:
    said = [
        (run.workflow_id, wanted.workflow),
        (run.trigger_id, wanted.trigger),
        (run.status, wanted.status and wanted.status.value),
        (run.mode, wanted.mode and wanted.mode.value),
        (run.id, wanted.number),
    ]
    found: list[Any] = [column == value for column, value in said if value is not None]
    if wanted.status is not None and wanted.status not in FINAL_RUNS:
        found.append(text(OPEN))  # so that the index of such runs is used
    if wanted.since is not None:
        found.append(run.id >= wanted.since)
    if wanted.before is not None:
        found.append(run.id < wanted.before)
    if wanted.text:
        found.append(_has(run.name, wanted.text))
    return found


FEW_NAMES = 20
"""Up to so many names are looked up one by one. Of more, a run with one of them is soon met among the newest."""


def _find_names(session: Session, text: str) -> list[str] | None:
    """The names with a text in them, as far as they are few; None for more. Every run has a plan, which bears its name:
    there are as many plans as versions, far fewer than runs.
    """
    plan = plan_table.c
    query = select(plan.name).distinct().where(_has(plan.name, text)).limit(FEW_NAMES + 1)
    names = sorted(session.scalars(query))
    return names if len(names) <= FEW_NAMES else None


def _has(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return column.ilike(like, escape="\\")


def _merged(queries: Sequence[Select[Any]], limit: int) -> Select[Any]:
    if len(queries) == 1:
        return queries[0]
    if not queries:
        return select(*_LISTED).where(run.id < 0)
    every = union_all(*(select(query.subquery()) for query in queries)).subquery()
    return select(every).order_by(every.c.id.desc()).limit(limit)


def read_facts(session: Session, run_ids: Collection[int]) -> Mapping[int, RunFacts]:
    """What is to be said of some runs, by id."""
    found = session.execute(select(*_LISTED).where(run.id.in_(sorted(run_ids)))).mappings()
    return {row["id"]: _facts_of(row) for row in found}


def find_uncertain(session: Session, run_ids: Collection[int]) -> frozenset[int]:
    """Those of the runs that wait for somebody to say what became of an effect."""
    query = select(wait.run_id).where(wait.run_id.in_(sorted(run_ids)), wait.open.is_(True), wait.kind == "uncertain")
    return frozenset(session.scalars(query))


class Moving(NamedTuple):
    """A run that goes on or is new; `seq` counts what was recorded of one that is being executed, `halt_id` is what
    holds it.
    """

    id: int
    status: str
    team_id: int | None
    workflow_id: int | None
    seq: int = 0
    halt_id: int | None = None


FOLLOWED = 200
"""Runs under way of which every step is told; of more, only the newest."""


def read_moving(session: Session, since: int) -> list[Moving]:
    """Every run that has not ended, and every one with this id or a larger one."""
    columns = (run.id, run.status, run.team_id, run.workflow_id)
    going = [Moving(*row) for row in session.execute(select(*columns).where(text(OPEN)))]
    known = {each.id for each in going}
    new = [Moving(*row) for row in session.execute(select(*columns).where(run.id >= since)) if row[0] not in known]
    running = sorted((each.id for each in going if each.status == RunStatus.RUNNING.value), reverse=True)[:FOLLOWED]
    counted = select(step.run_id, func.max(step.seq)).where(step.run_id.in_(running)).group_by(step.run_id)
    seqs = {row[0]: row[1] for row in session.execute(counted)} if running else {}
    held = {row[0]: row[1] for row in session.execute(select(run.id, run.halt_id).where(run.halt_id.is_not(None)))}
    return [each._replace(seq=seqs.get(each.id, 0), halt_id=held.get(each.id)) for each in going + new]


def find_going_on(session: Session, trigger_id: int) -> list[int]:
    """The runs that a trigger started and that go on or wait, the first first; one that was put away does not."""
    status = [each.value for each in RunStatus if each not in FINAL_RUNS | {RunStatus.QUARANTINED}]
    query = select(run.id).where(run.trigger_id == trigger_id, run.status.in_(status)).order_by(run.id)
    return list(session.scalars(query))


# ---------------------------------------------------------------- old runs


def find_full(session: Session, mode: Mode, before: datetime, limit: int) -> list[int]:
    """Runs that ended before a moment and still hold what went through them. Those locked by others are left out."""
    ended = (text(FULL), run.mode == mode.value, run.ended_at < before)
    query = select(run.id).where(*ended).order_by(run.ended_at).limit(limit).with_for_update(skip_locked=True)
    return list(session.scalars(query)) if limit > 0 else []


def empty_rows(session: Session, run_ids: Sequence[int], now: datetime) -> None:
    """Deletes what went through some runs: inputs, outputs, tokens, questions and answers."""
    ids = list(run_ids)
    nothing = dict.fromkeys(("input", "input_ref", "result", "result_ref", "given"))
    session.execute(update(run_table).where(run.id.in_(ids)).values(**nothing, emptied_at=now))
    without = {"output": None, "output_ref": None, "secret": None}
    session.execute(update(step_table).where(step.run_id.in_(ids)).values(**without))
    session.execute(update(wait_table).where(wait.run_id.in_(ids)).values(question=None))
    session.execute(update(signal_table).where(signal_table.c.run_id.in_(ids)).values(body=None))


def read_emptied(session: Session, run_id: int) -> bool:
    """Whether what went through a run was deleted."""
    return session.scalar(select(run.emptied_at).where(run.id == run_id)) is not None


def find_used(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Those payload keys that a run still names."""
    names = sorted(keys)
    columns = (run.input_ref, run.result_ref, step.output_ref)
    return frozenset(key for each in columns for key in session.scalars(select(each).where(each.in_(names))) if key)


def count_open_runs(session: Session) -> dict[str, int]:
    """How many runs that have not ended are in each state."""
    query = select(run.status, func.count()).where(text(OPEN)).group_by(run.status)
    return {row[0]: row[1] for row in session.execute(query)}
