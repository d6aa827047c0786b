"""The workflow file as models: a Workflow holds a Graph of Nodes, joined by Edges, fed by Bindings.

There is no code in a workflow. Building these models runs nothing and contacts nothing.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)

from builder.kit.hashing import hash_value

RESERVED_IDS = frozenset((
    "in", "as", "break", "const", "continue", "else", "for", "function",
    "if", "import", "let", "loop", "package", "namespace", "return", "var",
    "void", "while", "true", "false", "null", "int", "uint", "double",
    "bool", "string", "bytes", "list", "map", "type", "dyn", "null_type",
    "input", "item", "index", "round", "previous",
))  # fmt: skip
"""Words that CEL or the scopes of bodies need; no node may be called so."""

ID_PATTERN = re.compile(r"[a-z][a-z0-9_]*\Z")
WOVEN_PREFIX = "g_"

NodeId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
TriggerKind = Literal["schedule", "webhook", "api"]
ReadPath = Annotated[str, StringConstraints(min_length=1, max_length=400)]


def _listed(value: Any) -> Any:
    """A single path may be written without its list."""
    return (value,) if isinstance(value, str) else value


class Part(BaseModel):
    """Base of every part of a workflow file: unknown fields are refused, values never change, defaults stay unsaid."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_serializer(mode="wrap")
    def _say_only_what_is_set(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        record: dict[str, Any] = handler(self)
        for key, name, default in _defaults_of(type(self)):
            if key in record and getattr(self, name) == default:
                del record[key]
        return record


@cache
def _defaults_of(part: type[Part]) -> tuple[tuple[str, str, Any], ...]:
    """(key in a file, name, default) of every field that may stay unsaid."""
    return tuple(
        (info.alias or name, name, info.get_default(call_default_factory=True))
        for name, info in part.model_fields.items()
        if not info.is_required()
    )


class Binding(Part):
    """Where one input field gets its value: exactly one of `value`, `from`, `expr`, `template`.

    `default` is used when nothing is there.
    """

    value: Any = None
    from_: Annotated[tuple[ReadPath, ...] | None, BeforeValidator(_listed), Field(alias="from")] = None
    expr: str | None = None
    template: str | None = None
    default: Any = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Binding:
        said = self.model_fields_set & {"value", "from_", "expr", "template"}
        if len(said) != 1:
            raise ValueError("a binding is exactly one of `value`, `from`, `expr`, `template`")
        return self

    @property
    def way(self) -> Literal["value", "from", "expr", "template"]:
        """Which of the four it is."""
        if self.from_ is not None:
            return "from"
        if self.expr is not None:
            return "expr"
        return "template" if self.template is not None else "value"

    @property
    def has_default(self) -> bool:
        """Whether a default was written, null included."""
        return "default" in self.model_fields_set

    @model_serializer(mode="plain")
    def _as_written(self) -> dict[str, Any]:
        record: dict[str, Any] = {}
        if self.way == "from" and self.from_ is not None:
            record["from"] = self.from_[0] if len(self.from_) == 1 else list(self.from_)
        else:
            record[self.way] = getattr(self, self.way)
        if self.has_default:
            record["default"] = self.default
        return record


class Retry(Part):
    """How often and after which failures a node is tried again.

    `attempts` counts all tries, the first included; `max_delay` is an ISO 8601 duration.
    """

    attempts: Annotated[int, Field(ge=1, le=20)] = 3
    on: tuple[Literal["transient", "rate_limited", "permanent"], ...] = ("transient", "rate_limited")
    max_delay: str = "PT60S"


class OnError(Part):
    """What happens when a node fails: retries, and how long one attempt may take (ISO 8601)."""

    retry: Retry | None = None
    timeout: str | None = None


class Woven(Part):
    """On a node that governance wove in: which rule, whose, why, and at whose door it stands."""

    template: str
    template_version: int = 1
    rule: str
    owner: str
    because: str
    target: str
    """The node at whose door it stands, or `result`."""


class Node(Part):
    """A placed node."""

    type: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*@[0-9]{1,4}$")]
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    notes: Annotated[str, StringConstraints(max_length=4000)] = ""
    config: dict[str, Any] = Field(default_factory=dict)
    inputs: dict[str, Binding] = Field(default_factory=dict)
    on_error: OnError | None = None
    tags: tuple[str, ...] = ()
    woven: Woven | None = None

    @field_validator("config")
    @classmethod
    def _say_bodies_alike(cls, config: dict[str, Any]) -> dict[str, Any]:
        """A body is written as the outer graph is, so that equal graphs have equal hashes; what is none stays."""
        try:
            body = Graph.model_validate(config["body"])
        except (KeyError, ValidationError):
            return config
        return {**config, "body": dump_part(body)}


class Edge(Part):
    """An arrow from a port of a node to a node; `from: classify` is the main port."""

    from_: Annotated[str, Field(alias="from")]
    to: str

    @property
    def source(self) -> str:
        """Id of the node it leaves."""
        return self.from_.partition(".")[0]

    @property
    def port(self) -> str | None:
        """The port it leaves, or None for the main port."""
        return self.from_.partition(".")[2] or None


class Graph(Part):
    """Nodes, edges and a result: a workflow's outer graph, or the body of a container."""

    nodes: dict[NodeId, Node] = Field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    result: dict[str, Binding] = Field(default_factory=dict)


class Trigger(Part):
    """What starts runs, as a file says it: no secret, no id. `settings` are those of its kind.

    `inputs` binds fields of the workflow's input to what the trigger knows; without them the body is the input.
    """

    kind: TriggerKind
    name: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
    settings: dict[str, Any] = Field(default_factory=dict)
    inputs: dict[str, Binding] | None = None


class Workflow(Graph):
    """A workflow file."""

    handrail: Literal[1] = Field(description="Version of the language.")
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    purpose: Annotated[str, StringConstraints(max_length=4000)] = ""
    owner: str = ""
    deputy: str = ""
    team: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    risk: Literal["low", "medium", "high"] | None = None
    inputs: dict[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})
    triggers: Annotated[tuple[Trigger, ...], Field(max_length=100)] = ()
    layout: dict[str, tuple[float, float]] = Field(default_factory=dict)
    groups: tuple[dict[str, Any], ...] = ()

    @model_serializer(mode="wrap")
    def _version_first(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        record = self._say_only_what_is_set(handler)
        order = ("handrail", "name", "purpose", "owner", "deputy", "team", "tags", "authors", "risk", "inputs",
                 "triggers", "nodes", "edges", "result", "layout", "groups")  # fmt: skip
        return {key: record[key] for key in order if key in record}


def body_of(node: Node) -> Graph | None:
    """The body of a container (`config.body`), parsed; None where there is none.

    Raises:
        pydantic.ValidationError: the body is not a graph.
    """
    body = node.config.get("body")
    return None if body is None else Graph.model_validate(body)


def dump_part(part: Part) -> dict[str, Any]:
    """A part as the plain data that a file would hold."""
    record: dict[str, Any] = part.model_dump(mode="json", by_alias=True)
    return record


def hash_source(graph: Graph) -> str:
    """Hash of everything in the file."""
    return hash_value(dump_part(graph))


def split_path(path: str) -> tuple[str, ...]:
    """`classify.confidence` as its parts."""
    return tuple(path.split("."))
