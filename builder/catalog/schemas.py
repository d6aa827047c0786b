"""The words of the catalog."""

from __future__ import annotations

from builder.kit.errors import HandrailError

ENTRY_POINTS = "handrail.nodes"
"""The group of entry points under which a package offers node types. Each names a package of folders kind/name."""

OWN = "handrail"
"""The distribution whose node types may use every control word."""


class CatalogError(HandrailError):
    """The palette cannot be built, or a folder cannot be written."""

    code = "catalog"
    status = 409
