"""OpenAPI documents: their operations become templates whose own examples hold; what cannot be said is told."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.catalog import CatalogError, Palette, discover_types
from builder.catalog.borrow import Borrower
from builder.catalog.judge import judge_node_template
from builder.catalog.openapi import describe_source, find_caller_type, read_openapi
from builder.catalog.schemas import NodeTemplateSource
from builder.kit.shapes import check_schema
from builder.sdk import Done, HttpAnswer
from builder.sdk.testing import TestContext
from tests.rooms.world import World

OWN = Path(__file__).resolve().parents[3] / "frontend" / "openapi.json"
MADE = {"$ref": "#/components/schemas/Made"}
TICKETS = {
    "openapi": "3.0.3",
    "info": {"title": "Tickets"},
    "servers": [{"url": "https://{region}.tickets.example/v2", "variables": {"region": {"default": "eu"}}}],
    "paths": {
        "/tickets/{ticketId}/notes": {
            "parameters": [{"name": "ticketId", "in": "path", "required": True, "schema": {"type": "string"}}],
            "post": {
                "operationId": "addNote",
                "summary": "Add a note",
                "parameters": [
                    {"name": "dryRun", "in": "query", "schema": {"type": "boolean"}},
                    {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}},
                "responses": {"201": {"content": {"application/json": {"schema": MADE}}}},
            },
        }
    },
    "components": {
        "schemas": {
            "Note": {
                "type": "object", "required": ["text"],
                "properties": {
                    "text": {"type": "string", "pattern": "^x", "maxLength": 50},
                    "dueOn": {"type": "string", "format": "date", "nullable": True},
                    "parent": {"$ref": "#/components/schemas/Note"},
                },
            },
            "Made": {"allOf": [{"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
                               {"properties": {"state": {"enum": ["open", "done"]}}}]},
        }
    },
}  # fmt: skip


def _at(url: str) -> dict[str, Any]:
    return {"openapi": "3.1.0", "servers": [{"url": url}], "paths": {"/a": {"get": {}}}}


def test_an_operation_becomes_a_template_that_calls_it() -> None:
    palette = Palette(discover_types())
    described = read_openapi(json.dumps(TICKETS).encode(), "tickets.json")
    operation = described.operations[0]
    assert (described.title, described.server, operation.left_out) == (
        "Tickets", "https://eu.tickets.example/v2", ("header X-Trace",),
    )  # fmt: skip
    source = NodeTemplateSource.model_validate(describe_source(described, operation, find_caller_type(palette)))
    assert judge_node_template(palette, source) == []
    assert source.inputs is not None
    assert source.inputs["required"] == ["ticket_id", "text"]
    assert source.inputs["properties"]["due_on"] == {"type": ["string", "null"], "format": "date"}
    assert source.answers["body"]["properties"]["state"] == {"enum": ["open", "done"]}
    made = palette.make(source, 1)
    context = TestContext(answers=[HttpAnswer(201, (("content-type", "application/json"),), b'{"id": 1}')])
    inputs = {"ticket_id": "7/8", "dry_run": True, "text": "Hi", "due_on": "2026-01-01"}
    outcome = asyncio.run(made.run(made.Config.model_validate({}), inputs, context))
    assert isinstance(outcome, Done)
    assert context.sent[0].url == "https://eu.tickets.example/v2/tickets/7%2F8/notes?dryRun=true"
    assert json.loads(context.sent[0].body or b"") == {"text": "Hi", "dueOn": "2026-01-01"}


def test_every_operation_of_a_large_document_is_a_sound_template() -> None:
    palette = Palette(discover_types())
    described = read_openapi(OWN.read_bytes(), "openapi.json", "https://handrail.example")
    base = find_caller_type(palette)
    for operation in described.operations:
        source = NodeTemplateSource.model_validate(describe_source(described, operation, base))
        assert judge_node_template(palette, source) == [], operation.key


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "not an OpenAPI document"),
        ({"swagger": "2.0"}, "not an OpenAPI document"),
        ({"openapi": "3.1.0", "paths": {}}, "where the API is"),
        ({"openapi": "3.1.0", "servers": [{"url": "https://x.example"}], "paths": []}, "no operation"),
        ({"openapi": "3.1.0", "servers": [{"url": "file:///etc"}], "paths": {"/a": {"get": {}}}}, "where the API is"),
        *((_at(url), words) for url, words in (
            ("https://user:pw@x.example", "holds a user"), ("https://x.example/#a", "holds a user"),
            ("https://x.example/a b", "holds a user"), ("https://[x", "where the API is"),
            ("https://x.example:99999", "where the API is"),
        )),
    ],
)  # fmt: skip
def test_what_is_no_api_gets_a_sentence(document: Any, words: str) -> None:
    with pytest.raises(CatalogError, match=words):
        read_openapi(json.dumps(document).encode(), "a.json")


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["string", "object", "array", "#/a", "null", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "properties", "items", "enum", "$ref", "allOf", "anyOf", "oneOf", "nullable", "format",
                         "required", "a", "additionalProperties", "const", "minimum"]), inner, max_size=5),
    max_leaves=25,
)  # fmt: skip


@given(_PLAIN, _PLAIN)
def test_whatever_others_write_becomes_a_schema(document: Any, schema: Any) -> None:
    borrowed = Borrower(document if isinstance(document, dict) else {}).borrow(schema)
    assert check_schema(borrowed) == []


_DOCUMENTS = st.fixed_dictionaries(
    {"openapi": st.just("3.1.0"), "servers": st.just([{"url": "https://x.example"}])},
    optional={"paths": st.dictionaries(st.sampled_from(["/a", "/{b}/c", "x"]), st.dictionaries(
        st.sampled_from(["get", "post", "parameters"]), st.dictionaries(
            st.sampled_from(["parameters", "requestBody", "responses", "summary", "operationId"]), _PLAIN)
        | st.lists(st.fixed_dictionaries({"name": st.sampled_from(["b", "B", "in"]), "in": st.sampled_from(
            ["path", "query", "header"]), "schema": _PLAIN}), max_size=3)), max_size=2)},
)  # fmt: skip


@given(_DOCUMENTS)
def test_whatever_a_document_says_its_templates_can_be_judged(document: Any) -> None:
    palette = Palette(discover_types())
    try:
        described = read_openapi(json.dumps(document).encode(), "a.json")
    except CatalogError:
        return
    for operation in described.operations:
        source = NodeTemplateSource.model_validate(describe_source(described, operation, "tool.http_request@1"))
        judge_node_template(palette, source)


def test_secrets_in_the_address_are_left_to_a_credential() -> None:
    document = _at("https://x.example")
    names = ("key", "api_key", "pageToken")
    document["paths"]["/a"]["get"] = {"parameters": [{"name": each, "in": "query"} for each in names]}
    document["components"] = {"securitySchemes": {"own": {"type": "apiKey", "in": "query", "name": "key"}}}
    (operation,) = read_openapi(json.dumps(document).encode(), "a.json").operations
    assert [each.name for each in operation.parameters] == ["pageToken"]
    assert operation.left_out == ("query key", "query api_key")


def test_of_too_many_operations_the_rest_is_counted_and_each_has_its_own_key() -> None:
    document = _at("https://x.example")
    document["paths"] = {f"/a{number}": {"get": {"operationId": "same", "summary": 7}} for number in range(1_003)}
    described = read_openapi(json.dumps(document).encode(), "a.json")
    assert (len(described.operations), described.more) == (1_000, 3)
    assert len({each.key for each in described.operations}) == 1_000
    assert described.operations[0].title == "same"


def test_drafts_are_made_of_what_was_chosen(world: World) -> None:
    one, content = world.client("admin"), json.dumps(TICKETS)
    looked = one.post("/api/node-templates/openapi", json={"content": content})
    assert [each["key"] for each in looked.json()["operations"]] == ["addNote"]
    taken = one.post("/api/node-templates/openapi/take", json={"content": content, "operations": ["addNote"]})
    assert taken.status_code == 201, taken.text
    assert [each["key"] for each in taken.json()] == ["tool.add_note@1"]
    again = one.post("/api/node-templates/openapi/take", json={"content": content, "operations": ["addNote"]})
    assert again.status_code == 409
    unknown = one.post("/api/node-templates/openapi/take", json={"content": content, "operations": ["no"]})
    assert (unknown.status_code, unknown.json()["field"]) == (409, "operations")
    bomb = one.post("/api/node-templates/openapi", json={"content": "a: &a [*a]", "filename": "a.yaml"})
    assert 400 <= bomb.status_code < 500


def test_what_two_apis_call_alike_are_two_templates(world: World) -> None:
    one = world.client("admin")

    def take(title: str, *paths: str) -> list[str]:
        document = {
            **_at("https://x.example"),
            "info": {"title": title},
            "paths": {path: {"get": {}} for path in paths},
        }
        content = {"content": json.dumps(document), "operations": [f"GET {path}" for path in paths]}
        taken = one.post("/api/node-templates/openapi/take", json=content)
        assert taken.status_code == 201, taken.text
        return [each["key"] for each in taken.json()]

    assert take("Shop", "/orders-all", "/orders_all") == ["tool.get_orders_all@1", "tool.shop_get_orders_all@1"]
    assert take("Depot", "/orders-all") == ["tool.depot_get_orders_all@1"]
