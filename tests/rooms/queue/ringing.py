"""A worker between processes, for the tests: it prints what rang, one line each."""

from __future__ import annotations

import os
import sys
from typing import Any

from celery.signals import setup_logging

from builder.queue import CeleryRing, Watchdog, open_doorbell


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


@setup_logging.connect
def leave_logging_alone(**_: Any) -> None:
    """Celery would set up its own."""


app = open_doorbell(os.environ["BROKER"], threads=4, echo=f"self.{os.getpid()}")
watchdog = Watchdog(CeleryRing(app), every=0.1, patience=float(os.environ.get("PATIENCE", "45")))
app.on_advance = lambda run_id: say("advance", run_id)


def hear(word: str) -> None:
    if os.environ.get("DEAF"):
        return
    watchdog.hear(word)
    say("echo")


app.on_ping = hear
watchdog.start()
