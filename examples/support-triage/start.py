"""Runs the support triage on its tickets, with its governance, against a real receiver on loopback.

At a terminal the first ticket asks you for its reviews; you choose whether the others do too. Without a terminal the
prepared answers of `answers.yaml` are used.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from receiver import Receiver

HERE = Path(__file__).resolve().parent
HOME = Path(os.environ.get("HANDRAIL_HOME", ".handrail")).resolve()
PORT = 8765


def handrail(*arguments: str | Path, capture: bool = False) -> subprocess.CompletedProcess[str]:
    """One `handrail` command, as anybody would type it."""
    command = [sys.executable, "-m", "builder.cli", *map(str, arguments)]
    return subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE if capture else None)


def open_receiver() -> tuple[Receiver, Path]:
    """The receiver, and the workflow file that sends to it (a copy with another port when 8765 is taken)."""
    workflow = HERE / "workflow.yaml"
    try:
        return Receiver(PORT), workflow
    except OSError:
        receiver = Receiver(0)
        copy = HOME / "support-triage.yaml"
        text = workflow.read_text(encoding="utf-8")
        copy.write_text(text.replace(f"127.0.0.1:{PORT}", receiver.address), encoding="utf-8")
        print(f"Port {PORT} is taken; this time the answers go to {receiver.address}.")
        return receiver, copy


def run_ticket(ticket: Path, workflow: Path, address: str, *, by_hand: bool) -> dict[str, object]:
    """One run; what became of it."""
    arguments = ["run", workflow, "--input", ticket, "--governance", HERE / "governance.yaml", "--allow-host", address]
    if by_hand:
        print(f"\n{json.loads(ticket.read_text(encoding='utf-8'))['ticket']}\n")
        handrail(*arguments)
        listed = json.loads(handrail("runs", "--json", "--limit", "1", capture=True).stdout)
        return dict(listed["runs"][0])
    done = handrail(*arguments, "--answers", HERE / "answers.yaml", "--json", capture=True)
    document = json.loads(done.stdout)
    if "run" not in document:
        sys.exit(f"Ticket {ticket.stem} could not be run: {json.dumps(document, ensure_ascii=False)}")
    return dict(document["run"])


def main() -> int:
    """The whole example; 0 when every ticket came to an end that people or rules meant."""
    HOME.mkdir(parents=True, exist_ok=True)
    receiver, workflow = open_receiver()
    woven = HOME / "support-triage.woven.json"
    if handrail("weave", workflow, "--governance", HERE / "governance.yaml", "-o", woven).returncode:
        return 1
    tickets = sorted((HERE / "tickets").glob("*.json"))
    by_hand = sys.stdin.isatty() and sys.stdout.isatty()
    runs = []
    for number, ticket in enumerate(tickets):
        if number == 1 and by_hand:
            by_hand = (
                input(f"\nDecide the other {len(tickets) - 1} tickets yourself too? [y/N] ").lower().startswith("y")
            )
        run = run_ticket(ticket, workflow, receiver.address, by_hand=by_hand)
        result = run.get("result") or {}
        category = result.get("category", "–") if isinstance(result, dict) else "–"
        models = ", ".join(run.get("models", ())) or "–"
        print(
            f"  ticket {ticket.stem}  {run['state']:<10} {category:<8}  answered by {models}  run {run['id']}",
            flush=True,
        )
        runs.append(run)
    received = HOME / "received.json"
    received.write_text(json.dumps(receiver.replies, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    receiver.close()
    last = runs[0]["id"]
    print(f"\n{len(receiver.replies)} answers were approved and arrived, unmasked:  {received}")
    print(f"The result of a run, and what each step was given:        handrail show {last}")
    print(f"The masked prompt that the model saw:                     handrail show {last} --step answer")
    print(f"The woven workflow with its certificates:                 {woven}")
    print(f"Check these certificates again, without weaver or prover: handrail verify {woven}")
    print(f"\n(The command is {Path(sys.executable).parent / 'handrail'}; set HANDRAIL_HOME={HOME} for these runs.)")
    return 0 if all(run["state"] in ("succeeded", "refused", "waiting") for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
