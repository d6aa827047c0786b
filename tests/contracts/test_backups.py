"""An installation as one file: written while runs go, restored on either database, and refused when anything is off."""

from __future__ import annotations

import errno
import gzip
import itertools
import shutil
import stat
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from builder.audit import export_audit, verify_audit
from builder.backups import BackupError, open_keys, restore_backup, seal_keys, verify_backup, write_backup
from builder.db import Database, open_database
from builder.kit.clock import SYSTEM_CLOCK
from builder.payloads import FolderStore
from builder.reviews import decide_review, open_reviews_of
from builder.runs import Start, list_runs, read_run
from builder.settings import read_settings
from builder.wiring import Application, build_embedded, open_application
from tests.backends import Backend
from tests.contracts.plain import asking, copying
from tests.contracts.test_wiring import until
from tests.servers import PostgresServer

LARGE = "x" * 100_000
_numbers = itertools.count(1)


@pytest.fixture
def environment(backend: Backend) -> dict[str, str]:
    return {"HANDRAIL_HOME": str(backend.folder / "home"), "HANDRAIL_DATABASE_URL": backend.address}


@pytest.fixture
def application(environment: dict[str, str]) -> Iterator[Application]:
    with build_embedded(read_settings(environment)) as opened:
        yield opened


@pytest.fixture
def elsewhere(
    request: pytest.FixtureRequest, backend: Backend, tmp_path: Path, environment: dict[str, str]
) -> Iterator[dict[str, str]]:
    """An empty installation of the other kind of database where there is one, with the same keys."""
    home = tmp_path / "elsewhere"
    shutil.copytree(Path(environment["HANDRAIL_HOME"]) / "keys", home / "keys")
    if backend.name == "servers":
        yield {"HANDRAIL_HOME": str(home), "HANDRAIL_DATABASE_URL": f"sqlite:///{home / 'handrail.db'}"}
        return
    yield {"HANDRAIL_HOME": str(home), "HANDRAIL_DATABASE_URL": f"sqlite:///{home / 'other.db'}"}


def back_up(application: Application, file: Path) -> Any:
    return write_backup(application.database, application.payloads, file, application.keys.prints)


def restore(environment: dict[str, str], file: Path) -> Any:
    settings = read_settings(environment)
    database = open_database(settings.database_url)
    try:
        assert isinstance(settings.payloads, Path)
        return restore_backup(database, FolderStore(settings.payloads), file)
    finally:
        database.close()


def statuses(application: Application) -> list[str]:
    with application.database.read() as session:
        return [run.status for run in list_runs(session, limit=10_000)]


def counts(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {
            name: int(session.scalar(text(f"SELECT count(*) FROM {name}")) or 0)
            for name in ("run", "step", "review", "decision", "plan", "audit_event", "wait")
        }


def test_all_that_was_is_there_again(application: Application, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A run that ended, one that waits for people, a large value, and an audit that holds."""
    done = application.start(copying(), Start({"text": LARGE}, "ana"))
    until(application, done)
    waits = application.start(asking(), Start({"text": "please"}, "ana"))
    until(application, waits, "waiting")
    file = tmp_path / "one.handrail"
    manifest = back_up(application, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert manifest.missing == ()
    assert manifest.payloads >= 1
    before = counts(application.database)

    environment = request.getfixturevalue("elsewhere")
    restore(environment, file)
    with open_application(read_settings(environment)) as opened:
        after = counts(opened.database)
        assert {name: number for name, number in after.items() if name != "audit_event"} == {
            name: manifest.rows[name] for name in before if name != "audit_event"
        }
        with opened.database.read() as session:
            assert read_run(session, done, opened.payloads).result == {"text": LARGE}
            assert verify_audit(export_audit(session, opened.keys.audit.public), opened.keys.audit.public).holds
    with build_embedded(read_settings(environment)) as again:
        with again.transaction() as session:
            (review,) = open_reviews_of(session, waits)
            decide_review(session, review.id, by="Bob", decision="approve", now=SYSTEM_CLOCK.now())
        assert until(again, waits).result == {"text": "please"}


def test_a_backup_while_runs_go_is_one_moment(
    application: Application, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Every run in it is whole: its rows fit together, and it goes on to its end elsewhere."""
    stopping = threading.Event()
    document, started = copying(), list[int]()

    def load() -> None:
        while not stopping.is_set():
            started.append(application.start(document, Start({"text": f"{len(started)} {LARGE[:9_000]}"}, "ana")))
            stopping.wait(0.02)

    thread = threading.Thread(target=load)
    thread.start()
    while len(started) < 10:
        stopping.wait(0.01)
    file = tmp_path / "busy.handrail"
    manifest = back_up(application, file)
    stopping.set()
    thread.join()
    assert manifest.missing == ()
    assert 0 < manifest.rows["run"] <= len(started)
    environment = request.getfixturevalue("elsewhere")
    restore(environment, file)
    with build_embedded(read_settings(environment)) as again:
        end = time.monotonic() + 60
        while (states := statuses(again)) != ["succeeded"] * manifest.rows["run"]:
            assert time.monotonic() < end, states
            time.sleep(0.3)  # who had them seems to live: their lease must end first
        with again.database.read() as session:
            assert verify_audit(export_audit(session, again.keys.audit.public), again.keys.audit.public).holds


@pytest.mark.servers
def test_one_process_moves_to_postgresql(tmp_path: Path, postgres: PostgresServer) -> None:
    small = {"HANDRAIL_HOME": str(tmp_path / "small")}
    file = tmp_path / "small.handrail"
    with build_embedded(read_settings(small)) as application:
        done = application.start(copying(), Start({"text": LARGE}, "ana"))
        until(application, done)
        back_up(application, file)
    name = f"moved_{next(_numbers)}"
    shutil.copytree(tmp_path / "small" / "keys", tmp_path / "large" / "keys")
    large = {"HANDRAIL_HOME": str(tmp_path / "large"), "HANDRAIL_DATABASE_URL": postgres.create_database(name)}
    restore(large, file)
    with build_embedded(read_settings(large)) as application:
        with application.database.read() as session:
            assert read_run(session, done, application.payloads).result == {"text": LARGE}
        assert until(application, application.start(copying(), Start({"text": "new"}, "ana"))).result == {"text": "new"}
    postgres.drop_database(name)


def test_it_is_never_mixed_with_what_is_there(application: Application, tmp_path: Path) -> None:
    until(application, application.start(copying(), Start({"text": "a"}, "ana")))
    file = tmp_path / "one.handrail"
    back_up(application, file)
    before = counts(application.database)
    with pytest.raises(BackupError, match="something in this installation already"):
        restore_backup(application.database, application.payloads, file)
    assert counts(application.database)["run"] == before["run"]
    with pytest.raises(BackupError, match="never overwrites"):
        back_up(application, file)


def test_a_payload_that_is_gone_is_told(application: Application, tmp_path: Path) -> None:
    until(application, application.start(copying(), Start({"text": LARGE}, "ana")))
    (place, *_) = (path for path in (application.settings.home / "payloads").rglob("*") if path.is_file())
    place.write_bytes(b"damaged")
    manifest = back_up(application, tmp_path / "one.handrail")
    assert manifest.missing == (place.name,)


# ---------------------------------------------------------------------- files that are not what they should be


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    with build_embedded(read_settings({"HANDRAIL_HOME": str(folder)})) as application:
        until(application, application.start(copying(), Start({"text": LARGE}, "ana")))
        back_up(application, folder / "good.handrail")
    return folder / "good.handrail"


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flip(data: bytes) -> bytes:
    plain = bytearray(gzip.decompress(data))
    plain[plain.index(b'"ana"') + 1] ^= 1
    return gzip.compress(bytes(plain), 1)


def without_end(data: bytes) -> bytes:
    plain = gzip.decompress(data)
    return gzip.compress(plain[: plain.index(b"manifest.json")] + b"\0" * 1024, 1)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (cut, "no whole backup|cut off"),
        (flip, "is not what the backup's manifest says"),
        (without_end, "cut off"),
        (lambda _: b"", "no whole backup"),
        (lambda _: b"not a backup at all" * 100, "no whole backup"),
    ],
)
def test_a_file_that_was_spoilt_changes_nothing(
    good: Path, tmp_path: Path, spoil: Callable[[bytes], bytes], sentence: str
) -> None:
    file = tmp_path / "spoilt.handrail"
    file.write_bytes(spoil(good.read_bytes()))
    database = open_database(str(tmp_path / "empty.db"))
    with pytest.raises(BackupError, match=sentence):
        restore_backup(database, FolderStore(tmp_path / "payloads"), file)
    assert database.look_at_tables().revision is None
    assert not (tmp_path / "payloads").exists()
    database.close()


def test_a_link_in_a_backup_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "link.handrail"
    with tarfile.open(file, "w:gz") as tar:
        entry = tarfile.TarInfo("tables/../../etc/passwd")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(entry)
    with pytest.raises(BackupError, match="no plain file"):
        verify_backup(file)


def test_a_backup_of_a_newer_program_is_refused(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builder.backups.restore.newest_revision", lambda: "0001")
    database = open_database(str(tmp_path / "empty.db"))
    with pytest.raises(BackupError, match="knows only 0001"):
        restore_backup(database, FolderStore(tmp_path / "payloads"), good)
    database.close()


def test_keys_open_with_their_passphrase_only() -> None:
    sealed = seal_keys(b"v" * 32, b"a" * 32, "correct horse battery")
    assert open_keys(sealed, "correct horse battery") == (b"v" * 32, b"a" * 32)
    with pytest.raises(BackupError, match="do not open"):
        open_keys(sealed, "correct horse batterz")
    with pytest.raises(BackupError, match="fewer than 12"):
        seal_keys(b"v" * 32, b"a" * 32, "short")


def test_a_folder_that_takes_nothing_is_said_and_is_no_fault(
    application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("builder.backups.write.os.open", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(BackupError, match="cannot be written: read-only file system"):
        back_up(application, tmp_path / "a.handrail")
