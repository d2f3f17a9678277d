"""The filled signature fields of a PDF's form, and whether a signature's byte range fits the file."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from typing import IO, Any

from pyhanko.pdf_utils import generic


@dataclass(frozen=True, slots=True)
class SignatureField:
    """A filled signature field as the form lists it."""

    name: str
    field: Any
    value: Any


FIELDS_LIMIT = 5_000


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
        if len(seen) > FIELDS_LIMIT:
            raise UnreadableFormError("more form fields than a document has")
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
    """Where a signature's bytes are.

    end: the first byte that is not covered; problem: why it does not fit; gap: what it leaves out, as two places.
    """

    end: int
    problem: str | None = None
    gap: tuple[int, int] = (0, 0)

    def holds(self, contents: bytes, stream: IO[bytes]) -> bool:
        """Whether what is left out is these bytes in hex, and so no other part of the document."""
        begin, end = self.gap
        stream.seek(begin)
        try:
            return binascii.unhexlify(b"".join(stream.read(end - begin)[1:-1].split())) == contents
        except binascii.Error:
            return False


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
    return ByteRange(end, gap=(length, second))
