"""From one machine to another by a file: what ran there is looked at, verified and gone on with here."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import EXAMPLE, Desk

pytestmark = pytest.mark.journeys
PASSPHRASE = "correct horse battery"


def command(desk: Desk, home: Path, *words: object, code: int = 0, **more: str) -> Any:
    done = subprocess.run(
        desk.command(*words, "--json"), text=True, capture_output=True, cwd=desk.home, check=False,
        env={**desk.environment, "HANDRAIL_HOME": str(home), **more},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_an_installation_moves_in_a_file(desk: Desk, tmp_path: Path) -> None:
    ended = desk.run("01", "--answers", EXAMPLE / "answers.yaml")["run"]["id"]
    waiting = desk.run("01", "--answers", desk.answers(), code=3)["run"]["id"]
    file, here, there = tmp_path / "one.handrail", desk.home, tmp_path / "there"
    said = command(desk, here, "backup", file, "--keys", HANDRAIL_BACKUP_PASSPHRASE=PASSPHRASE)
    assert said["rows"]["run"] == 2
    assert command(desk, there, "restore", file, "--check")["rows"] == said["rows"]
    assert not there.exists(), "who only checks makes nothing"

    refused = command(desk, there, "restore", file, code=2)
    assert "The keys are not here" in refused["error"]["sentence"]
    wrong = command(desk, there, "restore", file, "--keys", code=2, HANDRAIL_BACKUP_PASSPHRASE="another passphrase")
    assert "do not open with this passphrase" in wrong["error"]["sentence"]
    command(desk, there, "restore", file, "--keys", HANDRAIL_BACKUP_PASSPHRASE=PASSPHRASE)
    again = command(desk, there, "restore", file, "--keys", code=2, HANDRAIL_BACKUP_PASSPHRASE=PASSPHRASE)
    assert "something in this installation already" in again["error"]["sentence"]

    assert command(desk, there, "show", ended)["run"]["state"] == "succeeded"
    assert command(desk, there, "audit", "verify")["holds"]
    exported = desk.home / "audit.jsonl"
    desk.handrail("audit", "export", exported)
    assert '"kind": "backup_made"' in exported.read_text("utf-8"), "who copies everything leaves that in the audit"
    approved = {"decision": "approve", "by": "Tomas Berg", "reason": "Polite."}
    answers = desk.answers(g_send_human_before_outward_write=approved)
    story = command(desk, there, "resume", waiting, "--answers", answers, "--allow-host", desk.receiver.address)
    assert story["run"]["state"] == "succeeded", "its sealed token book opens with the same key"
    assert len(desk.receiver.replies) == 2
