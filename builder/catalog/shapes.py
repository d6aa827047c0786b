"""The recorded shape of a node type: what a workflow file that uses it relies on.

`shape.json` in a node's folder holds its version and the hash of its shape. When the shape changes and the version does
not, files in the field would mean something else: the folder is refused until the version is raised.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from builder.catalog.schemas import CatalogError
from builder.kit.hashing import hash_value
from builder.sdk import NodeType
from builder.sdk.testing import load_node

FILE = "shape.json"
_WORDS_FOR_PEOPLE = frozenset({"title", "description"})


def hash_shape(node: NodeType) -> str:
    """Hash of all that a workflow file relies on: config, inputs, outputs, ports, effects, labels; not of wording."""
    effects = node.effects
    return hash_value({
        "kind": node.kind.value,
        "control": node.control.value,
        "config": _plain(node.Config.model_json_schema(by_alias=True)),
        "in": _plain(node.In),
        "out": _plain(node.Out),
        "ports": [port.name for port in node.ports],
        "effects": [effects.effect.value, effects.external, effects.after_crash.value, effects.irreversible,
                    effects.spends],
        "labels": [sorted(node.emits), sorted(node.removes), node.endorses, node.check],
        **({"replies": True} if node.replies else {}),
    })  # fmt: skip


def judge_shape(node: NodeType, folder: Path) -> Iterator[str]:
    """What is wrong between a node and its recorded shape."""
    recorded = _read_record(folder)
    if recorded is None:
        yield f"{FILE} is missing: run `make format`."
    elif recorded.get("version") != node.version:
        yield f"{FILE} is of version {recorded.get('version')}, the node of version {node.version}: run `make format`."
    elif recorded.get("shape") != hash_shape(node):
        yield f"its shape changed, but its version is still {node.version}: raise `version`, then run `make format`."


def record_shapes(path: Path) -> list[Path]:
    """Writes `shape.json` for each folder that has none or whose version was raised; the files written.

    A shape that changed under the same version is left as it is, for `check_node_folders` to name.

    Raises:
        CatalogError: there is no such folder.
    """
    if not path.is_dir():
        raise CatalogError(f"There is no folder {path}.", way_out="Name the folder that holds kind/name.")
    return [source.parent / FILE for source in sorted(path.glob("*/*/node.py")) if record_shape(source.parent)]


def record_shape(folder: Path) -> bool:
    """Writes the `shape.json` of one folder, unless it is there for this version; whether it was written."""
    node, recorded = load_node(folder), _read_record(folder)
    if recorded is not None and recorded.get("version") == node.version:
        return False
    record = {"version": node.version, "shape": hash_shape(node)}
    (folder / FILE).write_text(json.dumps(record) + "\n", encoding="utf-8")
    return True


def _read_record(folder: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def _plain(schema: Any) -> Any:
    """A schema without the words that only people read; a field that is called `title` stays."""
    if isinstance(schema, dict):
        return {
            key: {name: _plain(each) for name, each in value.items()}
            if key in ("properties", "$defs") and isinstance(value, dict)
            else _plain(value)
            for key, value in schema.items()
            if key not in _WORDS_FOR_PEOPLE
        }
    return [_plain(each) for each in schema] if isinstance(schema, list | tuple) else schema
