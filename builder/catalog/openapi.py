"""An OpenAPI document, read as the operations that NodeTemplates can be made from. Reading contacts nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from builder.catalog.borrow import Borrower, as_list, as_record
from builder.catalog.palette import Palette
from builder.catalog.schemas import CatalogError
from builder.kit.documents import read_document
from builder.kit.shapes import example_of
from builder.sdk import Schema

METHODS = ("get", "head", "post", "put", "patch", "delete")
MOST_OPERATIONS = 1_000
_SECRET = re.compile(r"api[-_]?key|access[-_]?token|client[-_]?secret|password|secret", re.IGNORECASE)
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
    """An API as its document describes it; `more` operations are left out, because there are too many."""

    title: str
    server: str
    operations: tuple[Operation, ...] = field(default_factory=tuple)
    more: int = 0


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
            case="no_openapi",
        )
    place = _server_of(document, server)
    about = as_record(document.get("info"))
    found = list(_operations_of(document))
    if not found:
        raise CatalogError("The document describes no operation.", field="paths", case="no_operation")
    operations = tuple(_tell_apart(_read_operation(Borrower(document), *each) for each in found[:MOST_OPERATIONS]))
    title = str(about.get("title") or urlsplit(place).hostname)[:200]
    return Described(title, place, operations, max(0, len(found) - MOST_OPERATIONS))


def find_caller_type(palette: Palette) -> str:
    """The installed node type that calls an address: the one that an operation becomes.

    Raises:
        CatalogError: there is none.
    """
    for key, node in palette.items():
        if node.base is None and {"method", "url", "body_as"} <= node.Config.model_fields.keys():
            return key
    raise CatalogError("No node type that calls an address is installed here.")


def describe_source(
    described: Described, operation: Operation, base: str, credential: str = "", name: str = ""
) -> dict[str, Any]:
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
        "name": name or name_operation(operation),
        "title": operation.title[:200],
        "summary": operation.summary[:500],
        "fixed": fixed,
        "inputs": schema,
        "gather": gather,
        "answers": {"body": operation.answer} if operation.answer else {},
        "origin": {"kind": "openapi", "api": described.title, "operation": operation.key},
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
    split = _split(place)
    is_relative = split is not None and not split.scheme and _split(said) is not None
    place = urljoin(said, place) if said and is_relative else said or place
    parts = _split(place)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or "{" in place:
        raise CatalogError(
            "The document does not say where the API is.",
            field="server",
            way_out="Say its address, such as https://api.example.org/v1.",
            case="no_server",
        )
    if "@" in parts.netloc or parts.query or parts.fragment or re.search(r"[\s\\?#]", place):
        raise CatalogError(
            "The address of the API holds a user, a space, ? or #.",
            field="server",
            way_out="Say its address without, and name a credential instead of a user.",
            case="odd_server",
        )
    return place


def _split(address: str) -> SplitResult | None:
    """The parts of an address; None where it is none."""
    try:
        parts = urlsplit(address)
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def _operations_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """Path, method, what is said of the path and of the operation."""
    paths = document.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method in METHODS:
            operation = item.get(method) if isinstance(item, dict) else None
            if isinstance(operation, dict) and str(path).startswith("/"):
                yield str(path), method, item, operation


def _tell_apart(operations: Iterable[Operation]) -> Iterator[Operation]:
    """Each operation under a key of its own, though a document may use one id twice."""
    taken: set[str] = set()
    for each in operations:
        key = each.key if each.key not in taken else f"{each.method} {each.path}"
        taken.add(key)
        yield replace(each, key=key)


def _secrets_of(document: Mapping[str, Any]) -> frozenset[str]:
    """Parameters that carry a secret: a credential carries it, and no workflow."""
    schemes = as_record(as_record(document.get("components")).get("securitySchemes"))
    named = {str(each.get("name")) for raw in schemes.values() if (each := as_record(raw)).get("in") == "query"}
    return frozenset(named)


def _read_operation(
    borrower: Borrower, path: str, method: str, item: Mapping[str, Any], said: Mapping[str, Any]
) -> Operation:
    left_out: list[str] = []
    parameters: dict[str, Parameter] = {}
    secret = _secrets_of(borrower.document)
    for raw in [*as_list(item.get("parameters")), *as_list(said.get("parameters"))]:
        each = as_record(borrower.resolve(raw))
        name, place = str(each.get("name", "")), str(each.get("in", ""))
        if place not in ("path", "query") or (place == "query" and (name in secret or _SECRET.fullmatch(name))):
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
    title = _text_of(said, "summary") or _text_of(said, "operationId") or f"{method.upper()} {path}"
    summary = " ".join((_text_of(said, "summary") or _text_of(said, "description") or title).split())
    return Operation(
        key=_text_of(said, "operationId") or f"{method.upper()} {path}",
        method=method.upper(),
        path=path,
        title=" ".join(title.split())[:200],
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


def _text_of(said: Mapping[str, Any], name: str) -> str:
    """A field that is a text; empty where it is none."""
    return each.strip() if isinstance(each := said.get(name), str) else ""


def _word_of(name: str) -> str:
    word = re.sub(r"[^a-z0-9_]+", "_", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()).strip("_") or "value"
    word = word if word[0].isalpha() else f"v_{word}"
    return f"{word}_" if word in _RESERVED else word[:60]


def name_operation(operation: Operation, api: str = "") -> str:
    """The word of the template that it becomes; with the name of its API where it would else be that of another."""
    return _word_of(f"{api} {operation.key}")[:60].rstrip("_")
