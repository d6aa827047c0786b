"""The one base of every error that a person may read."""

from __future__ import annotations

from typing import Any, ClassVar


class HandrailError(Exception):
    """Something a person must be told: what is wrong, where, and what to do.

    Attributes:
        code: stable name for programs, `lower_snake`.
        status: the HTTP status an API answers with.
        sentence: one plain sentence for the person.
        node: id of the node it is about, where there is one.
        field: the field of that node (dotted path), where there is one.
        way_out: what to do about it.
        params: the values inside the sentence, for a screen with words of its own.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(
        self,
        sentence: str,
        *,
        node: str | None = None,
        field: str | None = None,
        way_out: str | None = None,
        **params: Any,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.node = node
        self.field = field
        self.way_out = way_out
        self.params = params

    def as_record(self) -> dict[str, Any]:
        """The error as plain data, for `--json` and the API."""
        record: dict[str, Any] = {"code": self.code, "sentence": self.sentence}
        for key in ("node", "field", "way_out"):
            value = getattr(self, key)
            if value is not None:
                record[key] = value
        return record
