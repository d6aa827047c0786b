"""Starting a run by a program: with its input, in the name of who calls, and once for each key."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import ClassVar

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock
from builder.kit.errors import HandrailError
from builder.kit.hashing import hash_value
from builder.kit.ids import show_id
from builder.kit.shapes import ShapeError, normalise
from builder.runs import RunInputError, Start, StartedBy, start_run
from builder.sdk import JSON, Mode
from builder.teams import Caller, Installation, expect_team
from builder.triggers.live import expect_ready
from builder.triggers.schemas import Key, KeyReusedError, NotStartableError, Started
from builder.triggers.store import claim_key, name_run_of_key, read_key
from builder.workflows import expect_workflow


class BadKeyError(HandrailError):
    """An idempotency key cannot be used."""

    code: ClassVar[str] = "bad_key"
    status: ClassVar[int] = 422


def start_by_program(
    session: Session, caller: Caller, workflow_id: int, value: Mapping[str, JSON], site: Installation, key: str | None,
    pinned: int | None = None,
) -> Started:  # fmt: skip
    """Starts a run of the live version in the caller's name; the run.

    Args:
        session: the caller's transaction.
        caller: a person, or a program that acts for one.
        workflow_id: what is started.
        value: the inputs; judged against the schema of that version.
        site: the installation.
        key: what tells this start from another of the same person. One that came before gives the run it started then.
        pinned: the only version that is to be started; None: whichever is live.

    Raises:
        NotStartableError: archived, in the sandbox, never published, not as it was published, or another version is
            live.
        BadKeyError: the key cannot be one.
        KeyReusedError: the key came before, with another input.
        builder.runs.RunInputError: the input does not fit.
    """
    row = expect_workflow(session, caller, workflow_id, "run.start", lock=False)
    claimed = None if key is None else _claim(session, caller, row.id, key, value)
    if isinstance(claimed, Started):
        return claimed
    ready = expect_ready(session, row, site)
    version = ready.live.version
    if pinned is not None and pinned != version.number:
        raise NotStartableError(
            f"Only version {pinned} was to be started, and version {version.number} of “{row.name}” is live.",
            field="version",
            way_out="Look at what changed, then ask for the version that is live, or for none.",
            reason="version_gone",
            pinned=pinned,
            live=version.number,
        )
    start = Start(
        input=dict(value),
        starter=caller.person,
        mode=Mode.LIVE,
        stage=version.stage,
        team=expect_team(session, row.team_id),
        team_id=row.team_id,
        workflow_id=row.id,
        version=version.number,
        started_by=StartedBy("api"),
    )
    run_id = start_run(session, ready.plan, version.woven, start, site.payloads, site.admission)
    if claimed is not None:
        name_run_of_key(session, row.id, claimed.text, run_id)
    append_event(
        session,
        "run_started",
        actor=caller.actor,
        subject=f"run {show_id(run_id)}",
        now=read_clock(session),
        record={"workflow": show_id(row.id), "version": version.number, "way": "api"},
    )
    return Started(run_id)


def _claim(session: Session, caller: Caller, workflow_id: int, said: str, value: Mapping[str, JSON]) -> Key | Started:
    """Keeps a person's key for a workflow: under the workflow's id and a text in which no other person's can stand."""
    if not 1 <= len(said) <= 255 or not said.isascii() or not said.isprintable():
        raise BadKeyError(
            "An idempotency key has 1 to 255 printable characters.", field="Idempotency-Key", way_out="Send another."
        )
    try:
        hashed = hash_value(normalise(dict(value), {}))
    except ShapeError as problem:
        raise RunInputError(f"The input cannot be used: {problem}") from problem
    key = Key(f"{caller.person}:{hashlib.sha256(said.encode()).hexdigest()}", hashed)
    if claim_key(session, workflow_id, key, read_clock(session)):
        return key
    body_hash, run_id = read_key(session, workflow_id, key.text)
    if body_hash != key.body_hash or run_id is None:
        raise KeyReusedError("This key came before, with another input.", way_out="Send each start under its own key.")
    return Started(run_id, again=True)
