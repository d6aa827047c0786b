"""`handrail schema`: the JSON Schema of a file format."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from builder.cli.output import print_json
from builder.engine.graph import Workflow
from builder.engine.template import GovernanceTemplate


class FileFormat(StrEnum):
    """The two formats that people write."""

    WORKFLOW = "workflow"
    GOVERNANCE = "governance"


def schema(which: Annotated[FileFormat, typer.Argument(help="Which file format.")]) -> None:
    """Prints the JSON Schema of the format."""
    model = Workflow if which is FileFormat.WORKFLOW else GovernanceTemplate
    document = model.model_json_schema(by_alias=True)
    print_json({"$schema": "https://json-schema.org/draft/2020-12/schema", **document})
