"""An installation as it is wired: everything in one process, on both databases."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from builder.audit import export_audit, verify_audit
from builder.kit.clock import SYSTEM_CLOCK
from builder.opening import PlanRefusedError
from builder.queue.inprocess import postbox_of
from builder.reviews import MayNotDecideError, decide_review, open_reviews_of
from builder.runs import RunStory, Start, read_run
from builder.settings import read_settings
from builder.wiring import Application, build_embedded, open_application
from tests.backends import Backend
from tests.contracts.plain import asking, copying, waiting


@pytest.fixture
def environment(backend: Backend) -> dict[str, str]:
    return {"HANDRAIL_HOME": str(backend.folder), "HANDRAIL_DATABASE_URL": backend.address}


@pytest.fixture
def application(environment: dict[str, str]) -> Iterator[Application]:
    with build_embedded(read_settings(environment)) as opened:
        yield opened


def start(application: Application, document: Any, text: str = "hello") -> int:
    return application.start(document, Start({"text": text}, "ana"))


def until(application: Application, run_id: int, *statuses: str, seconds: float = 20.0) -> RunStory:
    wanted = statuses or ("succeeded", "failed", "refused", "cancelled", "quarantined")
    end = time.monotonic() + seconds
    while True:
        with application.database.read() as session:
            story = read_run(session, run_id, application.payloads)
        if story.run.status in wanted:
            return story
        assert time.monotonic() < end, f"the run is {story.run.status}: {story.run.why}"
        time.sleep(0.005)


def test_a_run_goes_from_its_trigger_to_its_result(application: Application) -> None:
    story = until(application, start(application, copying()))
    assert (story.run.status, story.result) == ("succeeded", {"text": "hello"})


def test_a_review_is_asked_decided_and_chained(application: Application) -> None:
    run_id = start(application, asking())
    until(application, run_id, "waiting")
    with application.transaction() as session:
        (review,) = open_reviews_of(session, run_id)
        with pytest.raises(MayNotDecideError):
            decide_review(session, review.id, by="ana", decision="approve", now=SYSTEM_CLOCK.now())
        decide_review(session, review.id, by="Bob", decision="approve", now=SYSTEM_CLOCK.now())
    assert until(application, run_id).result == {"text": "hello"}
    end = time.monotonic() + 10
    while True:
        with application.database.read() as session:
            report = verify_audit(export_audit(session, application.keys.audit.public), application.keys.audit.public)
        if report.chained >= 2 and not report.unchained:
            break
        assert report.holds
        assert time.monotonic() < end, report.sentence
        time.sleep(0.02)


def test_a_timer_is_exact_though_nobody_waits_for_it(application: Application) -> None:
    run_id = start(application, waiting("PT2.5S"))
    story = until(application, run_id, "waiting")
    wakes = story.run.wakes
    assert wakes is not None
    story = until(application, run_id)
    ended = story.run.ended
    assert ended is not None
    assert story.result == {"text": "hello"}
    assert timedelta(0) <= ended - wakes < timedelta(seconds=1)


def test_runs_go_on_when_the_celery_worker_inside_ends(application: Application) -> None:
    name = application.doorbell.connection_for_read().hostname
    for number in range(3):
        postbox_of(str(name)).close()
        assert until(application, start(application, copying(), f"run {number}")).run.status == "succeeded"


def test_large_values_live_beside_the_database(application: Application) -> None:
    text = "x" * 100_000
    assert until(application, start(application, copying(), text)).result == {"text": text}
    assert any(path.is_file() for path in (application.settings.home / "payloads").rglob("*"))


def test_a_document_that_was_changed_is_not_run(application: Application) -> None:
    document = copying()
    document["graph"]["name"] = "Another"
    with pytest.raises(PlanRefusedError, match="does not hold here"):
        start(application, document)


def test_what_a_closed_process_left_another_one_ends(environment: dict[str, str]) -> None:
    with build_embedded(read_settings(environment)) as first:
        run_id = start(first, asking())
        until(first, run_id, "waiting")
    with open_application(read_settings(environment)) as second, second.transaction() as session:
        (review,) = open_reviews_of(session, run_id)
        decide_review(session, review.id, by="Bob", decision="approve", now=SYSTEM_CLOCK.now())
    with build_embedded(read_settings(environment)) as third:
        assert until(third, run_id).run.status == "succeeded"


def test_closing_is_quick_and_can_be_done_twice(environment: dict[str, str]) -> None:
    application = build_embedded(read_settings(environment))
    until(application, start(application, copying()))
    began = time.monotonic()
    application.close()
    application.close()
    assert time.monotonic() - began < 5


def test_keys_are_made_once_and_kept_to_their_owner(environment: dict[str, str], backend: Backend) -> None:
    keys = []
    for _ in range(2):
        with open_application(read_settings(environment)) as opened:
            keys.append((opened.keys.vault, opened.keys.audit.public))
    assert keys[0] == keys[1]
    assert {oct(path.stat().st_mode & 0o777) for path in (backend.folder / "keys").iterdir()} == {"0o600"}
