"""Going from one version of a NodeTemplate to a newer one: what is different for a step that is placed already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from builder.catalog.palette import Palette
from builder.catalog.schemas import (
    USABLE,
    NodeTemplateSource,
    NodeTemplateVersion,
    OfferState,
    UnknownNodeTemplateError,
)
from builder.catalog.store import list_node_template_versions
from builder.catalog.templated import host_of
from builder.catalog.write import is_offered
from builder.teams import Caller, require

SEEN = frozenset({*USABLE, OfferState.REVOKED})
"""States of a version that a team may have placed, so that it may read what a newer one does otherwise."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs.

    Attributes:
        part: `settings` that IT set, `parameters` that are left open, `inputs`, `answers`, `effect`, `hosts`, `words`.
        name: which of them.
        before, after: its value; None where it is not there.
    """

    part: str
    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What going to a newer version means.

    Attributes:
        before, after: the two versions.
        note: what IT wrote about the newer one.
    """

    before: NodeTemplateVersion
    after: NodeTemplateVersion
    note: str
    differences: tuple[Difference, ...]


def compare_offers(session: Session, caller: Caller, palette: Palette, key: str, newer: str) -> Upgrade:
    """What is different for a step of one version when it becomes one of a newer version.

    Args:
        session: any session.
        caller: who asks.
        palette: every node type.
        key: the node type that is placed, `tool.crm_reply@1`; it may be revoked by now.
        newer: the node type that it may become, `tool.crm_reply@2`.

    Raises:
        UnknownNodeTemplateError: they are not two versions of one NodeTemplate, in this order, that the caller may see.
    """
    require(caller, "template.read", None)
    found = {each.key: each for each in list_node_template_versions(session, keys=[key, newer])}
    old, new = found.get(key), found.get(newer)
    if old is None or new is None or old.name != new.name or new.number <= old.number:
        raise UnknownNodeTemplateError("These are not two versions of one node template, the older one first.")
    for each, states in ((old, SEEN), (new, USABLE)):
        if not caller.org_roles and (each.state not in states or not is_offered(each, caller.teams)):
            raise UnknownNodeTemplateError("There is no such version of a node template.")
    sources = [NodeTemplateSource.model_validate(each.source) for each in (old, new)]
    sides = [_say(palette, each.key, source) for each, source in zip((old, new), sources, strict=True)]
    return Upgrade(old, new, new.note, tuple(_compare(*sides)))


def _compare(before: Mapping[tuple[str, str], Any], after: Mapping[tuple[str, str], Any]) -> Iterator[Difference]:
    order = [*before, *(place for place in after if place not in before)]
    for part, name in sorted(order, key=lambda place: _PARTS.index(place[0])):
        old, new = before.get((part, name)), after.get((part, name))
        if old != new:
            yield Difference(part, name, old, new)


_PARTS = ("effect", "hosts", "settings", "parameters", "inputs", "answers", "words")


def _say(palette: Palette, key: str, source: NodeTemplateSource) -> dict[tuple[str, str], Any]:
    """All that somebody who placed it would notice: (part, name) → value."""
    made = palette.template_of(key)
    said: dict[tuple[str, str], Any] = {}
    if made is not None:
        effects = asdict(made.effects)
        said |= {("effect", name): str(effects[name]) if name in ("effect", "after_crash") else effects[name]
                 for name in ("effect", "external", "irreversible", "after_crash", "spends")}  # fmt: skip
    address = str(source.fixed.get("url") or source.fixed.get("server") or "")
    said["hosts", "hosts"] = sorted(map(str.lower, source.hosts)) or [*filter(None, [host_of(address)])]
    said |= {("settings", name): value for name, value in source.fixed.items()}
    said |= {("parameters", name): each.model_dump(mode="json") for name, each in source.open.items()}
    inputs = source.inputs if made is None else made.In
    required = (inputs or {}).get("required") or []
    said |= {("inputs", name): {**schema, "required": name in required} if isinstance(schema, dict) else schema
             for name, schema in ((inputs or {}).get("properties") or {}).items()}  # fmt: skip
    said |= {("answers", name): value for name, value in source.answers.items()}
    said["answers", "labels"] = sorted(source.emits)
    said |= {("words", name): value for name, value in (("title", source.title), ("summary", source.summary))}
    said["words", "base"] = source.base
    return said
