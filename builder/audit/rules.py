"""What makes the audit hard to falsify: hashes, the tree over them, signed heads, and the check of all three.

Each event has a leaf `SHA-256(0 ‖ canonical JSON)` and a link `SHA-256(1 ‖ link before ‖ leaf)`; the first follows 32
zero bytes. Over the leaves stands the Merkle tree of RFC 6962, section 2.1. A head is a checkpoint in the text form of
C2SP tlog-checkpoint, signed with Ed25519, so that an outside party can keep one and later notice a rewritten past.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.kit.hashing import canonical_json
from builder.kit.sealing import verify_signature

FORMAT = "handrail.audit/1"
FIRST_LINK = bytes(32)
FIELDS = ("id", "organisation", "at", "kind", "actor", "subject", "record")


def leaf_of(event: Mapping[str, Any]) -> bytes:
    """The hash of one event, as plain data with the keys of `FIELDS`."""
    return hashlib.sha256(b"\x00" + canonical_json(event)).digest()


def link_after(link: bytes, leaf: bytes) -> bytes:
    """The link of an event whose predecessor's link is given."""
    return hashlib.sha256(b"\x01" + link + leaf).digest()


def node_over(left: bytes, right: bytes) -> bytes:
    """An inner node of the tree (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grow(frontier: Sequence[bytes], size: int, leaf: bytes) -> tuple[bytes, ...]:
    """The frontier after one more leaf.

    A frontier is the roots of the full subtrees that `size` leaves make, the largest first: one for each bit of `size`
    that is set. It is all that a growing tree needs to remember.
    """
    roots = [*frontier, leaf]
    while size & 1:
        right = roots.pop()
        roots.append(node_over(roots.pop(), right))
        size >>= 1
    return tuple(roots)


def root_of(frontier: Sequence[bytes]) -> bytes:
    """The root of the tree with this frontier."""
    if not frontier:
        return hashlib.sha256(b"").digest()
    *left, root = frontier
    for subtree in reversed(left):
        root = node_over(subtree, root)
    return root


def origin_of(organisation: str) -> str:
    """The name under which an organisation's heads are signed."""
    return f"handrail/{organisation}"


def head_text(organisation: str, size: int, root: bytes, link: bytes) -> str:
    """What is signed: origin, size, root, and the last event's link as an extension line."""
    return f"{origin_of(organisation)}\n{size}\n{base64.b64encode(root).decode()}\nlink {link.hex()}\n"


def key_id(organisation: str, public_key: bytes) -> bytes:
    """The four bytes that say which key signed (C2SP signed-note; 1 is Ed25519)."""
    return hashlib.sha256(origin_of(organisation).encode() + b"\n\x01" + public_key).digest()[:4]


def write_note(text: str, organisation: str, public_key: bytes, signature: bytes) -> str:
    """A signed head as one text that people can keep."""
    mark = base64.b64encode(key_id(organisation, public_key) + signature).decode()
    return f"{text}\n\N{EM DASH} {origin_of(organisation)} {mark}\n"


@dataclass(frozen=True, slots=True)
class Head:
    """A signed head, read."""

    size: int
    root: bytes
    link: bytes


def read_note(note: str, organisation: str, public_key: bytes) -> Head | None:
    """The head that a note says, or None when the note is not one that this key signed for this organisation."""
    text, cut, mark = note.partition(f"\n\N{EM DASH} {origin_of(organisation)} ")
    try:
        origin, size, root, link = text.removesuffix("\n").split("\n")
        signed = base64.b64decode(mark, validate=False)
        head = Head(int(size), base64.b64decode(root, validate=True), bytes.fromhex(link.removeprefix("link ")))
    except (ValueError, binascii.Error):
        return None
    known = bool(cut) and origin == origin_of(organisation) and signed[:4] == key_id(organisation, public_key)
    return head if known and verify_signature(public_key, text.encode(), signed[4:]) else None


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a verification found.

    Attributes:
        holds: whether everything chained is as it was.
        chained: how many events are chained and hold.
        unchained: how many newer events nothing protects yet.
        signed: up to which position a signed head vouches.
        public_key: the key that the heads are signed with, as hex; compare it with the one that you were told.
        position: the first event that does not hold, counted from 1; None when all hold.
        event: id of that event, where it has one.
        sentence: what was found, for a person.
    """

    holds: bool
    chained: int
    unchained: int
    signed: int
    public_key: str
    sentence: str
    position: int | None = None
    event: str | None = None


class _Verifier:
    """Walks the events in order; `wrong` says what is wrong with the present one."""

    def __init__(self, header: Mapping[str, Any], key: bytes) -> None:
        self.organisation = str(header["organisation"])
        self.key = key
        self.size = 0
        self.unchained = 0
        self.signed = 0
        self.link = FIRST_LINK
        self.frontier: tuple[bytes, ...] = ()
        self.heads: dict[int, Head] = {}

    def take_head(self, note: str) -> str | None:
        """Remembers a head; the sentence when it is not one."""
        head = read_note(note, self.organisation, self.key)
        if head is None:
            return "a signed head is not signed by this key, or was changed"
        self.heads[head.size] = head
        return None

    def take_event(self, row: Mapping[str, Any]) -> str | None:
        """Follows one event; the sentence when it does not hold."""
        event, position = row.get("event"), row.get("position")
        if not isinstance(event, dict) or set(event) != set(FIELDS) or event["organisation"] != self.organisation:
            return "it does not have the fields of an event of this organisation"
        if position is None:
            self.unchained += 1
            return None
        if self.unchained:
            return "it is chained but stands after events that are not"
        if position != self.size + 1:
            return f"position {self.size + 1} is missing, stands twice or was moved; here is {position}"
        leaf = leaf_of(event)
        link = link_after(self.link, leaf)
        if link.hex() != row.get("link"):
            return "its content, its link or its place was changed"
        frontier = grow(self.frontier, self.size, leaf)
        head = self.heads.get(position)
        if head is not None:
            if head.root != root_of(frontier) or head.link != link:
                return f"the events after position {self.signed} are not those that were signed"
            self.signed = position
        self.size, self.link, self.frontier = position, link, frontier
        return None

    def miss(self, size: int) -> str | None:
        """What is missing at the end, given how many chained events there should be."""
        wanted = max([size, *self.heads])
        if wanted > self.size:
            return f"{wanted - self.size} chained events are missing at the end"
        return None

    def report(self, sentence: str | None, event: str | None = None) -> AuditReport:
        """The result; `sentence` says what is wrong with the event after the last good one."""
        if sentence is None:
            told = f"All {self.size} chained events are as they were; heads vouch for {self.signed}."
            if self.unchained:
                told += f" {self.unchained} newer events are not chained yet."
            return AuditReport(True, self.size, self.unchained, self.signed, self.key.hex(), told)
        place = self.size + 1
        told = f"Event {place} does not hold: {sentence}."
        return AuditReport(False, self.size, self.unchained, self.signed, self.key.hex(), told, place, event)


def verify_audit(lines: Iterable[Mapping[str, Any]], public_key: bytes | None = None) -> AuditReport:
    """Checks an audit as it was exported: everything holds, or the first event that does not.

    Args:
        lines: the header, then heads, then events in order (see `export_audit`).
        public_key: the key that must have signed; None takes the one that the header names, which proves only that
            nobody without that key rewrote the past.

    Raises:
        ValueError: it is not an export of an audit.
    """
    stream = iter(lines)
    header = next(stream, {})
    if header.get("format") != FORMAT:
        raise ValueError(f"an exported audit starts with a line whose format is {FORMAT!r}")
    named, size = header.get("public_key"), header.get("size")
    if not isinstance(header.get("organisation"), str) or type(size) is not int:
        raise ValueError("the first line of an audit names its organisation and its size")
    if not isinstance(named, str) or not re.fullmatch(r"[0-9a-f]{64}", named):
        raise ValueError("the first line of an audit names a public key of 64 hex digits")
    verifier = _Verifier(header, public_key or bytes.fromhex(named))
    for line in stream:
        if "head" in line:
            note = line["head"]
            wrong = verifier.take_head(note) if isinstance(note, str) else "a signed head is not a text"
            if wrong is not None:
                return verifier.report(wrong)
            continue
        wrong = verifier.take_event(line)
        if wrong is not None:
            event = line.get("event")
            return verifier.report(wrong, str(event.get("id")) if isinstance(event, dict) else None)
    return verifier.report(verifier.miss(size))
