"""Traces by OpenTelemetry and its conventions for generative AI, sent by OTLP over HTTP to whom IT names.

A run is one trace however many processes have it in their hands and however long it waits: the trace's id comes from
the run's. What is said of a step or a model is who, which and how much; never what was asked or answered.
"""

from __future__ import annotations

import hashlib
from contextvars import ContextVar
from typing import Any

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from builder import __version__
from builder.kit.ids import show_id
from builder.telemetry.ports import ModelSeen, RunSeen, StepSeen, Watch

_GOOD = frozenset(("succeeded", "waiting", "ready", "answered", "cancelled"))
_run_trace: ContextVar[int | None] = ContextVar("handrail_run_trace", default=None)

Begun = tuple[Span, Any]
"""A span, and what its end gives back."""


class TraceOfRun(RandomIdGenerator):
    """Random ids, but for the trace of a run, which its own id gives."""

    def generate_trace_id(self) -> int:
        """The id of a new trace."""
        return _run_trace.get() or super().generate_trace_id()


def trace_id_of(run_id: int) -> int:
    """The trace of a run."""
    return int.from_bytes(hashlib.sha256(f"handrail run {run_id}".encode()).digest()[:16], "big")


class Traces:
    """Begins and ends spans, and sends them in a thread of its own."""

    def __init__(self, endpoint: str, role: str) -> None:
        resource = Resource.create({"service.name": f"handrail-{role}", "service.version": __version__})
        self._provider = TracerProvider(resource=resource, id_generator=TraceOfRun(), shutdown_on_exit=False)
        address = endpoint if endpoint.endswith("/v1/traces") else f"{endpoint.rstrip('/')}/v1/traces"
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address, timeout=5)))
        self._tracer = self._provider.get_tracer("handrail", __version__)

    def begin_run(self, run: RunSeen) -> Begun:
        """A run comes into this process's hands."""
        token = _run_trace.set(trace_id_of(run.number))
        try:
            return self._begin(
                f"invoke_workflow {run.name}",
                SpanKind.INTERNAL,
                {
                    "gen_ai.operation.name": "invoke_workflow",
                    "gen_ai.workflow.name": run.name,
                    "handrail.run.id": show_id(run.number),
                    "handrail.run.mode": run.mode,
                },
                root=True,
            )
        finally:
            _run_trace.reset(token)

    def begin_step(self, step: StepSeen) -> Begun:
        """An attempt of a step begins."""
        name = step.type.partition("@")[0]
        said: dict[str, Any] = {
            "handrail.step.path": step.path,
            "handrail.step.type": step.type,
            "handrail.step.attempt": step.attempt,
        }
        if name.startswith("tool."):
            said |= {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name.removeprefix("tool.")}
            return self._begin(f"execute_tool {name.removeprefix('tool.')}", SpanKind.INTERNAL, said)
        return self._begin(f"step {name}", SpanKind.INTERNAL, said)

    def begin_model(self, model: ModelSeen) -> Begun:
        """A question to a model begins."""
        said: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": model.provider,
            "gen_ai.request.model": model.model,
            "gen_ai.request.max_tokens": model.max_tokens,
            "gen_ai.request.temperature": model.temperature,
            "handrail.model.connection": model.connection,
        }
        if model.host:
            said["server.address"] = model.host
        return self._begin(f"chat {model.model}", SpanKind.CLIENT, said)

    def end(self, begun: Begun, watch: Watch) -> None:
        """What was begun has come to its end."""
        span, token = begun
        contexts.detach(token)
        span.set_attribute("handrail.outcome", watch.outcome or "broken")
        if watch.usage is not None:
            span.set_attributes(
                {
                    "gen_ai.response.model": watch.usage.model,
                    "gen_ai.usage.input_tokens": watch.usage.tokens_in,
                    "gen_ai.usage.output_tokens": watch.usage.tokens_out,
                    "handrail.model.cost": watch.usage.cost,
                }
            )
        if watch.error:
            span.set_attribute("error.type", watch.error)
        if watch.outcome not in _GOOD:
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def close(self) -> None:
        """Sends what is left, for a few seconds at most."""
        self._provider.shutdown()

    def _begin(self, name: str, kind: SpanKind, said: dict[str, Any], *, root: bool = False) -> Begun:
        parent = contexts.Context() if root else None
        span = self._tracer.start_span(name, context=parent, kind=kind, attributes=said)
        return span, contexts.attach(trace.set_span_in_context(span))
