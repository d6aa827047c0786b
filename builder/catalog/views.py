"""What goes over the wire: node types as the canvas needs them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from builder.catalog.schemas import NodeTemplateVersion, OfferState
from builder.catalog.templated import Templated
from builder.kit.wire import Id
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


class OfferView(BaseModel):
    """A NodeTemplate, as whoever places the node needs it.

    Attributes:
        name: its word, the same for every version.
        number: the version.
        base: the node type it is made from.
        newest: whether no newer version is offered.
        deprecated: why it should not be used for anything new; empty when it may.
        teams: to whom it is published; null for all.
    """

    name: str
    number: int
    base: str
    newest: bool
    deprecated: str
    teams: list[Id] | None


class NodeTypeView(BaseModel):
    """A kind of step.

    Attributes:
        key: `name@version`, as a workflow file writes it.
        config: JSON Schema of its config.
        input: JSON Schema of its inputs; where they are free, of those that mean something by their name.
        free: whether any input may be given, named by its binding.
        output: JSON Schema behind its main port, where it does not depend on the config.
        icon: an SVG as text; empty where the package has none.
        template: for a NodeTemplate, what IT says of it.
        only_in_templates: whether it is placed only as a NodeTemplate, which is made elsewhere than in the editor.
    """

    key: str
    title: str
    summary: str
    kind: Kind
    control: Control
    effects: EffectsView
    ports: list[PortView]
    config: dict[str, Any]
    input: dict[str, Any]
    free: bool
    output: dict[str, Any]
    icon: str
    template: OfferView | None = None
    only_in_templates: bool = False


class CatalogView(BaseModel):
    """Everything on the palette, by key."""

    items: list[NodeTypeView]


def show_types(
    types: Iterable[NodeType],
    language: str,
    offers: Mapping[str, NodeTemplateVersion] | None = None,
    *,
    bases: bool = False,
) -> CatalogView:
    """Node types for the screen, in a language; a type that does not speak it is told in English.

    Args:
        types: every type; of NodeTemplates those are left out that are not among the offers.
        language: `en` or `de`.
        offers: the versions of NodeTemplates that may be used, by node type.
        bases: whether those are told too that teams place only as a NodeTemplate.
    """
    offers = offers or {}
    newest = {each.name: max(other.number for other in offers.values() if other.name == each.name)
              for each in offers.values()}  # fmt: skip
    shown = []
    for each in sorted(types, key=lambda each: each.key()):
        if each.only_in_templates and not (bases and each.template is None):
            continue
        if each.template is None:
            shown.append(_show(each, language))
        elif each.key() in offers:
            offer = _show_offer(offers[each.key()], each, newest[each.template])
            shown.append(_show(each, language).model_copy(update={"template": offer}))
    return CatalogView(items=shown)


def _show_offer(offer: NodeTemplateVersion, node: NodeType, newest: int) -> OfferView:
    return OfferView(
        name=offer.name,
        number=offer.number,
        base=node.base or "",
        newest=offer.number == newest,
        deprecated=offer.reason if offer.state is OfferState.DEPRECATED else "",
        teams=None if offer.teams is None else list(offer.teams),
    )


def texts_of(node: NodeType) -> frozenset[str]:
    """Everything that people read of a type: what a `de.json` beside its module says in German."""
    found = {node.title, node.summary, *(port.title for port in node.ports)}
    config = node.Config.model_json_schema(by_alias=True)
    for schema in (_input_of(node), config, *config.get("$defs", {}).values()):
        for field in schema.get("properties", {}).values():
            found |= {field[key] for key in _TEXTS if isinstance(field.get(key), str)}
    return frozenset(found - {""})


_TEXTS = ("title", "description")


@lru_cache(maxsize=1024)
def _show(node: NodeType, language: str) -> NodeTypeView:
    effects = node.effects
    said = read_words(node, language)
    return NodeTypeView(
        key=node.key(),
        title=said.get(node.title, node.title),
        summary=said.get(node.summary, node.summary),
        kind=node.kind,
        control=node.control,
        effects=EffectsView(
            effect=effects.effect,
            external=effects.external,
            irreversible=effects.irreversible,
            spends=effects.spends,
        ),
        ports=[PortView(name=port.name, title=said.get(port.title, port.title)) for port in node.ports],
        config=_say(node.Config.model_json_schema(by_alias=True), said),
        input=_say(_input_of(node), said),
        free=node.In is None,
        output=dict(node.Out),
        icon=_icon_of(node),
        only_in_templates=node.only_in_templates,
    )


def _input_of(node: NodeType) -> dict[str, Any]:
    if node.In is not None:
        return dict(node.In)
    return {"type": "object", "properties": {name: dict(schema) for name, schema in node.expects.items()}}


def read_words(node: NodeType, language: str) -> Mapping[str, str]:
    """What its texts are in another language: English text → text, from `de.json` beside its module."""
    file = _beside(node, f"{language}.json")
    return json.loads(file.read_text("utf-8")) if file is not None else {}


def _say(schema: Any, said: Mapping[str, str]) -> Any:
    """A schema with its titles and descriptions in another language."""
    if isinstance(schema, list):
        return [_say(each, said) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: said.get(value, value) if key in _TEXTS and isinstance(value, str) else _say(value, said)
        for key, value in schema.items()
    }


def _icon_of(node: NodeType) -> str:
    """Its icon, unless that could do more than be looked at."""
    icon = _beside(node, "icon.svg")
    text = "" if icon is None else icon.read_text("utf-8")
    return "" if "<script" in text.lower() else text


def _beside(node: NodeType, name: str) -> Path | None:
    """A file in the folder of a type, if it is there; a NodeTemplate has those of what it is made from."""
    inner = node.inner if isinstance(node, Templated) else node
    source = sys.modules[type(inner).__module__].__file__
    file = None if source is None else Path(source).with_name(name)
    return file if file is not None and file.is_file() else None
