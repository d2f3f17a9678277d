"""People's passwords: made, hashed (argon2id), compared. Each takes 0.1 s and 64 MiB: in a thread, two at a time."""

from __future__ import annotations

import functools
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
_two_at_a_time = threading.Semaphore(2)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LETTERS = 4, 4


def new_password() -> str:
    """A first password that can be read aloud: four groups of four, 79 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


def hash_password(password: str) -> str:
    """The text to store."""
    with _two_at_a_time:
        return _hasher.hash(password)


@functools.cache
def nobodys() -> str:
    """A hash no password fits: what an unknown name is compared with."""
    return hash_password(new_password())


def is_right(stored: str, password: str) -> bool:
    """Whether `password` is the one behind `stored`."""
    with _two_at_a_time:
        try:
            return _hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
