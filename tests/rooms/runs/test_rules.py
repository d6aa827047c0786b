"""What a retry keeps, and that records come back as they went."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.db import write_json
from builder.engine.events import RunWrite, StepWrite
from builder.engine.state import RunStatus, StepStatus
from builder.kit.sealing import SealError
from builder.runs.failpoints import arm_failpoint
from builder.runs.loading import open_tokens, seal_tokens
from builder.runs.recorded import mask_value
from builder.runs.records import RecordHash, read_write, write_row
from builder.runs.rules import keep_rows, nodes_from
from builder.runs.schemas import Row, StoredText
from builder.sdk import Control, Finding, Usage, Verdict, VerdictWord
from tests.engine.plans import make_graph, make_plan, step

texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)
moments = st.datetimes(timezones=st.just(UTC))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
records = st.dictionaries(texts, values, max_size=3)
verdicts = st.builds(
    Verdict,
    st.sampled_from(VerdictWord),
    texts,
    st.lists(
        st.builds(Finding, texts, texts, st.integers(0, 9), st.integers(0, 9), st.floats(0, 1), texts), max_size=2
    ).map(tuple),
)
writes = st.builds(
    StepWrite, path=texts, status=st.sampled_from(StepStatus), attempt=st.integers(0, 20),
    ports=st.lists(texts, max_size=3).map(tuple), output=values, error=st.none() | records,
    due=st.none() | moments, signal=st.none() | texts, why=texts, scope=st.booleans(), verdict=st.none() | verdicts,
    usage=st.none() | st.builds(Usage, texts, st.integers(0, 99), st.integers(0, 99), st.floats(0, 9), st.booleans()),
    duplicate=st.booleans(),
)  # fmt: skip


@given(writes | st.builds(RunWrite, st.sampled_from(RunStatus), values, texts))
def test_a_write_comes_back_from_its_row_as_it_was(write: Any) -> None:
    value = write.result if isinstance(write, RunWrite) else write.output
    row = write_row(write, 1, StoredText(None if value is None else write_json(value), None))
    assert read_write(row, value) == write


@given(st.lists(writes, min_size=2, max_size=5), st.data())
def test_the_hash_over_a_record_notices_every_change(made: list[StepWrite], data: st.DataObject) -> None:
    rows = [write_row(each, seq, StoredText("1", None)) for seq, each in enumerate(made, 1)]

    def hash_of(all_rows: list[Row]) -> str:
        found = RecordHash()
        for row in all_rows:
            found.add(row)
        return found.read()

    place = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from(Row._fields))
    before = getattr(rows[place], name)
    other: Any = before + 1 if isinstance(before, int) else b"x" if name == "secret" else f"{before}x"
    changed = [row._replace(**{name: other}) if at == place else row for at, row in enumerate(rows)]
    assert hash_of(rows) == hash_of(list(rows))
    assert len({hash_of(rows), hash_of(changed), hash_of(rows[:-1]), hash_of(rows[::-1])}) == 4


def test_sealed_tokens_open_only_for_their_run() -> None:
    sealed = seal_tokens(b"k" * 32, b"x" * 32, {"[email:a]": "eve@example.org"}, 7)
    assert b"eve@" not in sealed
    assert open_tokens(b"k" * 32, sealed, 7) == (b"x" * 32, {"[email:a]": "eve@example.org"})
    with pytest.raises(SealError):
        open_tokens(b"k" * 32, sealed, 8)


def test_masking_a_value_leaves_its_shape() -> None:
    masked = mask_value({"to": ["write to eve@example.org please"], "n": 3})
    assert masked == {"to": ["write to [email] please"], "n": 3}


def test_an_unknown_fail_point_is_refused() -> None:
    with pytest.raises(ValueError, match="names no place"):
        arm_failpoint("nowhere:1:kill")
    arm_failpoint("")


def _row(path: str, status: str = "succeeded", kind: str = "step", output: str | None = "1") -> Row:
    return Row(0, kind, path, status, 1, "{}", output, None, None)


def _kept(plan: Any, rows: list[Row], *starts: str) -> list[tuple[str, str, str]]:
    return [(row.kind, row.path, row.status) for row in keep_rows(plan, rows, starts)]


def test_what_stands_behind_a_step_runs_again() -> None:
    plan = make_plan({name: step() for name in "abcd"}, ["a -> b", "b -> c", "a -> d"])
    rows = [_row("", "running", "scope"), *(_row(name) for name in "adbc"), _row("", "succeeded", "run")]
    assert nodes_from(plan.graph, ["b"]) == {"b", "c"}
    assert _kept(plan, rows, "b") == [("scope", "", "running"), ("step", "a", "succeeded"), ("step", "d", "succeeded")]
    assert _kept(plan, rows, "b", "d") == [("scope", "", "running"), ("step", "a", "succeeded")]


def test_only_good_ends_are_kept() -> None:
    plan = make_plan({name: step() for name in "abc"}, [])
    rows = [_row("a", "failed"), _row("b", "skipped"), _row("c", "cancelled"), _row("c", "running")]
    assert _kept(plan, rows, "a") == []


def test_of_a_loop_no_later_round_is_kept() -> None:
    body = make_graph({"draft": step(), "check": step()}, ["draft -> check"])
    plan = make_plan({"loop": step(Control.REPEAT, body=body), "after": step()}, ["loop -> after"])
    rows = [_row("", "running", "scope"), _row("loop", "running")]
    for number in (1, 2, 3):
        scope = f"loop[{number}]"
        rows += [
            _row(scope, "running", "scope"),
            _row(f"{scope}.draft"),
            _row(f"{scope}.check"),
            _row(scope, kind="scope"),
        ]
    rows += [_row("loop"), _row("after")]
    assert _kept(plan, rows, "loop[2].check") == [
        ("scope", "", "running"), ("step", "loop", "running"),
        ("scope", "loop[1]", "running"), ("step", "loop[1].draft", "succeeded"), ("step", "loop[1].check", "succeeded"),
        ("scope", "loop[1]", "succeeded"),
        ("scope", "loop[2]", "running"), ("step", "loop[2].draft", "succeeded"),
    ]  # fmt: skip


def test_a_container_that_is_not_cut_is_kept_by_its_end_alone() -> None:
    body = make_graph({"one": step()})
    plan = make_plan({"rows": step(Control.EACH, body=body), "after": step()}, ["rows -> after"])
    rows = [
        _row("rows", "running"), _row("rows[0]", "running", "scope"), _row("rows[0].one"),
        _row("rows[0]", kind="scope"), _row("rows"), _row("after", "failed"),
    ]  # fmt: skip
    assert _kept(plan, rows, "after") == [("step", "rows", "succeeded")]
