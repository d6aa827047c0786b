"""Reading a governance file: from a document to a GovernanceTemplate, or to a sentence that says where it is wrong."""

from __future__ import annotations

from typing import ClassVar

from pydantic import ValidationError

from builder.engine.source import real_parts
from builder.engine.template import GovernanceTemplate
from builder.kit.documents import Document
from builder.kit.errors import HandrailError


class NotGovernanceError(HandrailError):
    """A file that holds no governance template."""

    code: ClassVar[str] = "not_governance"


def read_template(document: Document) -> GovernanceTemplate:
    """The template that a document holds.

    Raises:
        NotGovernanceError: it is none at all.
        builder.kit.documents.DocumentError: a part of it is wrong; the sentence says where.
    """
    value = document.value
    if not isinstance(value, dict) or "handrail-governance" not in value:
        raise NotGovernanceError(
            f"{document.name} is not a governance file: `handrail-governance` is missing.",
            way_out="Begin it with `handrail-governance: 1`.",
        )
    try:
        return GovernanceTemplate.model_validate(value)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        parts = real_parts(first["loc"], value)
        path = tuple(int(part) if part.isdigit() else part for part in parts)
        about = ".".join(parts)
        others = problem.error_count() - 1
        more = f" ({others} more after this one.)" if others else ""
        what = first["msg"].removeprefix("Value error, ")
        raise document.error(path, f"{about}: {what[:1].upper()}{what[1:]}.{more}") from None
