"""What operators see of real runs: figures, traces and lines of the log, on both back ends."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from builder.db import Database
from builder.kit.ids import show_id
from builder.kit.logs import set_up_logs
from builder.providers import Models, WatchedGateway
from builder.providers.connections import PRACTICE_CONNECTION
from builder.sdk import HttpAnswer, HttpRequest, ModelAnswer, ModelRequest
from builder.telemetry import open_instruments
from builder.telemetry.traces import trace_id_of
from tests.contracts.world import World, workflow
from tests.rooms.telemetry.collector import Collector

_log = structlog.get_logger("a test")


class TalkingEgress:
    """Says a word in the log while a step is under way."""

    async def send(self, request: HttpRequest) -> HttpAnswer:
        _log.info("sent")
        return HttpAnswer(200, (), b"")


class TalkingGateway:
    async def ask(self, request: ModelRequest) -> ModelAnswer:
        _log.info("asked")
        return await Models({"default": PRACTICE_CONNECTION}).ask(request)

    def worst_cost(self, request: ModelRequest) -> float:
        return 0.0

    async def aclose(self) -> None:
        pass


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (structlog.get_config(), root.handlers[:], root.level)
    stream = io.StringIO()
    set_up_logs("info", stream, role="worker")
    yield stream
    structlog.configure(**before[0])
    root.handlers[:] = before[1]
    root.setLevel(before[2])


def thinking(*types: str) -> Any:
    return workflow({f"s{number}": {"type": kind} for number, kind in enumerate(types)})


def test_runs_steps_and_questions_are_counted_and_traced(database: Database, tmp_path: Path) -> None:
    with Collector() as collector:
        watch = open_instruments("worker", figures=True, endpoint=collector.url, look=None)
        gateway = WatchedGateway(TalkingGateway(), {"default": PRACTICE_CONNECTION}, watch)
        with World(database, tmp_path, telemetry=watch, gateway=gateway) as world:
            run_id = world.start(thinking("test.note@1", "test.think@1", "test.block@1", "test.send@1"))
            story = world.until(run_id)
            assert story.run.status == "succeeded", story.run.why
            failing = world.start(workflow({"a": {"type": "test.note@1", "config": {"fails": "raise"}}}))
            assert world.until(failing).run.status == "failed"
        watch.close()
        assert watch.metrics is not None
        text = watch.metrics.write().decode()
    for line in (
        'handrail_runs_left_total{mode="live",state="succeeded"} 1.0',
        'handrail_runs_left_total{mode="live",state="failed"} 1.0',
        'handrail_steps_total{outcome="succeeded",type="test.send@1"} 1.0',
        'handrail_steps_total{outcome="failed",type="test.note@1"} 1.0',
        'handrail_model_calls_total{connection="practice",model="practice",outcome="answered"} 2.0',
        "handrail_run_queue_seconds_count 2.0",
        'handrail_commit_seconds_count{kind="claim"} 2.0',
    ):
        assert line in text, line
    mine = [span for span in collector.spans if span["trace"] == f"{trace_id_of(run_id):032x}"]
    (run,) = [span for span in mine if span["name"].startswith("invoke_workflow")]
    assert run["handrail.run.id"] == show_id(run_id)
    steps = {span["handrail.step.path"]: span for span in mine if "handrail.step.path" in span}
    assert {span["parent"] for span in steps.values()} == {run["id"]}
    chats = [span for span in mine if span["name"].startswith("chat")]
    assert sorted(span["parent"] for span in chats) == sorted((steps["s1"]["id"], steps["s2"]["id"]))
    (broken,) = [span for span in collector.spans if span.get("error.type") == "node_broke"]
    assert broken["status"] == 2


def test_a_line_of_the_log_says_of_which_run_and_step(database: Database, tmp_path: Path, lines: io.StringIO) -> None:
    """Also where a step holds a thread of its own, and asks from there."""
    with World(database, tmp_path, egress=TalkingEgress(), gateway=TalkingGateway()) as world:
        runs = [world.start(thinking("test.send@1", "test.think@1", "test.block@1")) for _ in range(3)]
        for run_id in runs:
            assert world.until(run_id).run.status == "succeeded"
    said = [json.loads(line) for line in lines.getvalue().splitlines()]
    told = sorted((line["run"], line["step"], line["event"]) for line in said if line["event"] in ("sent", "asked"))
    words = (("s0", "sent"), ("s1", "asked"), ("s2", "asked"))
    assert told == sorted((show_id(run_id), *word) for run_id in runs for word in words)
    assert {line["role"] for line in said} == {"worker"}
