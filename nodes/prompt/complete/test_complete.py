"""prompt.complete: its examples hold, and the model gets exactly the rendered prompt."""

import asyncio
from pathlib import Path

from builder.sdk import Done, ModelAnswer, Usage
from builder.sdk.testing import TestContext, check_examples
from nodes.prompt.complete.node import NODE, CompleteConfig


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) >= 4


def test_what_the_model_is_asked_and_what_it_cost() -> None:
    usage = Usage(model="m-1", tokens_in=10, tokens_out=5, cost=0.25)
    context = TestContext(models=[ModelAnswer("Hello", usage)])
    config = CompleteConfig(
        model="fast", prompt="Say {{ what }}", instructions="Be kind", max_tokens=7, temperature=0.5
    )
    outcome = asyncio.run(NODE.run(config, {"what": "{{ what }}"}, context))
    assert isinstance(outcome, Done)
    assert outcome.usage == usage
    (asked,) = context.asked
    assert (asked.connection, asked.task, asked.instructions) == ("fast", "complete", "Be kind")
    assert (asked.text, asked.max_tokens, asked.temperature) == ("Say {{ what }}", 7, 0.5)
    assert asked.key == context.idempotency_key
    assert asked.schema is None
