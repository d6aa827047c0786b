"""What people read has words in every language: each code by which a step fails is in the catalogue of the screens."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("nodes", "builder/sdk", "builder/egress", "builder/providers", "builder/files", "builder/runs")
"""Where steps fail; in other rooms the same verbs refuse what people ask."""
SAYS = {"Failed", "_failed", "_fail", "fail", "broken_file", "refuse", "lost", "_absent", "_refuse"}
"""What makes a failure; its code is the first word among the arguments."""
_CODE = re.compile(r"[a-z]+(_[a-z]+)*\Z")


def codes_in(source: Path) -> Iterator[str]:
    """The codes that a file gives to failures."""
    for call in ast.walk(ast.parse(source.read_text("utf-8"))):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in SAYS:
            said = [
                each.value for each in call.args[:2] if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
            yield from [each for each in said if _CODE.match(each)][:1]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_way_to_fail_has_words(language: str) -> None:
    words = json.loads((ROOT / "frontend/src/app/texts" / f"{language}.json").read_text("utf-8"))
    sources = [each for room in ROOMS for each in (ROOT / room).rglob("*.py")]
    found = {code for each in sources if not each.name.startswith("test_") for code in codes_in(each)}
    assert len(found) > 80
    assert sorted(code for code in found if f"failed.{code}" not in words) == []
