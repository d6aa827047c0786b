"""The palette over the wire: every installed type, with all that a canvas needs of it."""

from __future__ import annotations

from builder.kit.shapes import check_schema
from tests.rooms.world import World


def test_every_installed_type_is_told_with_its_icon(world: World) -> None:
    items = world.client("viewer").get("/api/catalog").json()["items"]
    types = world.application.types
    assert [each["key"] for each in items] == sorted(types)
    for each in items:
        kind = types[each["key"]]
        assert (each["title"], each["kind"], each["control"]) == (kind.title, kind.kind.value, kind.control.value)
        assert each["icon"].lstrip().startswith("<svg")
        assert [port["name"] for port in each["ports"]] == [port.name for port in kind.ports]
        assert each["config"]["type"] == "object"
        assert check_schema(each["output"]) == []
        assert each["input"] is None or check_schema(each["input"]) == []
