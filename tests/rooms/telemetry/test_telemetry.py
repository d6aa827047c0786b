"""What operators see: figures with small labels, spans by the conventions, and never a value of a run."""

from __future__ import annotations

import asyncio
import http.client
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from builder.kit.ids import new_id
from builder.providers import WatchedGateway
from builder.providers.connections import PRACTICE_CONNECTION, Connection
from builder.sdk import FailureClass, ModelAnswer, ModelRequest, NodeError, Usage
from builder.sdk.outcomes import Failed
from builder.telemetry import SILENCE, Answers, Figures, ModelSeen, RunSeen, SideDoor, StepSeen, open_instruments
from builder.telemetry.door import SideDoorError
from builder.telemetry.metrics import Bound, Metrics
from builder.telemetry.traces import trace_id_of
from tests.rooms.telemetry.collector import Collector

ROOT = Path(__file__).resolve().parents[3]
RUN = RunSeen(new_id(1_800_000_000_000), "Answer tickets", "live", 0.25)
STEP = StepSeen("send", "tool.http_request@1", 2)
MODEL = ModelSeen("default", "openai", "gpt-5", "api.example", 2000, 0.0)
SECRET = "4111 1111 1111 1111"


class Answering:
    """A gateway that answers, or fails, as it is told."""

    def __init__(self, failed: Failed | None = None) -> None:
        self.failed = failed

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        if self.failed is not None:
            raise NodeError(self.failed)
        return ModelAnswer(request.text, Usage("gpt-5-2026", 120, 30, 0.004))

    def worst_cost(self, request: ModelRequest) -> float:
        return 1.0

    async def aclose(self) -> None:
        pass


def figures_of(metrics: Metrics | None) -> str:
    assert metrics is not None
    return metrics.write().decode()


def test_figures_have_names_units_and_small_labels() -> None:
    standing = Figures({"ready": 3, "waiting": 2}, reviews=2, leases=1)
    watch = open_instruments("keeper", figures=True, endpoint=None, look=lambda: standing)
    with watch.watch_run(RUN) as run, watch.watch_step(STEP) as step, watch.watch_model(MODEL) as model:
        model.outcome, model.usage = "answered", Usage("gpt-5-2026", 120, 30, 0.004)
        step.outcome, run.outcome = "succeeded", "waiting"
    watch.count_commit("steps", 0.002)
    watch.count_request("GET", "/api/runs/{run_id}", 200, 0.01)
    watch.count_request("BREW", "other", 405, 0.01)
    text = figures_of(watch.metrics)
    for line in (
        'handrail_runs{state="ready"} 3.0',
        "handrail_reviews_waiting 2.0",
        "handrail_leases 1.0",
        'handrail_runs_left_total{mode="live",state="waiting"} 1.0',
        "handrail_run_queue_seconds_sum 0.25",
        'handrail_steps_total{outcome="succeeded",type="tool.http_request@1"} 1.0',
        'handrail_model_calls_total{connection="default",model="gpt-5",outcome="answered"} 1.0',
        'handrail_model_tokens_total{connection="default",direction="in",model="gpt-5"} 120.0',
        'handrail_model_cost_total{connection="default",model="gpt-5"} 0.004',
        'handrail_commit_seconds_count{kind="steps"} 1.0',
        'handrail_http_requests_total{method="GET",route="/api/runs/{run_id}",status="200"} 1.0',
        'handrail_http_requests_total{method="other",route="other",status="405"} 1.0',
        'role="keeper"',
    ):
        assert line in text, line
    assert "Answer tickets" not in text, "names that teams choose are without number"
    assert 'path="send"' not in text


def test_labels_cannot_grow_without_end() -> None:
    bound = Bound(3)
    assert [bound.of(value) for value in "abcabd"] == ["a", "b", "c", "a", "b", "other"]


def test_a_database_that_is_away_leaves_the_other_figures() -> None:
    def away() -> Figures:
        raise ConnectionError

    watch = open_instruments("keeper", figures=True, endpoint=None, look=away)
    text = figures_of(watch.metrics)
    assert "handrail_build_info" in text
    assert "handrail_leases" not in text


def test_a_step_that_breaks_is_counted_and_raises_on() -> None:
    watch = open_instruments("worker", figures=True, endpoint=None, look=None)
    with pytest.raises(RuntimeError), watch.watch_run(RUN), watch.watch_step(STEP):
        raise RuntimeError("no")
    assert 'handrail_steps_total{outcome="broken",type="tool.http_request@1"} 1.0' in figures_of(watch.metrics)


def test_a_run_is_one_trace_with_its_steps_and_questions_in_it() -> None:
    request = ModelRequest("default", "complete", f"Never say {SECRET}", f"My card is {SECRET}")
    connection = Connection("default", "openai", "gpt-5", "https://api.example/v1", key="sk-secret")
    with Collector() as collector:
        watch = open_instruments("worker", figures=False, endpoint=collector.url, look=None)
        assert watch.metrics is None
        gateway = WatchedGateway(Answering(), {"default": connection}, watch)

        async def go() -> None:
            with watch.watch_run(RUN) as run:
                with watch.watch_step(STEP) as step:
                    await gateway.ask(request)
                    step.outcome = "succeeded"
                run.outcome = "waiting"
            with watch.watch_run(RUN) as run:  # later, in whichever process
                run.outcome = "succeeded"

        asyncio.run(go())
        watch.close()
        first, second = collector.named("invoke_workflow")
        (step,), (chat,) = collector.named("execute_tool"), collector.named("chat")
        assert collector.paths == {"/v1/traces"}
    assert {span["trace"] for span in collector.spans} == {f"{trace_id_of(RUN.number):032x}"}
    assert (step["parent"], chat["parent"], second["parent"]) == (first["id"], step["id"], "")
    assert first["service"] == "handrail-worker"
    assert first["gen_ai.operation.name"] == "invoke_workflow"
    assert first["gen_ai.workflow.name"] == "Answer tickets"
    assert step["name"] == "execute_tool http_request"
    assert (step["handrail.step.path"], step["handrail.step.attempt"]) == ("send", 2)
    expected = {
        "name": "chat gpt-5", "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5", "gen_ai.response.model": "gpt-5-2026", "gen_ai.usage.input_tokens": 120,
        "gen_ai.usage.output_tokens": 30, "server.address": "api.example", "kind": 3,
    }  # fmt: skip
    assert expected.items() <= chat.items()
    everything = b"".join(collector.raw)
    assert SECRET.encode() not in everything, "what was asked and answered is never captured"
    assert b"sk-secret" not in everything


def test_what_fails_is_told_by_its_code() -> None:
    failed = Failed(FailureClass.RATE_LIMITED, "rate_limited", f"about {SECRET}")
    with Collector() as collector:
        watch = open_instruments("worker", figures=True, endpoint=f"{collector.url}/v1/traces", look=None)
        gateway = WatchedGateway(Answering(failed), {"practice": PRACTICE_CONNECTION}, watch)
        for name in ("practice", "nobody-opened-this"):
            with pytest.raises(NodeError):
                asyncio.run(gateway.ask(ModelRequest(name, "complete", "x", "y")))
        watch.close()
    assert [(span["error.type"], span["status"]) for span in collector.spans] == [("rate_limited", 2)] * 2
    text = figures_of(watch.metrics)
    assert 'handrail_model_calls_total{connection="practice",model="practice",outcome="failed"} 1.0' in text
    assert "nobody-opened-this" not in text


def test_a_collector_that_is_away_holds_nobody_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    watch = open_instruments("worker", figures=False, endpoint=f"http://127.0.0.1:{port}", look=None)
    began = time.monotonic()
    with watch.watch_run(RUN) as run:
        run.outcome = "succeeded"
    assert time.monotonic() - began < 1
    watch.close()
    assert time.monotonic() - began < 15


def test_silence_costs_nothing_and_loads_nothing() -> None:
    with SILENCE.watch_run(RUN), SILENCE.watch_step(STEP), SILENCE.watch_model(MODEL) as watch:
        watch.outcome = "answered"
    script = (
        "import sys; import builder.runs.worker, builder.providers; "
        "from builder.telemetry import open_instruments; "
        "open_instruments('worker', figures=False, endpoint=None, look=None); "
        "print(*sorted(m for m in sys.modules if m.startswith(('opentelemetry', 'prometheus_client'))))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""


def test_the_side_door_answers_three_paths_and_one_method() -> None:
    problem: str | None = None
    door = SideDoor(("127.0.0.1", 0), Answers(lambda: None, lambda: problem, lambda: b"figures 1\n"))

    def ask(path: str, method: str = "GET") -> tuple[int, str]:
        line = http.client.HTTPConnection("127.0.0.1", door.port, timeout=5)
        line.request(method, path)
        answer = line.getresponse()
        said = answer.read().decode()
        line.close()
        return answer.status, said

    assert ask("/health") == (200, "ok\n")
    assert ask("/ready?x=1") == (200, "ok\n")
    assert ask("/metrics") == (200, "figures 1\n")
    problem = "It is being stopped."
    assert ask("/ready") == (503, "It is being stopped.\n")
    assert ask("/health")[0] == 200
    assert ask("/")[0] == 404
    assert ask("/health", "POST")[0] == 501
    with pytest.raises(SideDoorError, match="Nobody can listen on"):
        SideDoor(("127.0.0.1", door.port), Answers(lambda: None, lambda: None))
    door.close()
