"""A GovernanceTemplate as it is kept: its versions, their states, and what can go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from builder.kit.errors import HandrailError
from builder.sdk import JSON


class TemplateState(StrEnum):
    """The life of a version: written, approved by a second governor, binding from a date, over."""

    DRAFT = "draft"
    APPROVED = "approved"
    ENFORCED = "enforced"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """One version of a template.

    Attributes:
        source: the file, its `version` being `number`.
        files: the workflow files of its examples, by the paths that it names.
        note: where it came from.
        made_by, approved_by, enforced_by, retired_by: ids of people.
        enforced_from: from which day on it binds.
    """

    template_id: int
    name: str
    number: int
    state: TemplateState
    source: Mapping[str, JSON]
    hash: str
    files: Mapping[str, str]
    note: str
    made_by: str
    made_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    enforced_by: str | None
    enforced_from: date | None
    retired_by: str | None
    retired_at: datetime | None


class GovernanceError(HandrailError):
    """A template cannot be treated like that."""

    code: ClassVar[str] = "governance"
    status: ClassVar[int] = 409


class UnknownTemplateError(GovernanceError):
    """There is no such template or version."""

    code: ClassVar[str] = "unknown_template"
    status: ClassVar[int] = 404


class NotSoundError(GovernanceError):
    """A template whose own examples fail, or that contradicts others; `params["findings"]` holds every reason."""

    code: ClassVar[str] = "template_not_sound"


class SecondPersonError(GovernanceError):
    """It takes two people, and this is the same one."""

    code: ClassVar[str] = "second_person"
    status: ClassVar[int] = 403
