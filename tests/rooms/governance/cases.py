"""How the routes of governance are called."""

from __future__ import annotations

import itertools

from builder.governance import approve_template, import_template
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


CASES = [
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
