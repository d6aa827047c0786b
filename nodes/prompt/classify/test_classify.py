"""prompt.classify: its examples hold, and the answer is bound to the categories."""

import asyncio
from pathlib import Path

from builder.sdk import Choice, ModelAnswer, Usage
from builder.sdk.testing import TestContext, check_examples
from nodes.prompt.classify.node import NODE, ClassifyConfig

CONFIG = ClassifyConfig.model_validate({"categories": ["bug", {"name": "other", "description": "anything else"}]})


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) >= 5


def test_the_model_is_bound_to_the_categories() -> None:
    answer = ModelAnswer("", Usage(), {"category": "bug", "confidence": 0.5}, 0.5)
    context = TestContext(models=[answer])
    asyncio.run(NODE.run(CONFIG, {"text": "It broke"}, context))
    (asked,) = context.asked
    assert asked.choices == (Choice("bug"), Choice("other", "anything else"))
    assert asked.text == "It broke"
    assert "- bug\n- other: anything else" in asked.instructions
    assert asked.schema is not None
    assert asked.schema["properties"]["category"]["enum"] == ["bug", "other"]
    assert asked.schema["required"] == ["category", "confidence"]


def test_what_stands_behind_it_knows_the_categories() -> None:
    given = NODE.shapes(CONFIG, {}).outputs["done"]["properties"]["category"]
    assert given == {"type": "string", "enum": ["bug", "other"]}
