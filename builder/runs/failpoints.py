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


_name, _left = _read(os.environ.get("FAILPOINT", ""))


def failpoint(name: str) -> None:
    """Dies here, without a word, if the environment says so."""
    global _left  # noqa: PLW0603  # a process dies once
    if name == _name:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
