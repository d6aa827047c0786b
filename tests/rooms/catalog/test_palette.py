"""The palette over the wire: every installed type, with all that a canvas needs of it."""

from __future__ import annotations

from builder.catalog.views import read_words, texts_of
from builder.kit.shapes import check_schema
from tests.rooms.world import World


def test_every_installed_type_is_told_with_its_icon(world: World) -> None:
    items = world.client("viewer").get("/api/catalog").json()["items"]
    types = world.application.types
    assert [each["key"] for each in items] == sorted(key for key, each in types.items() if not each.only_in_templates)
    for each in items:
        kind = types[each["key"]]
        assert (each["title"], each["kind"], each["control"]) == (kind.title, kind.kind.value, kind.control.value)
        assert each["icon"].lstrip().startswith("<svg")
        assert [port["name"] for port in each["ports"]] == [port.name for port in kind.ports]
        assert each["config"]["type"] == "object"
        assert check_schema(each["output"]) == []
        assert each["input"] is None or check_schema(each["input"]) == []


def test_every_type_is_told_in_the_language_of_who_asks(world: World) -> None:
    client = world.client("viewer")
    english = client.get("/api/catalog").json()["items"]
    assert client.get("/api/catalog", params={"language": "en"}).json()["items"] == english
    assert client.patch("/api/session/person", json={"language": "de"}).status_code == 200
    german = client.get("/api/catalog").json()["items"]
    assert client.get("/api/catalog", params={"language": "de"}).json()["items"] == german
    for here, there in zip(english, german, strict=True):
        assert here["summary"] != there["summary"]
        assert here["config"].get("properties", {}).keys() == there["config"].get("properties", {}).keys()


def test_german_says_all_that_english_does_and_nothing_else(world: World) -> None:
    for node in world.application.types.values():
        assert set(read_words(node, "de")) == texts_of(node), node.key()
        assert read_words(node, "fr") == {}
