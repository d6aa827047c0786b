"""The command line as a person uses it: a fresh home, a real receiver on loopback, real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.product import *  # noqa: F403  # the fixtures of the product behind a browser
from tests.journeys.receiver import Receiver
from tests.journeys.visited import *  # noqa: F403  # an installation in which something happened

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "support-triage"
GOVERNANCE = EXAMPLE / "governance.yaml"


@dataclass
class Desk:
    """One person's terminal: a home of its own, and the example's workflow sending to a receiver of its own."""

    home: Path
    receiver: Receiver
    workflow: Path

    def command(self, *arguments: object) -> list[str]:
        """The command line of `handrail` with these arguments."""
        return [sys.executable, "-m", "builder.cli", *map(str, arguments)]

    @property
    def environment(self) -> dict[str, str]:
        """An environment without any model's key, so that the practice model answers."""
        kept = {k: v for k, v in os.environ.items() if not k.endswith("_API_KEY") and k != "OLLAMA_HOST"}
        return {**kept, "HANDRAIL_HOME": str(self.home), "PYTHONPATH": str(ROOT)}

    def handrail(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Runs one command to its end; a traceback is always a failure."""
        done = subprocess.run(
            self.command(*arguments), text=True, capture_output=True, env=self.environment, cwd=self.home, check=False
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return done

    def document(self, *arguments: object, code: int = 0) -> Any:
        """The one JSON document of a command that ends with this code."""
        done = self.handrail(*arguments, "--json")
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    def run(self, ticket: str, *more: object, code: int = 0) -> Any:
        """The example on one ticket, governed."""
        return self.document(
            "run", self.workflow, "--input", EXAMPLE / "tickets" / f"{ticket}.json", "--governance", GOVERNANCE,
            "--allow-host", self.receiver.address, *more, code=code,
        )  # fmt: skip

    def answers(self, **by_path: dict[str, Any]) -> Path:
        """A file of answers."""
        path = self.home / "answers.json"
        path.write_text(json.dumps(by_path), encoding="utf-8")
        return path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    receiver = Receiver(0)
    workflow = tmp_path / "workflow.yaml"
    text = (EXAMPLE / "workflow.yaml").read_text(encoding="utf-8")
    workflow.write_text(text.replace("127.0.0.1:8765", receiver.address), encoding="utf-8")
    yield Desk(tmp_path, receiver, workflow)
    receiver.close()
