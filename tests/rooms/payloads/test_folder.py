"""Payloads in a folder: whole or not there, kept once, checked on the way out."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.payloads import LARGEST, PARTS, FolderStore, PayloadError
from builder.payloads import folder as folder_module


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "payloads"


def files(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file()]


@given(content=st.binary(max_size=2_000))
def test_what_goes_in_comes_out_under_its_hash(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    store = FolderStore(tmp_path_factory.getbasetemp() / "shared")
    key = store.put(content)
    assert key == hashlib.sha256(content).hexdigest()
    assert store.get(key) == content


def test_the_same_bytes_are_kept_once(place: Path) -> None:
    store = FolderStore(place)
    assert store.put(b"x" * 9_000) == store.put(b"x" * 9_000)
    assert len(files(place)) == 1


def test_many_at_once(place: Path) -> None:
    store = FolderStore(place)
    contents = [b"%d" % (number % 10) * 5_000 for number in range(40)]
    threads = [threading.Thread(target=store.put, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(path.read_bytes() for path in files(place)) == sorted(set(contents))


def test_a_changed_payload_is_not_given_out(place: Path) -> None:
    store = FolderStore(place)
    key = store.put(b"the approved text")
    files(place)[0].write_bytes(b"another text")
    with pytest.raises(PayloadError, match="changed or damaged"):
        store.get(key)


def test_a_missing_payload_is_said(place: Path) -> None:
    with pytest.raises(PayloadError, match="cannot be read: No such file"):
        FolderStore(place).get("0" * 64)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "0" * 63, "0" * 65, "G" * 64, "0" * 63 + "\n", "a/" * 32])
def test_only_keys_are_looked_up(place: Path, key: str) -> None:
    with pytest.raises(PayloadError, match="not the key"):
        FolderStore(place).get(key)


def test_too_large_is_refused_before_the_disk_is_touched(place: Path) -> None:
    with pytest.raises(PayloadError, match="too large"):
        FolderStore(place).put(bytes(LARGEST + 1))
    assert not place.exists()


def test_a_write_that_breaks_off_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    store = FolderStore(place)
    store.put(b"first")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(PayloadError, match="No space left"):
        store.put(b"second")
    assert [path.read_bytes() for path in files(place)] == [b"first"]


def test_bytes_are_synced_before_they_get_their_name(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acts: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (acts.append("sync"), real_sync(handle))[1])
    monkeypatch.setattr(Path, "replace", lambda self, to: (acts.append("rename"), real_replace(self, to))[1])
    monkeypatch.setattr(folder_module, "_sync_folder", lambda folder: acts.append(f"folder {folder.name}"))
    store = FolderStore(place)
    key = store.put(b"content")
    assert acts[-3:] == ["sync", "rename", f"folder {key[2:4]}"]


# ---------------------------------------------------------------- sweeping


def age(place: Path, key: str, moment: float) -> None:
    os.utime(place / key[:2] / key[2:4] / key, (moment, moment))


@given(contents=st.lists(st.binary(min_size=1, max_size=20), unique=True, max_size=8), chosen=st.data())
def test_a_sweep_takes_what_is_old_and_named_by_none(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes], chosen: st.DataObject
) -> None:
    place = tmp_path_factory.mktemp("swept")
    store = FolderStore(place)
    keys = [store.put(content) for content in contents]
    used = {key for key in keys if chosen.draw(st.booleans())}
    old = {key for key in keys if chosen.draw(st.booleans())}
    for key in keys:
        age(place, key, 1_000 if key in old else 3_000)
    gone = sum(store.sweep(part, 2_000, lambda asked: used & set(asked)) for part in range(PARTS))
    assert gone == len(old - used)
    assert {path.name for path in files(place)} == set(keys) - (old - used)


def test_what_is_stored_again_while_it_is_swept_stays(place: Path) -> None:
    store = FolderStore(place)
    key = store.put(b"again")
    age(place, key, 1_000)

    def store_again(asked: object) -> set[str]:
        assert store.put(b"again") == key
        return set()

    assert store.sweep(int(key[:2], 16), 2_000, store_again) == 0
    assert store.get(key) == b"again"


def test_what_a_crash_left_aside_is_swept(place: Path) -> None:
    store = FolderStore(place)
    key = store.put(b"whole")
    aside = place / key[:2] / key[2:4] / ".half-written"
    aside.write_bytes(b"half")
    os.utime(aside, (1_000, 1_000))
    assert store.sweep(int(key[:2], 16), 2_000, lambda asked: asked) == 1
    assert [path.name for path in files(place)] == [key]
