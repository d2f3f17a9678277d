"""The national axis's client protocol as bytes: signed headers, answers, base64 inside JSON. No network here.

Parameters travel as headers `XroadVnpt-<name>`; a JSON text of them is signed with HMAC-SHA256 under the secret as
text and sent along. Measured on the Java SDK 2.0.1; what it does, the axis knows.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from connectors.calling import answers

PREFIX = "XroadVnpt-"
AGENT = "JAVASDKAgent/1.0.0 XRoad/VPCP"
VERSION = "3.0.201608"
JSON = "application/json"
BYTES = "application/octet-stream"

LONGEST_ID = 100
"""A docId beyond this is kept cut."""

_VIETNAM = timezone(timedelta(hours=7))
_NOT_HEADER = re.compile(r"[^\x20-\x7e]")


class WireError(ValueError):
    """An answer makes no sense; the text is safe to show."""


def ascii_text(text: str, limit: int = 200) -> str:
    """The text as a header may carry it: other letters break the signature on the axis, so they become `?`."""
    return _NOT_HEADER.sub("?", text)[:limit]


def identifier(value: object) -> str:
    """A docId as it is kept and compared: printable ASCII without blanks, cut to LONGEST_ID."""
    return ascii_text(str(value or "").strip().replace(" ", "?"), LONGEST_ID)


def is_exact(doc_id: str) -> bool:
    """Whether this is surely all of the peer's own id, so that it may be asked for it."""
    return "?" not in doc_id and len(doc_id) < LONGEST_ID


def headers(system_id: str, secret: str, now: datetime, content_type: str, fields: Mapping[str, str]) -> dict[str, str]:
    """All headers of one call. Raises ValueError for a field that is not printable ASCII."""
    local = now.astimezone(_VIETNAM)
    signed = {
        "systemid": system_id,
        **fields,
        "timestamp": f"{local:%d%m%YT%H%M%S}+{local.microsecond // 1000:04}",
        "Content-Type": content_type,
    }
    for name, value in signed.items():
        if _NOT_HEADER.search(value):
            message = f"{name} holds letters that no header of this protocol can carry"
            raise ValueError(message)
    prefixed = {PREFIX + name: value for name, value in signed.items()}
    text = json.dumps(prefixed, separators=(",", ":"))
    return {
        **prefixed,
        "Content-Type": content_type,
        f"{PREFIX}sign-header-key": ";".join(signed),
        f"{PREFIX}sign-header": text,
        f"{PREFIX}hash-header": hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest(),
        "User-Agent": AGENT,
        f"{PREFIX}version": VERSION,
    }


def hash_file(sha256: str) -> str:
    """A digest as the SDK writes it: each byte in hex without its leading zero. The axis was built against that."""
    return "".join(f"{byte:x}" for byte in bytes.fromhex(sha256))


@dataclass(frozen=True, slots=True)
class Answer:
    """The three fields of every answer, and all the rest."""

    ok: bool
    code: str
    text: str
    fields: Mapping[str, Any]

    def word(self, name: str) -> str:
        """A field as text; '' when it is missing or null."""
        value = self.fields.get(name)
        return "" if value is None else str(value)

    def rows(self) -> list[Mapping[str, Any]]:
        """The objects of `data`; an axis sends null, nothing or odd things for an empty list."""
        data = self.fields.get("data")
        return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []

    def listed(self) -> list[Mapping[str, Any]]:
        """The entries of `data`, also those that are no objects: an empty one stands for each of them."""
        data = self.fields.get("data")
        return [row if isinstance(row, dict) else {} for row in data] if isinstance(data, list) else []


def answer(http_status: int, body: bytes) -> Answer:
    """What the peer said. Raises WireError for anything but its JSON: a proxy's page is never an answer."""
    try:
        found = json.loads(body.decode("utf-8", "replace"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        message = f"HTTP {http_status} without the protocol's JSON"
        raise WireError(message)
    status = str(found.get("status") or "").upper()
    code = answers.plain(str(found.get("ErrorCode") if found.get("ErrorCode") is not None else ""), 100)
    if not status and not code:
        message = f"HTTP {http_status} with JSON that is not the protocol's"
        raise WireError(message)
    ok = status != "FAIL" and code in ("0", "")
    return Answer(ok, code, answers.plain(str(found.get("ErrorDesc") or "")), found)


class DataStream:
    """Decodes the base64 text of the member `data` while an answer of getEdoc arrives, in bounded memory.

    Feed pieces, take decoded bytes; `close()` gives the answer without its data. Raises WireError.
    """

    _START = re.compile(rb'"data"\s*:\s*"')
    _REST_BYTES = 1 << 16

    def __init__(self) -> None:
        self._before = b""
        self._text = b""
        self._after: bytes | None = None
        self._inside = False

    def feed(self, piece: bytes) -> bytes:
        """The bytes decoded from this piece."""
        if self._after is not None:
            self._after += piece
            self._bound(self._after)
            return b""
        if not self._inside:
            self._before += piece
            found = self._START.search(self._before)
            if found is None:
                self._bound(self._before)
                return b""
            self._inside = True
            piece = self._before[found.end() :]
            self._before = self._before[: found.end()]
        return self._decode(piece)

    def close(self, http_status: int) -> Answer:
        """The rest of the answer; `data` in it is empty."""
        if self._inside and self._after is None:
            message = "the answer broke off inside its data"
            raise WireError(message)
        return answer(http_status, self._before + (self._after or b""))

    def _decode(self, piece: bytes) -> bytes:
        self._text += piece
        end = self._text.find(b'"')
        if end >= 0:
            self._after = self._text[end:]
            self._text = self._text[:end]
        text, self._text = self._whole(final=end >= 0)
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as cause:
            message = "the data of the answer is not base64"
            raise WireError(message) from cause

    def _whole(self, *, final: bool) -> tuple[bytes, bytes]:
        """The text in whole groups of four with JSON's escapes and line breaks taken out, and what must wait."""
        text, kept = self._text, b""
        if not final:
            tail = text.rfind(b"\\", max(0, len(text) - 6))
            if tail >= 0:
                text, kept = text[:tail], text[tail:]
        if b"\\" in text:
            for escape, plain in ((b"\\/", b"/"), (b"\\u003d", b"="), (b"\\u002b", b"+"), (b"\\r", b""), (b"\\n", b"")):
                text = text.replace(escape, plain)
        text = text.replace(b"\r", b"").replace(b"\n", b"")
        cut = len(text) if final else len(text) - len(text) % 4
        return text[:cut], text[cut:] + kept

    def _bound(self, text: bytes) -> None:
        if len(text) > self._REST_BYTES:
            message = "the answer is not the protocol's"
            raise WireError(message)
