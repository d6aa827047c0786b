"""Writes the reference pages that come from the code; `--check` says which are out of date and writes nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from builder.catalog import discover_types
from builder.engine.graph import Workflow
from builder.engine.template import GovernanceTemplate
from builder.sdk import NodeType
from builder.settings import describe_settings

REFERENCE = Path(__file__).resolve().parent / "reference"


def schema_text(model: Any) -> str:
    """A file format as JSON Schema text."""
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def nodes_text() -> str:
    """The palette as one table."""
    rows = ["# Node types", "", "Written by `make format` from the node folders.", ""]
    rows += ["| type | what it does | effect | ports |", "|---|---|---|---|"]
    for key, node_type in sorted(discover_types().items()):
        effects = node_type.effects
        words = [effects.effect.value] + [w for w in ("external", "irreversible", "spends") if getattr(effects, w)]
        if not effects.pure:
            words.append(f"after a crash: {effects.after_crash.value}")
        ports = ", ".join(f"`{port.name}`" for port in node_type.ports)
        if type(node_type).ports_of is not NodeType.ports_of:
            ports = "from its config"
        rows.append(f"| `{key}` | {node_type.summary} | {', '.join(words)} | {ports} |")
    return "\n".join(rows) + "\n"


def settings_text() -> str:
    """Every setting, what it means and its default."""
    rows = ["# Settings", "", "Read from the environment at start; a wrong value is refused with a sentence.", ""]
    rows += ["| variable | meaning | default |", "|---|---|---|"]
    rows += [f"| `{row.variable}` | {row.meaning} | {row.default} |" for row in describe_settings()]
    return "\n".join(rows) + "\n"


def pages() -> Mapping[str, str]:
    """File name → what it must hold."""
    return {
        "workflow.schema.json": schema_text(Workflow),
        "governance.schema.json": schema_text(GovernanceTemplate),
        "nodes.md": nodes_text(),
        "settings.md": settings_text(),
    }


def main() -> int:
    """Writes or checks; 1 when a page is out of date."""
    stale = []
    for name, text in pages().items():
        path = REFERENCE / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            REFERENCE.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        sys.stderr.write(f"out of date: {', '.join(stale)} in docs/reference; run `make format`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
