"""To seal is to encrypt and bind to a context; to sign is to prove who wrote. Keys are always passed in.

AES-256-GCM with a random nonce (NIST SP 800-38D) and Ed25519 (RFC 8032), both from `cryptography`.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from builder.kit.errors import HandrailError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16


class SealError(HandrailError):
    """Sealed bytes do not open: another key, another context, or somebody changed them."""

    code: ClassVar[str] = "seal_broken"


class KeyFileError(HandrailError):
    """A key file cannot be used."""

    code: ClassVar[str] = "key_file"


def new_key() -> bytes:
    """32 random bytes, for `seal` or as an HMAC key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Encrypts, so that only the same key and the same context open it: version byte, nonce, text and tag.

    Args:
        key: 32 bytes.
        plain: what is hidden.
        context: what it belongs to (`tenant|id|version`); not hidden, but bound.

    Raises:
        ValueError: the key is not 32 bytes long.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # heavy: loaded on first use

    _check_length(key)
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, _VERSION + context)


def open_sealed(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """What was sealed under this key and context.

    Raises:
        SealError: it does not open.
        ValueError: the key is not 32 bytes long.
    """
    from cryptography.exceptions import InvalidTag  # heavy: loaded on first use
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # heavy: loaded on first use

    _check_length(key)
    if len(sealed) < 1 + _NONCE_BYTES + _TAG_BYTES or sealed[:1] != _VERSION:
        raise SealError("these are no sealed bytes of a version that is known here")
    nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, rest, _VERSION + context)
    except InvalidTag:
        raise SealError(
            "what was sealed does not open", way_out="use the key it was sealed with, in the place it was sealed for"
        ) from None


class Wrapping(Protocol):
    """Wraps the keys of what is sealed: a key of this machine, or a key management system that never gives its key out.

    Whoever has one writes a class with these three and puts it in the place of `LocalWrapping`.
    """

    @property
    def name(self) -> str:
        """Which key wraps now: at most 64 characters that tell nothing of it."""
        ...

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A key, wrapped under the present key and bound to a context."""
        ...

    def unwrap(self, name: str, wrapped: bytes, context: bytes) -> bytes:
        """A key that was wrapped under the key of this name. Raises SealError."""
        ...


class LocalWrapping:
    """Wraps with keys that this process holds: the present one, and those that were before it.

    Args:
        key: 32 bytes.
        before: earlier keys, which still unwrap.
    """

    def __init__(self, key: bytes, *before: bytes) -> None:
        self._keys = {_print_of(each): each for each in (*reversed(before), key)}
        self._name = _print_of(key)

    @property
    def name(self) -> str:
        """A fingerprint of the present key."""
        return self._name

    @property
    def names(self) -> frozenset[str]:
        """Fingerprints of all keys that unwrap."""
        return frozenset(self._keys)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A key, wrapped under the present key."""
        return seal(self._keys[self._name], key, context)

    def unwrap(self, name: str, wrapped: bytes, context: bytes) -> bytes:
        """A key that was wrapped under the present key or an earlier one. Raises SealError."""
        if name not in self._keys:
            raise SealError(
                "It was sealed with a key that this installation does not have.",
                way_out="Set HANDRAIL_CREDENTIALS_KEY_BEFORE to the earlier key.",
            )
        return open_sealed(self._keys[name], wrapped, context)


def _print_of(key: bytes) -> str:
    _check_length(key)
    return make_tag(key, b"handrail wrapping key")[:16]


def _check_length(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes, this one has {len(key)}")


class SigningKey:
    """An Ed25519 key pair.

    Args:
        private: the 32 secret bytes.
    """

    def __init__(self, private: bytes) -> None:
        _check_length(private)
        self._private = private

    @classmethod
    def generate(cls) -> SigningKey:
        """A fresh pair."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @property
    def private(self) -> bytes:
        """The 32 secret bytes."""
        return self._private

    @property
    def public(self) -> bytes:
        """The 32 bytes that everybody may know."""
        return self._load().public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature of a message: 64 bytes."""
        return self._load().sign(message)

    def __repr__(self) -> str:
        return f"SigningKey({key_id(self.public)})"

    def _load(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # heavy: loaded on first use

        return ed25519.Ed25519PrivateKey.from_private_bytes(self._private)


def sign(private: bytes, message: bytes) -> bytes:
    """The Ed25519 signature of a message: 64 bytes."""
    return SigningKey(private).sign(message)


def verify_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of this public key's secret half signed the message. Malformed keys verify nothing."""
    from cryptography.exceptions import InvalidSignature  # heavy: loaded on first use
    from cryptography.hazmat.primitives.asymmetric import ed25519  # heavy: loaded on first use

    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id(public: bytes) -> str:
    """A short name of a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def make_tag(key: bytes, message: bytes) -> str:
    """HMAC-SHA256 of a message as 64 hex digits."""
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def check_tag(key: bytes, message: bytes, tag: str) -> bool:
    """Whether the tag is this message's, in constant time. An empty key or tag never is."""
    return bool(key) and hmac.compare_digest(make_tag(key, message).encode(), tag.encode())


def save_key(path: Path, key: bytes) -> None:
    """Writes 32 bytes as hex into a new file that only its owner reads (mode 0600).

    Raises:
        KeyFileError: the file is there already, or cannot be written.
    """
    _check_length(key)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyFileError(f"{path} is there already; a key is never overwritten") from None
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")


def load_key(path: Path) -> bytes:
    """The 32 bytes of a key file.

    Raises:
        KeyFileError: it is not there, others may read it, or it holds no key.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text("ascii").strip()
    except FileNotFoundError:
        raise KeyFileError(f"there is no key file {path}") from None
    except (OSError, UnicodeDecodeError):
        raise KeyFileError(f"{path} cannot be read as a key file") from None
    if mode & 0o077:
        raise KeyFileError(f"others may read the key file {path}", way_out=f"chmod 600 {path}")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{path} holds no key: it should be {KEY_BYTES * 2} hex digits")
    return key


def load_or_make_key(path: Path) -> bytes:
    """The key of a file, which is made when it is not there; two who race end with the same key.

    Raises:
        KeyFileError: the file cannot be used.
    """
    if not path.exists():
        key = new_key()
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        save_key(part, key)
        try:
            os.link(part, path)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        except OSError as error:
            raise KeyFileError(f"{path} cannot be written: {error.strerror}") from None
        finally:
            part.unlink()
    return load_key(path)
