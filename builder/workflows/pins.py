"""Pins: outputs that stand still while a draft is tried. They lie beside the draft, so no version, file or copy of it
ever holds one; and they may quote what went through a run, so whoever may not edit the workflow does not see them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.kit.shapes import ShapeError, normalise
from builder.sdk import JSON
from builder.teams import Caller
from builder.workflows import store
from builder.workflows.read import expect_open, expect_workflow
from builder.workflows.schemas import BadPinError, TooManyPinsError

MOST = 200
"""Pins of one draft."""
LARGEST = 1_000_000
"""Characters of all of them."""


def read_pins(session: Session, caller: Caller, workflow_id: int) -> Mapping[str, JSON]:
    """Node path → the output that stands still.

    Raises:
        builder.workflows.UnknownWorkflowError: there is no such workflow.
        builder.teams.Forbidden: the caller may not edit it.
    """
    expect_workflow(session, caller, workflow_id, "workflow.write")
    return store.read_pin_rows(session, workflow_id)


def change_pins(
    session: Session, caller: Caller, workflow_id: int, pinned: Mapping[str, JSON], removed: Sequence[str]
) -> Mapping[str, JSON]:
    """Pins some outputs and takes others off; of those that are not named, each stays as it is.

    Args:
        session: the caller's transaction.
        caller: who pins.
        workflow_id: whose draft.
        pinned: node path → output.
        removed: node paths.

    Raises:
        BadPinError: an output is no plain data.
        TooManyPinsError: that would be more than a draft keeps.
        ArchivedError: the workflow is archived.
    """
    expect_open(session, caller, workflow_id, "workflow.write")
    said = dict(pinned)
    for path, output in said.items():
        try:
            said[path] = normalise(output, {})
        except ShapeError as problem:
            raise BadPinError(f"This cannot be pinned: {problem}", node=path) from None
    there = {path: each for path, each in store.read_pin_rows(session, workflow_id).items() if path not in removed}
    after = there | said
    if len(after) > MOST or len(json.dumps(after)) > LARGEST:
        raise TooManyPinsError(
            "So much cannot stay pinned.", way_out="Take some pins off first.", most=MOST, largest=LARGEST
        )
    store.delete_pins(session, workflow_id, [*removed, *said])
    store.insert_pins(session, workflow_id, said, caller.person, read_clock(session))
    return after


def forget_pins(session: Session, keep: timedelta | None) -> int:
    """Takes off what was pinned long ago, as what went through dry runs is deleted then too; how many.

    Args:
        session: the keeper's transaction.
        keep: how long a pin stays; None for good.
    """
    return 0 if keep is None else store.delete_old_pins(session, read_clock(session) - keep)
