"""A worker as a process of its own, on PostgreSQL and Redis: `handrail worker`, or `celery -A builder.worker worker`.

It takes rings through Celery and executes runs on its own event loop. On SIGTERM it takes no run any more, lets nodes
under way finish, gives the rest back and rings, so that others go on at once.
"""

from __future__ import annotations

import logging
import os
import platform
import sys
import threading
from typing import Any, NoReturn

from celery.signals import setup_logging, worker_init, worker_ready, worker_shutdown, worker_shutting_down

from builder.kit.errors import HandrailError
from builder.kit.logs import set_up_logs
from builder.queue import Doorbell, Watchdog, open_doorbell
from builder.settings import Settings, SettingsError, read_settings
from builder.wiring import Application, build_worker


class WorkerProcess:
    """What one worker process holds while it lives."""

    def __init__(self, settings: Settings, doorbell: Doorbell) -> None:
        self._settings = settings
        self._doorbell = doorbell
        self._application: Application | None = None
        self._watchdog: Watchdog | None = None
        self._listens = False

    def open(self, **_: Any) -> None:
        """Before Celery listens: opens the installation and starts to work."""
        try:
            self._application = build_worker(self._settings, self._doorbell)
            self._application.open_side_door(ready=self._look_ready)
        except HandrailError as error:
            leave(error)
        self._watchdog = Watchdog(self._application.ring)
        self._doorbell.on_ping = self._watchdog.hear

    def _look_ready(self) -> str | None:
        """Why this worker cannot take runs now; None when it can."""
        if not self._listens:
            return "It does not listen to the broker yet."
        return None if self._application is None else self._application.look_ready()

    def watch(self, **_: Any) -> None:
        """Celery listens: from now on its silence means something."""
        assert self._watchdog is not None
        self._listens = True
        self._watchdog.start()

    def leave(self, **_: Any) -> None:
        """SIGTERM: gives runs back while Celery ends. A thread, because this is a signal's code."""
        if self._application is not None:
            threading.Thread(target=self._drain, args=(self._application,), name="handrail-drain").start()

    @staticmethod
    def _drain(application: Application) -> None:
        """A ring of its own wakes Celery, which otherwise sees only with the next message that it should end."""
        application.ring.ping("leaving")
        application.drain()

    def close(self, **_: Any) -> None:
        """Celery has ended. Until now it may have taken rings that were meant for others; so they are rung again."""
        if self._watchdog is not None:
            self._watchdog.stop()
        if self._application is not None:
            self._application.ring_for_others()
            self._application.close()


def work() -> int:
    """Listens until it is told to stop; the exit status. Nothing but the log is written."""
    _set_up_logs()
    worker = app.Worker(quiet=True)
    worker.start()
    return int(worker.exitcode or 0)


def leave(error: HandrailError) -> NoReturn:
    """Ends the process with the sentence of what is wrong."""
    sys.stderr.write(f"{error.sentence} {error.way_out or ''}\n")
    sys.exit(2)


def _open() -> tuple[Settings, Doorbell]:
    try:
        settings = read_settings(os.environ)
    except HandrailError as error:
        leave(error)
    if settings.broker_url is None:
        way_out = "Set it and HANDRAIL_DATABASE_URL, or use `handrail run`, which needs neither."
        leave(SettingsError("A worker process needs HANDRAIL_BROKER_URL.", way_out=way_out))
    echo = f"echo.{platform.node()}.{os.getpid()}"
    return settings, open_doorbell(settings.broker_url, threads=settings.worker_threads, echo=echo)


def _set_up_logs(**_: Any) -> None:
    set_up_logs(_settings.log_level, role="worker")
    logging.captureWarnings(capture=True)  # Celery warns of what it finds at its start: that is a line of the log too


_settings, app = _open()
_process = WorkerProcess(_settings, app)
setup_logging.connect(_set_up_logs, weak=False)
worker_init.connect(_process.open, weak=False)
worker_ready.connect(_process.watch, weak=False)
worker_shutting_down.connect(_process.leave, weak=False)
worker_shutdown.connect(_process.close, weak=False)
