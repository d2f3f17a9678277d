"""Files on their way out: wrapped as the axis's library wraps them, and encoded in pieces."""

from __future__ import annotations

import shutil
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pybase64

from edxml import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

RAW_EXTENSIONS: Final = frozenset({"pdf", "doc", "docx", "zip", "xsl", "xslx"})
"""What the axis's library sends as it is, its typos included; everything else is zipped first."""

_PIECE: Final = 3 * 65_536
_SPOOL: Final = 4_194_304
_ZIP_TIME: Final = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class OutgoingAttachment:
    """A file to send.

    data: the bytes, or a path that is read while writing.
    content_type: of a raw file; a zipped one is always application/zip, as national readers need.
    content_id: without `cid:`; a random one when None.
    carried: the data is already in transport form (as an Attachment of a package read) and is not wrapped again.
    """

    name: str
    data: bytes | Path
    content_type: str | None = None
    content_id: str | None = None
    description: str = ""
    carried: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """An attachment in transport form."""

    name: str
    data: bytes | Path
    content_type: str
    content_id: str
    description: str


def prepare(one: OutgoingAttachment, folder: Path) -> Prepared:
    """The file in transport form; a zip too large for memory is made in `folder`."""
    content_id = one.content_id or str(uuid.uuid4())
    ending = kinds.extension(one.name)
    if one.carried or ending in RAW_EXTENSIONS:
        kind = one.content_type or f"application/{ending or 'octet-stream'}"
        return Prepared(one.name, one.data, kind, content_id, one.description)
    inner = str(uuid.uuid5(uuid.NAMESPACE_OID, content_id))  # the same files under the same ids give the same bytes
    entry = zipfile.ZipInfo(f"{inner}.{ending}" if ending else inner, _ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    wrapped = folder / str(uuid.uuid4())
    with zipfile.ZipFile(wrapped, "w") as container:
        if isinstance(one.data, bytes):
            container.writestr(entry, one.data)
        else:
            with one.data.open("rb") as source, container.open(entry, "w", force_zip64=_is_large(one.data)) as inside:
                shutil.copyfileobj(source, inside, _PIECE)
    data: bytes | Path = wrapped.read_bytes() if wrapped.stat().st_size < _SPOOL else wrapped
    return Prepared(one.name, data, "application/zip", content_id, one.description)


def encode(data: bytes | Path) -> Iterator[bytes]:
    """The base64 text of a file in pieces of at most 256 KiB."""
    if isinstance(data, bytes):
        for at in range(0, len(data), _PIECE):
            yield pybase64.b64encode(data[at : at + _PIECE])
        return
    with data.open("rb") as source:
        held = b""
        while piece := source.read(_PIECE):
            whole = len(held) + len(piece) - (len(held) + len(piece)) % 3
            joined = held + piece
            held = joined[whole:]
            yield pybase64.b64encode(joined[:whole])
        if held:
            yield pybase64.b64encode(held)


def _is_large(path: Path) -> bool:
    return path.stat().st_size >= zipfile.ZIP64_LIMIT
