"""tool.file_write: keeps a text or a record as a file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from builder.sdk import (
    MAIN,
    Context,
    Done,
    Effects,
    Kind,
    NodeConfig,
    NodeType,
    Outcome,
    Schema,
    Shapes,
    Template,
    free_record,
)

_TYPES = {"text": "text/plain", "markdown": "text/markdown", "json": "application/json"}
_ENDED = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}\Z")
"""An ending, which the last point of `Report of 30.11.2026` does not begin."""
_ENDINGS = {"text": ".txt", "markdown": ".md", "json": ".json"}


class FileWriteConfig(NodeConfig):
    """What the file is called, and how its content is written."""

    name: Annotated[
        str,
        Template(scope="inputs"),
        StringConstraints(min_length=1, max_length=300),
        Field(title="File name", description="{{ name }} puts an input in."),
    ]
    write_as: Annotated[Literal["text", "markdown", "json"], Field(title="Write the content as")] = "text"


class FileWrite(NodeType):
    """Keeps what it is given as a file of the run."""

    name = "tool.file_write"
    title = "Write a file"
    summary = "Keeps a text or a record as a file of the run."
    kind = Kind.TOOL
    effects = Effects()
    blocking = True
    Config = FileWriteConfig
    expects: ClassVar[Mapping[str, Schema]] = {"content": {"title": "Content"}}
    Out = free_record({
        "file": {"type": "string", "format": "file"},
        "name": {"type": "string"},
        "media_type": {"type": "string"},
        "size": {"type": "integer", "minimum": 0},
    })  # fmt: skip

    def shapes(self, config: FileWriteConfig, inputs: Mapping[str, Schema]) -> Shapes:
        """`content` is a text, or for JSON anything; all other inputs are for the name."""
        content: Schema = {} if config.write_as == "json" else {"type": "string"}
        return Shapes(free_record({**inputs, "content": content}), {MAIN.name: self.Out})

    async def run(self, config: FileWriteConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """Writes it; the same content gives the same file, however often the step is tried."""
        content = inputs["content"]
        if config.write_as == "json":
            content = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        name = config.name if "{{" not in config.name else context.render(config.name, dict(inputs))
        if not _ENDED.search(name):
            name += _ENDINGS[config.write_as]
        kept = await context.keep_file(name, _TYPES[config.write_as], content.encode())
        return Done({"file": kept.id, "name": kept.name, "media_type": kept.media_type, "size": kept.size})


NODE = FileWrite()
