"""Annotations for config fields that are more than a constant.

`when: Annotated[str, Expression(scope="graph", returns="boolean")]` tells the checker, the weaver and the screens that
this text is CEL, over which names, and what it must give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

Scope = Literal["graph", "inputs", "result", "policy"]
"""The names an expression may read: `graph` (input and earlier nodes, as a binding does, which makes arcs), `inputs`
(the node's own inputs by name), `result` (a loop's `result` and `round`), `policy` (`record`, `findings`, `labels`,
`target`)."""


@dataclass(frozen=True, slots=True)
class Expression:
    """Marks a text field as a CEL expression."""

    scope: Scope
    returns: str = "any"

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Adds `x-expression` to the field's JSON Schema."""
        schema = handler(core)
        schema["x-expression"] = {"scope": self.scope, "returns": self.returns}
        return schema


@dataclass(frozen=True, slots=True)
class Template:
    """Marks a text field as a template: text with holes `{{ CEL }}`."""

    scope: Scope

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Adds `x-template` to the field's JSON Schema."""
        schema = handler(core)
        schema["x-template"] = {"scope": self.scope}
        return schema


@dataclass(frozen=True, slots=True)
class Stricter:
    """Says in which direction a config value is stricter, so that a builder's own node may count for a rule."""

    order: Literal["higher", "lower", "superset", "subset"]

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Adds `x-stricter` to the field's JSON Schema."""
        schema = handler(core)
        schema["x-stricter"] = self.order
        return schema


@dataclass(frozen=True, slots=True)
class CredentialName:
    """Marks a text field as the name of a credential, of one of these kinds (`http_bearer`, `smtp`, `sql` …).

    A workflow holds the name and never the secret. Whether it is granted is asked before each run.
    """

    kinds: tuple[str, ...]

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Adds `x-credential` to the field's JSON Schema: the kinds."""
        schema = handler(core)
        schema["x-credential"] = list(self.kinds)
        return schema


@dataclass(frozen=True, slots=True)
class ModelConnection:
    """Marks a text field as the name of a model connection."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Adds `x-connection: model` to the field's JSON Schema."""
        schema = handler(core)
        schema["x-connection"] = "model"
        return schema
