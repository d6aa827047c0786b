"""flow.map: a body run once for each item of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from builder.sdk import Control, Kind, NodeConfig, NodeType, Schema


class MapConfig(NodeConfig):
    """The body, how many items at once, and what becomes of items that fail."""

    body: dict[str, Any] = Field(title="Body")
    concurrency: int = Field(4, title="Items at once", ge=1, le=256)
    on_item_error: Literal["fail", "keep"] = Field("fail", title="When an item fails")
    quorum: int = Field(0, title="Go on when so many are done (0: all)", ge=0, le=9_999)
    cancel: bool = Field(False, title="Then cancel the rest")

    @model_validator(mode="after")
    def _cancel_needs_quorum(self) -> MapConfig:
        if self.cancel and not self.quorum:
            raise ValueError("`cancel` needs a `quorum`: without one there is no rest to cancel")
        return self


class Map(NodeType):
    """Declares the container; the machine opens a scope for each item."""

    name = "flow.map"
    expects: ClassVar[Mapping[str, Schema]] = {"items": {"type": "array", "title": "Items"}}
    title = "Map"
    summary = "Runs a body once for each item of a list, several at once."
    kind = Kind.FLOW
    control = Control.EACH
    Config = MapConfig


NODE = Map()
