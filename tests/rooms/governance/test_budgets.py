"""Budgets: set by admins, seen by whose they are, counted, told of once, and in the way of the next start."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update

from builder.audit.tables import audit_event_table
from builder.credentials import choose_default
from builder.db import clock, read_clock
from builder.governance import Spender, SpendingBook, Spent, find_untold, sweep_spending, tell_of_budgets
from builder.governance.rules import find_limit, judge_spent, share_of, span_of
from builder.governance.schemas import Budget, BudgetWanted, Period, Scope, Standing
from builder.governance.tables import spending_table
from builder.kit.ids import read_id, show_id
from builder.teams.store import save_org_roles
from builder.workflows import find_keepers
from tests.rooms.credentials.cases import connect
from tests.rooms.credentials.test_connections import asks, publish, start
from tests.rooms.governance.cases import budget
from tests.rooms.triggers.test_webhooks import Sender
from tests.rooms.workflows.cases import make_workflow
from tests.rooms.world import World

_runs = itertools.count(1)


def spend(world: World, money: float = 0.0, tokens: int = 0, *, connection: str = "default", **who: Any) -> None:
    """A run of Ours spends something."""
    book = SpendingBook(world.application.models.find_true_name)
    spender = Spender(next(_runs), who.get("team", world.ours), who.get("workflow"))
    with world.transaction() as session:
        book(spender, [(connection, Spent(money, tokens))])(session)


def listed(world: World, name: str) -> dict[str, Mapping[str, Any]]:
    answer = world.client(name).get("/api/budgets")
    assert answer.status_code == 200, answer.text
    return {each["name"]: each for each in answer.json()}


def keep(world: World) -> None:
    """One round of the keeper."""
    with world.transaction() as session:
        tell_of_budgets(session, find_untold(session), find_keepers)


def told(world: World, name: str) -> list[tuple[str, str]]:
    notices = world.client(name).get("/api/notices").json()["items"]
    return [(each["kind"], each["params"]["budget"]) for each in notices if each["kind"].startswith("budget")]


def of(money: float | None, tokens: int | None = None, warn_at: int = 80, scope: Scope = Scope.TEAM) -> Budget:
    return Budget(1, scope, "1", 1, BudgetWanted("B", Period.MONTH, money, tokens, warn_at, 1), 1)


# ---------------------------------------------------------------------- rules


@given(st.dates(date(1999, 1, 1), date(2100, 1, 1)), st.sampled_from(Period))
def test_a_day_is_in_exactly_one_period(day: date, period: Period) -> None:
    span = span_of(period, day)
    assert span.begins <= day < span.ends
    assert span_of(period, span.begins) == span_of(period, span.ends - timedelta(days=1)) == span
    assert span_of(period, span.ends).begins == span.ends
    assert (span.ends - span.begins).days in {Period.DAY: (1,), Period.WEEK: (7,), Period.MONTH: range(28, 32)}[period]
    assert period is not Period.WEEK or span.begins.isoweekday() == 1
    assert period is not Period.MONTH or span.begins.day == 1


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 1000)), max_size=30),
    st.one_of(st.none(), st.integers(1, 500)), st.one_of(st.none(), st.integers(1, 5000)), st.integers(1, 100),
)  # fmt: skip
def test_what_is_spent_only_ever_moves_a_budget_towards_its_end(
    steps: list[tuple[int, int]], cents: int | None, tokens: int | None, warn_at: int
) -> None:
    limited, spent = of(None if cents is None else cents / 100, tokens, warn_at), Spent()
    order, before, sum_cents = list(Standing), Standing.OPEN, 0
    for more, count in steps:
        spent += Spent(more / 100, count)
        sum_cents += more
        now = judge_spent(limited, spent)
        assert order.index(now) >= order.index(before)
        over = (cents is not None and sum_cents >= cents) or (tokens is not None and spent.tokens >= tokens)
        assert (now is Standing.USED_UP) == over, "a cent is a cent, however many were added"
        assert (find_limit(limited, spent, costs=True) is not None) == over
        assert (share_of(limited, spent) >= 1) == over
        before = now


def test_a_limit_of_money_does_not_stop_what_costs_none() -> None:
    assert find_limit(of(1.0), Spent(2.5, 10), costs=False) is None
    for limited, spent, costs, said in (
        (of(1.0), Spent(1234.5, 10), True, "1,234.50 of 1.00"),
        (of(1.0, 1_000), Spent(0.0, 1_000), False, "1,000 of 1,000 tokens"),
        (of(0.0005), Spent(0.0006), True, "0.000600 of 0.000500"),
    ):
        found = find_limit(limited, spent, costs=costs)
        assert found is not None
        assert found.sentence == said


# ---------------------------------------------------------------------- counting


def test_everything_is_counted_where_it_belongs_and_only_from_the_period_on(world: World) -> None:
    _, name = connect(world, price_in=1.0)
    _, other = connect(world, price_in=1.0)
    number = make_workflow(world)
    about = {
        "all": (Scope.ORGANISATION, None), "ours": (Scope.TEAM, world.ours), "theirs": (Scope.TEAM, world.theirs),
        "work": (Scope.WORKFLOW, number), "model": (Scope.CONNECTION, name), "day": (Scope.ORGANISATION, None),
    }  # fmt: skip
    for label, (scope, which) in about.items():
        budget(world, scope, which, name=label, money=100.0, tokens=100_000,
               period=Period.DAY if label == "day" else Period.MONTH)  # fmt: skip
    spend(world, 1.0, 10, connection=name, workflow=number)
    spend(world, 2.0, 20, connection=other, workflow=number)
    spend(world, 4.0, 40, connection=name, team=world.theirs)
    spend(world, 8.0, 80, connection=name, team=None)
    found = {label: (each["spent_money"], each["spent_tokens"]) for label, each in listed(world, "admin").items()}
    assert found == {
        "all": (15.0, 150), "day": (15.0, 150), "ours": (3.0, 30), "theirs": (4.0, 40), "work": (3.0, 30),
        "model": (13.0, 130),
    }  # fmt: skip
    with world.transaction() as session:
        session.execute(update(spending_table).values(day="2020-01-31"))
    assert {each["spent_money"] for each in listed(world, "admin").values()} == {0.0}


def test_default_counts_for_the_connection_that_it_is(world: World) -> None:
    _, name = connect(world, price_in=1.0)
    budget(world, Scope.CONNECTION, name, name="model", money=1.0)
    with world.transaction() as session:
        choose_default(session, world.caller("admin"), name, {name})
    world.application.models.forget()
    spend(world, 0.5)
    assert listed(world, "admin")["model"]["spent_money"] == 0.5


def test_the_sums_of_old_days_are_forgotten_and_no_others(world: World) -> None:
    spend(world, 1.0)
    with world.transaction() as session:
        session.execute(update(spending_table).where(spending_table.c.scope == "team").values(day="2020-01-31"))
        sweep_spending(session)
        kept = session.scalars(select(spending_table.c.scope).order_by(spending_table.c.scope)).all()
    assert kept == ["connection", "organisation"]


# ---------------------------------------------------------------------- stopping


def test_a_used_up_budget_stops_the_next_run_and_says_who_can_help(world: World) -> None:
    _, name = connect(world, price_in=1.0)
    number = publish(world, name)
    made, _ = budget(world, name="Ours in a month", money=10.0)
    spend(world, 9.99)
    assert start(world, number).status_code == 201
    spend(world, 0.01)
    refused = start(world, number)
    assert (refused.status_code, refused.json()["code"]) == (409, "budget_used_up")
    with world.transaction() as session:
        span = span_of(Period.MONTH, read_clock(session).date())
    assert refused.json()["sentence"] == (
        f"The budget “Ours in a month” is used up: 10.00 of 10.00 since {span.begins}. "
        f"It is full again on {span.ends} at 0:00 UTC."
    )
    assert refused.json()["way_out"] == "Wait until then, or ask admin to raise it."
    tried = world.client("builder").post(
        f"/api/workflows/{number}/try", json={"graph": asks(name), "input": {"text": "x"}}
    )
    assert (tried.status_code, tried.json()["code"]) == (409, "budget_used_up"), "a dry run asks for real"
    with world.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM run")).scalar_one() == 1
        events = session.scalars(select(audit_event_table.c.kind)).all()
    assert events.count("start_refused") == 2
    raised = world.client("admin").patch(
        f"/api/budgets/{show_id(made)}", json={"money": 11}, headers={"If-Match": '"1"'}
    )
    assert raised.status_code == 200, raised.text
    assert start(world, number).status_code == 201


def test_who_can_help_is_an_admin_who_is_one(world: World) -> None:
    _, name = connect(world, price_in=1.0)
    number = publish(world, name)
    budget(world, money=1.0)
    spend(world, 1.0)
    with world.transaction() as session:
        save_org_roles(session, world.people["admin"], [])
        save_org_roles(session, world.people["first"], [])
    assert start(world, number).json()["way_out"] == "Wait until then, or ask an admin to raise it."
    for name in ("governor", "auditor"):
        with world.transaction() as session:
            save_org_roles(session, world.people[name], ["admin"])
    assert start(world, number).json()["way_out"] == "Wait until then, or ask governor or auditor to raise it."


@pytest.mark.parametrize("scope", Scope)
def test_every_scope_stops_what_spends_from_it_and_nothing_else(world: World, scope: Scope) -> None:
    _, name = connect(world, price_in=1.0)
    _, other = connect(world, price_in=1.0)
    number, beside = publish(world, name), publish(world, other)
    about = {Scope.TEAM: world.ours, Scope.WORKFLOW: read_id(number), Scope.CONNECTION: name}.get(scope)
    budget(world, scope, about, tokens=100)
    spend(world, tokens=100, connection=name, workflow=read_id(number))
    assert start(world, number).status_code == 409
    reaches_all = scope in (Scope.ORGANISATION, Scope.TEAM)
    assert start(world, beside).status_code == (409 if reaches_all else 201)
    assert start(world, publish(world, "practice")).status_code == 201, "practice spends nothing"


def test_a_model_without_a_price_is_stopped_by_tokens_only(world: World) -> None:
    _, free = connect(world)
    number = publish(world, free)
    budget(world, name="Money", money=1.0)
    budget(world, name="Tokens", tokens=50)
    spend(world, 2.0, 49)
    assert start(world, number).status_code == 201
    spend(world, 0.0, 1)
    assert start(world, number).json()["params"]["budget"] == "Tokens"


def test_a_refused_delivery_says_so_in_its_log(world: World) -> None:
    _, name = connect(world, price_in=1.0)
    number = publish(world, name)
    budget(world, name="Small", money=1.0)
    spend(world, 1.0)
    sender = Sender(world, workflow=read_id(number))
    answer = sender.send()
    assert (answer.status_code, answer.json()["code"]) == (409, "delivery_refused"), answer.text
    log = sender.log()
    assert [(each["state"], each["reason"]) for each in log] == [("refused", "budget_used_up")]
    assert "The budget “Small” is used up" in log[0]["sentence"]


# ---------------------------------------------------------------------- telling


def test_people_are_told_once_that_it_is_near_and_once_that_it_is_used_up(world: World) -> None:
    made, _ = budget(world, name="Ours", money=10.0)
    spend(world, 7.99)
    keep(world)
    assert told(world, "owner") == []
    spend(world, 0.01)
    for _ in range(3):
        keep(world)
    assert told(world, "owner") == told(world, "admin") == [("budget_near", "Ours")]
    assert told(world, "builder") == told(world, "other") == []
    notice = world.client("owner").get("/api/notices").json()["items"][0]
    assert notice["link"] == "/budgets"
    assert notice["sentence"].startswith("80 % of the budget “Ours” is spent.")
    spend(world, 2.0)
    for _ in range(3):
        keep(world)
    assert sorted(told(world, "owner")) == [("budget_near", "Ours"), ("budget_used_up", "Ours")]
    world.client("admin").patch(f"/api/budgets/{show_id(made)}", json={"money": 12}, headers={"If-Match": '"1"'})
    keep(world)
    assert len(told(world, "owner")) == 2, "of what happens within ten minutes there is one notice"


def test_who_is_told_depends_on_what_it_is_about(world: World) -> None:
    number = make_workflow(world)
    budget(world, Scope.WORKFLOW, number, name="Work", money=1.0)
    budget(world, Scope.ORGANISATION, None, name="All", money=1.0)
    spend(world, 5.0, workflow=number)
    keep(world)
    with world.transaction() as session:
        keepers = set(find_keepers(session, number))
    for name in ("owner", "builder", "viewer", "other"):
        wanted = [("budget_used_up", "Work")] if world.people[name] in keepers else []
        assert told(world, name) == wanted, name
    assert sorted(told(world, "admin")) == [("budget_used_up", "All"), ("budget_used_up", "Work")]


def test_a_new_period_begins_at_midnight_utc_and_is_told_of_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    budget(world, name="Daily", money=1.0, period=Period.DAY)
    spend(world, 1.0)
    keep(world)
    with world.transaction() as session:
        today = session.scalars(select(clock())).one().date()
    tomorrow = datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1)
    for module in ("budget", "warn", "spend"):
        monkeypatch.setattr(f"builder.governance.{module}.read_clock", lambda _: tomorrow)
    assert (listed(world, "admin")["Daily"]["spent_money"], listed(world, "admin")["Daily"]["standing"]) == (
        0.0,
        "open",
    )
    spend(world, 0.9)
    with world.transaction() as session:
        assert [each.standing for each in find_untold(session)] == [Standing.NEAR]


# ---------------------------------------------------------------------- who sees and sets them


def test_a_team_sees_its_own_and_its_workflows_and_no_others(world: World) -> None:
    _, name = connect(world)
    budget(world, name="Ours", money=1.0)
    budget(world, Scope.WORKFLOW, make_workflow(world), name="Work", tokens=1_000)
    budget(world, Scope.TEAM, world.theirs, name="Theirs", money=1.0)
    budget(world, Scope.CONNECTION, name, name="Model", money=1.0)
    budget(world, Scope.ORGANISATION, None, name="All", money=1.0)
    assert set(listed(world, "viewer")) == {"Ours", "Work"}
    assert set(listed(world, "other")) == {"Theirs"}
    for everything in ("admin", "governor", "auditor"):
        assert set(listed(world, everything)) == {"Ours", "Work", "Theirs", "Model", "All"}
    theirs = listed(world, "admin")["Theirs"]["id"]
    assert world.client("viewer").get(f"/api/budgets/{theirs}").status_code == 404
    shown = listed(world, "viewer")["Work"]
    assert shown["workflow"]["name"].startswith("Letters")
    assert (shown["team"], shown["zone"], shown["owner"]["name"]) == (None, "UTC", "admin")


@pytest.mark.parametrize(
    ("said", "status", "field"),
    [
        ({}, 409, "money"),
        ({"money": 0}, 422, None),
        ({"money": -1}, 422, None),
        ({"money": "Infinity"}, 422, None),
        ({"money": 1e300}, 422, None),
        ({"tokens": 0}, 422, None),
        ({"tokens": 10**30}, 422, None),
        ({"tokens": 1.5}, 422, None),
        ({"money": 1, "warn_at": 101}, 422, None),
        ({"money": 1, "scope": "team"}, 409, "team"),
        ({"money": 1, "scope": "workflow"}, 409, "workflow"),
        ({"money": 1, "scope": "connection"}, 409, "connection"),
        ({"money": 1, "scope": "connection", "connection": "practice"}, 409, "connection"),
        ({"money": 1, "scope": "connection", "connection": "default"}, 409, "connection"),
        ({"money": 1, "scope": "connection", "connection": "nothing"}, 409, "connection"),
        ({"money": 1, "scope": "team", "team": "0000000000001"}, 404, None),
        ({"money": 1, "scope": "workflow", "workflow": "0000000000001"}, 404, None),
        ({"money": 1, "scope": "planet"}, 422, None),
        ({"money": 1, "period": "year"}, 422, None),
        ({"money": 1, "owner": "0000000000001"}, 409, "owner"),
        ({"money": 1, "name": "\x00"}, 422, None),
        ({"money": 1, "more": 1}, 422, None),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(world: World, said: dict[str, Any], status: int, field: str) -> None:
    answer = world.client("admin").post("/api/budgets", json={"name": "B", "scope": "organisation", **said})
    assert answer.status_code == status, answer.text
    assert answer.json()["sentence"]
    if field is not None:
        assert answer.json()["field"] == field
    assert listed(world, "admin") == {}


def test_a_change_names_what_it_saw_and_leaves_an_event(world: World) -> None:
    admin = world.client("admin")
    made = admin.post("/api/budgets", json={"name": "B", "scope": "organisation", "money": 5, "tokens": 100})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    path = f"/api/budgets/{made.json()['id']}"
    assert admin.patch(path, json={"money": None}).status_code == 428
    changed = admin.patch(path, json={"money": None, "name": "C", "period": "week"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    shown = [changed.json()[key] for key in ("name", "money", "tokens", "period", "warn_at")]
    assert shown == ["C", None, 100, "week", 80]
    late = admin.patch(path, json={"warn_at": 50}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (409, "budget_changed")
    bare = admin.patch(path, json={"tokens": None}, headers={"If-Match": '"2"'})
    assert (bare.status_code, bare.json()["field"]) == (409, "money")
    assert admin.delete(path).status_code == 204
    assert admin.delete(path).status_code == admin.get(path).status_code == 404
    with world.transaction() as session:
        event = audit_event_table.c
        kinds = session.scalars(select(event.kind).where(event.kind.like("budget%")).order_by(event.id)).all()
        assert list(kinds) == ["budget_made", "budget_changed", "budget_ended"]
        assert session.scalar(select(func.count()).select_from(spending_table)) == 0
