"""Checking an edit before it is taken: the policies at the doors that it reaches look at it first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from builder.reviews.desk import expect_review
from builder.reviews.rules import EDIT, fit_edit, given_name, unfit, why_not
from builder.reviews.schemas import Decider, GivenDecision, UnfitDecisionError
from builder.reviews.store import read_decisions
from builder.runs import Block, foresee_blocks
from builder.sdk import JSON, Decision, Finding
from builder.teams import Installation

Path = tuple[str | int, ...]


def check_edit(
    session: Session, review_id: int, by: str | Decider, edit: JSON, reason: str, site: Installation, now: datetime
) -> None:
    """Looks at an edit as the policies behind it will, if it is one that could be taken at all. It changes nothing.

    Raises:
        UnfitDecisionError: a policy would stop it; `params["findings"]` says what stands where in the edit.
    """
    review = expect_review(session, review_id)
    who = given_name(by) if isinstance(by, str) else by
    given = GivenDecision(who.person, EDIT, reason, edit, who.name)
    if not review.waits or why_not(review, who, read_decisions(session, review_id)) or unfit(review.question, given):
        return
    value, problems = fit_edit(review.question, edit)
    if problems:
        return
    blocks = foresee_blocks(session, review.run_id, review.path, Decision(EDIT, who.name, reason, value), site, now)
    if not blocks:
        return
    found = [each for block in blocks for each in _findings_of(block, value)]
    field = next((".".join(map(str, each["path"])) for each in found if each["path"]), None)
    said = " ".join(f"“{block.title}” stops it: {block.verdict.reason}." for block in blocks)
    raise UnfitDecisionError(
        f"This edit cannot go on. {said}",
        field=field,
        way_out="Change what is marked, or reject it.",
        findings=found,
    )


def _findings_of(block: Block, edit: JSON) -> Iterator[dict[str, Any]]:
    """What a policy found, at its place in the edit; with no place where the edit does not hold it as it is."""
    for each in block.verdict.findings:
        path, start = _place_of(edit, _text_of(block, each))
        yield {
            "path": list(path),
            "start": start,
            "end": start + each.end - each.start if start >= 0 else -1,
            "kind": each.kind,
            "sentence": f"“{block.title}” does not let {each.kind.replace('_', ' ')} through.",
        }


def _text_of(block: Block, finding: Finding) -> str:
    """The text that a finding is about; empty where it cannot be told."""
    for path, text in _texts(dict(block.record), ()):
        if _write(path) == finding.field:
            return text[finding.start : finding.end]
    return ""


def _place_of(edit: JSON, words: str) -> tuple[Path, int]:
    """Where some words stand first in an edit; -1 where they do not."""
    for path, text in _texts(edit, ()):
        if words and words in text:
            return path, text.index(words)
    return (), -1


def _texts(value: JSON, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, str(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, (*path, number))


def _write(path: Path) -> str:
    """A path as findings write it: `rows[2].text`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")
