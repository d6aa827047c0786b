"""Reading a workflow file and the files it calls. Reading runs nothing and contacts nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builder.engine.findings import Finding, Severity
from builder.engine.graph import Workflow
from builder.engine.source import check_source
from builder.kit.documents import Document, read_document
from builder.kit.errors import HandrailError
from builder.sdk import Control, NodeType

MAX_FILE = 5_000_000
MAX_CALLED = 100


class UnreadableFile(HandrailError):
    """A file that is not there, may not be read, or is too large."""

    code = "unreadable_file"


@dataclass(frozen=True)
class LoadedWorkflow:
    """A workflow file, read.

    Attributes:
        path: where it was read from.
        document: its plain data, with the place of each key.
        workflow: the model, or None when the file is not a workflow.
        findings: what kept it, or a file that it calls, from being a workflow.
        called: `config.workflow` of each call → the called Workflow.
    """

    path: Path
    document: Document
    workflow: Workflow | None
    findings: list[Finding] = field(default_factory=list)
    called: dict[str, Workflow] = field(default_factory=dict)


def read_file(path: Path) -> Document:
    """The plain data of a YAML or JSON file.

    Raises:
        UnreadableFile: it is not there, may not be read, or is too large.
        builder.kit.documents.DocumentError: it is not YAML or JSON that Handrail accepts.
    """
    try:
        with path.open("rb") as file:
            source = file.read(MAX_FILE + 1)
    except IsADirectoryError:
        raise UnreadableFile(f"{path} is a folder, not a file.", way_out="Name the file inside it.") from None
    except FileNotFoundError:
        raise UnreadableFile(f"There is no file {path}.", way_out="Check the name and the folder.") from None
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from None
    if len(source) > MAX_FILE:
        raise UnreadableFile(
            f"{path} is larger than {MAX_FILE // 1_000_000} MB.",
            way_out="Split it, or keep what is large where a step can fetch it.",
        )
    return read_document(source, str(path))


def load_workflow(path: Path, types: Mapping[str, NodeType]) -> LoadedWorkflow:
    """A workflow file and, by path relative to it, every file that it calls.

    Raises:
        HandrailError: a file cannot be used at all. What is wrong inside a file comes as findings.
    """
    document = read_file(path)
    workflow, findings = check_source(document.value)
    loaded = LoadedWorkflow(path, document, workflow, findings)
    if workflow is not None:
        _load_called(loaded, workflow, path.parent, types, (path.resolve(),))
    return loaded


def _load_called(
    loaded: LoadedWorkflow, caller: Workflow, folder: Path, types: Mapping[str, NodeType], open_files: tuple[Path, ...]
) -> None:
    for node, reference in called_references(caller.model_dump(mode="json", by_alias=True).get("nodes", {}), types):
        if reference in loaded.called:
            continue
        target = folder / reference.partition("@")[0]
        if target.resolve() in open_files:
            names = " → ".join(file.name for file in (*open_files, target.resolve()))
            loaded.findings.append(_finding("call_recursive", node, f"This call leads back to itself: {names}."))
            continue
        if len(loaded.called) >= MAX_CALLED:
            loaded.findings.append(_finding("too_many_calls", node, f"More than {MAX_CALLED} workflows are called."))
            return
        try:
            called, findings = check_source(read_file(target).value)
        except UnreadableFile as error:
            loaded.findings.append(_finding("call_not_found", node, error.sentence))
            continue
        if called is None:
            first = findings[0].sentence if findings else "It is not a workflow."
            loaded.findings.append(_finding("call_unusable", node, f"{target} cannot be called. {first}"))
            continue
        loaded.called[reference] = called
        _load_called(loaded, called, target.parent, types, (*open_files, target.resolve()))


def called_references(nodes: Mapping[str, Any], types: Mapping[str, NodeType]) -> Iterator[tuple[str, str]]:
    """Every call in plain nodes, bodies included, as (node path, reference)."""
    for name, node in nodes.items():
        node_type = types.get(node["type"])
        config = node.get("config")
        if not isinstance(config, dict):
            continue  # its finding says so
        if node_type is not None and node_type.control is Control.CALL and isinstance(config.get("workflow"), str):
            yield name, config["workflow"]
        body = config.get("body")
        if isinstance(body, dict) and isinstance(body.get("nodes"), dict):
            inner = {k: v for k, v in body["nodes"].items() if isinstance(v, dict) and isinstance(v.get("type"), str)}
            for path, reference in called_references(inner, types):
                yield f"{name}.{path}", reference


def _finding(code: str, node: str, sentence: str) -> Finding:
    way_out = "Name an existing workflow file, relative to this one, that does not lead back here."
    return Finding(code, Severity.ERROR, sentence, way_out, node=node, field="config.workflow")
