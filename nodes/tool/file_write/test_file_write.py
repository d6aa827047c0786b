"""tool.file_write: its examples hold, and what it keeps is the text as it was."""

import asyncio
from pathlib import Path
from typing import Any

from builder.sdk.testing import TestContext, check_examples
from nodes.tool.file_write.node import NODE, FileWriteConfig


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) == 3


def test_what_is_kept_is_what_was_given() -> None:
    context = TestContext()
    config = FileWriteConfig(name="Straße.md", write_as="markdown")
    outcome: Any = asyncio.run(NODE.run(config, {"content": "# Grüße\n"}, context))
    kept = context.files[outcome.output["file"]]
    assert (kept.name, kept.content.decode()) == ("Straße.md", "# Grüße\n")


def test_a_date_at_the_end_of_a_name_is_no_ending() -> None:
    for name, kept in (
        ("Bericht vom 30.11.2026", "Bericht vom 30.11.2026.txt"),
        ("Nr. 5", "Nr. 5.txt"),
        ("a.b2", "a.b2"),
    ):
        context = TestContext()
        outcome: Any = asyncio.run(NODE.run(FileWriteConfig(name=name), {"content": "x"}, context))
        assert outcome.output["name"] == kept


def test_nothing_outside_the_run_notices_it() -> None:
    assert NODE.effects.pure
