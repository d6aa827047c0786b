"""${message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
kind = "expand"  # or "contract", with `safe_from`: the oldest revision that a program may know to live with it


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
