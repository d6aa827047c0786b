"""The migrations form one line, and each is called by its number."""

from __future__ import annotations

import re
from pathlib import Path

VERSIONS = sorted((Path(__file__).resolve().parents[2] / "migrations" / "versions").glob("*.py"))


def _said(text: str, word: str) -> str | None:
    found = re.search(rf'^{word} = (?:"(\w+)"|None)$', text, re.MULTILINE)
    assert found is not None
    return found[1]


def test_migrations_form_one_line() -> None:
    before = None
    for number, file in enumerate(VERSIONS, 1):
        text = file.read_text("utf-8")
        assert file.name.startswith(f"{number:04d}_"), f"{file.name} should have the number {number:04d}"
        assert (_said(text, "revision"), _said(text, "down_revision")) == (f"{number:04d}", before), file.name
        before = f"{number:04d}"
