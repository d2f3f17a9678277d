"""The signature of a call, as Standard Webhooks 1.0 has it: HMAC-SHA256 over `id.timestamp.content`, in base64."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
KEY_BYTES: Final = 32
_SHORTEST, _LONGEST = 24, 64


def new_secret() -> str:
    """A fresh secret as it is shown to a receiver."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def key_of(secret: str) -> bytes:
    """The key behind a secret. Raises ValueError, without the secret in its text."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not _SHORTEST <= len(key) <= _LONGEST:
        message = f"must be {PREFIX} and the base64 of {_SHORTEST} to {_LONGEST} bytes"
        raise ValueError(message) from None
    return key


def headers(keys: Iterable[str], message_id: str, at: datetime, content: bytes) -> dict[str, str]:
    """The three headers. keys: the secrets that are valid, each with a signature of its own; message_id: plain ASCII.

    content: what is signed: the body, or what stands for it.
    """
    seconds = str(int(at.timestamp()))
    signed = b".".join((message_id.encode("ascii"), seconds.encode("ascii"), content))
    signatures = [f"v1,{_signature(key_of(secret), signed)}" for secret in keys]
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": " ".join(signatures)}


def _signature(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
