"""What keeps a workflow from going live, and who may not publish it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from builder.engine.findings import Finding, Severity
from builder.engine.questions import BoundRule


def find_obstacles(findings: Iterable[Finding]) -> list[Finding]:
    """What must be mended before a workflow goes live: every error, and everything that a rule requires."""
    return [each for each in findings if each.severity is Severity.ERROR or each.code == "required"]


def find_separation(bound: Iterable[BoundRule], person: str, authors: Collection[str]) -> BoundRule | None:
    """The rule by which this person may not publish, because he is one of the authors; None when there is none."""
    if person not in authors:
        return None
    return next((each for each in bound if {"author", "publisher"} <= set(each.rule.separate or ())), None)
