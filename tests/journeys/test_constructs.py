"""Every file of examples/constructs runs, with the real engine in one process, to the end that its first line tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from builder.cli.answers import Answer, Answers
from builder.cli.follow import Follower
from builder.engine.prove import certify
from builder.engine.weave import weave
from builder.engine.woven import dump_woven
from builder.kit.shapes import normalise
from builder.providers import connection_facts, connections_from_environment
from builder.reviews import Review
from builder.runs import RunStory, Start, signal_run
from builder.settings import read_settings
from builder.wiring import Application, build_embedded
from builder.workflows import load_workflow

pytestmark = pytest.mark.journeys
FOLDER = Path(__file__).resolve().parents[2] / "examples" / "constructs"
CALLS_OUTSIDE = {"retry"}
"""Played against a loopback server by the tests of the runs room."""
FILES = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem not in CALLS_OUTSIDE)


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    home = tmp_path_factory.mktemp("home")
    with build_embedded(read_settings({"HANDRAIL_HOME": str(home)})) as opened:
        yield opened


def approve(story: RunStory, question: Any) -> Answer:
    """Somebody who approves whatever is asked."""
    assert isinstance(question, Review), story.run.why
    return Answer(decision="approve", by="Priya Raman", reason="fine")


def play(application: Application, name: str, **given: Any) -> RunStory:
    """Runs a construct on the defaults of its input."""
    loaded = load_workflow(FOLDER / f"{name}.yaml", application.types)
    assert loaded.workflow is not None
    assert loaded.findings == []
    woven, proof = certify(
        weave(
            loaded.workflow,
            (),
            application.types,
            day=date(2026, 11, 23),
            called=loaded.called,
            connections=connection_facts(connections_from_environment({})),
        )
    )
    assert proof.holds
    value = normalise(given, loaded.workflow.inputs)
    number = application.start(dump_woven(woven), Start(input=value, starter="Mara"))
    if name == "wait_signal":
        with application.transaction() as session:
            signal_run(session, number, loaded.workflow.nodes["payment"].config["signal"])
    return Follower(application, number, Answers(), show=lambda _: None, ask=approve).follow()


@pytest.mark.parametrize("name", FILES)
def test_it_comes_to_its_end(application: Application, name: str) -> None:
    story = play(application, name)
    assert story.run.status == ("refused" if name == "stop" else "succeeded"), story.run.why
    ended = {"succeeded", "failed", "skipped", "cancelled", "refused"}
    assert {step.status.value for step in story.steps} <= ended


def test_the_error_port_tells_what_happened(application: Application) -> None:
    story = play(application, "error_port")
    assert "could not be shared" in story.result["text"]
    assert play(application, "error_port", parts=4).result == {"text": "Each gets 3."}


def test_a_review_in_a_map_decides_each_item(application: Application) -> None:
    story = play(application, "review_in_map")
    decided = {step.path for step in story.steps if isinstance(step.output, dict) and "decision" in step.output}
    assert len(decided) >= 2
    assert all("[" in path for path in decided)
