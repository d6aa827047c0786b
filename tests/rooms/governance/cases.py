"""How the routes of governance are called."""

from __future__ import annotations

import itertools
from typing import Any

from builder.governance import approve_template, import_template, make_budget
from builder.governance.schemas import BudgetWanted, Period, Scope
from builder.kit.documents import write_yaml
from builder.kit.ids import show_id
from tests.rooms.cases import RouteCase, Sent
from tests.rooms.letters import MASK
from tests.rooms.world import World

_numbers = itertools.count(1)


def _file() -> str:
    name = f"Rules {next(_numbers)}"
    return write_yaml({"handrail-governance": 1, "name": name, "owner": "privacy", "because": "So.", "rules": [MASK],
                       "applies_to": {"teams": ["Nobody's"], "stages": ["pilot"]}})  # fmt: skip


def _at(world: World, json: object = None, *, approved: bool = False) -> Sent:
    """A call about a template that somebody else wrote."""
    number = next(_numbers)
    for each in ("writer", "checker"):
        world.add_person(f"{each}{number}", org=("governor",))
    writer, checker = world.caller(f"writer{number}"), world.caller(f"checker{number}")
    installed = {"types": world.application.types, "connections": world.application.connections}
    with world.transaction() as session:
        made, _ = import_template(session, writer, _file().encode(), "a.yaml", {}, **installed)  # type: ignore[arg-type]  # by name
        if approved:
            approve_template(session, checker, made.template_id, made.number, **installed)  # type: ignore[arg-type]  # by name
    return Sent(path={"template": show_id(made.template_id), "number": str(made.number)}, json=json)


def budget(world: World, scope: Scope = Scope.TEAM, about: int | str | None = None, **said: Any) -> tuple[int, str]:
    """A budget that an admin set, of Ours where nothing else is said; its id and name."""
    name = said.pop("name", f"Budget {next(_numbers)}")
    period, warn_at = said.pop("period", Period.MONTH), said.pop("warn_at", 80)
    admin = world.caller("admin")
    wanted = BudgetWanted(name, period, said.get("money"), said.get("tokens"), warn_at, admin.person_id)
    if about is None and scope is Scope.TEAM:
        about = world.ours
    with world.transaction() as session:
        return make_budget(session, admin, scope, about, wanted, world.application), name


def _limited(world: World, *, whole: bool = False) -> Sent:
    made, name = budget(world, money=5.0)
    return Sent(path={} if whole else {"budget": show_id(made)}, shown=name)


def _new_budget(world: World, _: object) -> Sent:
    return Sent(json={"name": f"New {next(_numbers)}", "scope": "team", "team": show_id(world.ours), "tokens": 1_000})


def _changed(world: World, _: object) -> Sent:
    path = {"budget": show_id(budget(world, money=5.0)[0])}
    return Sent(path=path, json={"money": 7.5}, headers={"If-Match": '"1"'})


CASES = [
    RouteCase("list_budgets", lambda world, _: _limited(world, whole=True), reach="list"),
    RouteCase("list_budget_owners", reach="organisation"),
    RouteCase("read_budget", lambda world, _: _limited(world)),
    RouteCase("make_budget", _new_budget, status=201, reach="organisation"),
    RouteCase("change_budget", _changed, reach="organisation"),
    RouteCase(
        "end_budget",
        lambda world, _: Sent(path={"budget": show_id(budget(world, money=5.0)[0])}),
        status=204,
        reach="organisation",
    ),
    RouteCase("list_templates", reach="organisation"),
    RouteCase("import_template", lambda *_: Sent(json={"content": _file()}), status=201, reach="organisation"),
    RouteCase("read_template", lambda world, _: _at(world), reach="organisation"),
    RouteCase(
        "assign_template",
        lambda world, _: _at(world, {"teams": ["Nobody's"], "stages": ["production"]}),
        status=201,
        reach="organisation",
    ),
    RouteCase("approve_template", lambda world, _: _at(world), reach="organisation"),
    RouteCase(
        "enforce_template", lambda world, _: _at(world, {"day": "2100-01-01"}, approved=True), reach="organisation"
    ),
    RouteCase("retire_template", lambda world, _: _at(world, {"reason": "Over."}), reach="organisation"),
]
