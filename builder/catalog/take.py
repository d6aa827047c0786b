"""NodeTemplates made from what others describe: the operations of an API, the tools of an MCP server."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from builder.catalog.openapi import Described, describe_source, find_caller_type
from builder.catalog.palette import Palette
from builder.catalog.schemas import CatalogError, NodeTemplateVersion
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
        raise CatalogError(f"The document has no operation {missing[0][:100]!r}.", field="operations")
    base = find_caller_type(palette)
    return [
        draft_node_template(
            session, caller, palette, read_source(describe_source(described, known[key], base, credential)),
            f"From {described.title[:100]}: {known[key].method} {known[key].path[:100]}",
        )
        for key in dict.fromkeys(keys)
    ]  # fmt: skip
