"""Spans: their places, their overlaps, masking, and time that grows no faster than the text."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.kit.detect import Span, find_personal_data, find_secrets, mask_text
from builder.kit.detect.spans import make_plain, settle_overlaps

PIECES = (
    "jane@example.com", "4111 1111 1111 1111", "call 606 8113", "DE89370400440532013000", "203.0.113.7", " ", "\n",
    "\u200b", "é", "１", "x", "-", "born 4/30/1980", "536-90-4399", "password: aB3dE5gH7",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=60))
def test_spans_are_in_order_apart_and_inside(text: str) -> None:
    for spans in (find_personal_data(text), find_secrets(text)):
        reached = 0
        for span in spans:
            assert reached <= span.start < span.end <= len(text)
            assert 0 < span.score <= 1
            reached = span.end


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ; ".join))
def test_what_was_masked_is_not_found_again(text: str) -> None:
    masked = mask_text(text, find_personal_data(text), lambda span, _: f"[{span.kind}]")
    assert find_personal_data(masked) == []


@given(st.text(max_size=80))
def test_plain_form_keeps_its_places(text: str) -> None:
    plain, indices = make_plain(text)
    assert len(plain) == (len(text) if indices is None else len(indices))
    assert indices is None or indices == sorted(set(indices))


spans_of = st.builds(
    lambda start, length, score, kind: Span(kind, start, start + length, score, f"{kind}@1"),
    st.integers(0, 40), st.integers(1, 12), st.sampled_from([0.5, 0.9]), st.sampled_from(["a", "b"]),
)  # fmt: skip


@given(st.lists(spans_of, max_size=12))
def test_overlaps_are_settled_for_the_longest(spans: list[Span]) -> None:
    kept = settle_overlaps(spans)
    for first, second in itertools.pairwise(kept):
        assert first.end <= second.start
    for span in spans:
        rivals = [one for one in kept if one.start < span.end and span.start < one.end]
        assert rivals
        assert span in kept or max(one.end - one.start for one in rivals) >= span.end - span.start


def test_masking_puts_a_token_for_each_span() -> None:
    text = "a jane@example.com b joe@example.com"
    seen: list[str] = []

    def token_of(span: Span, value: str) -> str:
        seen.append(value)
        return f"<{span.kind}>"

    assert mask_text(text, reversed(find_personal_data(text)), token_of) == "a <email> b <email>"
    assert seen == ["jane@example.com", "joe@example.com"]


HOSTILE = (
    "@", "a@", "a@a.", "1", "1 ", "1.", "phone 123456 ", "+1", "DE89 3704 ", "1::", "born 1/1/", "4111 ", "1(1)", "1,",
    '"@', "-----BEGIN PRIVATE KEY-----", "eyJ", "a://b:", "password: a1", "AKIAABCDEFGHIJKLMNOP ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        begun = time.process_time()
        find_personal_data(text)
        find_secrets(text)
        return time.process_time() - begun

    seconds(1_000)
    for _ in range(5):  # a machine that is busy elsewhere is slow now and then; a square is slow each time
        if seconds(64_000) < max(seconds(4_000), 0.005) * 16 * 4:
            return
    raise AssertionError("sixteen times the text took far more than sixteen times as long, each time")
