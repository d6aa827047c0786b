"""Retrying from a step: a new run of the same version that begins where an earlier one is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from builder.db import read_clock, ring_after, to_milliseconds, write_json
from builder.engine.plan import Plan
from builder.engine.state import FINAL_RUNS, RunStatus, StepStatus, split_step_path
from builder.files import copy_files
from builder.kit.hashing import hash_value
from builder.kit.ids import new_id, show_id
from builder.runs import store
from builder.runs.loading import open_tokens, seal_tokens
from builder.runs.records import parse_json
from builder.runs.rules import copy_row, keep_rows
from builder.runs.schemas import STEP, Row
from builder.runs.signals import DECISION
from builder.runs.tell import RunMissingError, RunOverError
from builder.sdk import JSON, Control, Mode
from builder.teams import Admit, Wish

DECISION_HOLDS = timedelta(hours=24)
"""How long a decision may be carried over to a retry."""


@dataclass(frozen=True, slots=True)
class Retry:
    """What is retried.

    Attributes:
        run_id: the earlier run; it has ended, or waits in quarantine.
        path: the step to begin from.
        starter: who retries it.
    """

    run_id: int
    path: str
    starter: str


def retry_from_step(session: Session, plan: Plan, retry: Retry, vault_key: bytes, admission: Admit) -> int:
    """Makes a run that copies what came before the step, and does the rest anew; effects get new idempotency keys.

    A decision is carried over only if it is younger than 24 hours, and then only for exactly the record that was
    decided on; else people are asked again.

    Returns:
        The new run's number.

    Raises:
        RunMissingError: there is no such run, or no such step in it.
        RunOverError: the earlier run still goes on, or was emptied.
        builder.teams.NotAdmittedError: it may not start now.
    """
    old = store.lock_run(session, retry.run_id)
    if old is None:
        raise RunMissingError(f"There is no run {show_id(retry.run_id)}.")
    if RunStatus(old["status"]) not in FINAL_RUNS | {RunStatus.QUARANTINED}:
        raise RunOverError(f"Run {show_id(retry.run_id)} still goes on; cancel it first.")
    if old["emptied_at"] is not None:
        raise RunOverError(
            f"What went through run {show_id(retry.run_id)} was deleted, because it is old.",
            way_out="Start it anew with its input.",
        )
    stored = store.read_record(session, retry.run_id)
    if not any(each.row.kind == STEP and each.row.path == retry.path for each in stored):
        raise RunMissingError(f"Run {show_id(retry.run_id)} has no step {retry.path}.", node=retry.path)
    admission.check(session, plan, Wish(Mode(old["mode"]), retry.starter, old["team_id"], old["workflow_id"]))
    now = read_clock(session)
    starts = [retry.path, *_stale_decisions(plan, stored, now)]
    run_id = new_id(to_milliseconds(now))
    mark = f"copied from {show_id(retry.run_id)}"
    kept = [copy_row(row, seq, mark) for seq, row in enumerate(keep_rows(plan, [s.row for s in stored], starts), 1)]
    copied = ("plan_hash", "name", "mode", "stage", "team", "team_id", "workflow_id", "version", "input", "input_ref")
    given = _given(session, old, retry.run_id, now)
    beside = {"starter": retry.starter, "given": given, "forked_from": retry.run_id, "forked_at": retry.path}
    store.insert_run(session, {"id": run_id, **{name: old[name] for name in copied}, **beside}, now)
    copy_files(session, retry.run_id, run_id)
    store.insert_rows(session, run_id, 0, _with_tokens(stored, kept, vault_key, (retry.run_id, run_id)))
    ring_after(session, run_id)
    return run_id


def _stale_decisions(plan: Plan, stored: Sequence[store.StoredRow], now: datetime) -> list[str]:
    """The steps whose decision is too old to be carried over."""
    return [
        each.row.path
        for each in stored
        if each.row.kind == STEP
        and each.row.status == StepStatus.SUCCEEDED.value
        and now - each.at > DECISION_HOLDS
        and _asks(plan, each.row.path)
    ]


def _asks(plan: Plan, path: str) -> bool:
    scope, node = split_step_path(path)
    return plan.graph_of(scope).nodes[node].control is Control.ASK


def _with_tokens(
    stored: Sequence[store.StoredRow], kept: list[Row], vault_key: bytes, runs: tuple[int, int]
) -> list[Row]:
    """The kept rows, the last with every token of the old run, sealed for the new one."""
    key: bytes | None = None
    pairs: dict[str, str] = {}
    for each in stored:
        if each.row.secret is not None:
            key, more = open_tokens(vault_key, each.row.secret, runs[0])
            pairs |= more
    if kept and key is not None:
        kept[-1] = kept[-1]._replace(secret=seal_tokens(vault_key, key, pairs, runs[1]))
    return kept


def _given(session: Session, old: Any, run_id: int, now: datetime) -> str | None:
    """What the old run was given, and the decisions made in it with the hash of what was decided on."""
    carried: dict[str, JSON] = {}
    for path, question, body in store.read_decisions(session, run_id, DECISION, now - DECISION_HOLDS):
        carried[path] = {"hash": hash_value(question["record"]), "decision": body}
    given = {**(parse_json(old["given"]) or {}), **({"carried": carried} if carried else {})}
    return write_json(given) if given else None
