"""NodeTemplates made from what others describe: the operations of an API, the tools of an MCP server."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from builder.catalog.openapi import Described, Operation, describe_source, find_caller_type, name_operation
from builder.catalog.palette import Palette
from builder.catalog.schemas import CatalogError, NodeTemplateVersion
from builder.catalog.store import list_node_template_versions
from builder.catalog.write import draft_node_template, read_source
from builder.teams import Caller


def take_operations(
    session: Session,
    caller: Caller,
    palette: Palette,
    described: Described,
    keys: Sequence[str],
    credential: str = "",
) -> list[NodeTemplateVersion]:
    """A draft for each chosen operation.

    Raises:
        CatalogError: one is not in the document, or has a draft already; nothing was kept.
    """
    known = {each.key: each for each in described.operations}
    missing = [key for key in keys if key not in known]
    if missing:
        sentence = f"The document has no operation {missing[0][:100]!r}."
        raise CatalogError(sentence, field="operations", case="unknown_operation", name=missing[0][:100])
    base, names = find_caller_type(palette), _name_operations(session, described, [known[key] for key in keys])
    return [
        draft_node_template(
            session, caller, palette, read_source(describe_source(described, known[key], base, credential, names[key])),
            f"From {described.title[:100]}: {known[key].method} {known[key].path[:100]}",
        )
        for key in dict.fromkeys(keys)
    ]  # fmt: skip


def _name_operations(session: Session, described: Described, chosen: Sequence[Operation]) -> dict[str, str]:
    """A word for each operation by its key: the one that it had, else one that no other template has.

    What comes again of the same API becomes the next version of the same template. What another API calls alike does
    not: it would be offered as an upgrade, and call somebody else.
    """
    origins = {each.name: _origin_of(each) for each in reversed(list_node_template_versions(session))}
    names: dict[str, str] = {}
    for operation in chosen:
        own = described.title, operation.key
        plain, long = name_operation(operation), name_operation(operation, described.title)
        wanted = [plain, long, *(f"{long[:56]}_{number}" for number in range(2, 1_000))]
        free = (name for name in wanted if name not in names.values() and origins.get(name, own) == own)
        names[operation.key] = next(free, plain)
    return names


def _origin_of(version: NodeTemplateVersion) -> tuple[object, object]:
    origin = version.source.get("origin")
    return (origin.get("api"), origin.get("operation")) if isinstance(origin, dict) else (None, None)
