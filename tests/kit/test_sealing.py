"""Sealing, signing, and the files keys are kept in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.kit import sealing

KEY = bytes(range(32))


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_what_is_sealed_opens_in_its_place(plain: bytes, context: bytes) -> None:
    sealed = sealing.seal(KEY, plain, context)
    assert sealing.open_sealed(KEY, sealed, context) == plain
    assert plain not in sealed or len(plain) < 4


@given(st.data())
def test_no_change_goes_unnoticed(data: st.DataObject) -> None:
    sealed = bytearray(sealing.seal(KEY, b"account 7", b"tenant|1"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(sealing.SealError):
        sealing.open_sealed(KEY, bytes(sealed), b"tenant|1")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x02" + b"0" * 40, b"\x01" + b"0" * 27])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(sealing.SealError):
        sealing.open_sealed(KEY, sealed, b"")


def test_another_key_or_context_does_not_open() -> None:
    sealed = sealing.seal(KEY, b"x", b"run|1")
    for key, context in ((sealing.new_key(), b"run|1"), (KEY, b"run|2"), (KEY, b"")):
        with pytest.raises(sealing.SealError):
            sealing.open_sealed(key, sealed, context)


def test_sealing_twice_differs() -> None:
    assert sealing.seal(KEY, b"x", b"") != sealing.seal(KEY, b"x", b"")


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        sealing.seal(b"short", b"x", b"")


@given(st.binary(max_size=100))
def test_a_signature_binds_key_and_message(message: bytes) -> None:
    signer = sealing.SigningKey(KEY)
    signature = signer.sign(message)
    assert sealing.verify_signature(signer.public, message, signature)
    assert signature == sealing.sign(KEY, message)
    assert not sealing.verify_signature(signer.public, message + b"!", signature)
    assert not sealing.verify_signature(sealing.SigningKey.generate().public, message, signature)


@pytest.mark.parametrize(("public", "signature"), [(b"", b""), (b"0" * 32, b"0" * 64), (b"0" * 31, b"0" * 64)])
def test_malformed_keys_and_signatures_verify_nothing(public: bytes, signature: bytes) -> None:
    assert not sealing.verify_signature(public, b"message", signature)


def test_a_signing_key_does_not_print_itself() -> None:
    signer = sealing.SigningKey(KEY)
    assert signer.private.hex() not in repr(signer)
    assert sealing.key_id(signer.public) in repr(signer)


def test_a_tag_is_for_one_key_and_one_message() -> None:
    tag = sealing.make_tag(KEY, b"run 1")
    assert sealing.check_tag(KEY, b"run 1", tag)
    assert not sealing.check_tag(KEY, b"run 2", tag)
    assert not sealing.check_tag(KEY, b"run 1", "")
    assert not sealing.check_tag(KEY, b"run 1", "é")
    assert not sealing.check_tag(b"", b"run 1", sealing.make_tag(b"", b"run 1"))


def test_a_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "run.key"
    sealing.save_key(path, KEY)
    assert path.stat().st_mode & 0o777 == 0o600
    assert sealing.load_key(path) == KEY
    with pytest.raises(sealing.KeyFileError, match="never overwritten"):
        sealing.save_key(path, KEY)
    path.chmod(0o644)
    with pytest.raises(sealing.KeyFileError, match="others may read"):
        sealing.load_key(path)


@pytest.mark.parametrize("text", ["", "not hex", "00" * 31, "é"])
def test_a_file_without_a_key_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.key"
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")
    with pytest.raises(sealing.KeyFileError):
        sealing.load_key(path)


def test_a_missing_file_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "new.key"
    with pytest.raises(sealing.KeyFileError, match="there is no key file"):
        sealing.load_key(path)
    assert sealing.load_or_make_key(path) == sealing.load_or_make_key(path)
    assert [each.name for each in tmp_path.iterdir()] == ["new.key"]
