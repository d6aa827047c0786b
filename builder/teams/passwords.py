"""Passwords: hashed with Argon2id (RFC 9106), and checked in the same time whether there is such a person or not."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from builder.teams.rules import fit_password, judge_password
from builder.teams.schemas import PasswordError

_AT_ONCE = threading.BoundedSemaphore(4)  # each hash takes 64 MiB and a core; a flood of sign-ins must not take all


def hash_password(password: str, email: str) -> str:
    """A new password's hash.

    Raises:
        PasswordError: it is not good enough.
    """
    fit = fit_password(password)
    sentence = judge_password(fit, email)
    if sentence is not None:
        raise PasswordError(sentence, field="password")
    with _AT_ONCE:
        return str(_hasher().hash(fit))


def check_password(password: str, hashed: str | None) -> bool:
    """Whether a password is the one that was hashed. Without a hash it takes as long, and is not.

    Args:
        password: as typed.
        hashed: what `hash_password` gave; None where nobody has it.
    """
    with _AT_ONCE:
        fits = bool(_hasher().verify(fit_password(password), hashed or _nobodys_hash()))
    return fits and hashed is not None


@cache
def _hasher() -> Any:
    from pwdlib import PasswordHash  # heavy: loaded on first use
    from pwdlib.hashers.argon2 import Argon2Hasher  # heavy: loaded on first use

    return PasswordHash((Argon2Hasher(),))


@cache
def _nobodys_hash() -> str:
    return str(_hasher().hash("nobody has this password"))
