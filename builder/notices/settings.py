"""Settings: what a person wants to be told, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from builder.notices.rules import KINDS
from builder.notices.schemas import KindSetting, NoticeError
from builder.notices.store import read_settings, save_setting
from builder.teams import Caller


def settings_of(session: Session, people: Sequence[int], kind: str) -> dict[int, KindSetting]:
    """What each of some people wants of a kind."""
    said = read_settings(session, people) if people else {}
    usual = KindSetting(kind=kind, in_product=True, by_email=KINDS[kind].by_email)
    return {person: said.get((person, kind), usual) for person in people}


def list_settings(session: Session, caller: Caller) -> list[KindSetting]:
    """What the caller wants of each kind."""
    said = read_settings(session, [caller.person_id])
    return [
        said.get((caller.person_id, kind), KindSetting(kind=kind, in_product=True, by_email=usual.by_email))
        for kind, usual in KINDS.items()
    ]


def change_settings(session: Session, caller: Caller, wanted: Iterable[KindSetting]) -> None:
    """Keeps what the caller wants.

    Raises:
        NoticeError: there is no such kind, or he is always told of it in the product.
    """
    for one in wanted:
        if one.kind not in KINDS:
            raise NoticeError("There is no such kind of notices.", field="kinds")
        if KINDS[one.kind].always and not one.in_product:
            raise NoticeError(
                "You are always told of this in the product.",
                field="kinds",
                way_out="Switch off the e-mail, if you like.",
            )
        save_setting(session, caller.person_id, one)
