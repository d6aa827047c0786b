"""A Notice is one thing that a person is told, in the product and by mail: it links, never decides, holds no payload.

It is written in the transaction of what it tells. What happens to one thing within ten minutes is one notice.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.notices.api import router
    from builder.notices.letters import Postbox
    from builder.notices.mail import MailServer, Postman, sweep_notices, try_mail_server
    from builder.notices.store import read_new_notices
    from builder.notices.tell import settle_notices, tell_people

_DOORS = {
    "router": "api",
    "Postbox": "letters",
    "MailServer": "mail",
    "Postman": "mail",
    "sweep_notices": "mail",
    "try_mail_server": "mail",
    "read_new_notices": "store",
    "settle_notices": "tell",
    "tell_people": "tell",
}

__all__ = [
    "MailServer", "Postbox", "Postman", "read_new_notices", "router", "settle_notices", "sweep_notices", "tell_people",
    "try_mail_server",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (SQLAlchemy is heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.notices has no {name!r}")
    return getattr(import_module(f"builder.notices.{_DOORS[name]}"), name)
