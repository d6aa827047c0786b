"""What a doctor finds, each thing spoilt for real."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import typer

from builder.audit import append_event, chain_events
from builder.cli.doctor import doctor
from builder.credentials import make_credential
from builder.credentials.schemas import Wanted
from builder.db import open_database
from builder.doctor import Sign, State, examine
from builder.kit.clock import SYSTEM_CLOCK
from builder.kit.sealing import load_or_make_key
from builder.settings import read_settings
from builder.teams import Caller
from builder.wiring import open_application
from tests.rooms.notices.post import open_office


def look(environment: Mapping[str, str]) -> list[Sign]:
    return list(examine(environment))


def about(name: str, environment: Mapping[str, str]) -> list[tuple[State, str]]:
    return [(sign.state, sign.sentence) for sign in look(environment) if sign.name == name]


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    return {"HANDRAIL_HOME": str(home)}


def test_nothing_is_wrong_before_the_first_start_and_nothing_is_made(environment: dict[str, str], home: Path) -> None:
    signs = look(environment)
    assert [sign for sign in signs if sign.state is State.FAIL] == []
    assert [path.relative_to(home).parts[0] for path in home.rglob("*") if path.is_file()] == ["payloads"]


def test_everything_has_a_way_out_that_is_not_well(environment: dict[str, str]) -> None:
    for sign in look({**environment, "HANDRAIL_DATABSE_URL": "x", "HANDRAIL_URL": "http://handrail.example"}):
        assert (sign.way_out is None) == (sign.state is State.OK)
        assert sign.sentence.endswith((".", ")."))


def test_a_started_installation_is_well(environment: dict[str, str], home: Path) -> None:
    for name in ("vault", "audit"):
        load_or_make_key(home / "keys" / f"{name}.key")
    database = open_database(str(home / "handrail.db"))
    database.upgrade()
    database.close()
    signs = {sign.name: sign for sign in look(environment)}
    assert signs["database"].sentence.startswith("SQLite 3")
    assert signs["tables"].state is State.OK
    assert signs["clock"].state is State.OK
    assert "only its owner reads it" in signs["keys"].sentence


def test_settings_that_cannot_be_meant_end_the_visit(environment: dict[str, str]) -> None:
    (sign,) = look({**environment, "HANDRAIL_LOG_LEVEL": "loud"})
    assert (sign.name, sign.state) == ("settings", State.FAIL)


def test_a_name_that_nothing_reads_is_told(environment: dict[str, str]) -> None:
    (sign, *_) = look({**environment, "HANDRAIL_DATABSE_URL": "postgresql://u:hidden@host/x"})
    assert sign == Sign(
        "settings", State.WARN, "Nothing reads HANDRAIL_DATABSE_URL.", "Did you mean HANDRAIL_DATABASE_URL?"
    )


def test_what_is_open_to_others_is_told(environment: dict[str, str]) -> None:
    found = about("settings", {
        **environment, "HANDRAIL_URL": "http://handrail.example", "HANDRAIL_METRICS_ADDRESS": "0.0.0.0:9700",
    })  # fmt: skip
    assert [state for state, _ in found] == [State.WARN, State.WARN, State.OK]


def test_a_key_that_others_may_read(environment: dict[str, str], home: Path) -> None:
    load_or_make_key(home / "keys" / "vault.key")
    (home / "keys" / "vault.key").chmod(0o644)
    (first, *_) = about("keys", environment)
    assert first == (State.FAIL, f"Others may read the key file {home / 'keys' / 'vault.key'}.")


def test_a_key_file_without_a_key(environment: dict[str, str], home: Path) -> None:
    load_or_make_key(home / "keys" / "audit.key")
    (home / "keys" / "audit.key").write_text("abc")
    assert about("keys", environment)[1][0] is State.FAIL


def test_a_home_that_is_a_file(environment: dict[str, str], home: Path) -> None:
    home.write_text("")
    assert about("disk", environment)[0] == (State.FAIL, f"{home} cannot be written: {home} is no folder.")
    assert about("payloads", environment)[0][0] is State.FAIL


def test_a_full_disk(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 100 * 1024**2

    monkeypatch.setattr("builder.doctor.machine.shutil.disk_usage", lambda _: Usage)
    assert {state for state, _ in about("disk", environment)} == {State.FAIL}


def test_a_payload_that_was_damaged_on_the_disk(environment: dict[str, str], home: Path) -> None:
    assert about("payloads", environment)[0][0] is State.OK
    (file,) = (path for path in (home / "payloads").rglob("*") if path.is_file())
    file.write_bytes(b"other")
    assert about("payloads", environment)[0][0] is State.FAIL


def test_a_database_that_is_none(environment: dict[str, str], home: Path) -> None:
    home.mkdir()
    (home / "handrail.db").write_bytes(b"not a database" * 1000)
    assert about("database", environment)[0][0] is State.FAIL


def test_a_database_and_a_broker_that_are_away(environment: dict[str, str]) -> None:
    scaled = {
        **environment, "HANDRAIL_DATABASE_URL": f"postgresql://u:hidden-word@127.0.0.1:{closed_port()}/x",
        "HANDRAIL_BROKER_URL": f"redis://:hidden-word@127.0.0.1:{closed_port()}/0",
    }  # fmt: skip
    signs = look(scaled)
    failed = {sign.name for sign in signs if sign.state is State.FAIL}
    assert {"database", "broker", "keys"} <= failed
    assert "hidden-word" not in "".join(f"{sign.sentence} {sign.way_out}" for sign in signs)


def test_a_clock_that_is_off(environment: dict[str, str], home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_database(str(home / "handrail.db")).upgrade()

    class Off:
        def __init__(self, seconds: float) -> None:
            self._off = timedelta(seconds=seconds)

        def now(self) -> datetime:
            return SYSTEM_CLOCK.now() + self._off

    for seconds, state in ((0, State.OK), (-5, State.WARN), (3600, State.FAIL)):
        monkeypatch.setattr("builder.doctor.truth.SYSTEM_CLOCK", Off(seconds))
        assert about("clock", environment)[0][0] is state


def test_a_machine_without_time_zones(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    from zoneinfo import ZoneInfoNotFoundError

    def unknown(name: str) -> None:
        raise ZoneInfoNotFoundError(f"No time zone found with key {name}")

    monkeypatch.setattr("builder.doctor.machine.ZoneInfo", unknown)
    assert about("time zones", environment)[0][0] is State.FAIL


def test_a_mail_server_and_a_collector_that_are_away(environment: dict[str, str]) -> None:
    away = {
        **environment, "HANDRAIL_SMTP_URL": f"smtp://user:hidden-word@127.0.0.1:{closed_port()}",
        "HANDRAIL_MAIL_FROM": "a@b.example", "HANDRAIL_OTLP_ENDPOINT": f"http://127.0.0.1:{closed_port()}",
    }  # fmt: skip
    assert about("mail", away)[0][0] is State.FAIL
    assert about("traces", away)[0][0] is State.WARN
    assert "hidden-word" not in about("mail", away)[0][1]


def test_a_mail_server_that_lets_us_in(environment: dict[str, str]) -> None:
    with open_office() as (office, server):
        given = {"HANDRAIL_SMTP_URL": f"smtp://{server.host}:{server.port}", "HANDRAIL_MAIL_FROM": "a@b.example"}
        assert about("mail", {**environment, **given}) == [(State.OK, f"{server.host}:{server.port} lets us in.")]
    assert office.letters == []


def test_models(environment: dict[str, str]) -> None:
    assert about("models", environment)[0][0] is State.WARN
    away = {**environment, "OPENAI_API_KEY": "hidden-word", "OPENAI_BASE_URL": f"http://127.0.0.1:{closed_port()}/v1"}
    assert {state for state, _ in about("models", away)} == {State.FAIL}
    asked = [sign for sign in examine(away, ask_models=True) if sign.name == "models"]
    assert {sign.state for sign in asked} == {State.FAIL}
    with socket.create_server(("127.0.0.1", 0)) as one:
        there = {**away, "OPENAI_BASE_URL": f"http://127.0.0.1:{one.getsockname()[1]}/v1"}
        assert {state for state, _ in about("models", there)} == {State.OK}
    assert about("models", {**environment, "HANDRAIL_MODELS": "/nowhere.yaml"})[0][0] is State.FAIL


def test_the_command_says_all_in_lines_or_as_one_document(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HANDRAIL_HOME", str(home))
    doctor(as_json=True)
    assert json.loads(capsys.readouterr().out)["well"]
    monkeypatch.setenv("HANDRAIL_LOG_LEVEL", "loud")
    with pytest.raises(typer.Exit) as ended:
        doctor(as_json=False)
    assert ended.value.exit_code == 1
    assert capsys.readouterr().out.startswith("fail  settings")


def test_keys_that_are_not_those_of_the_database(environment: dict[str, str], home: Path) -> None:
    admin = Caller(1, "Ann", "ann@example.org", frozenset({"admin"}), {}, 0)
    with open_application(read_settings(environment)) as application:
        wanted = Wanted(name="shop", kind="http_bearer", fields={"token": "a token"}, hosts=("crm.example",))
        with application.transaction() as session:
            make_credential(session, admin, wanted, application.wrapping)
            append_event(session, "looked", actor="a", subject="b", now=SYSTEM_CLOCK.now(), record={})
            chain_events(session, application.keys.audit, SYSTEM_CLOCK.now())
    assert all(state is State.OK for state, _ in about("keys", environment))
    for name, said in (("VAULT", "open with no key that is here"), ("AUDIT", "signed by another key")):
        (sign,) = [
            each for each in look({**environment, f"HANDRAIL_{name}_KEY": "ab" * 32}) if each.state is State.FAIL
        ]
        assert said in sign.sentence
    for file in (home / "keys").iterdir():
        file.unlink()
    (sign,) = [each for each in look(environment) if each.state is State.FAIL]
    assert "its keys are not here" in sign.sentence
