"""A request to publish as it is read, and what can go wrong on the way to live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from builder.kit.errors import HandrailError


class RequestState(StrEnum):
    """The life of a request: one waits for a workflow at a time; all others are final."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """Somebody asks that a candidate go live.

    Attributes:
        version: the candidate's number.
        asked_by, decided_by: ids of people.
        reason: why it was declined.
    """

    id: int
    workflow_id: int
    version: int
    note: str
    asked_by: str
    asked_at: datetime
    state: RequestState
    decided_by: str | None
    decided_at: datetime | None
    reason: str


class PublishError(HandrailError):
    """This cannot be published like that."""

    code: ClassVar[str] = "publish"
    status: ClassVar[int] = 409


class NotPublishableError(PublishError):
    """Something in the workflow, or a rule, keeps it from going live; `params["findings"]` holds all of it."""

    code: ClassVar[str] = "not_publishable"


class DraftMovedError(PublishError):
    """The draft is no longer what was looked at; nothing was published."""

    code: ClassVar[str] = "draft_moved"


class RulesMovedError(PublishError):
    """The rules, or what is installed, are no longer what the candidate was woven with."""

    code: ClassVar[str] = "rules_moved"


class SeparatedError(PublishError):
    """A rule wants another person to publish."""

    code: ClassVar[str] = "separated_duties"
    status: ClassVar[int] = 403


class UnknownRequestError(PublishError):
    """There is no such request; or none that this caller may know of."""

    code: ClassVar[str] = "unknown_request"
    status: ClassVar[int] = 404


class RequestOverError(PublishError):
    """The request was decided, withdrawn or superseded already. Nothing was changed."""

    code: ClassVar[str] = "request_over"
