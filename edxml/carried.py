"""One attachment while its base64 text streams by: decoded in pieces, hashed, given on and forgotten."""

from __future__ import annotations

import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Final

import pybase64

from edxml import kinds

if TYPE_CHECKING:
    from typing import BinaryIO

_WHITE: Final = b" \t\r\n"
_LINE_REFERENCE: Final = re.compile(rb"&#(?:13|10|9|32|x0?[dDaA9]|x20);")
"""White space as XML writers escape it at the ends of wrapped lines."""
_LONGEST_REFERENCE: Final = 6


class CarriedFile:
    """Decoder of one base64 run; `failed_at` is the wire offset of the first piece that is not base64."""

    __slots__ = (
        "_carry",
        "_hash",
        "_head",
        "_last",
        "_padded",
        "_references",
        "_sink",
        "_tail",
        "_wrapped",
        "element_is_empty",
        "end",
        "failed_at",
        "size",
        "start",
    )

    def __init__(
        self, sink: BinaryIO | None, start: int, *, references: bool = True, element_is_empty: bool = False
    ) -> None:
        """sink: receives the decoded bytes. start: wire offset of the run.

        references: whether `&#13;` means a line end (not so in CDATA). element_is_empty: `<…/>`, no run at all.
        """
        self._sink = sink
        self._references = references
        self._hash = hashlib.sha256()
        self._carry = b""
        self._last = b""
        self._head = bytearray()
        self._tail = b""
        self._wrapped = False
        self._padded = False
        self.start = start
        self.end = start
        self.size = 0
        self.failed_at: int | None = None
        self.element_is_empty = element_is_empty

    def feed(self, piece: bytes | memoryview) -> None:
        """Decode the next piece of the run."""
        if self.failed_at is None and not self._decode(bytes(piece) if self._carry or self._wrapped else piece):
            self.failed_at = self.end
        self.end += len(piece)

    def finish(self) -> None:
        """End of the run: nothing may be left over."""
        if self.failed_at is None and self._carry:
            self.failed_at = self.end
        self._carry = b""

    @property
    def head(self) -> bytes:
        """First bytes, enough to tell the kind."""
        return bytes(self._head)

    @property
    def tail(self) -> bytes:
        """Last bytes, enough for the directory of a zip."""
        return self._tail

    @property
    def is_canonical(self) -> bool:
        """Whether the run is base64 in its one form: no white space, no bits set behind the last byte."""
        return not self._wrapped and pybase64.b64encode(pybase64.b64decode(self._last)) == self._last

    @property
    def sha256(self) -> str:
        """Digest of the decoded bytes, lower-case hex."""
        return self._hash.hexdigest()

    def _decode(self, text: bytes | memoryview) -> bool:
        if self._carry:
            text = self._carry + bytes(text)
        if not self._wrapped:
            whole = len(text) & ~3
            view = memoryview(text)
            try:
                decoded = pybase64.b64decode(view[:whole], validate=True)
            except (binascii.Error, ValueError):
                self._wrapped = True
            else:
                self._carry = bytes(view[whole:])
                self._last = bytes(view[whole - 4 : whole]) if whole else self._last
                return self._take(decoded, whole)
        return self._decode_wrapped(bytes(text))

    def _decode_wrapped(self, text: bytes) -> bool:
        held = b""
        if b"&" in text:
            if not self._references:
                return False
            last = text.rfind(b"&")
            if b";" not in text[last:] and len(text) - last < _LONGEST_REFERENCE:
                text, held = text[:last], text[last:]
            text = _LINE_REFERENCE.sub(b"", text)
        text = text.translate(None, _WHITE)
        whole = len(text) & ~3
        if self._padded and text:
            return False
        try:
            decoded = pybase64.b64decode(text[:whole], validate=True)
        except (binascii.Error, ValueError):
            return False
        self._carry = text[whole:] + held
        return self._take(decoded, whole)

    def _take(self, decoded: bytes, whole: int) -> bool:
        if whole and self._padded:
            return False
        self._padded = self._padded or len(decoded) * 4 != whole * 3
        self._hash.update(decoded)
        self.size += len(decoded)
        if self._sink is not None:
            self._sink.write(decoded)
        if (missing := kinds.HEAD_BYTES - len(self._head)) > 0:
            self._head += decoded[:missing]
        keep = kinds.TAIL_BYTES
        self._tail = decoded[-keep:] if len(decoded) >= keep else (self._tail + decoded)[-keep:]
        return True
