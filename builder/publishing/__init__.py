"""A Publication takes a draft to *live*: checked, woven, proved, signed, verified, and let through by people.

Builders ask, owners publish. What is live is replaced in one transaction; runs under way keep the version they began
with.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.publishing.api import router
    from builder.publishing.prepare import Press
    from builder.publishing.publish import (
        ask_to_publish,
        decide_request,
        find_request,
        go_back,
        list_requests,
        publish_workflow,
        withdraw_request,
    )
    from builder.publishing.schemas import (
        DraftMovedError,
        NotPublishableError,
        PublishError,
        PublishRequest,
        RequestOverError,
        RequestState,
        RulesMovedError,
        SeparatedError,
        UnknownRequestError,
    )

_NAMES = {
    "api": ("router",),
    "prepare": ("Press",),
    "publish": (
        "ask_to_publish", "decide_request", "find_request", "go_back", "list_requests", "publish_workflow",
        "withdraw_request",
    ),
    "schemas": (
        "DraftMovedError", "NotPublishableError", "PublishError", "PublishRequest", "RequestOverError", "RequestState",
        "RulesMovedError", "SeparatedError", "UnknownRequestError",
    ),
}  # fmt: skip
_DOORS = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "DraftMovedError", "NotPublishableError", "Press", "PublishError", "PublishRequest", "RequestOverError",
    "RequestState", "RulesMovedError", "SeparatedError", "UnknownRequestError", "ask_to_publish", "decide_request",
    "find_request", "go_back", "list_requests", "publish_workflow", "router", "withdraw_request",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (SQLAlchemy is heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.publishing has no {name!r}")
    return getattr(import_module(f"builder.publishing.{_DOORS[name]}"), name)
