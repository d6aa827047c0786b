"""Where a worker process is, so that others of the same machine can see at once that it is gone."""

from __future__ import annotations

import os
import platform
import uuid
from pathlib import Path


def machine_place() -> str:
    """A name for everything whose process ids can be compared with ours: machine, boot, and namespace."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{platform.node()}/{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return f"{platform.node()}/{uuid.uuid4().hex}"


def process_lives(pid: int) -> bool:
    """Whether a process of this place is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
