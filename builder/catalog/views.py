"""What goes over the wire: node types as the canvas needs them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from builder.sdk import Control, Effect, Kind, NodeType


class PortView(BaseModel):
    """An outlet of a node."""

    name: str
    title: str


class EffectsView(BaseModel):
    """The widest that any config of a type can do outside its run."""

    effect: Effect
    external: bool
    irreversible: bool
    spends: bool


class NodeTypeView(BaseModel):
    """A kind of step.

    Attributes:
        key: `name@version`, as a workflow file writes it.
        config: JSON Schema of its config.
        input: JSON Schema of its inputs; None where they are free (named by the bindings).
        output: JSON Schema behind its main port, where it does not depend on the config.
        icon: an SVG as text; empty where the package has none.
    """

    key: str
    title: str
    summary: str
    kind: Kind
    control: Control
    effects: EffectsView
    ports: list[PortView]
    config: dict[str, Any]
    input: dict[str, Any] | None
    output: dict[str, Any]
    icon: str


class CatalogView(BaseModel):
    """Everything on the palette, by key."""

    items: list[NodeTypeView]


def show_types(types: Iterable[NodeType]) -> CatalogView:
    """Node types for the screen."""
    return CatalogView(items=[_show(each) for each in sorted(types, key=lambda each: each.key())])


@lru_cache(maxsize=1024)
def _show(node: NodeType) -> NodeTypeView:
    effects = node.effects
    return NodeTypeView(
        key=node.key(),
        title=node.title,
        summary=node.summary,
        kind=node.kind,
        control=node.control,
        effects=EffectsView(
            effect=effects.effect,
            external=effects.external,
            irreversible=effects.irreversible,
            spends=effects.spends,
        ),
        ports=[PortView(name=port.name, title=port.title) for port in node.ports],
        config=node.Config.model_json_schema(by_alias=True),
        input=None if node.In is None else dict(node.In),
        output=dict(node.Out),
        icon=_icon_of(node),
    )


def _icon_of(node: NodeType) -> str:
    """What lies beside its module as `icon.svg`, unless that could do more than be looked at."""
    source = sys.modules[type(node).__module__].__file__
    icon = None if source is None else Path(source).with_name("icon.svg")
    text = icon.read_text("utf-8") if icon is not None and icon.is_file() else ""
    return "" if "<script" in text.lower() else text
