"""Incremental updates written by hand: any object replaced, added or freed, as an attacker (or a poor tool) would.

pyHanko's writer makes sound updates only; here nothing is checked.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\s+(\d+)\s+%%EOF", re.DOTALL)
_SIZE = re.compile(rb"/Size\s+(\d+)")
_PREVIOUS = re.compile(rb"/Prev\s+\d+")


def assemble(
    objects: Sequence[bytes], *, header: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", extra: bytes = b""
) -> bytes:
    """A file of one revision; object 1 is the catalog. extra: bytes between the last object and the table."""
    parts = [header]
    offsets = []
    place = len(header)
    for number, body in enumerate(objects, 1):
        offsets.append(place)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        place += len(parts[-1])
    parts.append(extra)
    place += len(extra)
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, entries))
    parts.append(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, place))
    return b"".join(parts)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object's body."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def update(
    data: bytes,
    objects: Mapping[int, bytes],
    *,
    freed: Sequence[int] = (),
    places: Mapping[int, int] | None = None,
    trailer: bytes = b"",
) -> bytes:
    """The file with one more revision. objects: new bodies by number; trailer: entries that go before the old ones.

    places: objects whose bodies stand somewhere in the file already.
    """
    match = list(_TRAILER.finditer(data))[-1]
    size_before = int(_SIZE.findall(match[1])[-1])
    parts = [data if data.endswith(b"\n") else data + b"\n"]
    place = len(parts[0])
    entries: dict[int, bytes] = dict.fromkeys(freed, b"%010d %05d f \n" % (0, 1))
    entries |= {number: b"%010d %05d n \n" % (where, 0) for number, where in (places or {}).items()}
    for number, body in objects.items():
        entries[number] = b"%010d %05d n \n" % (place, 0)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        place += len(parts[-1])
    entries = entries or {0: b"0000000000 65535 f \n"}
    table = b"".join(b"%d 1\n%s" % (number, entries[number]) for number in sorted(entries))
    size = max(size_before, *(n + 1 for n in entries), 1)
    rest = _PREVIOUS.sub(b"", _SIZE.sub(b"", match[1]))
    if b"/Root" in trailer:
        rest = re.sub(rb"/Root\s+\d+\s+\d+\s+R", b"", rest)
    parts.append(b"xref\n%strailer\n<< /Size %d /Prev %s %s %s >>\n" % (table, size, match[2], trailer, rest))
    parts.append(b"startxref\n%d\n%%%%EOF\n" % place)
    return b"".join(parts)


def body_of(data: bytes, number: int) -> bytes:
    """What stands between "obj" and "endobj" of an object in the last revision, written anew."""
    out = io.BytesIO()
    reader = PdfFileReader(io.BytesIO(data), strict=False)
    reader.get_object(generic.Reference(number, 0, reader), transparent_decrypt=False).write_to_stream(out, None)
    return out.getvalue()


def edited(data: bytes, number: int, old: bytes, new: bytes) -> bytes:
    """The file with one more revision in which an object has other bytes in one place."""
    body = body_of(data, number)
    assert old in body, f"{old!r} is not in {body!r}"
    return update(data, {number: body.replace(old, new, 1)})


def size_of(data: bytes) -> int:
    """The next free object number."""
    return int(_SIZE.findall(list(_TRAILER.finditer(data))[-1][1])[-1])


def written(data: bytes, change: Callable[[Any], None]) -> bytes:
    """The file with a sound revision made by pyHanko: `change` gets its writer."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
