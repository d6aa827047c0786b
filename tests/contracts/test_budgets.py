"""What models cost is counted once on both back ends, whoever dies and however many add; people are told of it once."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from builder.credentials import choose_default
from builder.db import Database
from builder.governance import (
    Spender,
    SpendingBook,
    Spent,
    find_untold,
    make_budget,
    tell_of_budgets,
)
from builder.governance.schemas import BudgetWanted, Period, Scope
from builder.governance.tables import spending_table
from builder.kit.ids import read_id
from builder.notices.tables import notice_table
from builder.runs import list_runs
from builder.runs.tables import run_table
from builder.sdk import Failed, FailureClass, ModelAnswer, ModelRequest, NodeError, Usage
from builder.settings import read_settings
from builder.wiring import build_embedded
from builder.workflows import find_keepers
from tests.backends import Backend
from tests.contracts.keeper_process import hand_clock
from tests.contracts.test_schedules import Timekeeper, at
from tests.contracts.worker_process import Process
from tests.contracts.world import EchoGateway, World, workflow
from tests.rooms.credentials.test_connections import connect, publish
from tests.rooms.credentials.test_outside import serving
from tests.rooms.loopback import Seen, answer
from tests.rooms.world import URL, people_world

THINK = {"type": "test.think@1"}
CHAIN = workflow({"one": THINK, "two": THINK, "three": {"type": "test.note@1"}})
EACH = 0.5, 7
"""What one question costs in the small world: money and tokens."""


def read_sums(database: Database) -> dict[tuple[str, str], tuple[float, int]]:
    kept = spending_table.c
    query = select(kept.scope, kept.about, func.sum(kept.money), func.sum(kept.tokens))
    with database.read() as session:
        rows = session.execute(query.group_by(kept.scope, kept.about))
        return {(scope, about): (float(money), int(tokens)) for scope, about, money, tokens in rows}


def read_costs(database: Database) -> float:
    with database.read() as session:
        return float(session.scalar(select(func.sum(run_table.c.cost))) or 0)


@pytest.fixture
def open_world(database: Database, tmp_path: Path) -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def make(**reach: Any) -> World:
        made.append(World(database, tmp_path, **reach).__enter__())
        return made[-1]

    yield make
    for each in made:
        each.__exit__()


# ---------------------------------------------------------------------- counting


def test_workers_side_by_side_count_every_question_once(open_world: Callable[..., World]) -> None:
    first, second = open_world(), open_world(ring=False)
    runs = [first.start(CHAIN, team_id=5, workflow_id=each % 3 + 1) for each in range(30)]
    for each in runs:
        second.worker.advance(each)
    for each in runs:
        assert first.until(each).run.status == "succeeded"
    asked = len(first.gateway.asked) + len(second.gateway.asked)
    assert asked == 60
    whole = asked * EACH[0], asked * EACH[1]
    part = whole[0] / 3, whole[1] // 3
    assert read_sums(first.database) == {
        ("organisation", ""): whole, ("team", "5"): whole, ("connection", "default"): whole,
        ("workflow", "1"): part, ("workflow", "2"): part, ("workflow", "3"): part,
    }  # fmt: skip
    assert read_costs(first.database) == whole[0]


class Moody(EchoGateway):
    """Fails as it is told before it answers; each time it has consumed something."""

    def __init__(self, *moods: str) -> None:
        super().__init__()
        self.moods = list(moods)

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        mood = self.moods.pop(0) if self.moods else "good"
        if mood == "silent":
            await asyncio.Event().wait()
        if mood == "refused":
            raise NodeError(Failed(FailureClass.TRANSIENT, "away", "Nobody is there."))
        if mood == "unfit":
            raise NodeError(Failed(FailureClass.TRANSIENT, "unfit", "Nonsense.", usage=Usage("echo", 10, 20, 0.25)))
        if mood == "practice":
            return ModelAnswer("so", Usage("practice", 100, 100, 0.0, practice=True))
        return await super().ask(request)


@pytest.mark.parametrize(
    ("moods", "spent"),
    [
        ((), EACH),
        (("refused",), EACH),
        (("unfit", "unfit"), (1.0, 67)),
        (("unfit", "unfit", "unfit", "unfit"), (1.0, 120)),
        (("silent",), (1.25, 7)),
    ],
)
def test_an_attempt_that_failed_counts_what_it_cost(
    open_world: Callable[..., World], moods: tuple[str, ...], spent: tuple[float, int]
) -> None:
    world = open_world(gateway=Moody(*moods))
    node = {**THINK, "on_error": {"retry": {"attempts": 4, "max_delay": "PT0.01S"}, "timeout": "PT0.3S"}}
    story = world.until(world.start(workflow({"one": node})))
    assert story.run.status == ("failed" if len(moods) == 4 else "succeeded"), story.run.why
    assert read_sums(world.database)["organisation", ""] == pytest.approx(spent)


def test_practice_is_not_counted(open_world: Callable[..., World]) -> None:
    world = open_world(gateway=Moody("practice"))
    assert world.until(world.start(workflow({"one": THINK}))).run.status == "succeeded"
    assert read_sums(world.database) == {}


@pytest.mark.parametrize("point", ["session.before_commit", "session.after_commit"])
@pytest.mark.parametrize("turn", [1, 2])
def test_a_worker_that_is_killed_takes_nothing_with_it_and_doubles_nothing(
    backend: Backend, open_world: Callable[..., World], tmp_path: Path, point: str, turn: int
) -> None:
    """What it had committed is counted; what it had not is asked again by the next one, and counted then."""
    quiet = open_world(ring=False)
    run_id = quiet.start(CHAIN, team_id=5)
    with Process(backend.address, str(tmp_path), f"{point}:{turn}:kill") as killed:
        assert killed.wait() == -signal.SIGKILL
    before = read_sums(quiet.database)
    with Process(backend.address, str(tmp_path)):
        story = quiet.until(run_id, seconds=60)
    assert story.run.status == "succeeded"
    assert read_sums(quiet.database)["team", "5"] == (2 * EACH[0], 2 * EACH[1])
    assert story.run.cost == 2 * EACH[0]
    committed = turn if point.endswith("after_commit") else turn - 1
    assert before.get(("team", "5"), (0.0, 0))[0] == committed * EACH[0]


def test_who_adds_at_once_neither_waits_for_ever_nor_loses_anything(database: Database) -> None:
    book, problems = SpendingBook(str), []
    start = threading.Barrier(6)

    def add(seed: int) -> None:
        try:
            start.wait()
            for turn in range(40):
                names = ["a", "b", "c"] if (seed + turn) % 2 else ["c", "b", "a"]
                with database.transaction() as session:
                    book(Spender(turn % 2, 1, turn % 3), [(name, Spent(0.01, 1)) for name in names])(session)
        except Exception as problem:  # whatever it was, the test tells it
            problems.append(problem)

    threads = [threading.Thread(target=add, args=(each,)) for each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    sums = read_sums(database)
    assert sums["organisation", ""] == (pytest.approx(7.2), 720)
    assert [sums["connection", name][1] for name in "abc"] == [240, 240, 240]


# ---------------------------------------------------------------------- the whole way


def answer_cheaply(seen: Seen) -> bytes:
    body = {"choices": [{"message": {"content": "I am here."}, "finish_reason": "stop"}], "model": "small",
            "usage": {"prompt_tokens": 7, "completion_tokens": 3}}  # fmt: skip
    return answer(json.dumps(body).encode(), **{"Content-Type": "application/json"})


def test_from_a_models_answer_to_the_refusal_of_the_run_after(backend: Backend) -> None:
    said = {"HANDRAIL_HOME": str(backend.folder), "HANDRAIL_DATABASE_URL": backend.address, "HANDRAIL_URL": URL}
    with serving(answer_cheaply) as server, build_embedded(read_settings(said)) as application:
        world = people_world(application)
        callers = {name: world.caller(name) for name in world.people}
        world.caller = callers.__getitem__  # type: ignore[method-assign]  # the same answers, without a transaction
        _, name = connect(
            world, base_url=f"http://{server.place}/v1", hosted="local", price_in=100_000.0, price_out=200_000.0
        )
        with world.transaction() as session:
            choose_default(session, world.caller("admin"), name, {name})
        application.models.forget()
        number = publish(world, "default")
        builder, admin = world.client("builder"), world.client("admin")
        wanted = {"name": "Small", "scope": "connection", "connection": name, "money": 2.0}
        assert admin.post("/api/budgets", json=wanted).status_code == 201
        for _ in range(2):
            started = builder.post(f"/api/workflows/{number}/form", json={"input": {"text": "Hello"}})
            assert started.status_code == 201, started.text
            run = f"/api/runs/{started.json()['run']}"
            until(lambda path=run: builder.get(path).json()["state"] == "succeeded")  # type: ignore[misc]  # bound now
            assert builder.get(run).json()["cost"] == pytest.approx(1.3)
        (shown,) = admin.get("/api/budgets").json()
        assert (shown["spent_money"], shown["spent_tokens"]) == (pytest.approx(2.6), 20)
        assert (shown["standing"], shown["connection"]) == ("used_up", name)
        refused = builder.post(f"/api/workflows/{number}/form", json={"input": {"text": "Hello"}})
        assert (refused.status_code, refused.json()["code"]) == (409, "budget_used_up")
        assert refused.json()["params"]["case"] == "money"
        assert refused.json()["sentence"].startswith("The budget “Small” is used up: 2.60 of 2.00 since ")
        next(each for each in application.rounds() if each.name == "budgets").act()
        assert "budget_used_up" in [each["kind"] for each in admin.get("/api/notices").json()["items"]]
        assert len(server.seen) == 2


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "this never came"
        time.sleep(0.02)


# ---------------------------------------------------------------------- telling, and refusing


@pytest.fixture
def house(backend: Backend) -> Iterator[Timekeeper]:
    with hand_clock():
        made = Timekeeper(backend)
        yield made
        made.close()


def limit(house: Timekeeper, **said: Any) -> int:
    admin = house.world.caller("admin")
    wanted: Mapping[str, Any] = {
        "name": "Ours",
        "period": Period.DAY,
        "money": 1.0,
        "tokens": None,
        "warn_at": 80,
        **said,
    }
    with house.world.transaction() as session:
        budget = BudgetWanted(**wanted, owner_id=admin.person_id)
        return make_budget(session, admin, Scope.TEAM, house.world.ours, budget, house.world.application)


def spend(house: Timekeeper, money: float) -> None:
    with house.world.transaction() as session:
        SpendingBook(str)(Spender(1, house.world.ours, None), [("x", Spent(money))])(session)


def test_of_keepers_that_look_at_once_one_tells(house: Timekeeper) -> None:
    limit(house)
    spend(house, 0.9)
    database = house.world.application.database
    with database.read() as session:
        untold = find_untold(session)
    assert len(untold) == 1
    start = threading.Barrier(4)

    def tell() -> None:
        start.wait()
        with database.transaction() as session:
            tell_of_budgets(session, untold, find_keepers)

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        told = session.execute(select(notice_table.c.person_id, notice_table.c.params)).all()
        assert find_untold(session) == []
    assert sorted(row.person_id for row in told) == sorted(
        house.world.people[name] for name in ("owner", "admin", "first")
    )
    assert all("count" not in row.params for row in told)


def test_a_schedule_says_that_the_budget_was_used_up_and_starts_again_the_next_day(house: Timekeeper) -> None:
    house.world.application.models.forget()
    _, name = connect(house.world, price_in=1.0)
    house.workflow = read_id(publish(house.world, name))
    limit(house, name="Small")
    spend(house, 1.0)
    trigger = house.add({"every": "cron", "cron": "30 12 * * *"})
    house.go(at(12, 30))
    assert house.outcomes(trigger) == [("12:30", "refused", "budget_used_up")]
    assert "The budget “Small” is used up: 1.00 of 1.00 since 2026-06-01." in house.fires(trigger)[0].sentence
    assert house.runs(trigger) == []
    house.go(at(12, 30).replace(day=2))
    assert [outcome for _, outcome, _ in house.outcomes(trigger)] == ["refused", "started"]
    with house.world.application.database.read() as session:
        assert len(list_runs(session, status="ready")) == 1
