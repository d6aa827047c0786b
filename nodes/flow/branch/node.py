"""flow.branch: one of several ways, by conditions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from builder.sdk import ERROR_PORT, Control, Expression, Kind, NodeConfig, NodeType, Port

PortName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]


class Case(NodeConfig):
    """A port, and the condition under which it is taken."""

    port: PortName = Field(title="Port")
    when: Annotated[str, Expression(scope="graph", returns="boolean")] = Field(title="Condition")


class BranchConfig(NodeConfig):
    """The cases in order, and where to go when none holds."""

    cases: Annotated[tuple[Case, ...], Field(min_length=1, max_length=50, title="Cases")]
    otherwise: PortName = Field(title="Otherwise")
    take: Literal["first", "every"] = Field("first", title="Take")

    @model_validator(mode="after")
    def _ports_once(self) -> BranchConfig:
        ports = [*(case.port for case in self.cases), self.otherwise]
        for port in ports:
            if ports.count(port) > 1:
                raise ValueError(f"the port `{port}` is used twice")
        if ERROR_PORT in ports:
            raise ValueError("`error` is the port of failures; call this one otherwise")
        return self


class Branch(NodeType):
    """Declares the ports; the machine evaluates the conditions."""

    name = "flow.branch"
    title = "Branch"
    summary = "Takes one of several ways, by conditions."
    kind = Kind.FLOW
    control = Control.CHOOSE
    Config = BranchConfig

    def ports_of(self, config: Any) -> tuple[Port, ...]:
        """One port for each case in order, then the one for otherwise."""
        return tuple(Port(name) for name in (*(case.port for case in config.cases), config.otherwise))


NODE = Branch()
