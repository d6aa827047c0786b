"""A Doctor looks at an installation from where it stands, and says in sentences what is well and what is not: each with
its way out, so that nobody has to guess. It changes nothing, but for one small value that it stores as a trial.
"""

from __future__ import annotations

from builder.doctor.examine import examine
from builder.doctor.schemas import Sign, State

__all__ = ["Sign", "State", "examine"]
