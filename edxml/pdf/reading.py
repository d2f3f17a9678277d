"""A PDF opened for verification, at the speed of C where pyHanko reads byte by byte.

The file stays a file: pyHanko needs 54 MiB for a 200 MB document that way, 244 MiB for the same as bytes.
"""

from __future__ import annotations

import binascii
import io
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef

from edxml.page import numbers
from edxml.pdf import bounded

# What reading a damaged or malicious document may raise, besides what this module names itself.
READ_ERRORS = (
    misc.PdfError, ValueError, TypeError, KeyError, AttributeError, AssertionError, IndexError, NotImplementedError,
    RecursionError, ArithmeticError,
)  # fmt: skip

# --- reading /Contents at the speed of C

_HEX_PIECE = 65_536
_HEX_LIMIT = 16 * 1024 * 1024
_read_hex_slowly = generic.read_hex_string_from_stream


def read_hex_string(stream: IO[bytes]) -> Any:
    """What pyHanko's `read_hex_string_from_stream` gives; anything unusual is left to that one.

    pyHanko reads a hex string byte by byte in Python, 60 % of the time of a verification. Usual here means:
    an even number of hex digits between "<" and ">", no white space.
    """
    start = stream.tell()
    pieces: list[bytes] = []
    length = 0
    stream.seek(1, 1)
    while piece := stream.read(_HEX_PIECE):
        end = piece.find(b">")
        if end >= 0:
            pieces.append(piece[:end])
            length += end
            try:
                value = binascii.unhexlify(b"".join(pieces))
            except binascii.Error:
                break
            stream.seek(start + length + 2)
            return generic.pdf_string(value)
        pieces.append(piece)
        length += len(piece)
        if length > _HEX_LIMIT:
            break
    stream.seek(start)
    return _read_hex_slowly(stream)


generic.read_hex_string_from_stream = read_hex_string
generic.read_until_delimiter = bounded.read_until_delimiter  # type: ignore[attr-defined]
generic.read_until_regex = bounded.read_until_regex  # type: ignore[attr-defined]
generic._decode_name = bounded.decode_name  # noqa: SLF001
generic.ArrayObject.read_from_stream = staticmethod(numbers.read_array)  # type: ignore[method-assign]


# --- reading object streams once

SECONDS_LIMIT = 8.0  # of CPU for one file
_INDEX_LIMIT = 64 * 1024 * 1024
_DICTIONARY_END = re.compile(rb"endobj|stream")
_PIECE = 4096
_PIECE_LIMIT = 1 << 20
_SCAN_PIECE = 1 << 20


class TooSlowError(ValueError):
    """A document costs more CPU than any honest one."""


@dataclass(frozen=True, slots=True)
class ObjectStream:
    """An object stream as decoded. holder: the stream object it was made from; places: offsets by object number.

    places is empty for a stream whose head is not what /N and /First say, or that has a number twice.
    """

    holder: Any
    data: io.BytesIO
    places: dict[int, int]

    def texts(self) -> Iterator[tuple[int, bytes]]:
        """Object numbers with what stands there."""
        whole = self.data.getvalue()
        ends = sorted(self.places.values())
        following = dict(zip(ends, [*ends[1:], len(whole)], strict=False))
        for number, place in self.places.items():
            yield number, whole[place : following[place]]


class IndexedReader(PdfFileReader):
    """pyHanko's reader with an index for each object stream.

    The original reads the head of a stream number by number again for each of its objects: 90 % of the time of a
    long tagged document (13 s for Decree 50/2026/NĐ-CP). Anything unusual is left to the original.
    """

    def __init__(self, stream: IO[bytes], *, strict: bool) -> None:
        self._indexes: dict[int, ObjectStream] = {}
        self._indexed_bytes = 0
        self._ends_at = time.thread_time() + SECONDS_LIMIT
        super().__init__(stream, strict=strict)

    def in_use(self) -> dict[int, tuple[int, int | ObjStreamRef]]:
        """Generation and place of every object in use in the last revision, by number."""
        places: dict[int, tuple[int, int | ObjStreamRef]] = {}
        for revision in range(self.xrefs.total_revisions):
            data = self.xrefs.get_xref_data(revision)
            for section in (data.hybrid.xref_data, data) if data.hybrid is not None else (data,):
                for number in section.freed:
                    places.pop(number, None)
                places.update(section.standard_xrefs)
                places.update((number, (0, place)) for number, place in section.xrefs_in_objstm.items())
        return places

    def head(self, place: int) -> bytes:
        """The bytes of an object at a place in the file, up to its end or to its stream; at most a megabyte."""
        size = _PIECE
        while True:
            self.stream.seek(place)
            piece: bytes = self.stream.read(size)
            if (end := _DICTIONARY_END.search(piece)) is not None:
                return piece[: end.start()]
            if len(piece) < size or size >= _PIECE_LIMIT:
                return piece
            size *= 8

    def get_object(self, ref: Any, *args: Any, **options: Any) -> Any:
        """As the original. Raises TooSlowError when the file has cost its time."""
        self.check_time()
        return super().get_object(ref, *args, **options)  # type: ignore[no-untyped-call]

    def check_time(self) -> None:
        """Raise TooSlowError when the file has cost its time."""
        if time.thread_time() > self._ends_at:
            raise TooSlowError("the document takes too long to read")

    def object_stream(self, number: int) -> ObjectStream:
        """An object stream by its number, decoded once. Raises what the reader raises for a broken one."""
        holder: Any = generic.Reference(number, 0, self).get_object()
        known = self._indexes.get(number)
        if known is None or known.holder is not holder:
            known = self._indexes[number] = self._index(holder)
        return known

    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> Any:
        known = self.object_stream(stmnum)
        place = known.places.get(idnum)
        if place is None:
            return super()._get_object_from_stream(idnum, stmnum, idx)  # type: ignore[no-untyped-call]
        known.data.seek(place)
        try:
            value = generic.read_object(known.data, generic.Reference(idnum, 0, self))
        except READ_ERRORS:
            value = None
        if value is None or isinstance(value, (generic.StreamObject, generic.IndirectObject)):
            return super()._get_object_from_stream(idnum, stmnum, idx)  # type: ignore[no-untyped-call]
        return value

    def _index(self, holder: Any) -> ObjectStream:
        nothing = ObjectStream(holder, io.BytesIO(), {})
        if not isinstance(holder, generic.StreamObject) or holder.get("/Type") != "/ObjStm":
            return nothing
        data = holder.read_data(DecodePurpose.OBJECT_STREAM)
        count, first = holder.get("/N"), holder.get("/First")
        if not isinstance(count, int) or not isinstance(first, int) or not 0 < first <= len(data):
            return nothing
        words = bytes(data[:first]).split()
        if len(words) != 2 * count or not all(word.isdigit() and len(word) <= 10 for word in words):
            return nothing
        places = {int(number): first + int(place) for number, place in zip(words[::2], words[1::2], strict=True)}
        if len(places) != count or max(places.values(), default=0) > len(data):
            return nothing
        self._indexed_bytes += len(data)
        if self._indexed_bytes > _INDEX_LIMIT:
            self._indexes.clear()
            self._indexed_bytes = len(data)
        return ObjectStream(holder, io.BytesIO(data), places)


# --- the whole file


@dataclass(frozen=True, slots=True)
class Opened:
    """A PDF that could be opened. strict: False when only the forgiving reader could."""

    reader: IndexedReader
    strict: bool


class NotAPdfError(ValueError):
    """The bytes do not begin as a PDF does (%PDF- within the first kilobyte)."""


class EncryptedError(ValueError):
    """The document is encrypted; what is shown cannot be read without a key."""


def open_pdf(stream: IO[bytes]) -> Opened:
    """The document, read strictly if possible.

    Raises NotAPdfError, EncryptedError, or whatever the reader raises for a document it cannot read at all.
    """
    stream.seek(0)
    if HEADER not in stream.read(HEADER_WITHIN):
        raise NotAPdfError("no PDF header")
    try:
        opened = Opened(IndexedReader(stream, strict=True), strict=True)
        opened.reader.root  # noqa: B018 (a broken catalog shows here)
    except READ_ERRORS:
        opened = Opened(IndexedReader(stream, strict=False), strict=False)
    if opened.reader.encrypted:
        raise EncryptedError("the document is encrypted")
    return opened


HEADER = b"%PDF-"
HEADER_WITHIN = 1024  # bytes; where readers still look for it


def doubts(stream: IO[bytes], opened: Opened) -> tuple[str, ...]:
    """Why another reader may see another document in the same bytes, by slug.

    read_forgivingly: only with guesses could it be read; two_headers: offsets count from either, as readers please.
    A file that does not begin with its header is not read at all: it may be of another kind as well.
    """
    stream.seek(0)
    found = [] if opened.strict else ["read_forgivingly"]
    if stream.read(HEADER_WITHIN).count(HEADER) > 1:
        found.append("two_headers")
    return tuple(found)


def places_of(stream: IO[bytes], mark: bytes) -> Iterator[int]:
    """Where a mark stands in a file's bytes; in pieces, for a mapped file counts as memory of the process."""
    place = 0
    tail = b""
    stream.seek(0)
    while piece := stream.read(_SCAN_PIECE):
        window = tail + piece
        begin = place - len(tail)
        found = window.find(mark)
        while found >= 0:
            yield begin + found
            found = window.find(mark, found + 1)
        place += len(piece)
        tail = window[-(len(mark) - 1) :]
        stream.seek(place)  # whoever takes the places may read elsewhere in between


def count_signature_marks(stream: IO[bytes]) -> int:
    """How often /ByteRange stands in the file's bytes: signatures, living or dead."""
    return sum(1 for _ in places_of(stream, b"/ByteRange"))
