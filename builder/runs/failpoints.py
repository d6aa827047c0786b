"""Places where a test may kill this process: `FAILPOINT=name:n:kill` does it the n-th time the place is reached."""

from __future__ import annotations

import os
import signal

FAILPOINTS = (
    "beat.before_commit",
    "beat.after_commit",
    "claim.before_commit",
    "claim.after_commit",
    "steps.before_commit",
    "steps.after_commit",
    "session.before_commit",
    "session.after_commit",
    "effect.before",
    "effect.after",
    "giveback.before_commit",
    "giveback.after_commit",
    "ring.before",
    "ring.after",
)
"""Every such place: before and after each commit, each effect and each ring."""


def _read(setting: str) -> tuple[str, int]:
    if not setting:
        return "", 0
    name, count, act = setting.split(":")
    if name not in FAILPOINTS or act != "kill":
        raise ValueError(f"FAILPOINT={setting} names no place; the places are {', '.join(FAILPOINTS)}")
    return name, int(count)


class _Armed:
    """The one fail-point that this process dies at."""

    name, left = _read(os.environ.get("FAILPOINT", ""))


def arm_failpoint(setting: str) -> None:
    """Sets the place to die at, as the environment would: `name:n:kill`, or nothing."""
    _Armed.name, _Armed.left = _read(setting)


def failpoint(name: str) -> None:
    """Dies here, without a word, if that was asked for."""
    if name == _Armed.name:
        _Armed.left -= 1
        if _Armed.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
