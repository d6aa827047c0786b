"""The desk over the wire on both back ends: one answer counts, and each binds to its own step and item."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from builder.settings import read_settings
from builder.wiring import open_application
from tests.backends import Backend
from tests.rooms.reviews.desk import BRANCHES, IN_A_MAP, IN_A_ROW, Desk
from tests.rooms.world import URL, people_world


@pytest.fixture
def desk(backend: Backend) -> Iterator[Desk]:
    """An installation on a back end that executes what is started in it; its broker is in this process."""
    said = {"HANDRAIL_HOME": str(backend.folder), "HANDRAIL_DATABASE_URL": backend.address, "HANDRAIL_URL": URL}
    made = people_world(open_application(read_settings(said)))
    made.application.work()
    made.application.listen()
    yield Desk(made)
    made.application.close()


def answer_at_once(desk: Desk, answers: list[tuple[str, str, str]]) -> list[int]:
    """Several people answer at the same moment (review, decision, reason): the statuses, in that order."""
    together = threading.Barrier(len(answers))
    statuses = [0] * len(answers)
    hashes = {review: desk.look(review)["payload_hash"] for review, _, _ in answers}

    def answer(place: int) -> None:
        review, decision, reason = answers[place]
        said = {"decision": decision, "reason": reason, "payload_hash": hashes[review]}
        client = desk.browser("reviewer")
        together.wait(20)
        statuses[place] = client.post(f"/api/reviews/{review}/decide", json=said).status_code

    threads = [threading.Thread(target=answer, args=(place,)) for place in range(len(answers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_of_many_answers_at_once_one_counts(desk: Desk) -> None:
    workflow = desk.publish(BRANCHES)
    for _ in range(3):
        run = desk.start(workflow, {"text": "x"})
        desk.run_until(run, "waiting")
        (row,) = desk.rows_of(run)
        statuses = answer_at_once(desk, [(row["id"], word, "Seen.") for word in ("approve", "reject") * 3])
        assert sorted(statuses) == [200, 409, 409, 409, 409, 409]
        ended = desk.run_until(run, "succeeded")
        branches = [step["state"] for step in ended["steps"] if step["path"] in ("yes", "no")]
        assert sorted(branches) == ["skipped", "succeeded"]
        assert len(desk.look(row["id"])["decisions"]) == 1


def test_items_answered_at_once_keep_their_own_answers(desk: Desk) -> None:
    run, rows = desk.asked(IN_A_MAP, {"rows": ["a", "b", "c"]})
    statuses = answer_at_once(desk, [(row["id"], "approve", row["step"]) for row in rows])
    assert statuses == [200, 200, 200]
    texts = [each["text"] for each in desk.run_until(run, "succeeded")["result"]["rows"]]
    assert texts == [f"{word}: rows[{number}].check" for number, word in enumerate("abc")]


def test_an_answer_sent_twice_does_not_reach_the_next_question(desk: Desk) -> None:
    run, (first,) = desk.asked(IN_A_ROW, {"text": "x"})
    assert sorted(answer_at_once(desk, [(first["id"], "approve", "one")] * 4)) == [200, 409, 409, 409]
    while not (later := desk.rows_of(run)):
        desk.run_until(run, "running", "ready", "waiting")
    assert desk.decide(first["id"], reason="again").status_code == 409
    assert [row["step"] for row in desk.rows_of(run)] == ["second"]
    assert desk.decide(later[0]["id"], reason="two").status_code == 200
    assert desk.run_until(run, "succeeded")["result"] == {"one": "one", "two": "two"}
