"""Bringing a run into memory: its plan (verified once per hash and process), its values, its record, its tokens."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from builder.db import Database, write_json
from builder.engine.events import Write
from builder.engine.plan import Plan
from builder.kit.sealing import open_sealed, seal
from builder.kit.tokens import TokenBook, new_token_key
from builder.runs import store
from builder.runs.ports import Payloads, Reach
from builder.runs.records import RecordHash, read_write
from builder.runs.schemas import NOTHING, StoredText
from builder.sdk import JSON

INLINE_AT_MOST = 8 * 1024
"""Longest text that stands in a row itself."""
VALUE_AT_MOST = 32 * 1024 * 1024
"""Longest text of one value."""


class ValueTooLargeError(ValueError):
    """A value is larger than any may be."""


def store_text(text: str, payloads: Payloads) -> StoredText:
    """Where a JSON text is kept: in the row, or in the payload store, which has it before this returns.

    Raises:
        ValueTooLargeError: it is larger than any value may be.
    """
    if len(text) <= INLINE_AT_MOST // 4:
        return StoredText(text, None)
    content = text.encode()
    if len(content) <= INLINE_AT_MOST:
        return StoredText(text, None)
    if len(content) > VALUE_AT_MOST:
        raise ValueTooLargeError(
            f"It is {len(content) / 1_048_576:,.1f} MiB of JSON; a value has at most {VALUE_AT_MOST // 1_048_576} MiB."
        )
    return StoredText(None, payloads.put(content))


def store_value(value: JSON, payloads: Payloads) -> StoredText:
    """Where a value is kept; None needs no place."""
    return NOTHING if value is None else store_text(write_json(value), payloads)


def read_value(text: str | None, ref: str | None, payloads: Payloads) -> JSON:
    """A value from wherever it is kept."""
    if ref is not None:
        return json.loads(payloads.get(ref))
    return None if text is None else json.loads(text)


class Plans:
    """The plans that this process has verified and compiled, by hash."""

    def __init__(self, database: Database, reach: Reach) -> None:
        self._database = database
        self._reach = reach
        self._plans: dict[str, Plan] = {}

    def find(self, plan_hash: str) -> Plan | None:
        """A plan that is here already."""
        return self._plans.get(plan_hash)

    def load(self, plan_hash: str) -> Plan:
        """A plan. Raises HandrailError when its document does not hold."""
        plan = self._plans.get(plan_hash)
        if plan is None:
            with self._database.read() as session:
                document = store.read_plan_document(session, plan_hash)
            plan = self._reach.load_plan(document)
            if plan.hash != plan_hash:
                raise ValueError(f"the plan under {plan_hash} says that it is {plan.hash}")
            if len(self._plans) >= 256:
                self._plans.pop(next(iter(self._plans)))
            self._plans[plan_hash] = plan
        return plan


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a run from its rows.

    Attributes:
        writes: everything the machine wrote, in order.
        last: the highest `seq`.
        pairs: the tokens, and the key they were made with.
        marks: step path → what people must know about it.
        hash: over all rows so far.
    """

    writes: list[Write]
    last: int
    key: bytes | None
    pairs: dict[str, str]
    marks: dict[str, tuple[str, ...]]
    hash: RecordHash


def read_all(rows: Sequence[store.StoredRow], reach: Reach, run_id: int) -> Record:
    """The rows of a run, read back."""
    writes: list[Write] = []
    key: bytes | None = None
    pairs: dict[str, str] = {}
    marks: dict[str, tuple[str, ...]] = {}
    sum_ = RecordHash()
    for stored in rows:
        row = stored.row
        sum_.add(row)
        writes.append(read_write(row, read_value(row.output, row.output_ref, reach.payloads)))
        if row.secret is not None:
            key, more = open_tokens(reach.vault_key, row.secret, run_id)
            pairs |= more
        if '"marks"' in row.record:
            marks[row.path] = tuple(json.loads(row.record).get("marks", ()))
    return Record(writes, rows[-1].row.seq if rows else 0, key, pairs, marks, sum_)


def seal_tokens(vault_key: bytes, key: bytes, pairs: dict[str, str], run_id: int) -> bytes:
    """Tokens as a row keeps them, bound to their run."""
    plain = write_json({"key": key.hex(), "pairs": pairs}).encode()
    sealed: bytes = seal(vault_key, plain, _context(run_id))
    return sealed


def open_tokens(vault_key: bytes, sealed: bytes, run_id: int) -> tuple[bytes, dict[str, str]]:
    """The key and the tokens that a row keeps."""
    plain: dict[str, Any] = json.loads(open_sealed(vault_key, bytes(sealed), _context(run_id)))
    return bytes.fromhex(plain["key"]), plain["pairs"]


def _context(run_id: int) -> bytes:
    return f"run {run_id} tokens".encode()


class RunTokens:
    """The token book of one run, and which of its tokens are not stored yet.

    Attributes:
        revealed: step paths at which a token was turned back since the last commit.
    """

    def __init__(self, key: bytes | None, pairs: dict[str, str]) -> None:
        self.key = key or new_token_key()
        self.book = TokenBook(self.key, pairs)
        self.revealed: set[str] = set()
        self._stored = len(pairs)

    def take_new(self) -> dict[str, str]:
        """The tokens given out since this was last asked."""
        pairs = self.book.pairs()
        new = dict(list(pairs.items())[self._stored :])
        self._stored = len(pairs)
        return new
