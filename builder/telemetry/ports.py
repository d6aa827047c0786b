"""What other rooms tell telemetry, in our own words."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from builder.sdk import Usage


@dataclass(frozen=True, slots=True)
class RunSeen:
    """A run that comes into a process's hands.

    Attributes:
        number: its id.
        name: of its workflow.
        mode: live, dry …
        waited: seconds from ready to claimed; None where nobody knows.
    """

    number: int
    name: str
    mode: str
    waited: float | None


@dataclass(frozen=True, slots=True)
class StepSeen:
    """An attempt of a step: its path in the run, its node type (`tool.http_request@1`), and which attempt it is."""

    path: str
    type: str
    attempt: int


@dataclass(frozen=True, slots=True)
class ModelSeen:
    """A question to a model: by whose connection, and what was asked for. The question itself is not in it."""

    connection: str
    provider: str
    model: str
    host: str
    max_tokens: int
    temperature: float


@dataclass(slots=True)
class Watch:
    """What came of something that is watched; whoever does it fills this in.

    Attributes:
        outcome: one word of a small set; empty until it is known.
        error: the code of what went wrong.
        usage: what a model used.
    """

    outcome: str = ""
    error: str = ""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """How an installation stands, as its database says.

    Attributes:
        runs: status → how many runs that have not ended.
        reviews: how many wait for people.
        leases: how many workers hold a lease.
    """

    runs: Mapping[str, int] = field(default_factory=dict)
    reviews: int = 0
    leases: int = 0


class Telemetry(Protocol):
    """Watches what a process does."""

    def watch_run(self, run: RunSeen) -> AbstractContextManager[Watch]:
        """A run, from its claim until it leaves this process."""
        ...

    def watch_step(self, step: StepSeen) -> AbstractContextManager[Watch]:
        """One attempt of a step."""
        ...

    def watch_model(self, model: ModelSeen) -> AbstractContextManager[Watch]:
        """One question to a model, repairs included."""
        ...

    def count_commit(self, point: str, seconds: float) -> None:
        """A commit of a worker, and how long its caller waited for it."""
        ...

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """An answer of the API, and the seconds until it began."""
        ...


class Silence:
    """Watches nothing, and costs next to nothing."""

    def watch_run(self, run: RunSeen) -> AbstractContextManager[Watch]:
        """Nothing."""
        return nullcontext(Watch())

    def watch_step(self, step: StepSeen) -> AbstractContextManager[Watch]:
        """Nothing."""
        return nullcontext(Watch())

    def watch_model(self, model: ModelSeen) -> AbstractContextManager[Watch]:
        """Nothing."""
        return nullcontext(Watch())

    def count_commit(self, point: str, seconds: float) -> None:
        """Nothing."""

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Nothing."""


SILENCE: Telemetry = Silence()
