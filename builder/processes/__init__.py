"""A Process is one program of an installation that lives: it says so every few seconds, with its role, its version, the
newest migration that it knows and the fingerprints of its keys. So an administrator sees who is there, and no table is
narrowed under somebody who still uses it.
"""

from __future__ import annotations

from builder.processes.announce import announce_process, forget_process
from builder.processes.look import list_processes
from builder.processes.schemas import Process

__all__ = ["Process", "announce_process", "forget_process", "list_processes"]
