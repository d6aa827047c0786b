"""prompt.extract: its examples hold, and the record is closed."""

import asyncio
from pathlib import Path

from builder.sdk import ModelAnswer, Usage
from builder.sdk.testing import TestContext, check_examples
from nodes.prompt.extract.node import NODE, ExtractConfig

WANTED = {"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": True}


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) >= 4


def test_the_record_is_closed_whatever_the_schema_says() -> None:
    config = ExtractConfig.model_validate({"schema": WANTED, "instructions": "First names only"})
    context = TestContext(models=[ModelAnswer("", Usage(practice=True), {"name": "Ada"})])
    asyncio.run(NODE.run(config, {"text": "I am Ada"}, context))
    (asked,) = context.asked
    closed = WANTED | {"additionalProperties": False}
    assert asked.schema == closed
    assert asked.instructions.endswith("First names only")
    assert NODE.shapes(config, {}).outputs["done"]["properties"]["record"] == closed
