"""flow.merge: ways joined, before all of them have arrived if wanted."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from builder.sdk import Control, Kind, NodeConfig, NodeType, free_record


class MergeConfig(NodeConfig):
    """How many arrows it waits for, and what becomes of the rest."""

    mode: Literal["all", "first", "n_of_m"] = Field("all", title="Go on with")
    n: int | None = Field(None, title="How many", ge=1, le=1_000)
    cancel: bool = Field(False, title="Cancel the rest")

    @model_validator(mode="after")
    def _count_fits_mode(self) -> MergeConfig:
        if (self.mode == "n_of_m") != (self.n is not None):
            raise ValueError("`n` goes with the mode n_of_m, and that mode needs it")
        if self.cancel and self.mode == "all":
            raise ValueError("a merge of all waits for everything: there is nothing to cancel")
        return self


class Merge(NodeType):
    """Declares the join; the machine counts the arrows."""

    name = "flow.merge"
    title = "Merge"
    summary = "Joins ways, and can go on before all of them have arrived."
    kind = Kind.FLOW
    control = Control.MERGE
    Config = MergeConfig
    Out = free_record({"arrived": {"type": "array", "items": {"type": "string"}}})


NODE = Merge()
