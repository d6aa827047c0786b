"""The Celery app: two tasks, no state. What Celery offers beyond carrying a message is left off, on purpose.

Off are: results, late acknowledgement, prefetching more than the threads can take, events, remote control, gossip,
mingle and heartbeats between workers, and sending again after an error. The database knows which runs are ready; leases
tell who is alive; the sweep rings again. So losing or doubling a message can do no harm, and nothing here may try to
be clever about it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from celery import Celery
from celery.apps.worker import Worker
from kombu.connection import Connection
from kombu.entity import Queue

from builder.queue.inprocess import IN_PROCESS

RUNS = "runs"
ADVANCE = "run.advance"
PING = "ping.self"

_log = structlog.get_logger("builder.queue")

_QUIET = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True, "task_events": False}


class QuietWorker(Worker):  # type: ignore[misc]  # Celery ships no types
    """Celery's command-line worker with its side channels off, whatever flags it was started with."""

    def prepare_args(self, **options: Any) -> dict[str, Any]:
        """The options that the worker is set up with."""
        return {**options, **_QUIET}


class PromptConnection(Connection):
    """A connection that tries again each second. Kombu's own pauses grow to 30 s: a worker would stay deaf for long."""

    def ensure_connection(self, *args: Any, **options: Any) -> Any:
        """Connects, trying until the broker is there."""
        pauses = {"interval_start": 1, "interval_step": 0, "interval_max": 1}
        return super().ensure_connection(*args, **pauses | options)  # type: ignore[no-untyped-call]  # Kombu's


class Doorbell(Celery):  # type: ignore[misc]  # Celery ships no types
    """The app, with what it does on each ring.

    Attributes:
        on_advance: called in a pool thread with the id of a run that may be ready. It must return soon: it hands over.
        on_ping: called with the word of a ping that came back.
        echo: name of the queue that only this process reads, or None.
    """

    on_advance: Callable[[int], None]
    on_ping: Callable[[str], None]
    echo: str | None


def _nobody(_: Any) -> None:
    """What a ring does in a process that only sends: nothing. The sweep rings again."""


def open_doorbell(broker_url: str, *, threads: int = 8, echo: str | None = None) -> Doorbell:
    """The Celery app on a broker. It connects when it first sends or a worker starts.

    Args:
        broker_url: `inproc://name` inside this process; `redis://`, `rediss://` or `redis+socket://` between processes.
        threads: how many rings a worker takes at once.
        echo: for a worker between processes: name of its own queue, to which it sends pings that only it reads.
    """
    queues = [_queue(RUNS)]
    if echo is not None:
        queues.append(_queue(echo, durable=False, auto_delete=True, expires=60.0))
    app = Doorbell("handrail", set_as_current=False, fixups=[])
    app.Worker = type("Worker", (QuietWorker,), {"app": app})
    app.amqp.Connection = PromptConnection
    app.on_advance = app.on_ping = _nobody
    app.echo = echo
    app.conf.update(
        broker_url=broker_url,
        broker_transport_options=_transport_options(broker_url),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2.0,
        accept_content=["json"],
        task_serializer="json",
        result_backend=None,
        task_ignore_result=True,
        task_acks_late=False,
        task_publish_retry=False,
        task_queues=queues,
        task_default_queue=RUNS,
        task_create_missing_queues=False,
        worker_pool="threads",
        worker_concurrency=threads,
        worker_prefetch_multiplier=1,
        worker_disable_rate_limits=True,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
    )
    # Not shared: a shared task would be registered on every app of the process, and ring the first one's door.
    app.task(name=ADVANCE, shared=False)(_advance_with(app))
    app.task(name=PING, shared=False)(_ping_with(app))
    app.finalize()
    return app


def _advance_with(app: Doorbell) -> Callable[[int], None]:
    def advance(run_id: int) -> None:
        """A run may be ready."""
        try:
            app.on_advance(run_id)
        except Exception:  # a failed ring is a lost ring: the sweep rings again, and the pool thread must live
            _log.exception("ring_failed", run=run_id)

    return advance


def _ping_with(app: Doorbell) -> Callable[[str], None]:
    def ping(word: str) -> None:
        """A worker's ring to itself."""
        app.on_ping(word)

    return ping


def _queue(name: str, **options: Any) -> Queue:
    return Queue(name, routing_key=name, **options)  # type: ignore[no-untyped-call]  # Kombu is half typed


def _transport_options(broker_url: str) -> dict[str, Any]:
    if broker_url.startswith(f"{IN_PROCESS}:"):
        return {}
    return {"socket_timeout": 10, "socket_connect_timeout": 2, "health_check_interval": 25}
