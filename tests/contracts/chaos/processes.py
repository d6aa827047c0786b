"""Worker processes from outside: started, killed, stopped and woken, and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.servers import die_with_parent

ROOT = Path(__file__).resolve().parents[3]
MODULE = "tests.contracts.chaos.worker"
EMBEDDED = (sys.executable, "-m", MODULE)
CELERY = (sys.executable, "-m", "celery", "-A", MODULE, "worker", "--loglevel", "ERROR")


class WorkerProcess:
    """One process.

    Attributes:
        ready: it has said that it works.
        stopped_at: when it was stopped, or None.
        leave_at: when it is to be told to leave, or None.
        told_at: when it was told to leave, or None.
    """

    def __init__(self, command: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
        self.ready = False
        self.stopped_at: float | None = None
        self.leave_at: float | None = None
        self.told_at: float | None = None
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command, env={**os.environ, **environment}, cwd=ROOT, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509  # the hook only calls the kernel
            )  # fmt: skip

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, number: signal.Signals) -> float:
        """Sends a signal; the moment at which it was sent."""
        now = time.time()
        if number is signal.SIGTERM:
            self.told_at = time.monotonic()
        os.kill(self.pid, number)
        return now

    def bury(self) -> bool:
        """Takes note of its end, if it has ended: until then its id counts as that of a living process."""
        return self._process.poll() is not None

    def why_not_left(self, longest: float) -> str | None:
        """What is wrong with how it left, if it was told to; None as long as there is time, and when all is well."""
        if self.told_at is None:
            return None
        status = self._process.poll()
        if status is None:
            if time.monotonic() - self.told_at <= longest:
                return None
            os.kill(self.pid, signal.SIGUSR1)
            time.sleep(1)
            return f"process {self.pid} has not ended {longest:g} s after SIGTERM; its stacks are in the log"
        return f"process {self.pid} ended with {status} after SIGTERM" if status else None

    def close(self) -> None:
        """Ends it, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(30)
