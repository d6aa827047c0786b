"""Mail against a real server on loopback, with its faults: a letter leaves once, or it is known that it did not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from builder.db import read_clock
from builder.notices import MailServer, Postbox, Postman, tell_people
from builder.notices.tables import letter_table, notice_table
from tests.rooms.notices.post import Office, open_office
from tests.rooms.world import URL, World


@pytest.fixture
def post() -> Iterator[tuple[Office, MailServer]]:
    with open_office() as opened:
        yield opened


def postman(world: World, server: MailServer) -> Postman:
    return Postman(world.transaction, server, world.application.keys.vault, URL)


def tell(world: World, *names: str, topic: str = "one") -> None:
    with world.transaction() as session:
        people = [world.people[name] for name in names]
        tell_people(
            session, people, "run_failed", topic=topic, link="/runs/1", now=read_clock(session), workflow="Letters"
        )


def pass_by(world: World, time: timedelta) -> None:
    """Lets everything have happened earlier."""
    with world.transaction() as session:
        for row in session.execute(select(letter_table)).all():
            moved = {"due_at": row.due_at - time, "made_at": row.made_at - time}
            session.execute(update(letter_table).where(letter_table.c.id == row.id).values(moved))


def states(world: World) -> list[str]:
    with world.transaction() as session:
        return list(session.scalars(select(letter_table.c.state).order_by(letter_table.c.id)))


def test_a_notice_leaves_by_mail_once_with_a_link_and_nothing_else(
    world: World, post: tuple[Office, MailServer]
) -> None:
    office, server = post
    tell(world, "builder")
    assert postman(world, server).send_due() == 0, "it waits for what comes at once with it"
    tell(world, "builder")
    pass_by(world, timedelta(minutes=1))
    assert postman(world, server).send_due() == 1
    assert postman(world, server).send_due() == 0
    (letter,) = office.letters
    assert letter["to"].startswith("builder@")
    assert letter["from"] == "Handrail <handrail@example.org>"
    assert letter["subject"] == "2 runs of “Letters” failed."
    assert f"{URL}/runs/1" in letter.get_content()
    assert letter["auto-submitted"] == "auto-generated"
    assert states(world) == ["sent"]


def test_a_letter_speaks_the_language_of_its_reader(world: World, post: tuple[Office, MailServer]) -> None:
    office, server = post
    assert world.client("builder").patch("/api/session/person", json={"language": "de"}).status_code == 200
    tell(world, "builder")
    pass_by(world, timedelta(minutes=1))
    postman(world, server).send_due()
    assert office.letters[0]["subject"] == "Ein Lauf von „Letters“ ist fehlgeschlagen."


def test_what_was_read_in_the_product_need_not_be_mailed(world: World, post: tuple[Office, MailServer]) -> None:
    office, server = post
    tell(world, "builder")
    world.client("builder").post("/api/notices", json={"read": "all"})
    pass_by(world, timedelta(minutes=1))
    assert postman(world, server).send_due() == 0
    assert (office.letters, states(world)) == ([], ["dropped"])


@pytest.mark.parametrize(
    ("at", "said", "state"),
    [
        ("RCPT", "451 later", "waiting"), ("RCPT", "550 nobody", "failed"), ("DATA", "451 later", "waiting"),
        ("DATA", "554 no", "failed"), ("DATA", "cut", "unsure"),
    ],
)  # fmt: skip
def test_what_surely_has_not_left_is_tried_again_and_nothing_twice(
    world: World, post: tuple[Office, MailServer], at: str, said: str, state: str
) -> None:
    office, server = post
    tell(world, "builder")
    pass_by(world, timedelta(minutes=1))
    office.answers[at] = [said]
    assert postman(world, server).send_due() == 0
    assert states(world) == [state]
    assert postman(world, server).send_due() == 0, "not at once"
    pass_by(world, timedelta(hours=1))
    again = postman(world, server).send_due()
    assert (again, len(office.letters)) == ((1, 1) if state == "waiting" else (0, 0))


def test_one_letter_that_is_refused_holds_up_no_other(world: World, post: tuple[Office, MailServer]) -> None:
    office, server = post
    tell(world, "builder", "owner", "viewer")
    pass_by(world, timedelta(minutes=1))
    office.answers["RCPT"] = ["550 nobody"]
    assert postman(world, server).send_due() == 2
    assert sorted(states(world)) == ["failed", "sent", "sent"]


def test_without_a_server_letters_wait_and_are_dropped_when_they_are_old(world: World) -> None:
    with open_office() as (_, server):
        pass
    tell(world, "builder")
    pass_by(world, timedelta(minutes=1))
    assert postman(world, server).send_due() == 0
    assert states(world) == ["waiting"]
    pass_by(world, timedelta(days=2))
    with open_office() as (office, there):
        assert postman(world, there).send_due() == 0
        assert office.letters == []
    assert states(world) == ["dropped"]


def test_a_letter_whose_sender_died_before_it_left_is_sent_by_another(
    world: World, post: tuple[Office, MailServer]
) -> None:
    office, server = post
    tell(world, "builder")
    pass_by(world, timedelta(minutes=1))
    assert postman(world, server)._take() is not None, "and dies"
    assert postman(world, server).send_due() == 0, "it may still be at it"
    pass_by(world, timedelta(minutes=6))
    assert postman(world, server).send_due() == 1
    assert len(office.letters) == 1


def test_two_postmen_at_once_send_each_letter_once(world: World, post: tuple[Office, MailServer]) -> None:
    office, server = post
    for number in range(10):
        tell(world, "builder", "owner", topic=str(number))
    pass_by(world, timedelta(minutes=1))
    threads = [threading.Thread(target=postman(world, server).send_due) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(office.letters) == len({letter["message-id"] for letter in office.letters}) == 20


def test_a_link_lies_sealed_and_leaves_no_trace(world: World, post: tuple[Office, MailServer]) -> None:
    office, server = post
    box = Postbox(world.application.keys.vault, sends=True)
    with world.transaction() as session:
        now = read_clock(session)
        names = {"person": "A {link} b", "organisation": "Ours"}
        assert box.send_link(session, "invitation", "eve@example.org", f"{URL}/link/very-secret", now, **names)
    with world.transaction() as session:
        sealed = session.scalars(select(letter_table.c.sealed)).one()
    assert b"very-secret" not in sealed
    assert b"eve@" not in sealed
    assert postman(world, server).send_due() == 1
    text = office.letters[0].get_content()
    assert text.count(f"{URL}/link/very-secret") == 1
    assert "A {link} b" in text
    with world.transaction() as session:
        assert session.scalars(select(letter_table.c.sealed)).one() is None
        assert session.execute(select(notice_table)).all() == []


def test_a_postbox_without_mail_says_so(world: World) -> None:
    box = Postbox(world.application.keys.vault, sends=False)
    with world.transaction() as session:
        assert not box.send_link(session, "reset", "eve@example.org", URL, read_clock(session))
    assert states(world) == []


def test_a_server_elsewhere_must_speak_tls(world: World, post: tuple[Office, MailServer]) -> None:
    office, server = post
    strict = MailServer(server.host, server.port, server.sender, False, False, None, "")
    tell(world, "builder")
    pass_by(world, timedelta(minutes=1))
    assert postman(world, strict).send_due() == 0
    assert (office.letters, states(world)) == ([], ["waiting"])
