"""Record and replay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builder.providers import Cassettes
from builder.sdk import ModelAnswer, ModelRequest, NodeError, Usage

from .conftest import question

pytestmark = pytest.mark.anyio


class Counting:
    """Answers with how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def worst_cost(self, request: ModelRequest) -> float:
        return 0.5

    async def aclose(self) -> None:
        self.closed = True

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        self.asked += 1
        return ModelAnswer(f"answer {self.asked}", Usage("m", 1, 2, 0.5), {"n": self.asked}, 0.25)


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


async def test_what_was_recorded_is_replayed_exactly(tmp_path: Path) -> None:
    behind = Counting()
    recorded = await Cassettes(tmp_path, behind, "record").ask(question())
    replayed = await Cassettes(tmp_path, behind).ask(question(key="another step's"))
    assert replayed == recorded
    assert behind.asked == 1
    kept = only_file(tmp_path).read_text()
    assert question().text not in kept
    assert question().instructions not in kept


@pytest.mark.parametrize("change", [
    {"text": "x"}, {"instructions": "x"}, {"temperature": 1.0}, {"schema": {}}, {"max_tokens": 1}, {"connection": "x"},
    {"task": "extract"},
])  # fmt: skip
async def test_another_question_is_not_recorded(tmp_path: Path, change: dict[str, object]) -> None:
    await Cassettes(tmp_path, Counting(), "record").ask(question())
    with pytest.raises(NodeError, match="No answer"):
        await Cassettes(tmp_path).ask(replace(question(), **change))


async def test_filling_asks_once_and_recording_asks_always(tmp_path: Path) -> None:
    behind = Counting()
    for _ in range(2):
        assert (await Cassettes(tmp_path, behind, "fill").ask(question())).text == "answer 1"
    assert (await Cassettes(tmp_path, behind, "record").ask(question())).text == "answer 2"
    assert (await Cassettes(tmp_path).ask(question())).text == "answer 2"


async def test_a_broken_cassette_is_said(tmp_path: Path) -> None:
    await Cassettes(tmp_path, Counting(), "record").ask(question())
    only_file(tmp_path).write_text("{")
    with pytest.raises(NodeError, match="cannot be read"):
        await Cassettes(tmp_path).ask(question())
