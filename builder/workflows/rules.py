"""What a draft keeps, what its history forgets, and what an import would do. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from builder.engine.findings import Finding
from builder.engine.graph import Workflow, dump_part
from builder.engine.marks import marks_of, texts_at
from builder.engine.source import check_source
from builder.kit.detect import find_secrets
from builder.kit.sealing import verify_signature
from builder.kit.shapes import ShapeError, normalise
from builder.sdk import JSON, NodeType
from builder.workflows.schemas import BadDraftError, DraftRevision, Version

IN_THE_ROW = ("name", "purpose")
"""What stands in the workflow's row, not in its draft."""
BESIDE = ("triggers",)
"""What a file carries, and is kept in rows of its own: it is in force without being published."""
OF_HERE = ("owner", "deputy", "team", "authors")
"""What this installation decides; no file takes it in or out."""

NEWEST_KEPT = 50
HOURLY = timedelta(days=2)
DAILY = timedelta(days=60)
_KEY = re.compile(r"[^a-z0-9]+")


def key_of(name: str, taken: frozenset[str] = frozenset()) -> str:
    """A name as references say it: small letters, digits and dashes, and not one of those taken."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    key = _KEY.sub("-", plain).strip("-")[:60].rstrip("-") or "workflow"
    number = 1
    found = key
    while found in taken:
        number += 1
        found = f"{key}-{number}"
    return found


def read_source(value: JSON, name: str) -> tuple[Workflow | None, list[Finding]]:
    """Plain data as the workflow that it could become: what the row and this installation say is put in or left out.

    Args:
        value: a file's content, or a draft's.
        name: what the workflow is called here.
    """
    try:
        value = normalise(value, {})
    except ShapeError as problem:
        raise BadDraftError(f"This cannot be stored: {problem}", findings=[]) from None
    if isinstance(value, Mapping):
        value = {key: item for key, item in value.items() if key not in (*IN_THE_ROW, *OF_HERE)}
        value = {"handrail": 1, **value, "name": name}
    return check_source(value)


def expect_source(value: JSON, name: str) -> dict[str, JSON]:
    """The draft that plain data is, in the one form in which drafts are kept.

    Raises:
        BadDraftError: it is none; all that is wrong is told.
    """
    workflow, findings = read_source(value, name)
    woven = [] if workflow is None else [node for node, each in workflow.nodes.items() if each.woven is not None]
    if workflow is not None and not woven:
        return source_of(workflow)
    if woven:
        sentence, way_out = f"{woven[0]} is woven in by governance; it is no part of a draft.", "Leave it out."
    else:
        sentence, way_out = findings[0].sentence, findings[0].way_out
    said = [each.as_view() for each in findings]
    raise BadDraftError(f"This cannot be saved. {sentence}", way_out=way_out, findings=said)


def source_of(workflow: Workflow) -> dict[str, JSON]:
    """A workflow as its draft keeps it: in canonical form, without what the row and this installation say."""
    said = dump_part(workflow)
    layout = {name: [_whole(part) for part in place] for name, place in said.pop("layout", {}).items()}
    kept = {key: value for key, value in said.items() if key not in (*IN_THE_ROW, *BESIDE, *OF_HERE)}
    groups = kept.pop("groups", None)
    kept |= {"layout": layout} if layout else {}
    return kept | ({"groups": groups} if groups else {})


def file_of(source: Mapping[str, JSON], name: str, purpose: str, **here: JSON) -> dict[str, JSON]:
    """A draft as a file: with its name and purpose, and whatever of this installation is wanted in it."""
    rest = {key: value for key, value in source.items() if key not in ("handrail", *BESIDE)}
    heading: dict[str, JSON] = {"handrail": 1, "name": name}
    return heading | ({"purpose": purpose} if purpose else {}) | {k: v for k, v in here.items() if v} | rest


def add_triggers(file: Mapping[str, JSON], triggers: Sequence[JSON]) -> dict[str, JSON]:
    """A file with its triggers, before its steps."""
    behind = [key for key in file if key in ("nodes", "edges", "result", "layout", "groups")]
    before = {key: value for key, value in file.items() if key not in behind}
    return before | ({"triggers": list(triggers)} if triggers else {}) | {key: file[key] for key in behind}


def workflow_of(source: Mapping[str, JSON], name: str, purpose: str = "", **here: JSON) -> Workflow:
    """A kept draft as the model."""
    return Workflow.model_validate(file_of(source, name, purpose, **here))


def _whole(number: float) -> float | int:
    return int(number) if float(number).is_integer() and abs(number) < 1 << 53 else number


# ---------------------------------------------------------------- history


def thin_history(revisions: Sequence[DraftRevision], now: datetime, keep: frozenset[int]) -> list[int]:
    """The revisions that need not be kept: autosave makes many, and nobody looks for each of last month's.

    The newest fifty stay, of the last two days one an hour, of the last sixty one a day, and any that has a note or
    that a version was made of (`keep`). An hour and a day keep their last.
    """
    ordered = sorted(revisions, key=lambda each: each.revision, reverse=True)
    seen: set[tuple[str, int]] = set()
    gone = []
    for position, each in enumerate(ordered):
        age = now - each.saved_at
        seconds = int(each.saved_at.timestamp())
        slot = ("hour", seconds // 3_600) if age < HOURLY else ("day", seconds // 86_400) if age < DAILY else None
        fresh = slot is not None and slot not in seen
        if slot is not None:
            seen.add(slot)
        if position >= NEWEST_KEPT and not fresh and not each.note and each.revision not in keep:
            gone.append(each.revision)
    return gone


# ---------------------------------------------------------------- what a file brings


def find_missing_types(workflow: Workflow, types: Mapping[str, NodeType]) -> list[str]:
    """The node types that a workflow uses, bodies included, and that are not installed."""
    return sorted({node["type"] for _, node in nodes_in(dump_part(workflow).get("nodes", {}))} - types.keys())


def find_connections(workflow: Workflow, types: Mapping[str, NodeType]) -> list[str]:
    """The model connections that a workflow names."""
    return find_marked(workflow, types, "connection")


def find_marked(
    workflow: Workflow, types: Mapping[str, NodeType], way: Literal["connection", "credential"]
) -> list[str]:
    """What a workflow names in fields of this mark."""
    found: set[str] = set()
    for _, node in nodes_in(dump_part(workflow).get("nodes", {})):
        kind = types.get(node["type"])
        marks = () if kind is None else marks_of(kind.Config)
        for mark in marks:
            if mark.way == way:
                found.update(text for _, text in texts_at(node.get("config", {}), mark.path))
    return sorted(found - {""})


def find_secret(source: Mapping[str, JSON]) -> tuple[str | None, str] | None:
    """The first place that holds what looks like a key, as (node, dotted path), and None when there is none."""
    for path, text in _texts(source, ()):
        if len(text) >= 8 and find_secrets(text):
            in_node = path[0] == "nodes" and len(path) > 1
            return (path[1], ".".join(path[2:])) if in_node else (None, ".".join(path))
    return None


def _texts(value: JSON, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for at, item in enumerate(value):
            yield from _texts(item, (*path, str(at)))


def nodes_in(nodes: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every node of plain nodes, bodies included, with its path."""
    for name, node in nodes.items():
        where = f"{path}.{name}" if path else name
        yield where, node
        body = (node.get("config") or {}).get("body")
        if isinstance(body, Mapping) and isinstance(body.get("nodes"), Mapping):
            inner = {key: each for key, each in body["nodes"].items() if isinstance(each, Mapping) and "type" in each}
            yield from nodes_in(inner, where)


def is_sealed(version: Version, public_key: bytes) -> bool:
    """Whether the document is the one whose hash the publisher signed; that it has this hash, loading it verifies."""
    document = version.woven
    try:
        signature = bytes.fromhex(str(document.get("signature", "")))
        hashed = bytes.fromhex(version.woven_hash)
    except ValueError:
        return False
    return document.get("woven_hash") == version.woven_hash and verify_signature(public_key, hashed, signature)
