"""`handrail check`: everything that is wrong with a workflow file, at once."""

from __future__ import annotations

from typing import Any

import typer

from builder.cli.files import FileArgument, GovernanceOption, JsonOption, StageOption, open_workflow, print_findings
from builder.cli.govern import govern
from builder.cli.output import FINDINGS, print_json, say
from builder.engine.findings import has_error
from builder.sdk import Stage


def check(
    file: FileArgument,
    governance: GovernanceOption = None,
    stage: StageOption = Stage.PILOT,
    as_json: JsonOption = False,
) -> None:
    """Checks a workflow file, and with governance also what its rules would say."""
    opened = open_workflow(file)
    labels: dict[str, Any] = {}
    if opened.reading is not None and not has_error(opened.findings):
        governed = govern(opened, opened.reading, governance, stage=stage)
        opened.findings += governed.findings
        labels = governed.labels
    if as_json:
        print_json({"findings": [finding.as_record() for finding in opened.findings], "labels": labels})
    else:
        print_findings(opened.findings, opened.loaded.document, opened.loaded.path)
        errors = sum(finding.severity.value == "error" for finding in opened.findings)
        others = len(opened.findings) - errors
        say(f"{opened.loaded.path}: {_count(errors, 'error')}, {_count(others, 'remark')}.")
    if has_error(opened.findings):
        raise typer.Exit(FINDINGS)


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
