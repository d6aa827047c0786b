"""Notices: in the transaction of what they tell, one for what happens together, as each person wants it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from string import Formatter

import pytest
from sqlalchemy import select

from builder.db import read_clock
from builder.notices import sweep_notices, tell_people
from builder.notices.rules import KEPT, KINDS, LETTERS, say_letter, say_notice
from builder.notices.tables import letter_table, notice_table
from tests.rooms.world import World


def tell(world: World, *names: str, topic: str = "w1", ago: timedelta = timedelta(), kind: str = "run_failed") -> None:
    with world.transaction() as session:
        tell_people(
            session,
            [world.people[name] for name in names],
            kind,
            topic=topic,
            link="/runs/1",
            many="/runs",
            now=read_clock(session) - ago,
            workflow="Letters",
        )


def seen_by(world: World, name: str) -> dict[str, object]:
    answer = world.client(name).get("/api/notices")
    assert answer.status_code == 200
    return answer.json()  # type: ignore[no-any-return]  # a page


def test_failures_of_one_workflow_within_ten_minutes_are_one_notice(world: World) -> None:
    for minutes in (9, 5, 0):
        tell(world, "owner", ago=timedelta(minutes=minutes))
    tell(world, "owner", topic="another")
    page = seen_by(world, "owner")
    assert page["unread"] == 2
    _, first = page["items"]  # type: ignore[misc]  # a page
    assert (first["sentence"], first["link"], first["params"]["count"]) == ("3 runs of “Letters” failed.", "/runs", 3)


@pytest.mark.parametrize("how", ["late", "read", "kind"])
def test_what_is_later_or_of_another_kind_or_was_read_is_another_notice(world: World, how: str) -> None:
    tell(world, "owner", ago=timedelta(minutes=11 if how == "late" else 1))
    if how == "read":
        world.client("owner").post("/api/notices", json={"read": "all"})
    tell(world, "owner", kind="run_uncertain" if how == "kind" else "run_failed")
    assert len(seen_by(world, "owner")["items"]) == 2  # type: ignore[arg-type]  # a page


def test_everybody_sees_and_reads_only_what_is_his(world: World) -> None:
    tell(world, "owner", "builder")
    (notice,) = seen_by(world, "builder")["items"]  # type: ignore[misc]  # a page
    world.client("owner").post("/api/notices", json={"read": [notice["id"]]})
    assert seen_by(world, "builder")["unread"] == 1
    assert world.client("builder").post("/api/notices", json={"read": [notice["id"]]}).json() == {"unread": 0}
    assert seen_by(world, "owner")["unread"] == 1
    assert seen_by(world, "viewer") == {"items": [], "next": None, "unread": 0}


def test_a_kind_comes_where_a_person_wants_it(world: World) -> None:
    client = world.client("owner")
    wanted = [{"kind": "run_failed", "in_product": False, "by_email": True}]
    answer = client.put("/api/notices/settings", json={"kinds": wanted}).json()
    assert [each for each in answer["kinds"] if each["kind"] == "run_failed"] == wanted
    assert answer["email_available"] is False
    tell(world, "owner")
    assert seen_by(world, "owner")["items"] == []
    assert seen_by(world, "owner")["unread"] == 0
    client.put(
        "/api/notices/settings", json={"kinds": [{"kind": "run_failed", "in_product": False, "by_email": False}]}
    )
    tell(world, "owner", topic="another")
    with world.transaction() as session:
        assert len(session.execute(select(notice_table)).all()) == 1
        assert len(session.execute(select(letter_table)).all()) == 1
    assert client.put("/api/notices/settings", json={"kinds": [{**wanted[0], "kind": "noise"}]}).status_code == 409


def test_a_list_goes_on_where_it_stopped(world: World) -> None:
    for number in range(5):
        tell(world, "owner", topic=str(number))
    client = world.client("owner")
    first = client.get("/api/notices", params={"size": 3}).json()
    second = client.get("/api/notices", params={"size": 3, "cursor": first["next"]}).json()
    assert len({each["id"] for each in first["items"] + second["items"]}) == 5
    assert second["next"] is None


def test_a_notice_that_is_rolled_back_was_never_told(world: World) -> None:
    def fail() -> None:
        with world.transaction() as session:
            people = [world.people["owner"]]
            tell_people(session, people, "run_failed", topic="x", link="/", now=read_clock(session), workflow="x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert seen_by(world, "owner")["items"] == []


def test_old_notices_go(world: World) -> None:
    tell(world, "owner", ago=KEPT + timedelta(days=1))
    tell(world, "owner", topic="new")
    with world.transaction() as session:
        sweep_notices(session)
    assert len(seen_by(world, "owner")["items"]) == 1  # type: ignore[arg-type]  # a page


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_kind_has_its_words_in_every_language(language: str) -> None:
    for kind, words in KINDS.items():
        assert set(words.one) == set(words.many) == {"en", "de"}
        texts = (*words.one.values(), *words.many.values())
        names = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
        for count in (1, 2):
            sentence = say_notice(kind, {**dict.fromkeys(names, "W {0}"), "count": count}, language)
            assert not any(f"{{{name}}}" in sentence for name in names)
            assert sentence.endswith(".")
    for kind in LETTERS:
        said = {"sentence": "S {x}", "person": "P {y}", "organisation": "O"}
        _, text = say_letter(kind, said, language)
        assert "https://x" in text.format(link="https://x")


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_screens_know_every_kind(language: str) -> None:
    file = Path(__file__).resolve().parents[3] / "frontend" / "src" / "app" / "texts" / f"{language}.json"
    texts = json.loads(file.read_text("utf-8"))
    assert [kind for kind in KINDS if f"settings.notice.{kind}" not in texts] == []
    assert [kind for kind in KINDS if not {f"notice.{kind}", f"notice.{kind}_one"} & set(texts)] == []
