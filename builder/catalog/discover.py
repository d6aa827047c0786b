"""Finds the node types that are installed: by entry point, then by scanning the package that it names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType

from builder.catalog.rules import judge_powers
from builder.catalog.schemas import ENTRY_POINTS, OWN, CatalogError
from builder.sdk import NodeType


@cache
def discover_types() -> MappingProxyType[str, NodeType]:
    """Every installed node type by `name@version`, sorted.

    Raises:
        CatalogError: a package cannot be loaded, two offer the same type, or one from outside claims what it may not.
    """
    found: dict[str, NodeType] = {}
    for offer in sorted(entry_points(group=ENTRY_POINTS), key=lambda each: (not is_own(each), each.name)):
        for node in load_package(offer):
            if node.key() in found:
                raise CatalogError(f"Two packages offer the node type {node.key()}.", way_out="Uninstall one of them.")
            for wrong in judge_powers(node, outside=not is_own(offer)):
                way_out = f"Uninstall it, or ask its author to change it ({offer.value})."
                raise CatalogError(f"The node type {node.key()} cannot be used: {wrong}", way_out=way_out)
            found[node.key()] = node
    return MappingProxyType(dict(sorted(found.items())))


def is_own(offer: EntryPoint) -> bool:
    """Whether an entry point is Handrail's own."""
    return offer.dist is not None and offer.dist.name.lower() == OWN


def load_package(offer: EntryPoint) -> Iterator[NodeType]:
    """The node types of one package.

    Raises:
        CatalogError: it, or one of its folders, cannot be imported.
    """
    package = _import(offer.value, offer)
    for folder in sorted(folders_of(package)):
        module = _import(".".join((package.__name__, *folder, "node")), offer)
        node = getattr(module, "NODE", None)
        if not isinstance(node, NodeType):
            way_out = "It ends with `NODE = …`, an instance of its NodeType."
            raise CatalogError(f"{module.__name__} has no node type.", way_out=way_out)
        yield node


def folders_of(package: ModuleType) -> Iterator[tuple[str, ...]]:
    """Where its node types are: (kind, name), or (kind, name, v1) for an older version that stays."""
    for root in package.__path__:
        for pattern in ("*/*/node.py", "*/*/v[0-9]*/node.py"):
            for path in Path(root).glob(pattern):
                yield path.relative_to(root).parent.parts


def _import(name: str, offer: EntryPoint) -> ModuleType:
    try:
        return import_module(name)
    except Exception as problem:  # a package from outside may fail in any way while it is imported
        raise CatalogError(
            f"The node package {offer.value!r} cannot be loaded: {name}: {type(problem).__name__}: {problem}",
            way_out="Mend it or uninstall it.",
        ) from problem
