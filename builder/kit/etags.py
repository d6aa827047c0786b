"""ETags: which state of a thing somebody has seen, so that nobody overwrites what he has not (RFC 9110, 8.8, 13.1)."""

from __future__ import annotations

import re
from typing import ClassVar

from builder.kit.errors import HandrailError

_TAG = re.compile(r'\s*(?:W/)?"([^"\x00-\x20\x7f]*)"\s*')


class UnseenError(HandrailError):
    """A change does not say which state it changes."""

    code: ClassVar[str] = "if_match_needed"
    status: ClassVar[int] = 428


def show_etag(revision: int | str) -> str:
    """The value of the header `ETag` for a revision."""
    return f'"{revision}"'


def read_etags(header: str | None) -> tuple[str, ...]:
    """The revisions that `If-None-Match` or `If-Match` names; `*` and what cannot be read are left out."""
    return tuple(found.group(1) for part in (header or "").split(",") if (found := _TAG.fullmatch(part)))


def expect_revision(if_match: str | None) -> int:
    """The numbered revision that a change says it has seen.

    Raises:
        UnseenError: `If-Match` is missing, or names no number.
    """
    seen = read_etags(if_match)
    if len(seen) != 1 or not re.fullmatch(r"[0-9]{1,18}", seen[0]):
        raise UnseenError(
            "This change does not say which state it changes.", way_out="Send `If-Match` with the ETag that was read."
        )
    return int(seen[0])
