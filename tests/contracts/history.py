"""What must hold of every record, whatever happened while it was written."""

from __future__ import annotations

from builder.engine.state import FINAL_RUNS, FINAL_STEPS
from builder.runs import RunStory

FINAL = {status.value for status in FINAL_STEPS}


def check_history(story: RunStory) -> None:
    """Raises AssertionError with what is wrong."""
    events = story.events
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1)), "the record has a gap, or a double"
    epochs = [event["epoch"] for event in events]
    assert epochs == sorted(epochs), f"epochs fall: {epochs}"
    ended: dict[tuple[str, str], int] = {}
    running: set[tuple[str, int]] = set()
    for event in events:
        name = (event["kind"], event["path"])
        if event["kind"] == "run":
            assert name not in ended, "the run ended twice"
            ended[name] = event["seq"]
            continue
        assert name not in ended, f"{name} goes on after its end: {event}"
        if event["kind"] == "step" and event["status"] == "running":
            assert (event["path"], event["attempt"]) not in running or _is_container(events, event["path"]), event
            running.add((event["path"], event["attempt"]))
        if event["status"] in FINAL:
            ended[name] = event["seq"]
    final = story.run.status in {status.value for status in FINAL_RUNS}
    assert final == (("run", "") in ended), "the run's row and its record disagree"
    if final:
        open_steps = {path for kind, path in {(e["kind"], e["path"]) for e in events} if kind == "step"}
        left = [path for path in open_steps if ("step", path) not in ended]
        assert left == [], f"the run has ended, and these have not: {left}"


def _is_container(events: tuple[dict[str, object], ...], path: str) -> bool:
    return any(event["kind"] == "scope" and str(event["path"]).startswith(path) for event in events)
