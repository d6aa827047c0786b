"""How the routes of governance are called."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from builder.db import read_clock
from builder.governance import (
    Halt,
    HaltScope,
    approve_template,
    ask_exemption,
    enforce_template,
    find_template,
    import_template,
    make_budget,
    make_halt,
    withdraw_exemption,
)
from builder.governance.schemas import BudgetWanted, Period, Scope
from builder.governance.store import read_exemption
from builder.kit.documents import write_yaml
from builder.kit.ids import read_id, show_id
from tests.rooms.cases import RouteCase, Sent, Visitor
from tests.rooms.letters import MASK
from tests.rooms.workflows.cases import make_workflow
from tests.rooms.world import World

_numbers = itertools.count(1)


def _file(team: str = "Nobody's", stage: str = "pilot") -> str:
    name = f"Rules {next(_numbers)}"
    return write_yaml({"handrail-governance": 1, "name": name, "owner": "privacy", "because": "So.", "rules": [MASK],
                       "applies_to": {"teams": [team], "stages": [stage]}})  # fmt: skip


def _at(world: World, json: object = None, *, approved: bool = False, file: str = "") -> Sent:
    """A call about a template that somebody else wrote."""
    writer, checker = (world.caller_once(each, org=("governor",)) for each in ("writer", "checker"))
    installed = {"types": world.application.types, "connections": world.application.connections}
    with world.transaction() as session:
        made, _ = import_template(session, writer, (file or _file()).encode(), "a.yaml", {}, **installed)  # type: ignore[arg-type]  # by name
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


def stop(world: World, scope: HaltScope = HaltScope.NODE_TYPE, about: str = "flow.stop", **said: Any) -> Halt:
    """A halt that a governor made, of what nothing here uses where nothing else is said."""
    by, because = world.caller("governor"), said.pop("because", f"Reason {next(_numbers)}.")
    with world.transaction() as session:
        return make_halt(session, by, (scope, about), because, said.pop("until", None), world.application)


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
    RouteCase("list_halts", lambda world, _: Sent(shown=stop(world).because), reach="organisation"),
    RouteCase("list_halt_rules", reach="organisation"),
    RouteCase(
        "make_halt",
        lambda world, _: Sent(json={"scope": "node_type", "name": "flow.stop", "because": "It went wrong."}),
        status=201,
        reach="organisation",
    ),
    RouteCase("foresee_halt", lambda *_: Sent(json={"scope": "organisation"}), reach="organisation"),
    RouteCase("lift_halt", lambda world, _: Sent(path={"halt": show_id(stop(world).id)}), reach="organisation"),
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


def make_exemption(world: World, *, asker: str = "owner", days: int = 30, stage: str = "production") -> int:
    """A request that waits, about a workflow of Ours and a rule that binds it; its id."""
    workflow, by, site = make_workflow(world), world.caller(asker), world.application
    with world.transaction() as session:
        team = site.workflows.find_subjects(session, [workflow])[workflow].team  # which may be called otherwise by now
    place = _at(world, approved=True, file=_file(team, stage)).path
    template, number, checker = read_id(place["template"]), int(place["number"]), world.caller("governor")
    with world.transaction() as session:
        today = read_clock(session).date()
        name = enforce_template(session, checker, template, number, today).name
        return ask_exemption(
            session, by, site.workflows.find_subjects, workflow, template=name, rule=MASK["id"],
            because="The letters are made up.", until=today + timedelta(days=days),
        ).id  # fmt: skip


def _asking(world: World, _: Visitor) -> Sent:
    number, owner = make_exemption(world), world.caller("owner")
    with world.transaction() as session:
        asked = read_exemption(session, number)
        assert asked is not None
        withdraw_exemption(session, owner, number)
        name = find_template(session, owner, asked.template_id, 1).name
    wanted = {"template": name, "rule": asked.rule, "because": "So.", "until": asked.until.isoformat()}
    return Sent(json={"workflow": show_id(asked.workflow_id), **wanted})


def _asked(world: World, json: object = None, *, asker: str = "owner") -> Sent:
    return Sent(path={"exemption": show_id(make_exemption(world, asker=asker))}, json=json)


def _own(world: World, visitor: Visitor) -> Sent:
    """A wish of whoever calls, if he may have one: others' are his to take back only as an owner."""
    asks = {"builder": "builder", "program": "everything"}
    return _asked(world, asker=asks.get(visitor.name, "owner"))


CASES += [
    RouteCase("list_exemptions", lambda world, _: Sent(shown=show_id(make_exemption(world))), reach="list"),
    RouteCase("ask_exemption", _asking, status=201),
    RouteCase("grant_exemption", lambda world, _: _asked(world), reach="organisation"),
    RouteCase("refuse_exemption", lambda world, _: _asked(world, {"answer": "No."}), reach="organisation"),
    RouteCase("withdraw_exemption", _own),
]
