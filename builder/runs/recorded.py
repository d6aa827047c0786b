"""Outside `live` no write is made and no desk is asked: what the run goes on with instead, and how that is marked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from builder.db import Database
from builder.engine.events import Finished
from builder.kit.detect import find_personal_data, find_secrets
from builder.kit.hashing import hash_value
from builder.kit.shapes import example_of
from builder.runs import store
from builder.runs.hold import Hold
from builder.runs.loading import read_value
from builder.sdk import JSON, Control, Decision, Done, Mode, NodeType, Question

ON_AN_EXAMPLE = "on an example"
PINNED = "pinned"
NOT_WAITED = "not waited"
UNREVIEWED = "unreviewed"
CARRIED = "decision carried over"


def find_end(hold: Hold, path: str, attempt: int) -> Finished | None:
    """The end of a step that is not executed, because its output was given beforehand, or because it only lets time
    pass. None in a live run, and of what governance wove in.
    """
    node = hold.node(path)
    if hold.mode is Mode.LIVE or node.woven or node.control in _UNPINNED:
        return None
    found, mark = _given(hold, "pins", path), PINNED
    if found is None and node.control is Control.WAIT and not node.config.get("signal"):
        found, mark = ({},), NOT_WAITED
    if found is None:
        return None
    hold.mark(path, mark)
    return Finished(path, attempt, node.ports[:1], found[0])


_UNPINNED = (Control.CHOOSE, Control.MERGE, Control.STOP)


def _given(hold: Hold, what: str, path: str) -> tuple[Any] | None:
    """What was given beforehand for a step, or for its node wherever it runs."""
    given = (hold.given or {}).get(what, {})
    node = _INDEX.sub("", path)
    return (given[path],) if path in given else (given[node],) if node in given else None


_INDEX = re.compile(r"\[[0-9]+\]")


def answer_for_write(
    database: Database, hold: Hold, path: str, kind: NodeType, work: tuple[Any, Mapping[str, JSON]]
) -> Done:
    """What a recorded write answers with: the last live output of this step (masked), or an example made from its
    output schema. `work` is the step's config and inputs.
    """
    config, inputs = work
    ports = kind.ports_of(config)
    with database.read() as session:
        last = store.read_last_output(session, hold.run_id, path)
    if last is not None:
        return Done(mask_value(read_value(*last, hold.reach.payloads)), ports[0].name)
    shapes = kind.shapes(config, {name: {} for name in inputs})
    return Done(example_of(shapes.outputs[ports[0].name]), ports[0].name)


def decision_for(hold: Hold, path: str) -> tuple[Decision, bool] | None:
    """What a question is answered with without asking, and whether that was given beforehand; None: people are asked.

    Live runs ask always; dry ones unless an answer was given; in the other modes nobody is there to be asked.
    """
    answer = None if hold.mode is Mode.LIVE else _given(hold, "answers", path)
    if answer is not None:
        return Decision(**answer[0]), True
    if hold.mode in (Mode.LIVE, Mode.DRY):
        return None
    return Decision("approve", by=f"nobody ({hold.mode.value})", reason="nobody was asked"), False


def carried_decision(hold: Hold, path: str, question: Question) -> Decision | None:
    """The decision of the run that this one retries, if it was made on exactly this record."""
    carried = (hold.given or {}).get("carried", {}).get(path)
    if carried is None or carried["hash"] != hash_value(question.record):
        return None
    return Decision(**carried["decision"])


def mask_value(value: JSON) -> JSON:
    """A value with everything that looks like personal data or a secret replaced by its kind."""
    if isinstance(value, str):
        spans = sorted([*find_personal_data(value), *find_secrets(value)], key=lambda span: span.start, reverse=True)
        before = len(value)
        for span in spans:
            if span.end <= before:
                value = f"{value[: span.start]}[{span.kind}]{value[span.end :]}"
                before = span.start
        return value
    if isinstance(value, list):
        return [mask_value(item) for item in value]
    if isinstance(value, dict):
        return {key: mask_value(item) for key, item in value.items()}
    return value
