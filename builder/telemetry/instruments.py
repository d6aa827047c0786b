"""The Telemetry of a process that somebody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from builder.kit.clock import SYSTEM_CLOCK, Clock
from builder.telemetry.ports import Figures, ModelSeen, RunSeen, StepSeen, Watch

if TYPE_CHECKING:
    from builder.telemetry.metrics import Metrics
    from builder.telemetry.traces import Begun, Traces


class Instruments:
    """Counts for Prometheus, where figures are wanted, and traces, where those are.

    Attributes:
        metrics: None where no figures are wanted.
    """

    def __init__(self, metrics: Metrics | None, traces: Traces | None, clock: Clock = SYSTEM_CLOCK) -> None:
        self.metrics = metrics
        self._traces = traces
        self._clock = clock

    @property
    def quiet(self) -> bool:
        """Whether nobody wants to know."""
        return self.metrics is None and self._traces is None

    @contextmanager
    def watch_run(self, run: RunSeen) -> Iterator[Watch]:
        """A run, from its claim until it leaves this process."""
        if self.metrics is not None:
            self.metrics.count_claim(run)
        with self._watch(None if self._traces is None else self._traces.begin_run(run)) as watch:
            try:
                yield watch
            finally:
                if self.metrics is not None:
                    self.metrics.count_run(run, watch)

    @contextmanager
    def watch_step(self, step: StepSeen) -> Iterator[Watch]:
        """One attempt of a step."""
        began = self._clock.monotonic()
        with self._watch(None if self._traces is None else self._traces.begin_step(step)) as watch:
            try:
                yield watch
            finally:
                if self.metrics is not None:
                    self.metrics.count_step(step, watch, self._clock.monotonic() - began)

    @contextmanager
    def watch_model(self, model: ModelSeen) -> Iterator[Watch]:
        """One question to a model."""
        began = self._clock.monotonic()
        with self._watch(None if self._traces is None else self._traces.begin_model(model)) as watch:
            try:
                yield watch
            finally:
                if self.metrics is not None:
                    self.metrics.count_model(model, watch, self._clock.monotonic() - began)

    @contextmanager
    def _watch(self, begun: Begun | None) -> Iterator[Watch]:
        watch = Watch()
        try:
            yield watch
        except BaseException as problem:  # told on as it came; only its name is noted
            watch.error = watch.error or type(problem).__name__
            raise
        finally:
            if begun is not None and self._traces is not None:
                self._traces.end(begun, watch)

    def count_commit(self, point: str, seconds: float) -> None:
        """A commit of a worker, and how long its caller waited for it."""
        if self.metrics is not None:
            self.metrics.count_commit(point, seconds)

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """An answer of the API, and the seconds until it began."""
        if self.metrics is not None:
            self.metrics.count_request(method, route, status, seconds)

    def close(self) -> None:
        """Sends what is left."""
        if self._traces is not None:
            self._traces.close()


def open_instruments(
    role: str, *, figures: bool, endpoint: str | None, look: Callable[[], Figures] | None
) -> Instruments:
    """What watches a process.

    Args:
        role: what the process is.
        figures: whether Prometheus reads it.
        endpoint: to whom traces are sent; None sends none.
        look: reads how the installation stands, in a process that tells of it.
    """
    metrics = traces = None
    if figures:
        from builder.telemetry.metrics import Metrics  # heavy: loaded only where somebody reads it

        metrics = Metrics(role, look)
    if endpoint is not None:
        from builder.telemetry.traces import Traces  # heavy: loaded only where somebody reads it

        traces = Traces(endpoint, role)
    return Instruments(metrics, traces)
