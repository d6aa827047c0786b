"""The API's description as a file, without a server: `python -m builder.openapi FILE`; `--check` writes nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from builder.app import assemble_app


def describe_api() -> str:
    """The OpenAPI document as JSON text, the same for the same code."""
    return json.dumps(assemble_app().openapi(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Writes the document, or says whether the file holds it; 1 when it does not."""
    *options, name = arguments or ["-"]
    text = describe_api()
    if name == "-":
        sys.stdout.write(text)
    elif "--check" not in options:
        Path(name).write_text(text, encoding="utf-8")
    elif not Path(name).exists() or Path(name).read_text(encoding="utf-8") != text:
        sys.stderr.write(f"{name} is out of date. Run `make format`.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
