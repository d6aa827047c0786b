"""From a workflow file to a governed result, as a person with a clean clone sees it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import EXAMPLE, GOVERNANCE, Desk

pytestmark = pytest.mark.journeys
ANSWERS = EXAMPLE / "answers.yaml"
APPROVAL = "g_send_human_before_outward_write"
APPROVED = {"decision": "approve", "by": "Tomas Berg", "reason": "Polite."}


def test_what_the_model_saw_was_masked_and_what_arrived_is_not(desk: Desk) -> None:
    ticket = json.loads((EXAMPLE / "tickets" / "01.json").read_text(encoding="utf-8"))
    story = desk.run("01", "--answers", ANSWERS)
    assert story["run"]["state"] == "succeeded"
    assert story["run"]["models"] == ["practice"]
    assert story["run"]["starter"]["note"] == "name as given, not signed in"

    [reply] = desk.receiver.replies
    assert reply["to"] == ticket["customer_email"]
    assert reply["text"] == story["run"]["result"]["reply"]
    for model_step in ("classify", "answer"):
        seen = json.dumps(desk.document("show", story["run"]["id"], "--step", model_step)["given"])
        for secret in ("4556 7375 8689 9855", "20 7946 0958", ticket["customer_email"]):
            assert secret not in seen
    assert "[payment_card:" in seen

    decided = {step["path"]: step["decided_by"] for step in story["steps"] if "decided_by" in step}
    assert decided == {APPROVAL: {"name": "Tomas Berg", "note": "name as given, not signed in"}}
    [approval] = [step for step in story["steps"] if step["path"] == APPROVAL]
    assert approval["why"] == "Tomas Berg decided: approve (name as given, not signed in)."
    assert approval["why"] in desk.handrail("show", story["run"]["id"]).stdout

    states = {step["path"]: step["state"] for step in story["steps"]}
    assert states["sort"] == "skipped"
    assert {states[path] for path in states if path.startswith("g_")} == {"succeeded"}
    audit = desk.document("audit", "verify")
    assert audit["holds"]
    assert audit["chained"] >= 3
    assert audit["records"] == 1


@pytest.mark.parametrize("ticket", ["04", "05", "12"])
def test_every_kind_of_ticket_comes_to_an_end(desk: Desk, ticket: str) -> None:
    story = desk.run(ticket, "--answers", ANSWERS)
    assert story["run"]["state"] == "succeeded"
    [reply] = desk.receiver.replies
    assert (
        reply["to"]
        == json.loads((EXAMPLE / "tickets" / f"{ticket}.json").read_text(encoding="utf-8"))["customer_email"]
    )


def test_a_run_waits_for_people_and_another_process_goes_on_with_it(desk: Desk) -> None:
    waiting = desk.run("02", "--answers", desk.answers(), code=3)
    assert waiting["run"]["state"] == "waiting"
    assert "people" in waiting["run"]["why"]
    assert desk.receiver.calls == 0
    answers = desk.answers(**{APPROVAL: APPROVED, "sort": {**APPROVED, "decision": "approve"}})
    story = desk.document("resume", waiting["run"]["id"], "--answers", answers, "--allow-host", desk.receiver.address)
    assert story["run"]["state"] == "succeeded"
    assert len(desk.receiver.replies) == 1


def test_who_starts_a_run_does_not_approve_it(desk: Desk) -> None:
    answers = desk.answers(**{APPROVAL: {**APPROVED, "by": "mara"}})
    story = desk.run("01", "--as", "Mara", "--answers", answers, code=3)
    step = next(step for step in story["steps"] if step["path"] == APPROVAL)
    assert step["state"] == "waiting"
    assert "start" in step["why"]
    assert desk.receiver.calls == 0


def test_a_rejection_refuses_the_run_and_nothing_leaves(desk: Desk) -> None:
    answers = desk.answers(**{APPROVAL: {**APPROVED, "decision": "reject", "reason": "Too curt."}})
    story = desk.run("01", "--answers", answers, code=1)
    assert story["run"]["state"] == "refused"
    assert "Too curt." in story["run"]["why"]
    assert desk.receiver.calls == 0


def test_a_dry_run_makes_no_write(desk: Desk) -> None:
    story = desk.run("01", "--mode", "dry", "--answers", ANSWERS)
    assert story["run"]["state"] == "succeeded"
    assert desk.receiver.calls == 0


def test_without_leave_the_private_receiver_is_not_reached(desk: Desk) -> None:
    story = desk.document(
        "run", desk.workflow, "--input", EXAMPLE / "tickets" / "01.json", "--governance", GOVERNANCE,
        "--answers", ANSWERS, code=1,
    )  # fmt: skip
    assert story["run"]["state"] == "failed"
    assert desk.receiver.calls == 0


def test_a_killed_process_loses_nothing_and_doubles_nothing(desk: Desk) -> None:
    waiting = desk.run("01", "--answers", desk.answers(), code=3)
    answers = desk.answers(**{APPROVAL: APPROVED})
    command = desk.command(
        "resume", waiting["run"]["id"], "--answers", answers, "--allow-host", desk.receiver.address, "--json"
    )
    killed = {**desk.environment, "FAILPOINT": "effect.after:1:kill"}
    first = subprocess.run(command, env=killed, cwd=desk.home, capture_output=True, check=False)
    assert first.returncode == -9, first.stderr
    story = desk.document(*command[3:-1])
    assert story["run"]["state"] == "succeeded"
    assert desk.receiver.calls == 2, "a receiver that takes idempotency keys is called again with the same key"
    assert len(desk.receiver.replies) == 1


class TestWoven:
    @pytest.fixture
    def woven(self, desk: Desk) -> Path:
        path = desk.home / "woven.json"
        done = desk.handrail("weave", desk.workflow, "--governance", GOVERNANCE, "-o", path)
        assert done.returncode == 0, done.stdout + done.stderr
        return path

    def test_it_holds_until_somebody_touches_it(self, desk: Desk, woven: Path) -> None:
        assert desk.document("verify", woven)["holds"]
        plain: dict[str, Any] = json.loads(woven.read_text(encoding="utf-8"))
        plain["graph"]["nodes"]["g_answer_mask_before_model"]["config"] = {"action": "review"}
        woven.write_text(json.dumps(plain), encoding="utf-8")
        answer = desk.document("verify", woven, code=1)
        assert not answer["holds"]
        assert answer["reason"]

    def test_it_stands_on_the_models_it_was_woven_for(self, desk: Desk, woven: Path) -> None:
        desk_environment = {**desk.environment, "OPENAI_API_KEY": "not-a-key"}
        done = subprocess.run(
            desk.command("verify", woven),
            env=desk_environment,
            cwd=desk.home,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1
        assert "default" in done.stdout

    def test_explaining_names_what_was_required_and_why(self, desk: Desk) -> None:
        told = desk.handrail("explain", desk.workflow, "--governance", GOVERNANCE).stdout
        assert "[required]" in told
        assert "privacy office" in told
