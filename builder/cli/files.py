"""What several commands begin with: the workflow file, the governance files, and what is wrong with them."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from builder.cli.output import FINDINGS, Ending, print_json, say, unusable
from builder.engine.check import check_reading
from builder.engine.findings import Finding, Severity, has_error
from builder.engine.reading import Reading, read_workflow
from builder.engine.template import GovernanceTemplate
from builder.kit.documents import Document
from builder.kit.errors import HandrailError
from builder.sdk import NodeType, Stage
from builder.workflows import LoadedWorkflow, load_workflow, read_file

FileArgument = Annotated[Path, typer.Argument(help="The workflow file (YAML or JSON).", show_default=False)]
GovernanceOption = Annotated[
    list[Path] | None, typer.Option("--governance", "-g", help="A governance file; may be given several times.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")]
LONGEST_NAME = 200
StageOption = Annotated[Stage, typer.Option("--stage", help="Which templates apply: how far the workflow has come.")]


@dataclass
class Opened:
    """A workflow file, looked up and checked.

    Attributes:
        loaded: the file.
        reading: the workflow with everything looked up; None when it is no workflow.
        findings: everything there is to say.
    """

    loaded: LoadedWorkflow
    types: Mapping[str, NodeType]
    reading: Reading | None
    findings: list[Finding]


def open_workflow(path: Path) -> Opened:
    """Reads and checks a workflow file.

    Raises:
        Ending: the file cannot be used at all (exit 2).
    """
    from builder.catalog import discover_types  # heavy: imports every node type

    types = discover_types()
    try:
        loaded = load_workflow(path, types)
    except HandrailError as error:
        raise unusable(error) from None
    if loaded.workflow is None:
        return Opened(loaded, types, None, list(loaded.findings))
    reading, findings = read_workflow(loaded.workflow, types, loaded.called)
    return Opened(loaded, types, reading, [*loaded.findings, *findings, *check_reading(reading)])


def open_templates(paths: list[Path] | None) -> tuple[GovernanceTemplate, ...]:
    """The governance files; weaving looks which of them bind.

    Raises:
        Ending: a file cannot be used (exit 2).
    """
    from builder.governance import read_template  # heavy: only commands that govern need it

    templates = []
    for path in paths or ():
        try:
            templates.append(read_template(read_file(path)))
        except HandrailError as error:
            raise unusable(error) from None
    return tuple(templates)


def refuse_errors(opened: Opened, *, as_json: bool) -> Reading:
    """The reading of a workflow without error findings.

    Raises:
        typer.Exit: it has some; they are printed (exit 1).
    """
    if opened.reading is None or has_error(opened.findings):
        if as_json:
            print_json({"findings": [finding.as_record() for finding in opened.findings]})
        else:
            print_findings(opened.findings, opened.loaded.document, opened.loaded.path)
        raise typer.Exit(FINDINGS)
    return opened.reading


def print_findings(findings: list[Finding], document: Document, path: Path) -> None:
    """Findings for people, errors first, each with its line and column where the file says it."""
    order = [Severity.ERROR, Severity.WARNING, Severity.NOTE]
    for finding in sorted(findings, key=lambda each: order.index(each.severity)):
        place = place_of(finding, document)
        where = f"{path}:{place[0]}:{place[1]}" if place else str(path)
        about = ".".join(part for part in (finding.node, finding.field) if part)
        say(f"{finding.severity.value:<8}{where}  {about}")
        say(f"        {finding.sentence} {finding.way_out}")


def place_of(finding: Finding, document: Document) -> tuple[int, int] | None:
    """Line and column of what a finding is about, or of the nearest thing around it that stands in the file."""
    parts: list[str | int] = []
    if finding.node:
        for position, name in enumerate(finding.node.split(".")):
            parts += ["nodes", name] if position == 0 else ["config", "body", "nodes", name]
    parts += [int(part) if part.isdigit() else part for part in (finding.field or "").split(".") if part]
    for end in range(len(parts), 0, -1):
        found = document.place(tuple(parts[:end]))
        if found is not None:
            return found
    return None


def name_of_starter(given: str | None) -> str:
    """Who starts: the name given, or the system's user.

    Raises:
        Ending: it is no name (exit 2).
    """
    if given is not None:
        if not given.strip() or len(given) > LONGEST_NAME or not given.isprintable():
            raise Ending(f"--as takes a name of 1 to {LONGEST_NAME} letters, not {given[:40]!r}.")
        return given.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


def plain_value(path_or_json: str, option: str = "--input") -> Any:
    """The value of an option: JSON text, or the content of a file.

    Raises:
        Ending: it is neither (exit 2).
    """
    from builder.kit.documents import read_document  # only commands with a value need it

    try:
        if path_or_json.lstrip().startswith(("{", "[", '"')):
            return read_document(path_or_json.encode("utf-8", "surrogatepass"), option).value
        if not path_or_json.strip():
            raise Ending(f"{option} is empty. Give a file, or JSON text.")
        return read_file(Path(path_or_json)).value
    except HandrailError as error:
        raise unusable(error) from None
