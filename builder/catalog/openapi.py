"""An OpenAPI document, read as the operations that NodeTemplates can be made from. Reading contacts nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from builder.catalog.borrow import Borrower, as_list, as_record
from builder.catalog.palette import Palette
from builder.catalog.schemas import CatalogError
from builder.kit.documents import read_document
from builder.kit.shapes import example_of
from builder.sdk import Schema

METHODS = ("get", "head", "post", "put", "patch", "delete")
MOST_OPERATIONS = 1_000
_HOLE = re.compile(r"\{([^{}]+)\}")
_RESERVED = frozenset(("body", "query", "input", "item", "index", "round", "previous", "in", "true", "false", "null"))


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that an operation is given.

    Attributes:
        name: in the document.
        word: as an input of the node: letters, digits and underscores.
        place: `path`, `query` or `body`.
    """

    name: str
    word: str
    place: str
    schema: Schema
    required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an API.

    Attributes:
        key: how it is chosen: its operation id, else method and path.
        parameters: what it takes, the fields of a record in its body one by one.
        body: the whole body, where that is no record of named fields.
        answer: of its first successful answer in JSON; empty where nothing is said.
        left_out: what cannot be said here, in words: headers, cookies, other media types.
    """

    key: str
    method: str
    path: str
    title: str
    summary: str
    parameters: tuple[Parameter, ...]
    body: Schema | None
    answer: Schema
    left_out: tuple[str, ...] = ()
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """An API as its document describes it."""

    title: str
    server: str
    operations: tuple[Operation, ...] = field(default_factory=tuple)


def read_openapi(content: bytes, filename: str, server: str = "") -> Described:
    """The operations of an OpenAPI document of version 3.

    Args:
        content: JSON or YAML.
        filename: what the person calls it.
        server: where the API is, if not where the document says.

    Raises:
        CatalogError: it is none, or says nowhere where the API is.
        builder.kit.documents.DocumentError: it cannot be read at all.
    """
    document = read_document(content, filename).value
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
        raise CatalogError(
            "This is not an OpenAPI document of version 3.",
            way_out="Export it as OpenAPI 3.0 or 3.1; Swagger 2 can be converted.",
        )
    place = _server_of(document, server)
    about = as_record(document.get("info"))
    operations = tuple(_operations_of(document))
    if not operations:
        raise CatalogError("The document describes no operation.", field="paths")
    return Described(str(about.get("title") or urlsplit(place).hostname), place, operations)


def find_caller_type(palette: Palette) -> str:
    """The installed node type that calls an address: the one that an operation becomes.

    Raises:
        CatalogError: there is none.
    """
    for key, node in palette.items():
        if node.base is None and {"method", "url", "body_as"} <= node.Config.model_fields.keys():
            return key
    raise CatalogError("No node type that calls an address is installed here.")


def describe_source(described: Described, operation: Operation, base: str, credential: str = "") -> dict[str, Any]:
    """What IT would write for an operation: all settings fixed, parameters as inputs, its answer held to its schema."""
    inputs = {each.word: each.schema for each in operation.parameters}
    required = [each.word for each in operation.parameters if each.required]
    words = {each.name: each.word for each in operation.parameters if each.place == "path"}
    path = _HOLE.sub(lambda hole: "{{ " + words.get(hole[1], _word_of(hole[1])) + " }}", operation.path)
    gather: dict[str, dict[str, str]] = {}
    for each in operation.parameters:
        if each.place != "path":
            gather.setdefault(each.place, {})[each.name] = each.word
    if operation.body is not None:
        inputs["body"] = operation.body
        required.append("body")
    fixed: dict[str, Any] = {"method": operation.method, "url": described.server.rstrip("/") + path}
    if credential:
        fixed["credential"] = credential
    schema = {"type": "object", "properties": inputs, "required": required, "additionalProperties": False}
    source: dict[str, Any] = {
        "base": base,
        "name": _name_of(operation),
        "title": operation.title[:200],
        "summary": operation.summary[:500],
        "fixed": fixed,
        "inputs": schema,
        "gather": gather,
        "answers": {"body": operation.answer} if operation.answer else {},
        "origin": {"kind": "openapi", "api": described.title[:200], "operation": operation.key},
    }
    source["examples"] = [_example_of(operation, schema)]
    return source


def _example_of(operation: Operation, schema: Schema) -> dict[str, Any]:
    answer = {"json": example_of(operation.answer)} if operation.answer else {"status": 200}
    return {
        "title": "As the document describes it",
        "config": {},
        "inputs": example_of(schema),
        "http": answer,
        "expect": {"port": "done"},
    }


def _server_of(document: Mapping[str, Any], said: str) -> str:
    first = as_record(next(iter(as_list(document.get("servers"))), None))
    place = str(first.get("url") or "")
    for name, variable in as_record(first.get("variables")).items():
        if isinstance(variable, dict):
            place = place.replace("{" + str(name) + "}", str(variable.get("default", "")))
    place = urljoin(said, place) if said and not urlsplit(place).scheme else said or place
    parts = urlsplit(place)
    if parts.scheme not in ("http", "https") or not parts.hostname or "{" in place:
        raise CatalogError(
            "The document does not say where the API is.",
            field="server",
            way_out="Say its address, such as https://api.example.org/v1.",
        )
    return place


def _operations_of(document: Mapping[str, Any]) -> Iterator[Operation]:
    paths = document.get("paths")
    count = 0
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method in METHODS:
            operation = item.get(method) if isinstance(item, dict) else None
            if isinstance(operation, dict) and str(path).startswith("/") and count < MOST_OPERATIONS:
                count += 1
                yield _read_operation(Borrower(document), str(path), method, item, operation)


def _read_operation(
    borrower: Borrower, path: str, method: str, item: Mapping[str, Any], said: Mapping[str, Any]
) -> Operation:
    left_out: list[str] = []
    parameters: dict[str, Parameter] = {}
    for raw in [*as_list(item.get("parameters")), *as_list(said.get("parameters"))]:
        each = as_record(borrower.resolve(raw))
        name, place = str(each.get("name", "")), str(each.get("in", ""))
        if place not in ("path", "query"):
            left_out.append(f"{place} {name}")
            continue
        schema = borrower.borrow(each.get("schema") or {})
        if each.get("description") and "description" not in schema:
            schema = {**schema, "description": str(each["description"])[:500]}
        taken = {other.word for key, other in parameters.items() if key != f"{place} {name}"}
        word = _word_of(name) if _word_of(name) not in taken else f"{_word_of(name)}_{place}"
        required = place == "path" or each.get("required") is True
        parameters[f"{place} {name}"] = Parameter(name, word, place, schema, required)
    body, fields = _read_body(borrower, said, left_out, {each.word for each in parameters.values()})
    summary = " ".join(str(said.get("summary") or said.get("description") or f"{method.upper()} {path}").split())
    return Operation(
        key=str(said.get("operationId") or f"{method} {path}"),
        method=method.upper(),
        path=path,
        title=str(said.get("summary") or said.get("operationId") or f"{method.upper()} {path}").strip()[:200],
        summary=(summary[:490].rstrip(".") or "Calls it") + ".",
        parameters=(*parameters.values(), *fields),
        body=body,
        answer=_read_answer(borrower, said),
        left_out=tuple(left_out),
        deprecated=said.get("deprecated") is True,
    )


def _read_body(
    borrower: Borrower, said: Mapping[str, Any], left_out: list[str], taken: set[str]
) -> tuple[Schema | None, list[Parameter]]:
    content = as_record(as_record(borrower.resolve(said.get("requestBody"))).get("content"))
    if not content:
        return None, []
    media = next((each for name, each in content.items() if str(name).split(";")[0].endswith("json")), None)
    if not isinstance(media, Mapping):
        left_out.append(f"body as {', '.join(map(str, content))[:100]}")
        return None, []
    schema = borrower.borrow(media.get("schema") or {})
    names = schema.get("properties", {}) if schema.get("type") == "object" else {}
    words = [_word_of(name) for name in names]
    if not names or len(set(words)) < len(words) or taken & set(words):
        return schema, []
    required = set(schema.get("required", ()))
    return None, [Parameter(name, _word_of(name), "body", each, name in required) for name, each in names.items()]


def _read_answer(borrower: Borrower, said: Mapping[str, Any]) -> Schema:
    for status, raw in sorted(as_record(said.get("responses")).items(), key=lambda pair: str(pair[0])):
        if not str(status).startswith("2"):
            continue
        content = as_record(as_record(borrower.resolve(raw)).get("content"))
        for name, media in content.items():
            if str(name).split(";")[0].endswith("json") and isinstance(media, Mapping):
                return borrower.borrow(media.get("schema") or {})
    return {}


def _word_of(name: str) -> str:
    word = re.sub(r"[^a-z0-9_]+", "_", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()).strip("_") or "value"
    word = word if word[0].isalpha() else f"v_{word}"
    return f"{word}_" if word in _RESERVED else word[:60]


def _name_of(operation: Operation) -> str:
    return _word_of(operation.key)[:60].rstrip("_")
