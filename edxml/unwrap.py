"""Taking the one file out of a transport zip: by its bytes, never by its entry's path, and never a bomb."""

from __future__ import annotations

import contextlib
import errno
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from edxml.faults import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

RATIO: Final = 200
"""Most bytes that may come out for each byte that went in; office files stay below 20, blank scans below 100."""
FREE_BYTES: Final = 1_048_576
"""Output below which the ratio is not asked: a short text of spaces packs very well."""
_PIECE: Final = 65_536
_ENCRYPTED: Final = 0x1
_PACKINGS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError, RuntimeError, IndexError,
    OverflowError,
)  # fmt: skip
"""What the library raises for a damaged zip; IndexError for an entry without a name."""


class DamagedZipError(ValueError):
    """A zip that cannot be read: by its own fault, not by the disk's."""


@contextlib.contextmanager
def opened(source: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """A zip open for reading. Raises DamagedZipError, at its opening or while it is read, and OSError for the disk."""
    try:
        with zipfile.ZipFile(source) as container:
            yield container
    except _DAMAGED as wrong:
        raise DamagedZipError(str(wrong)) from wrong
    except OSError as wrong:
        if wrong.errno != errno.EINVAL:  # a place before the file's beginning
            raise
        raise DamagedZipError(str(wrong)) from wrong


def unwrap(source: BinaryIO, target: BinaryIO, *, most_bytes: int = 629_145_600) -> int:
    """Copy the only entry of a zip to `target`; gives its size.

    Raises Refusal(FORMAT_NOT_ALLOWED) when it is no zip of one plain entry, TOO_LARGE when it unfolds beyond
    `most_bytes` or RATIO. The size that the zip itself claims is never believed.
    """
    try:
        with opened(source) as container:
            entries = container.infolist()
            if len(entries) != 1 or entries[0].is_dir():
                raise Refusal(Fault.FORMAT_NOT_ALLOWED, "the zip does not hold exactly one file")
            if entries[0].flag_bits & _ENCRYPTED:
                raise Refusal(Fault.FORMAT_NOT_ALLOWED, "the zip is encrypted")
            if entries[0].compress_type not in _PACKINGS:
                raise Refusal(Fault.FORMAT_NOT_ALLOWED, "the zip is packed in a way that is not read here")
            allowed = min(most_bytes, max(FREE_BYTES, entries[0].compress_size * RATIO))
            with container.open(entries[0]) as inside:
                size = 0
                while piece := inside.read(_PIECE):
                    size += len(piece)
                    if size > allowed:
                        raise Refusal(Fault.TOO_LARGE, f"the zip unfolds to more than {allowed} bytes")
                    target.write(piece)
                return size
    except DamagedZipError as wrong:
        raise Refusal(Fault.FORMAT_NOT_ALLOWED, "the zip is damaged or of an unknown kind") from wrong


def first_bytes(source: BinaryIO, most_bytes: int) -> bytes:
    """The beginning of the only entry of a zip; empty when it is no zip of one plain entry that can be read."""
    try:
        with opened(source) as container:
            entries = container.infolist()
            if len(entries) != 1 or entries[0].flag_bits & _ENCRYPTED or entries[0].compress_type not in _PACKINGS:
                return b""
            with container.open(entries[0]) as inside:
                return inside.read(most_bytes)
    except DamagedZipError:
        return b""
