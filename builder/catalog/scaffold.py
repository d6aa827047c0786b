"""Writes the folder of a new node type, with a test that passes."""

from __future__ import annotations

from pathlib import Path

from builder.catalog.schemas import CatalogError
from builder.catalog.shapes import record_shape
from builder.engine.graph import ID_PATTERN
from builder.sdk import Kind

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2">'
    '<rect x="4" y="4" width="16" height="16" rx="3"/></svg>\n'
)

_README = """# {title}

What it does for people, in a sentence or two.

```yaml
{word}:
  type: {kind}.{word}@1
  inputs: {{text: {{from: input.text}}}}
```

- **text** (input): what it works on.
"""

_TEST = '''"""{kind}.{word}: its examples hold."""

from pathlib import Path

from builder.sdk.testing import check_examples


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) >= 1
'''

_STEP = '''"""{kind}.{word}: what it does, in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from builder.sdk import Context, Control, Done, Effects, Kind, NodeConfig, NodeType, Outcome, free_record


class {name}Config(NodeConfig):
    """Constants chosen at design time."""

    prefix: str = Field("", title="Prefix", max_length=100)


class {name}(NodeType):
    """What it is for."""

    name = "{kind}.{word}"
    title = "{title}"
    summary = "Puts a prefix before a text."
    kind = Kind.{KIND}
    control = Control.STEP
    effects = Effects()
    Config = {name}Config
    In = free_record({{"text": {{"type": "string"}}}})
    Out = free_record({{"text": {{"type": "string"}}}})

    async def run(self, config: Any, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """The text behind its prefix."""
        return Done({{"text": config.prefix + inputs["text"]}})


NODE = {name}()
'''
_STEP_EXAMPLES = """- title: A prefix
  config: {prefix: "Re: "}
  inputs: {text: Hello}
  expect: {port: done, output: {text: "Re: Hello"}}
"""

_POLICY = '''"""{kind}.{word}: what it checks, in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from builder.sdk import (
    MAIN,
    Context,
    Control,
    Done,
    Effects,
    Kind,
    NodeConfig,
    NodeType,
    Outcome,
    Refused,
    Schema,
    Shapes,
    Verdict,
    VerdictWord,
    free_record,
)


class {name}Config(NodeConfig):
    """Constants chosen at design time."""

    most: int = Field(20_000, title="Longest text", ge=1)


class {name}(NodeType):
    """What it is for."""

    name = "{kind}.{word}"
    title = "{title}"
    summary = "Blocks records with a text that is too long."
    kind = Kind.{KIND}
    control = Control.STEP
    effects = Effects()
    check = "{word}"
    Config = {name}Config

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        """The record goes through unchanged."""
        record = free_record(inputs)
        given = {{"record": record, "verdict": {{"type": "string"}}, "findings": {{"type": "array"}}}}
        return Shapes(record, {{MAIN.name: free_record(given)}})

    async def run(self, config: Any, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """Allows or blocks."""
        long = [name for name, value in inputs.items() if isinstance(value, str) and len(value) > config.most]
        if long:
            reason = f"too long: {{', '.join(long)}}"
            return Refused(reason, Verdict(VerdictWord.BLOCK, reason))
        verdict = Verdict(VerdictWord.ALLOW, "every text is short enough")
        return Done({{"record": dict(inputs), "verdict": "allow", "findings": []}}, verdict=verdict)


NODE = {name}()
'''
_POLICY_EXAMPLES = """- title: Short enough
  inputs: {text: Hello}
  expect: {port: done, output: {record: {text: Hello}, verdict: allow}}
- title: Too long
  config: {most: 3}
  inputs: {text: Hello}
  expect: {refused: "too long: text"}
"""

_REVIEW = '''"""{kind}.{word}: what people are asked, in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.sdk import (
    MAIN,
    Control,
    Decision,
    Done,
    Kind,
    NodeType,
    Outcome,
    Question,
    ReviewConfig,
    Schema,
    Shapes,
    free_record,
)


class {name}(NodeType):
    """What it is for."""

    name = "{kind}.{word}"
    title = "{title}"
    summary = "Asks people whether something may go on."
    kind = Kind.{KIND}
    control = Control.ASK
    Config = ReviewConfig

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        """The record goes through unchanged."""
        record = free_record(inputs)
        return Shapes(record, {{MAIN.name: free_record({{"record": record, "by": {{"type": "string"}}}})}})

    def question(self, config: Any, inputs: Mapping[str, Any]) -> Question:
        """May exactly these inputs go on?"""
        reviewers = {{**config.reviewers.model_dump(exclude_defaults=True, mode="json"), "k": config.k}}
        return Question(title=config.question, record=dict(inputs), reviewers=reviewers, barred=config.barred)

    def settle(self, config: Any, inputs: Mapping[str, Any], decision: Decision) -> Outcome:
        """An approval lets the record through; a rejection refuses."""
        if decision.decision == "approve":
            return Done({{"record": dict(inputs), "by": decision.by}})
        return super().settle(config, inputs, decision)


NODE = {name}()
'''
_REVIEW_EXAMPLES = """- title: People are asked
  config: {question: "May this go on?", reviewers: {role: reviewer}}
  inputs: {text: Hello}
  expect: {ask: {title: "May this go on?", record: {text: Hello}}}
- title: Approved
  config: {reviewers: {role: reviewer}}
  inputs: {text: Hello}
  answer: {decision: approve, by: Ada}
  expect: {port: done, output: {record: {text: Hello}, by: Ada}}
"""

_TEMPLATES = {Kind.POLICY: (_POLICY, _POLICY_EXAMPLES), Kind.REVIEW: (_REVIEW, _REVIEW_EXAMPLES)}


def scaffold_node(kind: str, name: str, root: Path) -> Path:
    """Writes the folder of a new node type and gives its path.

    Args:
        kind: what it is for people (`tool`).
        name: its word (`slack_message`).
        root: the folder that holds `kind/name`.

    Raises:
        CatalogError: the kind or the name cannot be, or the folder is there already.
    """
    if kind not in {each.value for each in Kind}:
        kinds = ", ".join(each.value for each in Kind)
        raise CatalogError(f"{kind!r} is no kind of node.", way_out=f"Choose one of {kinds}.")
    if not ID_PATTERN.match(name):
        raise CatalogError(f"{name!r} cannot be the name of a node type.", way_out="Use a to z, 0 to 9 and `_`.")
    folder = root / kind / name
    if folder.exists():
        raise CatalogError(f"{folder} is there already.", way_out="Choose another name.")
    title = name.replace("_", " ").capitalize()
    words = {"kind": kind, "KIND": kind.upper(), "word": name, "title": title}
    words["name"] = "".join(part.capitalize() for part in name.split("_"))
    code, examples = _TEMPLATES.get(Kind(kind), (_STEP, _STEP_EXAMPLES))
    folder.mkdir(parents=True)
    if not (folder.parent / "__init__.py").exists():
        (folder.parent / "__init__.py").write_text(f'"""Node types of kind {kind}."""\n', "utf-8")
    files = {
        "__init__.py": f'"""The node type {kind}.{name}."""\n',
        "node.py": code.format(**words),
        "icon.svg": _ICON,
        "README.md": _README.format(**words),
        "examples.yaml": examples,
        f"test_{name}.py": _TEST.format(**words),
    }
    for file, text in files.items():
        (folder / file).write_text(text, "utf-8")
    record_shape(folder)
    return folder
