"""The routes of notices: everybody's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session

from builder.kit.pages import PageSize, cut_page, read_cursor
from builder.notices.rules import KINDS, say_notice
from builder.notices.schemas import NoticePage, NoticeView, ReadIn, SettingsIn, SettingsView, UnreadView
from builder.notices.settings import change_settings, list_settings
from builder.notices.store import count_unread, mark_read, read_page
from builder.teams import Call, Calling, permit, read_people

router = APIRouter(tags=["notices"])

OWN = [Depends(permit("self"))]


@router.get("/api/notices", operation_id="list_notices", dependencies=OWN)
def get_notices(
    call: Calling, cursor: Annotated[str | None, Query(max_length=2_000)] = None, size: PageSize = 30
) -> NoticePage:
    """What one is told, the newest first."""
    place, person = read_cursor(cursor, int), call.caller.person_id
    with call.read() as session:
        language = read_people(session, [person])[person].language
        found = read_page(session, person, None if place is None else int(place[0]), size + 1)
        rows, following = cut_page(found, size, lambda row: (row.id,))
        return NoticePage(
            items=[
                NoticeView(
                    id=each.id,
                    kind=each.kind,
                    sentence=say_notice(each.kind, each.params, language),
                    params=dict(each.params),
                    link=each.link,
                    at=each.at,
                    read=each.read,
                )
                for each in rows
            ],
            next=following,
            unread=count_unread(session, person),
        )


@router.post("/api/notices", operation_id="mark_notices", dependencies=OWN)
def post_notices(said: ReadIn, call: Calling) -> UnreadView:
    """Marks some of one's notices as read, or all."""
    with call.transaction() as session:
        mark_read(session, call.caller.person_id, None if said.read == "all" else said.read, call.now)
        return UnreadView(unread=count_unread(session, call.caller.person_id))


@router.get("/api/notices/settings", operation_id="read_notice_settings", dependencies=OWN)
def get_settings(call: Calling) -> SettingsView:
    """What one is told, and where."""
    with call.read() as session:
        return _settings(session, call)


@router.put("/api/notices/settings", operation_id="change_notice_settings", dependencies=OWN)
def put_settings(wanted: SettingsIn, call: Calling) -> SettingsView:
    """Says what one wants to be told, and where."""
    with call.transaction() as session:
        change_settings(session, call.caller, wanted.kinds)
        return _settings(session, call)


def _settings(session: Session, call: Call) -> SettingsView:
    return SettingsView(
        kinds=list_settings(session, call.caller),
        always=[kind for kind, each in KINDS.items() if each.always],
        email_available=call.application.settings.mail is not None,
    )
