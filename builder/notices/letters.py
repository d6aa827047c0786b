"""Letters: what leaves by mail. One that holds a link with a secret lies sealed until it has left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from builder.db import to_milliseconds
from builder.kit.ids import new_id, show_id
from builder.kit.sealing import open_sealed, seal
from builder.notices.rules import LETTERS, say_letter, say_notice
from builder.notices.schemas import Letter, LetterRow
from builder.notices.store import insert_letter, read_notice
from builder.notices.tell import tell_people
from builder.teams import read_people


@dataclass(frozen=True, slots=True)
class _Secret:
    """What lies sealed in a letter's row."""

    kind: str
    address: str
    language: str
    link: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Postbox:
    """Takes what the teams have to tell by mail, in their transaction.

    Attributes:
        key: seals letters until they have left.
        sends: whether this installation sends mail.
    """

    key: bytes
    sends: bool

    def send_link(
        self, session: Session, kind: str, address: str, link: str, now: datetime, language: str = "en", **params: str
    ) -> bool:
        """Sends a one-time link to whom it is for; whether it will leave by mail.

        Args:
            session: the transaction that made the link.
            kind: `invitation` or `reset`.
            address: where to.
            link: the whole address of the page that it opens.
            now: when.
            language: of the letter.
            params: the names in it.
        """
        if not self.sends:
            return False
        assert kind in LETTERS, "such a letter was never written"
        number = new_id(to_milliseconds(now))
        plain = json.dumps(asdict(_Secret(kind, address, language, link, params))).encode()
        sealed = seal(self.key, plain, _context(number))
        insert_letter(session, {"id": number, "sealed": sealed, "due_at": now, "made_at": now})
        return True

    def welcome(self, session: Session, person_id: int, team_id: int, team: str, now: datetime) -> None:
        """Tells somebody who is here already that he is in a team now."""
        topic = f"team {show_id(team_id)}"
        tell_people(session, [person_id], "invited", topic=topic, link="/team", now=now, team=team)


def write_letter(session: Session, row: LetterRow, key: bytes, url: str) -> Letter | None:
    """A letter as it leaves; None when it need not leave any more: it was read in the product, or the person left."""
    if row.sealed is not None:
        secret = _Secret(**json.loads(open_sealed(key, row.sealed, _context(row.id))))
        subject, text = say_letter(secret.kind, secret.params, secret.language)
        return Letter(row.id, secret.address, subject, text.format(link=secret.link))
    notice = None if row.notice_id is None else read_notice(session, row.notice_id)
    person = None if row.person_id is None else read_people(session, [row.person_id]).get(row.person_id)
    if notice is None or notice.read or person is None or person.closed:
        return None
    sentence = say_notice(notice.kind, notice.params, person.language)
    _, text = say_letter("notice", {"sentence": sentence}, person.language)
    return Letter(row.id, person.email, sentence, text.format(link=f"{url}{notice.link}"))


def _context(number: int) -> bytes:
    return f"letter|{show_id(number)}".encode()
