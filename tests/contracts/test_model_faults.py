"""A model server that knows how models fail breaks each question in another way, and judges how we took it.

Questions go the whole way: a run, a prompt node, the gateway, the guarded client. Retries are the run's.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from llmock.ratelimit import LimitSettings
from llmock.scenarios import Behavior, Delay, Fail, Match, Reply, SlowFirstToken, StreamFault, ToolFault
from llmock.testing import LLMockServer
from llmock.verdict import judge

from builder.catalog import discover_types
from builder.engine.graph import Workflow
from builder.engine.prove import certify
from builder.engine.weave import weave
from builder.engine.woven import dump_woven
from builder.providers import connection_facts, connections_from_environment
from builder.runs import RunStory, Start, read_run
from builder.settings import read_settings
from builder.wiring import Application, build_embedded

CLASSES = ["transient", "rate_limited"]
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
GOOD, BAD = "succeeded", "failed"


@dataclass(frozen=True)
class Fault:
    """One way of failing, and what must become of the run.

    Attributes:
        name: of the model connection that meets it; the model is called the same.
        behaviors: what the server does to it, in this order.
        ends: how the run ends.
        extracts: whether the question wants a record.
        code: of the failure.
        tries: how many requests there must be; 0 for any number.
    """

    name: str
    behaviors: tuple[Any, ...]
    ends: str = GOOD
    extracts: bool = False
    code: str = ""
    tries: int = 0


def faults(provider: str) -> list[Fault]:
    """All that the server knows, for one provider."""

    def mine(name: str) -> tuple[str, Match]:
        full = f"{provider}-{name}"
        return full, Match(model=full)

    found = []
    for status in (408, 409, 500, 502, 503, 504, 529):
        name, match = mine(f"once-{status}")
        found.append(Fault(name, (Fail(status, match=match),), tries=2))
    for status in (400, 401, 403, 404, 422):
        name, match = mine(f"refused-{status}")
        found.append(Fault(name, (Fail(status, times=None, match=match),), BAD, tries=1))
    name, match = mine("rate-limit")
    found.append(Fault(name, (Fail(429, retry_after=1.0, times=2, match=match),), tries=3))
    name, match = mine("overloaded-with-a-word")
    found.append(Fault(name, (Fail(503, retry_after=2.0, match=match),), tries=2))
    name, match = mine("outage")
    found.append(Fault(name, (Fail(503, times=None, match=match),), BAD, tries=3))
    name, match = mine("too-long")
    long = Fail(400, code="context_length_exceeded", message="too long", times=None, match=match)
    found.append(Fault(name, (long,), BAD, tries=1))
    name, match = mine("slow")
    found.append(Fault(name, (Delay(6.0, match=match),), tries=2))
    for kind in ("disconnect", "truncate", "stall", "malformed"):
        name, match = mine(f"stream-{kind}")
        found.append(Fault(name, (StreamFault(kind, match=Match(model=match.model, stream=True)),), tries=1))
    name, match = mine("slow-first-token")
    found.append(Fault(name, (SlowFirstToken(6.0, match=Match(model=match.model, stream=True)),), tries=1))
    name, match = mine("no-record")
    answers = tuple(Reply(text=text, match=match) for text in ('{"city": ', '{"town": 1}', '{"city": "Rome"}'))
    found.append(Fault(name, answers, extracts=True, tries=3))
    for tool in ("malformed_arguments", "unknown_tool"):
        name, match = mine(f"tool-{tool.replace('_', '-')}")
        found.append(Fault(name, (ToolFault(tool, match=Match(model=match.model, tools=True)),), extracts=True))
    return found


ALL = [*faults("openai"), *faults("anthropic")]


@pytest.fixture(scope="module")
def server() -> Iterator[LLMockServer]:
    with LLMockServer() as opened:
        yield opened


@pytest.fixture
def environment(server: LLMockServer, tmp_path: Path) -> dict[str, str]:
    """One model connection for each fault."""
    server.state.reset()
    lines = ["connections:"]
    for fault in ALL:
        vendor = fault.name.partition("-")[0]
        provider = "openai-compatible" if vendor == "openai" else vendor
        place = server.base_url(vendor)
        lines.append(
            f"  {fault.name}: {{provider: {provider}, model: {fault.name}, base_url: '{place}', key_from: A_KEY, "
            f"timeout: 3, hosted: local}}"
        )
    models = tmp_path / "models.yaml"
    models.write_text("\n".join(lines), "utf-8")
    return {"HANDRAIL_HOME": str(tmp_path), "HANDRAIL_MODELS": str(models), "A_KEY": "not-a-key"}


@pytest.fixture
def application(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    monkeypatch.setattr("builder.runs.performing._roll", lambda: 1.0)  # how long it waits is judged: no chance in it
    with build_embedded(read_settings(environment)) as opened:
        yield opened


def document(fault: Fault, environment: dict[str, str], attempts: int = 3) -> Any:
    config: dict[str, Any] = {"model": fault.name, "instructions": "Be brief."}
    if fault.extracts:
        step = {
            "type": "prompt.extract@1",
            "config": {**config, "schema": CITY},
            "inputs": {"text": {"from": "input.text"}},
        }
        result = {"city": {"from": "ask.city"}}
    else:
        config["prompt"] = "Say something about {{ text }}."
        step = {"type": "prompt.complete@1", "config": config, "inputs": {"text": {"from": "input.text"}}}
        result = {"text": {"from": "ask.text"}}
    retry = {"attempts": attempts, "on": CLASSES, "max_delay": "PT4S"}
    workflow = Workflow.model_validate({
        "handrail": 1, "name": "Ask",
        "inputs": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
        "nodes": {"ask": {**step, "on_error": {"retry": retry}}}, "edges": [], "result": result,
    })  # fmt: skip
    facts = connection_facts(connections_from_environment(environment))
    woven, proof = certify(weave(workflow, (), discover_types(), day=date(2026, 11, 23), connections=facts))
    assert proof.counterexamples == ()
    return dump_woven(woven)


def wait_for_all(application: Application, runs: dict[str, int]) -> dict[str, RunStory]:
    stories: dict[str, RunStory] = {}
    end = time.monotonic() + 90
    while len(stories) < len(runs):
        assert time.monotonic() < end, sorted(runs.keys() - stories.keys())
        for name, run_id in runs.items():
            with application.database.read() as session:
                story = read_run(session, run_id, application.payloads)
            if story.run.status in (GOOD, BAD, "refused", "quarantined"):
                stories[name] = story
        time.sleep(0.05)
    return stories


@pytest.mark.servers
@pytest.mark.timeout(200)
def test_every_fault_that_it_knows_is_taken_well(
    application: Application, environment: dict[str, str], server: LLMockServer
) -> None:
    queue: list[Behavior] = [behavior for fault in ALL for behavior in fault.behaviors]
    server.state.scenarios.add(*queue)
    runs = {  # all at once: each meets its own fault
        fault.name: application.start(document(fault, environment), Start({"text": f"Rome {fault.name}"}, "ana"))
        for fault in ALL
    }
    stories = wait_for_all(application, runs)
    records = server.state.journal.records(wait=8)
    told = {name: (story.run.status, story.run.why) for name, story in stories.items()}
    assert {name: said[0] for name, said in told.items()} == {fault.name: fault.ends for fault in ALL}, told
    verdict = judge(records)
    assert verdict.faults >= 36
    verdict.assert_ok(strict=True)
    tries = {fault.name: sum(record.model == fault.name for record in records) for fault in ALL}
    assert {fault.name: tries[fault.name] for fault in ALL if fault.tries} == {
        fault.name: fault.tries for fault in ALL if fault.tries
    }
    assert not any(record.stream for record in records), "half an answer cannot be taken for a whole one"
    for story in stories.values():
        assert "not-a-key" not in json.dumps([str(step) for step in story.steps])


@pytest.mark.servers
def test_a_real_quota_is_waited_for(
    application: Application, environment: dict[str, str], server: LLMockServer
) -> None:
    (fault,) = (each for each in ALL if each.name == "openai-once-500")
    asked = document(fault, environment, attempts=8)
    server.state.limiter.configure(LimitSettings(rpm=30))
    try:
        runs = {
            f"{n}": application.start(asked, Start({"text": f"Rome {n}"}, "ana")) for n in range(34)
        }  # 4 too many, unless they took 8 s to come
        stories = wait_for_all(application, runs)
    finally:
        server.state.limiter.configure(LimitSettings())
    assert {story.run.status for story in stories.values()} == {GOOD}
    records = server.state.journal.records(wait=2)
    assert any(record.status == 429 for record in records)
    judge(records).assert_ok(strict=True)
