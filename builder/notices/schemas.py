"""A Notice as it is read, and what goes over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from builder.kit.errors import HandrailError
from builder.kit.wire import Id


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person is told. It links; it never decides, and holds no payload.

    Attributes:
        kind: a word of `KINDS`.
        params: the names and numbers in its sentence; `count` when several are one.
        link: where it leads, inside the product.
        at: when the last of what it tells happened.
    """

    id: int
    person_id: int
    kind: str
    params: Mapping[str, Any]
    link: str
    at: datetime
    read: bool


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter that is to leave: about a notice, or sealed with all that is in it.

    Attributes:
        tries: how often it was tried; with the id that is the fence of who tries it now.
    """

    id: int
    person_id: int | None
    notice_id: int | None
    sealed: bytes | None
    tries: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it leaves."""

    id: int
    address: str
    subject: str
    text: str


class NoticeError(HandrailError):
    """Notices cannot be set like that."""

    code: ClassVar[str] = "notice"
    status: ClassVar[int] = 409


# ---------------------------------------------------------------------- over the wire


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid")


class NoticeView(Wire):
    """Something that a person is told, in his language. `link` is a path of the product."""

    id: Id
    kind: str
    sentence: str
    params: dict[str, Any]
    link: str
    at: datetime
    read: bool


class NoticePage(Wire):
    """Some notices, the newest first, the cursor of the next ones, and how many are unread in all."""

    items: list[NoticeView]
    next: str | None
    unread: int


class ReadIn(Wire):
    """Which notices were read."""

    read: Literal["all"] | Annotated[list[Id], Field(max_length=500)]


class UnreadView(Wire):
    """How many notices are unread."""

    unread: int


class KindSetting(Wire):
    """Where notices of a kind are shown to a person."""

    kind: str
    in_product: bool
    by_email: bool


class SettingsIn(Wire):
    """What a person wants to be told, and where; kinds that are not named stay as they are."""

    kinds: Annotated[list[KindSetting], Field(max_length=100)]


class SettingsView(Wire):
    """What a person is told, and where; `always` are the kinds that are shown in the product whatever he says, and
    `email_available` says whether this installation sends mail.
    """

    kinds: list[KindSetting]
    always: list[str]
    email_available: bool
