"""Whether a NodeTemplate is sound: it makes a node type, its schemas can be said, and its examples hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from builder.catalog.palette import Palette
from builder.catalog.rules import judge_powers
from builder.catalog.schemas import CatalogError, NodeTemplateSource
from builder.kit.errors import HandrailError
from builder.kit.shapes import check_schema, keep_sound
from builder.sdk import NodeType


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """One thing that is wrong with a NodeTemplate.

    Attributes:
        field: where: a field of the source, or of the node type's settings.
        case: a word for it, for a screen with sentences of its own; empty where there is none.
        name: what the sentence names, if it names one thing.
    """

    sentence: str
    field: str | None = None
    case: str = ""
    name: str = ""


def judge_node_template(palette: Palette, source: NodeTemplateSource) -> list[TemplateProblem]:
    """What keeps a source from being proposed; all at once."""
    return list(_problems(palette, source))


def _problems(palette: Palette, source: NodeTemplateSource) -> Iterator[TemplateProblem]:
    schemas = {"inputs": source.inputs or {}, **{f"answers.{name}": each for name, each in source.answers.items()}}
    wrong = False
    for place, schema in schemas.items():
        for problem in check_schema(schema):
            wrong = True
            yield TemplateProblem(f"{'.'.join(map(str, problem.path))} {problem.sentence}".strip(), place)
    if source.inputs is not None and source.inputs.get("type") != "object":
        wrong = True
        yield TemplateProblem("The inputs are a record: `type: object`.", "inputs", "inputs")
    try:
        made = palette.make(source, 1)
    except CatalogError as problem:
        said = {each: str(problem.params.get(each, "")) for each in ("case", "name")}
        yield TemplateProblem(problem.sentence, problem.field, **said)
        return
    yield from (TemplateProblem(sentence, "base") for sentence in judge_powers(made, outside=True))
    known = {part for parts in source.gather.values() for part in parts.values()}
    unknown = known - set(keep_sound(source.inputs or {}).get("properties", {}))
    if unknown:
        names = ", ".join(sorted(unknown))
        yield TemplateProblem(f"It gathers inputs that it does not have: {names}.", "gather", "gather", names)
    if not wrong:
        yield from _judge_examples(made, source)


def _judge_examples(made: NodeType, source: NodeTemplateSource) -> Iterator[TemplateProblem]:
    if not source.examples:
        sentence = "It has no example. One at least shows what it does, and is tried."
        yield TemplateProblem(sentence, "examples", "no_example")
        return
    from builder.sdk.testing import check_example  # heavy: only judging needs the tests' part of the SDK

    for number, example in enumerate(source.examples):
        title = example.get("title") or f"Example {number + 1}"
        try:
            wrong = check_example(made, example)
        except HandrailError as problem:
            wrong = [problem.sentence.rstrip(".")]
        except Exception as problem:  # what an example holds may break anything in the base; its writer is told
            wrong = [f"it cannot be tried: {type(problem).__name__}"]
        for sentence in wrong:
            yield TemplateProblem(f"{title}: {sentence}.", f"examples.{number}")
