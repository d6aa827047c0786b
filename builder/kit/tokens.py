"""A TokenBook makes tokens that stand for values, and knows which value each of its own tokens stands for.

A token is deterministic within one book: the same kind and value give the same token, so that two masked records can
still be joined. It is an HMAC under the book's key, so that nobody without the key can test a guess against it. A text
that only looks like a token is never turned into anything: what counts is whether this book gave it out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping

RESERVED_DOMAIN = "masked.invalid"
"""`.invalid` is reserved (RFC 2606): no mail sent to such an address can ever arrive."""

_CODE_LENGTH = 20  # letters of base 32: 100 bits, so a clash within one book does not happen by chance
_KIND = re.compile(r"[a-z][a-z0-9_]{0,31}\Z")
_TOKEN = re.compile(
    r"\[[a-z][a-z0-9_]{0,31}:[a-z2-7]{20}\]"
    r"|(?<![\w.+%-])[a-z][a-z0-9_]{0,31}-[a-z2-7]{20}@masked\.invalid(?![\w-]|\.\w)"
)


class TokenBook:
    """The tokens of one run, and the values they stand for.

    Args:
        key: at least 16 secret bytes of this book alone.
        pairs: token → value, as `pairs()` of an earlier book under the same key gave them.
    """

    def __init__(self, key: bytes, pairs: Mapping[str, str] | None = None) -> None:
        if len(key) < 16:
            raise ValueError("the key of a token book has at least 16 bytes")
        self._key = key
        self._values: dict[str, str] = dict(pairs or {})

    def token(self, kind: str, value: str, shape: str = "text") -> str:
        """The token of a value.

        Args:
            kind: what the value is (`email`, `iban` …), lower case; it shows in the token.
            value: the text it stands for.
            shape: `text` gives `[email:k7m2…]`, `email` gives `email-k7m2…@masked.invalid`.

        Raises:
            ValueError: the kind or the shape cannot stand in a token.
        """
        if not _KIND.match(kind):
            raise ValueError(f"{kind!r} cannot stand in a token: a kind is lower case letters, digits and _")
        if shape not in ("text", "email"):
            raise ValueError(f"{shape!r} is no shape of a token: it is `text` or `email`")
        turn = 0
        while True:
            code = self._code(kind, value, turn)
            made = f"[{kind}:{code}]" if shape == "text" else f"{kind}-{code}@{RESERVED_DOMAIN}"
            if self._values.setdefault(made, value) == value:
                return made
            turn += 1

    def reveal(self, text: str) -> str:
        """The text with every token of this book replaced by its value, once: a value is never read for tokens."""
        return _TOKEN.sub(lambda found: self._values.get(found.group(), found.group()), text)

    def find(self, text: str) -> list[tuple[int, int, bool]]:
        """Everything in a text that looks like a token: start, end (code points), and whether this book made it."""
        return [(found.start(), found.end(), found.group() in self._values) for found in _TOKEN.finditer(text)]

    def pairs(self) -> dict[str, str]:
        """Token → value of everything given out so far, as plain data, to be sealed by whoever stores it."""
        return dict(self._values)

    def add(self, pairs: Mapping[str, str] | Iterable[tuple[str, str]]) -> None:
        """Takes in pairs that another holder of the same key gave out."""
        self._values.update(pairs)

    def _code(self, kind: str, value: str, turn: int) -> str:
        message = b"\0".join((kind.encode(), str(turn).encode(), value.encode("utf-8", "surrogatepass")))
        digest = hmac.new(self._key, message, hashlib.sha256).digest()
        return base64.b32encode(digest).decode().lower()[:_CODE_LENGTH]


def new_token_key() -> bytes:
    """A fresh key for one book: 32 random bytes."""
    return secrets.token_bytes(32)


def looks_like_token(text: str) -> bool:
    """Whether a text has the form of a token, whoever made it."""
    return _TOKEN.fullmatch(text) is not None
