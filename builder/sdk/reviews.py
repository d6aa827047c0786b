"""What every node that asks people is configured with: whom it asks, who may not answer, and until when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from builder.sdk.fields import Stricter
from builder.sdk.node_type import NodeConfig


class Reviewers(NodeConfig):
    """Who may decide: a role, a group, or named people; at least one of the three."""

    role: str | None = Field(None, title="Role", max_length=64)
    group: str | None = Field(None, title="Group", max_length=64)
    users: tuple[str, ...] = Field((), title="People")

    @model_validator(mode="after")
    def _somebody(self) -> Reviewers:
        if not (self.role or self.group or self.users):
            raise ValueError("`reviewers` names a role, a group or people")
        return self


class ReviewConfig(NodeConfig):
    """Base of the Config of a type with `control = ask`.

    Attributes:
        barred: duties whose holder may not decide here; `not` in a file.
        k: how many of the reviewers must approve.
        due: working time of the team's calendar until it is late, ISO 8601; `due_clock`: the same in wall time.
        on_timeout: what happens then. Approving by time-out does not exist.
    """

    question: str = Field("May this go on?", title="Question", min_length=1, max_length=500)
    reviewers: Reviewers = Field(title="Who decides")
    barred: Annotated[tuple[Literal["author", "starter"], ...], Stricter("superset")] = Field(
        (), alias="not", title="Who may not decide"
    )
    k: Annotated[int, Stricter("higher")] = Field(1, title="How many must approve", ge=1, le=20)
    due: str | None = Field(None, title="Due in (working time)", max_length=40)
    due_clock: str | None = Field(None, title="Due in (wall time)", max_length=40)
    on_timeout: Literal["escalate", "reject", "hold"] = Field("hold", title="When it is late")

    @model_validator(mode="after")
    def _one_clock(self) -> ReviewConfig:
        if self.due is not None and self.due_clock is not None:
            raise ValueError("write `due` (working time) or `due_clock` (wall time), not both")
        return self
