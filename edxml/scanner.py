"""The raw scan: takes every attachment's base64 text out of the bytes and leaves a small skeleton of XML.

The scanner is no parser and decides nothing. It knows where comments, CDATA sections and processing instructions end,
puts an unforgeable placeholder where it took a text out, and gives every other byte on unchanged. The real parser then
reads the skeleton, and `edxml.skeleton` accepts only a tree in which each placeholder stands exactly where attachment
text belongs. Wherever the two could see the bytes differently, the answer is therefore a refusal.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final

from edxml.carried import CarriedFile
from edxml.faults import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from edxml.limits import Limits

_OPENER: Final = re.compile(
    rb"<(?:!--|!\[CDATA\[|!|\?|(?:[^ \t\r\n<>/!?:=\"'&]{1,256}:)?ContentTransferEncoded(?=[ \t\r\n/>]))"
)
_UNDECIDED: Final = re.compile(rb"<[^ \t\r\n/>]*")
_TAG_END: Final = re.compile(rb"(?:[^\"'<>]++|\"[^\"<]*+\"|'[^'<]*+')*+>")
_WHITE: Final = re.compile(rb"[ \t\r\n]*")
_CDATA: Final = b"<![CDATA["
_CONTENT, _SKIP, _TAG, _RUN_START, _RUN, _RUN_CDATA = range(6)
_TAG_BYTES: Final = 65_536
PIECE_BYTES: Final = 262_144


class Scanner:
    """Feed it the wire bytes; it fills `skeleton` and `files` (one per ContentTransferEncoded, in order)."""

    def __init__(self, limits: Limits, open_sink: Callable[[int], BinaryIO] | None) -> None:
        """open_sink: gives the file for the decoded bytes of attachment number i."""
        self.skeleton = bytearray()
        self.files: list[CarriedFile] = []
        self.mark = f"@{secrets.token_hex(16)}-"
        self._limits = limits
        self._open_sink = open_sink
        self._buffer = bytearray()
        self._offset = 0
        self._state = _CONTENT
        self._terminator = b""
        self._started = False

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take more bytes."""
        self._buffer += data
        self._work(final=False)

    def close(self) -> None:
        """End of the bytes: what is left is given to the parser, which will say what is missing."""
        self._work(final=True)
        if self._buffer:
            self._keep(0, len(self._buffer))
            self._buffer.clear()

    def placeholder(self, index: int) -> str:
        """What stands in the skeleton instead of the text of attachment number `index`."""
        return f"{self.mark}{index}@"

    def _work(self, *, final: bool) -> None:
        steps = (self._content, self._skip, self._tag, self._run_start, self._run, self._run_cdata)
        if not self._started:
            if len(self._buffer) < 4 and not final:
                return
            self._started = True
            _check_first_bytes(bytes(self._buffer[:64]))
        at = 0
        end = len(self._buffer)
        while at < end:
            following, again = steps[self._state](at, final=final)
            at = following
            if not again:
                break
        del self._buffer[:at]
        self._offset += at

    def _content(self, at: int, *, final: bool) -> tuple[int, bool]:
        buffer = self._buffer
        match = _OPENER.search(buffer, at)
        if match is None:
            return self._plain(at, final=final), False
        opener = match[0]
        begin = match.start()
        self._keep(at, begin)
        if opener == b"<!":
            rest = bytes(buffer[begin : begin + 9])
            if len(rest) < 9 and not final:
                return begin, False
            if rest.startswith((b"<!DOCTYPE", b"<!ENTITY", b"<!ELEMENT", b"<!ATTLIST", b"<!NOTATIO")):
                raise Refusal(Fault.XML_DTD_FORBIDDEN, f"document type declaration at byte {self._offset + begin}")
            self._keep(begin, begin + 2)
            return begin + 2, True
        if opener in (b"<!--", b"<?", _CDATA):
            self._terminator = {b"<!--": b"-->", b"<?": b"?>"}.get(opener, b"]]>")
            self._state = _SKIP
            self._keep(begin, match.end())
            return match.end(), True
        self._state = _TAG
        return begin, True

    def _plain(self, at: int, *, final: bool) -> int:
        buffer = self._buffer
        stop = len(buffer)
        last = buffer.rfind(b"<", at)
        if last >= 0 and not final and _UNDECIDED.fullmatch(buffer, last):
            if stop - last > 2 * self._limits.name_bytes + 32:
                raise Refusal(Fault.XML_LIMIT, f"element name too long at byte {self._offset + last}")
            stop = last
        self._keep(at, stop)
        return stop

    def _skip(self, at: int, *, final: bool) -> tuple[int, bool]:
        found = self._buffer.find(self._terminator, at)
        if found < 0:
            stop = len(self._buffer) if final else max(at, len(self._buffer) - len(self._terminator) + 1)
            self._keep(at, stop)
            return stop, False
        stop = found + len(self._terminator)
        self._keep(at, stop)
        self._state = _CONTENT
        return stop, True

    def _tag(self, at: int, *, final: bool) -> tuple[int, bool]:
        buffer = self._buffer
        match = _TAG_END.match(buffer, at + 1)
        length = (match.end() if match else len(buffer)) - at
        if match is None and (b"<" in buffer[at + 1 : at + _TAG_BYTES] or final):
            raise Refusal(Fault.XML_NOT_WELL_FORMED, f"start tag not closed at byte {self._offset + at}")
        if length > _TAG_BYTES:
            raise Refusal(Fault.XML_LIMIT, f"start tag longer than {_TAG_BYTES} bytes at byte {self._offset + at}")
        if match is None:
            return at, False
        if len(self.files) >= self._limits.attachments:
            raise Refusal(Fault.XML_LIMIT, f"more than {self._limits.attachments} attachments")
        stop = match.end()
        self._keep(at, stop)
        if buffer[stop - 2] == 0x2F:
            self._open(stop, element_is_empty=True)
            self._state = _CONTENT
        else:
            self._state = _RUN_START
        return stop, True

    def _run_start(self, at: int, *, final: bool) -> tuple[int, bool]:
        white = _WHITE.match(self._buffer, at)
        assert white is not None, "the pattern matches the empty text too"
        begin = white.end()
        self._keep(at, begin)
        rest = bytes(self._buffer[begin : begin + len(_CDATA)])
        if len(rest) < len(_CDATA) and _CDATA.startswith(rest) and not final:
            return begin, False
        in_cdata = rest == _CDATA
        if in_cdata:
            self._keep(begin, begin + len(_CDATA))
            begin += len(_CDATA)
        self._append(self.placeholder(len(self.files)).encode())
        self._open(begin, references=not in_cdata)
        self._state = _RUN_CDATA if in_cdata else _RUN
        return begin, True

    def _open(self, at: int, *, references: bool = True, element_is_empty: bool = False) -> None:
        sink = self._open_sink(len(self.files)) if self._open_sink is not None else None
        self.files.append(
            CarriedFile(sink, self._offset + at, references=references, element_is_empty=element_is_empty)
        )

    def _run(self, at: int, *, final: bool) -> tuple[int, bool]:
        del final
        found = self._buffer.find(b"<", at)
        self._decode(at, found if found >= 0 else len(self._buffer), ended=found >= 0)
        return (found, True) if found >= 0 else (len(self._buffer), False)

    def _run_cdata(self, at: int, *, final: bool) -> tuple[int, bool]:
        found = self._buffer.find(b"]", at)
        if found < 0:
            self._decode(at, len(self._buffer), ended=False)
            return len(self._buffer), False
        rest = bytes(self._buffer[found : found + 3])
        if len(rest) < 3 and not final:
            self._decode(at, found, ended=False)
            return found, False
        if rest != b"]]>":
            raise Refusal(Fault.SCHEMA_INVALID, f"not base64 at byte {self._offset + found}")
        self._decode(at, found, ended=True)
        self._keep(found, found + 3)
        return found + 3, True

    def _decode(self, begin: int, stop: int, *, ended: bool) -> None:
        file = self.files[-1]
        with memoryview(self._buffer) as whole:
            for at in range(begin, stop, PIECE_BYTES):
                with whole[at : min(at + PIECE_BYTES, stop)] as piece:
                    file.feed(piece)
        if ended:
            file.finish()
            self._state = _CONTENT

    def _keep(self, begin: int, stop: int) -> None:
        if stop > begin:
            self._append(self._buffer[begin:stop])

    def _append(self, piece: bytes | bytearray) -> None:
        self.skeleton += piece
        if len(self.skeleton) > self._limits.skeleton_bytes:
            raise Refusal(Fault.XML_LIMIT, f"more than {self._limits.skeleton_bytes} bytes outside the attachments")


def _check_first_bytes(first: bytes) -> None:
    """Refuse what is not UTF-8 XML from its first bytes on, before anything else is read."""
    if first.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00", b"+/v", b"\x4c\x6f\xa7\x94")):
        raise Refusal(Fault.XML_ENCODING, "the bytes are UTF-16, UTF-32 or another encoding; UTF-8 is required")
    first = first.removeprefix(b"\xef\xbb\xbf")
    text = first.lstrip(b" \t\r\n")
    if text and not text.startswith(b"<"):
        raise Refusal(Fault.XML_NOT_WELL_FORMED, "text stands before the first element or the XML declaration")
    if not text and len(first) < 64 and not first:
        raise Refusal(Fault.XML_NOT_WELL_FORMED, "the file is empty")
