"""The command line inside this process: what it printed, where, and how it ended."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "support-triage"
WORKFLOW, GOVERNANCE, TICKET = EXAMPLE / "workflow.yaml", EXAMPLE / "governance.yaml", EXAMPLE / "tickets" / "01.json"


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str

    def document(self) -> Any:
        """The one JSON document on stdout; nothing else was said."""
        assert self.err == "", self.err
        return json.loads(self.out)

    def sentence(self) -> str:
        """The one sentence with which an unusable thing is refused."""
        assert self.code == 2, self
        assert self.out == ""
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        return self.err.strip()


Handrail = Callable[..., Ended]


@pytest.fixture
def handrail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Handrail:
    """Runs one command in a fresh home, without any model's key."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OLLAMA_HOST", "HANDRAIL_MODELS", "HANDRAIL_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HANDRAIL_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["handrail", *map(str, arguments)])
        with pytest.raises(SystemExit) as ending:
            main()
        said = capsys.readouterr()
        return Ended(int(ending.value.code or 0), said.out, said.err)

    return run
