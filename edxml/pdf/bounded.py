"""Names and numbers of a PDF read in pieces and within a limit, in the place of pyHanko's readers byte by byte.

A number of two million digits costs pyHanko minutes, a name of five million letters half a gigabyte. ISO 32000-1
Annex C knows no name longer than 127 bytes.
"""

from __future__ import annotations

import functools
import re
from typing import IO, Any

from pyhanko.pdf_utils import generic, misc

_PIECE = 64
TOKEN_LIMIT = 65_536
NAME_BYTES = 127
"""Names up to this length are decoded once: a document writes the same few hundred again and again."""

_decode_name_slowly: Any = generic._decode_name  # noqa: SLF001 - replaced below
_DELIMITER = re.compile(rb"[ \n\r\t\f\0()<>\[\]{}/%]")


def read_until_delimiter(stream: IO[bytes]) -> bytes:
    """What pyHanko's `read_until_delimiter` gives; raises PdfStreamError for a token beyond the limit."""
    found = b""
    while piece := stream.read(_PIECE):
        if (end := _DELIMITER.search(piece)) is not None:
            stream.seek(end.start() - len(piece), 1)
            return found + piece[: end.start()]
        found += piece
        if len(found) > TOKEN_LIMIT:
            raise misc.PdfStreamError("a token without end")
    return found


def read_until_regex(
    stream: IO[bytes],
    regex: re.Pattern[bytes],
    ignore_eof: bool = False,
) -> bytes:
    """What pyHanko's `read_until_regex` gives for the end of one letter it looks for; with the same limit."""
    found = b""
    while piece := stream.read(_PIECE):
        if (end := regex.search(piece)) is not None:
            stream.seek(end.start() - len(piece), 1)
            return found + piece[: end.start()]
        found += piece
        if len(found) > TOKEN_LIMIT:
            raise misc.PdfStreamError("a token without end")
    if not ignore_eof:
        raise misc.PdfStreamError("Stream has ended unexpectedly")
    return found


def decode_name(name_bytes: bytes) -> Any:
    """What pyHanko's `_decode_name` gives: a new name object each time, since each belongs to its own place."""
    if len(name_bytes) > NAME_BYTES:
        return _decode_name_slowly(name_bytes)
    return generic.NameObject(_decoded(name_bytes))


@functools.lru_cache(4096)
def _decoded(name: bytes) -> str:
    return str(_decode_name_slowly(name))
