"""What only some steps need is loaded by them, not by every process that knows of them."""

from __future__ import annotations

import subprocess
import sys


def test_knowing_the_node_types_loads_no_library_of_theirs() -> None:
    script = (
        "import sys; from builder.catalog import discover_types; discover_types();"
        "print(*sorted({'openpyxl', 'pypdf', 'defusedxml', 'psycopg', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
