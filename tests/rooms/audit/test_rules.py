"""The audit's hashes and its check, against their definitions and against every kind of falsification."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from builder.audit import read_export, verify_audit
from builder.audit.rules import (
    FIRST_LINK,
    FORMAT,
    grow,
    head_text,
    leaf_of,
    link_after,
    node_over,
    root_of,
    write_note,
)

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()


def tree_hash(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word: split at the largest power of two below the number of leaves."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + tree_hash(leaves[:split]) + tree_hash(leaves[split:])).digest()


@given(st.integers(min_value=0, max_value=300))
def test_the_growing_tree_is_that_of_the_rfc(count: int) -> None:
    leaves = [hashlib.sha256(b"\x00%d" % number).digest() for number in range(count)]
    frontier: tuple[bytes, ...] = ()
    for size, leaf in enumerate(leaves):
        frontier = grow(frontier, size, leaf)
    assert root_of(frontier) == tree_hash(leaves)
    assert len(frontier) == count.bit_count()


def test_hashes_are_separated_by_their_first_byte() -> None:
    event = {"a": 1}
    assert leaf_of(event) == hashlib.sha256(b'\x00{"a":1}').digest()
    assert link_after(FIRST_LINK, leaf_of(event)) == hashlib.sha256(b"\x01" + bytes(32) + leaf_of(event)).digest()


def make_export(count: int, heads: tuple[int, ...], key: Ed25519PrivateKey = PRIVATE, loose: int = 0) -> list[Any]:
    public = key.public_key().public_bytes_raw()
    notes, rows = [], []
    link, frontier = FIRST_LINK, ()
    for number in range(count + loose):
        event = {
            "id": f"e{number}", "organisation": "default", "at": "2026-11-23T12:00:00.000+00:00",
            "kind": "thing.done", "actor": "Ann", "subject": f"thing {number}", "record": {"n": number},
        }  # fmt: skip
        if number >= count:
            rows.append({"position": None, "link": None, "event": event})
            continue
        leaf = leaf_of(event)
        link, frontier = link_after(link, leaf), grow(frontier, number, leaf)
        rows.append({"position": number + 1, "link": link.hex(), "event": event})
        if number + 1 in heads:
            text = head_text("default", number + 1, root_of(frontier), link)
            notes.append({"head": write_note(text, "default", public, key.sign(text.encode()))})
    header = {"format": FORMAT, "organisation": "default", "public_key": public.hex(), "size": count}
    return [header, *notes, *rows]


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves_of(inner, (*path, key))
    else:
        yield path


def test_an_untouched_export_holds() -> None:
    report = verify_audit(make_export(9, (4, 9), loose=2), PUBLIC)
    assert (report.holds, report.chained, report.unchained, report.signed, report.position) == (True, 9, 2, 9, None)


@pytest.mark.parametrize("line", range(3, 12))
def test_each_field_of_each_event_is_guarded(line: int) -> None:
    export = make_export(9, (4, 9))
    for path in leaves_of(export[line]):
        changed = copy.deepcopy(export)
        owner = reduce(lambda inner, key: inner[key], path[:-1], changed[line])
        owner[path[-1]] = owner[path[-1]] + 1 if isinstance(owner[path[-1]], int) else f"{owner[path[-1]]}x"
        report = verify_audit(changed, PUBLIC)
        assert not report.holds, path
        assert report.position == line - 2, path


@given(st.integers(3, 11), st.integers(3, 11))
def test_swapping_any_two_events_is_found(first: int, second: int) -> None:
    export = make_export(9, (9,))
    export[first - 1], export[second - 1] = export[second - 1], export[first - 1]
    report = verify_audit(export, PUBLIC)
    assert report.holds == (first == second)
    if first != second:
        assert report.position == min(first, second) - 2


@given(st.integers(2, 10), st.booleans())
def test_leaving_out_or_doubling_any_event_is_found(index: int, double: bool) -> None:
    export = make_export(9, (9,))
    if double:
        export.insert(index, export[index])
    else:
        del export[index]
    report = verify_audit(export, PUBLIC)
    assert not report.holds
    assert report.position == index if double else index - 1


def test_a_past_that_was_rewritten_with_all_its_links_is_found_at_the_head() -> None:
    honest, forged = make_export(9, (4, 9)), make_export(9, ())
    forged[5]["event"]["actor"] = "Mallory"
    link = FIRST_LINK
    for row in forged[1:]:
        link = link_after(link, leaf_of(row["event"]))
        row["link"] = link.hex()
    report = verify_audit([honest[0], *honest[1:3], *forged[1:]], PUBLIC)
    assert not report.holds
    assert (report.chained, report.signed) == (8, 4)
    assert "not those that were signed" in report.sentence


def test_a_past_signed_with_another_key_does_not_hold_for_whom_knows_the_right_one() -> None:
    forged = make_export(9, (9,), Ed25519PrivateKey.generate())
    assert verify_audit(forged).holds
    report = verify_audit(forged, PUBLIC)
    assert not report.holds
    assert "not signed by this key" in report.sentence


@pytest.mark.parametrize("cut", [1, 5])
def test_a_cut_end_is_found(cut: int) -> None:
    export = make_export(9, (9,))[:-cut]
    report = verify_audit(export, PUBLIC)
    assert (report.holds, report.position) == (False, 10 - cut)


@pytest.mark.parametrize(
    "note", ["", "x", "handrail/default\n9\nAAAA\nlink 00\n", "a\nb\nc\nd\n\n— handrail/default !!\n"]
)
def test_a_broken_head_is_said(note: str) -> None:
    export = make_export(2, ())
    assert not verify_audit([export[0], {"head": note}, *export[1:]], PUBLIC).holds


@pytest.mark.parametrize("line", [{}, {"event": None}, {"event": {}, "position": 1}, {"position": "1", "event": []}])
def test_a_line_that_is_no_event_is_said(line: dict[str, Any]) -> None:
    assert not verify_audit([*make_export(2, ()), line], PUBLIC).holds


@pytest.mark.parametrize("lines", [[], [{}], [{"format": "other"}], [{"format": FORMAT}]])
def test_what_is_no_export_is_refused(lines: list[Any]) -> None:
    with pytest.raises(ValueError, match="audit"):
        verify_audit(lines)


def test_a_file_that_is_no_export_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    for text, wrong in (("{\n", "line 1"), ("{}\n[]\n", "line 2")):
        file.write_text(text)
        with pytest.raises(ValueError, match=wrong):
            list(read_export(file))


def test_a_node_is_a_node() -> None:
    assert node_over(b"a" * 32, b"b" * 32) == hashlib.sha256(b"\x01" + b"a" * 32 + b"b" * 32).digest()
