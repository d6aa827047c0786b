"""Figures for Prometheus: counters and histograms of this process, gauges of the whole installation.

Every label takes values of a set that is small by its nature (states, node types, connections, routes), and each of
them is bounded besides: what comes after the first few hundred counts as `other`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from builder import __version__
from builder.kit.clock import SYSTEM_CLOCK, Clock
from builder.telemetry.ports import Figures, ModelSeen, RunSeen, StepSeen, Watch

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_VALUES_AT_MOST = 300
_FRESH_FOR = 5.0
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_QUICK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SLOW = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Bound:
    """Keeps the values of one label to a number that a database of figures can bear."""

    def __init__(self, most: int = _VALUES_AT_MOST) -> None:
        self._most = most
        self._known: set[str] = set()
        self._lock = Lock()

    def of(self, value: str) -> str:
        """The value, or `other`."""
        if value in self._known:
            return value
        with self._lock:
            if len(self._known) >= self._most:
                return "other"
            self._known.add(value)
        return value


class Standing:
    """Gauges that the database knows; it is asked at most once in five seconds, however often somebody looks."""

    def __init__(self, look: Callable[[], Figures], clock: Clock) -> None:
        self._look = look
        self._clock = clock
        self._lock = Lock()
        self._seen: Figures | None = None
        self._until = float("-inf")

    def describe(self) -> list[Any]:
        """Nothing: the database is not asked when the figures are registered."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges; none while the database is away."""
        with self._lock:
            if self._clock.monotonic() >= self._until:
                try:
                    self._seen = self._look()
                except Exception:  # whatever keeps the database away, the figures of this process are shown
                    self._seen = None
                self._until = self._clock.monotonic() + _FRESH_FOR
            seen = self._seen
        if seen is None:
            return
        runs = GaugeMetricFamily("handrail_runs", "Runs that have not ended, by state.", labels=["state"])
        for state, number in seen.runs.items():
            runs.add_metric([state], number)
        yield runs
        yield GaugeMetricFamily("handrail_reviews_waiting", "Reviews that wait for people.", value=seen.reviews)
        yield GaugeMetricFamily("handrail_leases", "Workers that hold a lease.", value=seen.leases)


class Metrics:
    """The figures of one process."""

    def __init__(self, role: str, look: Callable[[], Figures] | None, clock: Clock = SYSTEM_CLOCK) -> None:
        """Args:
        role: what the process is.
        look: reads how the installation stands; None in a process that does not tell of it.
        clock: for how long that is fresh.
        """
        self.registry = registry = CollectorRegistry(auto_describe=False)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        if look is not None:
            registry.register(Standing(look, clock))
        Gauge("handrail_build_info", "What runs here.", ["version", "role"], registry=registry).labels(
            __version__, role
        ).set(1)
        self._bounds = {name: Bound() for name in ("type", "connection", "model", "route")}
        self._make_run_figures(registry)
        self._make_model_figures(registry)
        self.requests = Counter(
            "handrail_http_requests", "Answers of the API.", ["method", "route", "status"], registry=registry
        )
        self.request_seconds = Histogram(
            "handrail_http_request_seconds", "Until an answer began.", ["method", "route"], buckets=_QUICK,
            registry=registry,
        )  # fmt: skip

    def _make_run_figures(self, registry: CollectorRegistry) -> None:
        self.runs = Counter(
            "handrail_runs_left", "Runs that left a worker, by how.", ["mode", "state"], registry=registry
        )
        self.queue_seconds = Histogram(
            "handrail_run_queue_seconds", "From ready to claimed.", buckets=_QUICK, registry=registry
        )
        self.steps = Counter("handrail_steps", "Attempts of steps.", ["type", "outcome"], registry=registry)
        self.step_seconds = Histogram(
            "handrail_step_seconds", "Of one attempt of a step.", ["type"], buckets=_SLOW, registry=registry
        )
        self.commit_seconds = Histogram(
            "handrail_commit_seconds", "Of a worker's commit.", ["kind"], buckets=_QUICK, registry=registry
        )

    def _make_model_figures(self, registry: CollectorRegistry) -> None:
        who = ["connection", "model"]
        self.calls = Counter("handrail_model_calls", "Questions to models.", [*who, "outcome"], registry=registry)
        self.call_seconds = Histogram(
            "handrail_model_call_seconds", "Of one question.", who, buckets=_SLOW, registry=registry
        )
        self.tokens = Counter("handrail_model_tokens", "Tokens of models.", [*who, "direction"], registry=registry)
        self.cost = Counter("handrail_model_cost", "In the organisation's currency.", who, registry=registry)

    def count_claim(self, run: RunSeen) -> None:
        """A run was claimed."""
        if run.waited is not None:
            self.queue_seconds.observe(max(0.0, run.waited))

    def count_run(self, run: RunSeen, watch: Watch) -> None:
        """A run left this process."""
        self.runs.labels(run.mode, watch.outcome or "broken").inc()

    def count_step(self, step: StepSeen, watch: Watch, seconds: float) -> None:
        """An attempt of a step came to its end."""
        kind = self._bounds["type"].of(step.type)
        self.steps.labels(kind, watch.outcome or "broken").inc()
        self.step_seconds.labels(kind).observe(seconds)

    def count_model(self, model: ModelSeen, watch: Watch, seconds: float) -> None:
        """A question to a model was answered, or not."""
        who = (self._bounds["connection"].of(model.connection), self._bounds["model"].of(model.model))
        self.calls.labels(*who, watch.outcome or "broken").inc()
        self.call_seconds.labels(*who).observe(seconds)
        if watch.usage is not None:
            self.tokens.labels(*who, "in").inc(watch.usage.tokens_in)
            self.tokens.labels(*who, "out").inc(watch.usage.tokens_out)
            self.cost.labels(*who).inc(watch.usage.cost)

    def count_commit(self, point: str, seconds: float) -> None:
        """A commit of a worker."""
        self.commit_seconds.labels(point).observe(seconds)

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """An answer of the API."""
        method = method if method in _METHODS else "other"
        route = self._bounds["route"].of(route)
        self.requests.labels(method, route, str(status)).inc()
        self.request_seconds.labels(method, route).observe(seconds)

    def write(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)
