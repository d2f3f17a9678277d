"""A PDF opened for verification: its signature fields, and whether a signature's byte range fits the file.

The file stays a file: pyHanko needs 54 MiB for a 200 MB document that way, 244 MiB for the same as bytes.
"""

from __future__ import annotations

import binascii
import io
import mmap
import re
from dataclasses import dataclass
from typing import IO, Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader

# What reading a damaged or malicious document may raise, besides what this module names itself.
READ_ERRORS = (
    misc.PdfError, ValueError, TypeError, KeyError, AttributeError, AssertionError, IndexError, NotImplementedError,
    RecursionError, OverflowError,
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


# --- reading object streams once

_INDEX_LIMIT = 64 * 1024 * 1024


class IndexedReader(PdfFileReader):
    """pyHanko's reader with an index for each object stream.

    The original reads the head of a stream number by number again for each of its objects: 90 % of the time of a
    long tagged document (13 s for Decree 50/2026/NĐ-CP). Anything unusual is left to the original.
    """

    def __init__(self, stream: IO[bytes], *, strict: bool) -> None:
        self._indexes: dict[int, tuple[Any, io.BytesIO, list[int]]] = {}
        self._indexed_bytes = 0
        super().__init__(stream, strict=strict)

    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> Any:
        holder: Any = generic.Reference(stmnum, 0, self).get_object()
        known = self._indexes.get(stmnum)
        if known is None or known[0] is not holder:
            known = self._indexes[stmnum] = (holder, *self._index(holder))
        _, data, numbers = known
        # numbers: object number and offset in turn
        if not 0 <= 2 * idx < len(numbers) or numbers[2 * idx] != idnum or numbers[::2].count(idnum) != 1:
            return super()._get_object_from_stream(idnum, stmnum, idx)  # type: ignore[no-untyped-call]
        data.seek(int(holder["/First"]) + numbers[2 * idx + 1])
        try:
            value = generic.read_object(data, generic.Reference(idnum, 0, self))
        except READ_ERRORS:
            value = None
        if value is None or isinstance(value, (generic.StreamObject, generic.IndirectObject)):
            return super()._get_object_from_stream(idnum, stmnum, idx)  # type: ignore[no-untyped-call]
        return value

    def _index(self, holder: Any) -> tuple[io.BytesIO, list[int]]:
        """The decoded stream and the numbers at its head; no numbers when they are not what /N and /First say."""
        nothing: tuple[io.BytesIO, list[int]] = (io.BytesIO(), [])
        if not isinstance(holder, generic.StreamObject) or holder.get("/Type") != "/ObjStm":
            return nothing
        data = holder.read_data(DecodePurpose.OBJECT_STREAM)
        count, first = holder.get("/N"), holder.get("/First")
        if not isinstance(count, int) or not isinstance(first, int) or not 0 < first <= len(data):
            return nothing
        words = bytes(data[:first]).split()
        if len(words) != 2 * count or not all(word.isdigit() and len(word) <= 10 for word in words):
            return nothing
        self._indexed_bytes += len(data)
        if self._indexed_bytes > _INDEX_LIMIT:
            self._indexes.clear()
            self._indexed_bytes = len(data)
        return io.BytesIO(data), [int(word) for word in words]


# --- signature fields


@dataclass(frozen=True, slots=True)
class SignatureField:
    """A filled signature field as the form lists it."""

    name: str
    field: Any
    value: Any


class UnreadableFormError(ValueError):
    """The form cannot be walked, so nobody knows what signatures the file carries."""


def signature_fields(document: Any) -> list[SignatureField]:
    """The filled signature fields below /AcroForm; nothing else in a file is a signature.

    document: a PdfFileReader or a view on one of its revisions.
    law: R-059 TT Đ7.2.2, R-078 Luật 20/2023 Đ22 (a picture of a signature is none)
    Raises UnreadableFormError for a form that is not a tree of dictionaries.
    """
    form = _entry(document.root, "/AcroForm")
    if form is None:
        return []
    if not isinstance(form, generic.DictionaryObject):
        raise UnreadableFormError("/AcroForm is not a dictionary")
    found: list[SignatureField] = []
    seen: set[tuple[int, int]] = set()
    todo: list[tuple[Any, str, str | None, Any]] = [
        (f, "", None, None) for f in reversed(_array(_entry(form, "/Fields")))
    ]
    while todo:
        reference, prefix, kind, value = todo.pop()
        if isinstance(reference, generic.IndirectObject):
            if (key := (reference.idnum, reference.generation)) in seen:
                raise UnreadableFormError("a form field is listed twice or contains itself")
            seen.add(key)
        field = reference.get_object()
        if not isinstance(field, generic.DictionaryObject):
            raise UnreadableFormError("a form field is not a dictionary")
        own = _entry(field, "/T")
        name = prefix if own is None else f"{prefix}.{own}" if prefix else str(own)
        kind = str(_entry(field, "/FT") or kind or "") or None
        value = _entry(field, "/V") if "/V" in field else value
        kids = [k for k in _array(_entry(field, "/Kids")) if _is_field(k)]
        if kids:
            todo.extend((kid, name, kind, value) for kid in reversed(kids))
        elif kind == "/Sig" and value is not None and not isinstance(value, generic.NullObject):
            found.append(SignatureField(name, field, value))
    return found


def empty_fields(document: Any) -> int:
    """How many signature fields of the form's first level wait for a signature."""
    form = _entry(document.root, "/AcroForm")
    fields = _array(_entry(form, "/Fields")) if isinstance(form, generic.DictionaryObject) else []
    return sum(_entry(f.get_object(), "/FT") == "/Sig" and "/V" not in f.get_object() for f in fields)


def _is_field(reference: Any) -> bool:
    kid = reference.get_object()
    return isinstance(kid, generic.DictionaryObject) and ("/T" in kid or "/FT" in kid)


def _entry(holder: Any, key: str) -> Any:
    try:
        return holder[key]
    except KeyError:
        return None


def _array(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, generic.ArrayObject):
        raise UnreadableFormError("a list of form fields is no array")
    return list(value)


# --- byte ranges


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Where a signature's bytes are. end: the first byte that is not covered; problem: why it does not fit."""

    end: int
    problem: str | None = None


def byte_range(stream: IO[bytes], value: Any) -> ByteRange:
    """Whether the two signed stretches begin with the file, lie in it and leave out exactly one hex string.

    Two numbers decide what a signature vouches for, and they are the attacker's favourite: checked here before
    any digest, apart from what pyHanko checks.
    """
    numbers = _entry(value, "/ByteRange")
    if not isinstance(numbers, generic.ArrayObject) or len(numbers) != 4:
        return ByteRange(0, "/ByteRange is missing or has not four numbers")
    if not all(isinstance(n, int) and n >= 0 for n in numbers):
        return ByteRange(0, "/ByteRange has negative numbers or none")
    first, length, second, rest = (int(n) for n in numbers)
    size = stream.seek(0, 2)
    end = second + rest
    if first != 0 or length == 0:
        return ByteRange(end, "the signed bytes do not begin with the file")
    if end > size:
        return ByteRange(end, f"the signed bytes end at {end}, the file at {size}")
    if second < length + 2:
        return ByteRange(end, "the two signed stretches overlap")
    stream.seek(length)
    gap = stream.read(second - length)
    if not (gap.startswith(b"<") and gap.endswith(b">")) or re.search(rb"[^0-9A-Fa-f\s]", gap[1:-1]):
        return ByteRange(end, "the bytes left out are not one hex string")
    return ByteRange(end)


# --- the whole file


@dataclass(frozen=True, slots=True)
class Opened:
    """A PDF that could be opened. strict: False when only the forgiving reader could."""

    reader: PdfFileReader
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
    if b"%PDF-" not in stream.read(1024):
        raise NotAPdfError("no PDF header")
    try:
        opened = Opened(IndexedReader(stream, strict=True), strict=True)
        opened.reader.root  # noqa: B018 (a broken catalog shows here)
    except READ_ERRORS:
        opened = Opened(IndexedReader(stream, strict=False), strict=False)
    if opened.reader.encrypted:
        raise EncryptedError("the document is encrypted")
    return opened


def count_signature_marks(stream: IO[bytes]) -> int:
    """How often /ByteRange stands in the file's bytes: signatures, living or dead."""
    size = stream.seek(0, 2)
    if size == 0:
        return 0
    with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        count = place = 0
        while (place := data.find(b"/ByteRange", place)) >= 0:
            count += 1
            place += 10
        return count
