"""flow.wait: waiting for a time, a moment, or a signal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator, model_validator

from builder.sdk import MAIN, Control, Kind, NodeConfig, NodeType, Port, Schema, Shapes, free_record

SignalName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
TIMEOUT = Port("timeout", "Time ran out")


class WaitConfig(NodeConfig):
    """For how long, until when, for which signal; at least one of the three."""

    wait_for: str | None = Field(None, title="How long", max_length=40)
    until: str | None = Field(None, title="Until", max_length=40)
    signal: SignalName | None = Field(None, title="Signal")

    @field_validator("until")
    @classmethod
    def _with_zone(cls, text: str | None) -> str | None:
        if text is not None and datetime.fromisoformat(text).tzinfo is None:
            raise ValueError("`until` needs its zone, as in 2026-05-01T09:00:00+02:00")
        return text

    @model_validator(mode="after")
    def _for_something(self) -> WaitConfig:
        if self.wait_for is None and self.until is None and self.signal is None:
            raise ValueError("write `wait_for`, `until` or `signal`: it must wait for something")
        if self.wait_for is not None and self.until is not None:
            raise ValueError("write `wait_for` or `until`, not both")
        return self


class WaitNode(NodeType):
    """Declares what is waited for; the machine parks the run."""

    name = "flow.wait"
    title = "Wait"
    summary = "Waits for a time, for a moment, for a signal, or for whichever comes first."
    kind = Kind.FLOW
    control = Control.WAIT
    ports = (MAIN, TIMEOUT)
    Config = WaitConfig

    def ports_of(self, config: Any) -> tuple[Port, ...]:
        """`timeout` is there only where a signal may stay away."""
        both = config.signal is not None and (config.wait_for is not None or config.until is not None)
        return (MAIN, TIMEOUT) if both else (MAIN,)

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        """What the signal carried, behind `done`."""
        carried = free_record({"signal": {}} if config.signal is not None else {})
        outputs = {MAIN.name: carried, TIMEOUT.name: free_record({})}
        return Shapes(free_record(inputs), {port.name: outputs[port.name] for port in self.ports_of(config)})


NODE = WaitNode()
